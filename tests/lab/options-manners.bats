#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# `options` and its manners: what an independent capture at the server and the kernels say.
# shellcheck disable=SC2154 # targets is options.bash's

setup() {
    load options.bash
    lab_require jq
}

teardown() { lab_down; }

# all_at_peace: nothing half-open, nothing left behind on either side.
all_at_peace() {
    lab_until 1 nothing_half_open server 2>/dev/null
    nothing_half_open server && judge_no_leftover
}

# read_wire: ends the capture; each segment at the server: protocol, time, ports, SYN, ACK, RST, the
# checksum's status, in $LAB_DIR/wire.
read_wire() {
    capture_stop
    judge_tshark "$(capture_file)" -T fields -e ip.version -e frame.time_epoch -e tcp.srcport \
        -e tcp.dstport -e tcp.flags.syn -e tcp.flags.ack -e tcp.flags.reset -e tcp.checksum.status \
        -E separator=/s -Y 'tcp && !icmp && !icmpv6' >"$LAB_DIR/wire"
}

# syns_of FAMILY: these of its SYNs.
syns_of() { awk -v family="$1" '$1 == family && $5 && !$6' "$LAB_DIR/wire"; }

# ports_are_used_once FAMILY: each SYN has a port of its own, but for 16 on one.
ports_are_used_once() {
    syns_of "$1" | awk '{ n[$3]++ }
        END { for (port in n) { if (n[port] == 16) same++; else if (n[port] != 1) bad++ }
            if (bad || same != 1) print "ports with 16 SYNs: " same + 0 ", with others: " bad + 0
            exit bad || same != 1 }' >&2
}

# never_more_open N FAMILY: connections of the client's that were neither reset nor over, at once;
# and no more than four of them for long: the one that is held, the three that are opened whole.
never_more_open() {
    awk -v most="$1" -v family="$2" '$1 != family { next }
        $4 == 80 && $5 && !$6 && !($3 in open) { open[$3] = $2; n++ }
        $7 { port = $4 == 80 ? $3 : $4
            if (port in open) { long += $2 - open[port] > 0.4; delete open[port]; n-- } }
        n > max { max = n }
        END { if (max > most || n || long > 4)
                print "open at once: " max ", at the end: " n ", for long: " long
            exit max > most || n || long > 4 || !max }' "$LAB_DIR/wire" >&2
}

@test "every SYN is followed by an exact RST, few at once, each port once, as announced" {
    local count about
    servers_up server
    capture_start capture server eth0
    listen_at server sink 80
    targets_at 80 server
    about=$(in_client "$TCPPROBE" options --dry-run --patience 1500ms "${targets[@]}" 2>&1 |
        awk 'match($0, /about [0-9]+ SYNs/) { sum += substr($0, RSTART + 6, RLENGTH - 11) }
            END { print sum + 0 }')
    climb 0 "${targets[@]}"
    all_at_peace
    read_wire
    count=$(awk '$5 && !$6' "$LAB_DIR/wire" | wc -l)
    [ "$count" -gt $((about * 9 / 10)) ] && [ "$count" -le $((about * 11 / 10)) ]
    resets_answer_all 0
    for family in 4 6; do
        ports_are_used_once "$family"
        # eight that wait, the one that is held, and the one tuple of its own
        never_more_open 10 "$family"
        # the wrong checksum is that of its rung alone
        [ "$(syns_of "$family" | awk '$8 != 1' | wc -l)" -eq 3 ]
        about "$(address_at server "$family")"
        fact ".sent + .connections == $(syns_of "$family" | wc -l)" '.connections == 3'
    done
    [ "$(cat "$LAB_DIR"/listener-server-80-?.out | grep -c ^accept)" -eq 6 ]
    [ "$(kernel_counter SyncookiesSent)" -eq 0 ]
    [ "$(kernel_counter ListenDrops)" -eq 0 ]
}

@test "SIGINT, SIGTERM, --deadline in the middle: what was measured, nothing left; and the pace" {
    local began
    servers_up server term late
    capture_start capture server eth0
    for name in server term late; do listen_at "$name" sink 80; done
    export LAB_RATE='' # the program's own
    for name in server term; do
        targets_at 80 "$name"
        climb_start "climb-$name" "${targets[@]}"
    done
    targets_at 80 late
    climb_start climb-late --deadline 3s "${targets[@]}"
    sleep 3
    began=${EPOCHREALTIME/./}
    climb_end climb-server 2 INT
    in_the_middle
    climb_end climb-term 2 TERM
    in_the_middle
    climb_end climb-late 2
    in_the_middle
    [ $((${EPOCHREALTIME/./} - began)) -lt 3000000 ]
    all_at_peace
    for name in term late; do nothing_half_open "$name"; done
    read_wire
    resets_answer_all 0
    # no more than five a second to one target, unless told otherwise
    for family in 4 6; do
        syns_of "$family" | awk '{ at[NR] = $2 }
            NR > 6 && $2 - at[NR - 6] < 0.98 { print "seven SYNs within " $2 - at[NR - 6]; bad = 1 }
            END { print NR " SYNs in " at[NR] - at[1] " s"; exit bad || NR < 12 }' >&2
    done
}

in_the_middle() {
    fact '.verdict == "open" and .ended != null and .sent >= 10 and .sent < 20' \
        '.duration_ms > 2000 and .duration_ms < 4500 and .header.n > 8' \
        '.findings | any(.id == "TP-OPT-ENDED")'
    no_finding_from medium
}

@test "refused, silent, unreachable: told after a few SYNs; the status is that of all targets" {
    servers_up server
    listen_at server sink 80
    in_server nft -f - <<'NFT'
table inet lab {
    chain in { type filter hook input priority 0; tcp dport 82 drop; }
}
NFT
    targets_at 81 server
    climb 2 "${targets[@]}"
    fact '.verdict == "refused" and .sent <= 14 and .answered == 0 and .refused >= 6' \
        '.sack == null and .cookies == null and .header == null and .findings == []'
    climb 0 --expect verdict=refused "${targets[@]}"
    targets_at 82 server
    climb 2 "${targets[@]}"
    fact '.verdict == "filtered" and .sent <= 14 and .answered == 0 and .lost == .sent'
    # nobody has this address
    climb 2 198.18.1.77:80
    fact '.verdict == "unreachable" or .verdict == "filtered"' '.sent <= 14'
    targets_at 80 server
    climb 2 "${targets[@]}" "$(target_at server 4 81)" "$(target_at server 6 82)" \
        --half-open --patience 0 --features sack
    holds '[.[].verdict] | sort == ["filtered", "open", "open", "refused"]'
    climb 0 --patience 0 --half-open --features sack --expect 'sack=supported' "${targets[@]}"
    climb 1 --patience 0 --half-open --features sack --expect 'sack=declined' "${targets[@]}"
    fact '.unmet | test("sack")'
    all_at_peace
}

@test "self: over loopback, both families" {
    lab_begin client
    climb_start six -6 --patience 0 --features sack,wscale self
    climb 0 -4 --patience 0 --features sack,wscale self
    self_is IPv4
    climb_end six 0
    self_is IPv6
    [ -z "$(in_client ss -Htan state all | grep -v TIME-WAIT)" ]
}

self_is() {
    fact '.verdict == "open" and .interface == "lo" and .sack == "supported"' \
        '.cookies == "no"' ".family == \"$1\""
    no_finding_from medium
}
