# shellcheck shell=bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The lab's judges: what an independent capture and the kernels say about what the program did.

# judge_sent_filter: the packets that the client sent, as a filter for tshark.
judge_sent_filter() {
    if [ -n "${LAB_LOOPBACK_PORT:-}" ]; then
        echo "tcp.dstport == $LAB_LOOPBACK_PORT"
        return
    fi
    printf '(ip.src == %s || ipv6.src == %s)' "$LAB_CLIENT4" "$LAB_CLIENT6"
}

# judge_count FILE FILTER: how many packets match the display filter (checksums validated).
judge_count() {
    judge_tshark "$1" -Y "$2" | wc -l
}

# judge_tshark FILE ARGUMENT...: checksums validated; payload is data, no application is guessed.
judge_tshark() {
    local file=$1
    shift
    tshark -n -r "$file" -d tcp.port==1-65535,data \
        -o tcp.check_checksum:TRUE -o ip.check_checksum:TRUE "$@" 2>/dev/null
}

# judge_rst_count FILE: RSTs that left the client's side.
judge_rst_count() {
    local rst="tcp[tcpflags] & tcp-rst != 0" rst6="ip6 proto 6 and ip6[53] & 4 != 0"
    local sent="src host $LAB_CLIENT4" sent6="src host $LAB_CLIENT6"
    if [ -n "${LAB_LOOPBACK_PORT:-}" ]; then
        sent="tcp dst port $LAB_LOOPBACK_PORT" sent6=$sent
    fi
    tcpdump -n -r "$1" "($sent and $rst) or ($sent6 and $rst6)" 2>/dev/null | wc -l
}

# judge_no_stray_rst FILE N: exactly N RSTs left the client's side.
judge_no_stray_rst() {
    local count
    count=$(judge_rst_count "$1")
    [ "$count" -eq "$2" ] && return
    echo "judge: $count RSTs left the client's side, $2 expected" >&2
    judge_tshark "$1" >&2
    return 1
}

# judge_wellformed FILE: the client sent at least one TCP segment, and in none that it sent tshark
# finds anything malformed or a bad checksum. (Needs an interface without offloads, as the lab's.)
judge_wellformed() {
    judge_tshark "$1" -T fields -e frame.number -e _ws.malformed \
        -e tcp.checksum.status -e ip.checksum.status \
        -e _ws.expert.severity -e _ws.expert.group -e _ws.expert.message -E separator='|' \
        -Y "$(judge_sent_filter) && tcp && !icmp && !icmpv6" | awk -F'|' '
        # a status of 1 is good; severity 0x800000 is an error, group 0x7000000 a malformed part
        $2 != "" || $3 != 1 || $4 !~ /^1?$/ || $5 ~ /8388608/ || $6 ~ /117440512/ {
            print "judge: frame " $1 " is not well-formed: " $7 \
                " (TCP checksum status " $3 ", IP " $4 ")"
            bad++
        }
        END {
            if (NR == 0) print "judge: the client sent no TCP segment at all"
            exit NR == 0 || bad
        }' >&2
}

# judge_no_leftover: the server has no connection but in TIME-WAIT; the client's namespace has no
# socket, process or rule; captures do not count. What is on its way out gets a second.
judge_no_leftover() {
    lab_until 1 judge_is_clean && return
    echo "judge: left behind:" >&2
    judge_leftovers >&2
    return 1
}

judge_is_clean() { [ -z "$(judge_leftovers)" ]; }

# As few processes as possible: every run of the program is judged by this, some twice.
judge_leftovers() {
    local pid parent ours
    ours=" $(cat "$LAB_DIR"/*.pid 2>/dev/null | tr '\n' ' ')"
    # shellcheck disable=SC2016
    {
        in_server ss -Htan
        echo client
        # on loopback the connections are the server's too
        in_client sh -c 'ss -Hanp $1 -w -0; echo nft; nft list ruleset' sh \
            "$([ -n "${LAB_LOOPBACK_PORT:-}" ] || echo -t)"
    } | awk '
        /^(client|nft)$/ { place = $1; next }
        place == "" && !/^(LISTEN|TIME-WAIT)/ { print "server: " $0 }
        place == "client" && $1 == "tcp" { sub(/^tcp */, ""); print "client: " $0 }
        place == "client" && $1 == "raw" { print "client, raw: " $0 }
        place == "client" && /^p_/ && !/"tcpdump"/ { print "client, packet: " $0 }
        place == "nft" { print "client, nft: " $0 }'
    for pid in $(ip netns pids "$(lab_namespace client)"); do
        parent=$(awk '/^PPid/ { print $2 }' "/proc/$pid/status" 2>/dev/null) || continue
        case $ours in
        *" $pid "* | *" $parent "*) ;; # the lab's own: a capture, a stack on its TAP
        *) echo "client, process: $pid $(tr '\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null)" ;;
        esac
    done
}
