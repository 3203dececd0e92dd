# shellcheck shell=bash source-path=SCRIPTDIR
# SPDX-License-Identifier: GPL-3.0-or-later
# What the tests of `isn` in the lab share: run it, ask its records, count what it sent.

bats_require_minimum_version 1.5.0
# shellcheck source=handshake.bash
. "$(dirname "${BASH_SOURCE[0]}")/handshake.bash"

# isn STATUS ARGUMENT...: runs it and keeps its records; exit status as expected, nothing is left
# behind.
isn() { isn_strained "$@" && judge_no_leftover; }

# isn_strained STATUS ARGUMENT...: the same where the peer is kept from closing what it has open.
isn_strained() {
    local expected=$1 status=0
    shift
    in_client timeout -k 1 "${ISN_SECONDS:-60}" "${TCPPROBE:?the program to test}" isn --json "$@" \
        >"$LAB_DIR/record" 2>"$LAB_DIR/diagnostics" || status=$?
    [ "$status" -eq "$expected" ] && return
    echo "isn $*: exit status $status, $expected expected" >&2
    show_record
    return 1
}

# says_of ADDRESS FILTER...: each jq filter is true of that address's record, which there is.
says_of() {
    local address=$1 filter
    shift
    for filter; do
        jq -se "map(select(.address == \"$address\")) | length == 1 and all(.[]; $filter)" \
            <"$LAB_DIR/record" >/dev/null && continue
        echo "the record of $address does not say: $filter" >&2
        show_record
        return 1
    done
}

show_record() {
    jq -c 'del(.evidence, .battery, .phase_space, .nmap)' <"$LAB_DIR/record" >&2
    jq -r '.evidence[]? | [.test, .statistic, .log10_p, .supports, .detail] | @tsv' \
        <"$LAB_DIR/record" >&2
    cat "$LAB_DIR/diagnostics" >&2
}

# isn_server PORT=KIND...: made-up servers at peer_address of both families (isn_server.py); named
# isn-server. ISN_SERVER are their options.
isn_server() {
    # shellcheck disable=SC2086
    lab_start server isn-server "${LAB_PYTHON[@]}" "$LAB_SOURCE/isn_server.py" ${ISN_SERVER:-} \
        eth0 "$(peer_address 4),$(peer_address 6)" "$@"
}

# isn_server_stop: ends them; what they say of each port is in $LAB_DIR/served. On every port each
# answer was reset exactly, nothing was left half-open, and never more than eight were at once, and one
# for each further processor: the SYN that follows a RST may leave from another and overtake it.
isn_server_stop() {
    lab_stop isn-server >"$LAB_DIR/served" || return
    awk -v most="$((7 + $(nproc --all)))" '
        / syns / && ($6 == 0 || $8 != 0 || $10 != 0 || $12 > most) { bad = 1 } END { exit bad }' \
        "$LAB_DIR/served" && return
    echo 'of PORT KIND syns N resets N wrong N half-open N most N:' >&2
    cat "$LAB_DIR/served" >&2
    return 1
}

# served PORT FIELD: what it says of that port: syns, resets, most ...
served() {
    awk -v port="$1" -v field="$2" \
        '$1 == port { for (i = 3; i < NF; i += 2) if ($i == field) print $(i + 1) }' \
        "$LAB_DIR/served"
}

# announced ARGUMENT...: how many SYNs a run would send at most, to all its targets (--dry-run).
announced() {
    in_client "$TCPPROBE" isn --dry-run "$@" 2>&1 |
        awk 'match($0, /at most [0-9]+ SYNs/) { sum += substr($0, RSTART + 8, RLENGTH - 13) }
            END { print sum + 0; exit !sum }'
}

# syns: SYNs on the wire, in the independent capture.
syns() { judge_count "$(capture_file)" "$SYN"; }

# syns_at_most N: no more of them than announced, and some.
syns_at_most() {
    local count
    count=$(syns)
    [ "$count" -gt 0 ] && [ "$count" -le "${1:?nothing was announced}" ] && return
    echo "on the wire: $count SYNs, $1 were announced" >&2
    return 1
}

# nothing_half_open WHERE: no connection there waits for its handshake's end.
nothing_half_open() {
    local open
    open=$(lab_in "$1" ss -Htan state syn-recv)
    [ -z "$open" ] && return
    echo "half-open in $1: $open" >&2
    return 1
}

# resets_answer_all WHOLE: the connection of each SYN,ACK in the capture was ended by a RST that has
# exactly the number that the SYN,ACK acknowledges, but for WHOLE handshakes that went on.
resets_answer_all() {
    local unanswered
    unanswered=$(judge_tshark "$(capture_file)" -o tcp.relative_sequence_numbers:FALSE -T fields \
        -e tcp.flags.syn -e tcp.flags.ack -e tcp.flags.reset -e tcp.srcport -e tcp.dstport \
        -e tcp.seq_raw -e tcp.ack_raw -E separator=/s -Y 'tcp && !icmp && !icmpv6' | awk '
        $1 && $2 { asked[$5 " " $7] = 1 }
        $3 { delete asked[$4 " " $6] }
        END { for (number in asked) left++; print left + 0 }')
    [ "$unanswered" -eq "$1" ] && [ "$(judge_count "$(capture_file)" "$SYN_ACK")" -gt 0 ] && return
    echo "on the wire: $unanswered SYN,ACKs without their RST, $1 expected" >&2
    return 1
}

# held ADDRESS: one connection of the client's kernel to port 80 there, kept busy for a while: some
# stacks have timers that run only then, and are on time only if something happens.
held() {
    # shellcheck disable=SC2016
    lab_start client held bash -c 'exec 5<>"/dev/tcp/$1/80" && echo READY
        for ((i = 0; i < 1000; i++)); do printf . >&5; sleep 0.05; done' bash "$1"
}

# kernel_counter NAME: what the server's kernel counted so far (/proc/net/netstat, snmp).
kernel_counter() {
    in_server cat /proc/net/netstat /proc/net/snmp | awk -v name="$1" '
        $1 != head { head = $1; for (i = 2; i <= NF; i++) key[i] = $i; next }
        { for (i = 2; i <= NF; i++) if (key[i] == name) print $i; head = "" }'
}
