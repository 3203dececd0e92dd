#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# `handshake` through middleboxes: what they change, strip, translate and answer themselves.

setup() {
    load handshake.bash
    lab_require jq
}

teardown() { lab_down; }

# echo_row CHECK...: a line goes to the echo server and comes back; what the record says.
echo_row() {
    server_start "$family" echo 80
    handshake 0 "$(target "$family" 80)" --send 'through\n' --wait 100ms
    says '.verdict == "open" and .received == "through\\n" and .bytes_acked == 8' \
        '.closed == "both" and .attempts == 1' "$@"
    lab_saw server-80 'eof 8'
    lab_stop server-80 || true
}

@test "SYN cookies: the options hold, the last six bits of TSval tell nothing wrong" {
    lab_begins
    lab_sysctl server ipv4/tcp_syncookies 2
    for family in 4 6; do
        echo_row '.in_effect.sack and .in_effect.timestamps and .in_effect.wscale != null' \
            '.rtt_ms > 0 and .lost_reverse == 0'
        finds ''
        handshake 1 "$(target "$family" 81)"
        says '.verdict == "refused"'
    done
    judge_rows 0
}

@test "no SYN cookies and a backlog full of half-open connections: filtered" {
    lab_begins
    lab_sysctl server ipv4/tcp_syncookies 0
    lab_sysctl server ipv4/tcp_max_syn_backlog 4
    for family in 4 6; do
        server_start "$family" sink 80 --backlog 1
        # half-open ones of the kernel's own: their SYN,ACKs are lost on the way
        in_server nft -f - <<'NFT'
table inet half {
    chain out {
        type filter hook output priority 0
        tcp flags & (syn|ack) == (syn|ack) tcp dport 50000-50100 drop
    }
}
NFT
        LAB_READY=FULL lab_start client "fill-$family" "${LAB_PYTHON[@]}" -c '
import socket, sys, time
family = socket.AF_INET6 if ":" in sys.argv[1] else socket.AF_INET
socks = []
for port in range(50000, 50020):
    sock = socket.socket(family)
    sock.setblocking(False)
    sock.bind(("", port))
    sock.connect_ex((sys.argv[1], 80))
    socks.append(sock)
print("FULL", flush=True)
time.sleep(30)' "$(server_address "$family")"
        run probe handshake --json --timeout 50ms --retries 1 "$(target "$family" 80)"
        echo "$output" >"$LAB_DIR/record"
        says '.verdict == "filtered" and .attempts == 2'
        lab_stop "fill-$family" || true
        in_server nft flush ruleset
        lab_stop server-80 || true
    done
    capture_stop
    wire_count 2 'tcp.flags.reset == 1'
}

@test "MSS clamping: what is answered and what holds is what the router wrote" {
    lab_begins lab_up_routed
    mb_mss 1000
    for family in 4 6; do
        echo_row '.offered.mss > 1400 and .answered.mss == 1000 and .in_effect.mss == 1000'
        # no segment of ours is longer, its options counted (RFC 6691)
        server_start "$family" sink 82
        handshake 0 "$(target "$family" 82)" --send "$(printf '%05000d' 7)" --wait 100ms
        says '[.segments[] | select(.direction == "out") | .length] | max == 988'
        lab_saw server-82 'eof 5000'
        lab_stop server-82 || true
    done
    middlebox_hits
    judge_rows 0
}

# strip_row OPTION CHECK...: stripped both ways, and from the SYN,ACK alone.
strip_row() {
    local option=$1 strip
    shift
    for strip in mb_strip mb_strip_syn mb_strip_synack; do
        "$strip" "$option"
        for family in 4 6; do echo_row "$@"; done
        middlebox_hits
        middlebox_clear
    done
}

@test "stripped SACK is not in effect" {
    lab_begins lab_up_routed
    strip_row sack-perm '.offered.sack and (.answered.sack or .in_effect.sack) == false'
    judge_rows 0
}

@test "stripped timestamps are not in effect" {
    lab_begins lab_up_routed
    strip_row timestamp '.offered.timestamps' \
        '(.answered.timestamps or .in_effect.timestamps) == false'
    judge_rows 0
    wire_count 0 'tcp.srcport != 80 && tcp.flags.syn == 0 && tcp.options.timestamp.tsval'
}

@test "a stripped window scale is not in effect: windows are what their field says" {
    lab_begins lab_up_routed
    strip_row window '.offered.wscale == 7 and .answered.wscale == null' \
        '.in_effect.wscale == null' \
        'all(.segments[]; .window == .window_bytes)'
    judge_rows 0
}

@test "a stripped MSS: the default of 536 or 1220 holds" {
    lab_begins lab_up_routed
    mb_strip maxseg
    for family in 4 6; do
        default=536
        [ "$family" = 4 ] || default=1220
        echo_row '.answered.mss == null' ".in_effect.mss == $default"
        finds TP-OPT-NO-MSS
    done
    middlebox_hits
    judge_rows 0
}

@test "all options stripped at once" {
    lab_begins lab_up_routed
    for option in maxseg window sack-perm timestamp; do mb_strip_synack "$option"; done
    for family in 4 6; do
        echo_row '.answered | .mss == null and .wscale == null and (.sack or .timestamps | not)'
    done
    middlebox_hits
    judge_rows 0
}

@test "MPTCP and Fast Open stripped: not answered, and the data arrive once" {
    lab_begins lab_up_routed
    mb_strip mptcp
    mb_strip fastopen
    lab_sysctl server ipv4/tcp_fastopen 0x203
    for family in 4 6; do
        server_start "$family" echo 80 --fastopen --show
        handshake 0 "$(target "$family" 80)" --wait 100ms --send 'once' --fast-open \
            --options 'mss 1460,sackOK,TS val 0 ecr 0,FO 0123456789abcdef'
        says '.offered.fastopen and (.answered.fastopen | not)' \
            '.received == "once" and .bytes_acked == 4'
        lab_saw server-80 'eof 4'
        handshake 0 "$(target "$family" 80)" --options 'mss 1460,mptcp capable v1 flags 01'
        says '.offered.mptcp and (.answered.mptcp or .in_effect.mptcp) == false'
        lab_stop server-80 || true
    done
    middlebox_hits
    judge_rows 0
}

@test "ECN: bits of IP cleared on the way, ECE cleared in the handshake" {
    lab_begins lab_up_routed
    lab_sysctl server ipv4/tcp_ecn 1
    mb_no_ecn
    for family in 4 6; do
        server_start "$family" echo 80
        handshake 0 "$(target "$family" 80)" --ecn --send 'x' --wait 100ms
        says '.in_effect.ecn and .received == "x"'
        lab_stop server-80 || true
    done
    middlebox_hits
    middlebox_clear
    mb_no_ece
    for family in 4 6; do
        server_start "$family" sink 80
        handshake 0 "$(target "$family" 80)" --ecn
        says '.offered.ecn and (.answered.ecn or .in_effect.ecn) == false'
        lab_stop server-80 || true
    done
    middlebox_hits
    judge_rows 0
}

@test "masquerade: the server sees the router, we see the server" {
    lab_begins lab_up_routed
    mb_masquerade
    capture_start behind server eth0
    for family in 4 6; do echo_row ".source == \"$(client_address "$family")\""; done
    lab_in router nft list ruleset | grep -q 'counter packets [1-9]'
    judge_rows 0
    capture_stop behind
    sources=$(judge_tshark "$(capture_file behind)" -Y "$SYN" -T fields -e ip.src -e ipv6.src |
        tr -d '\n\t')
    [ "$sources" = 198.18.2.2542001:db8:2::fe ]
}

@test "DNAT: the router's own address leads to the server" {
    lab_begins lab_up_routed
    mb_dnat 8080 80
    for family in 4 6; do
        server_start "$family" echo 80
        address=$(router_address "$family")
        [ "$family" = 4 ] || address="[$address]"
        handshake 0 "$address:8080" --send 'nat' --wait 100ms
        says '.verdict == "open" and .received == "nat" and .port == 8080' \
            ".from == \"$(router_address "$family")\" and .ttl == 63 and .closed == \"both\""
        lab_saw server-80 'eof 3'
        lab_stop server-80 || true
    done
    middlebox_hits
    judge_rows 0
}

@test "SYNPROXY: a window of zero first, then the server's; data still flow" {
    lab_begins lab_up_routed
    mb_synproxy 80
    family=4
    echo_row '.segments[1].flags == "SYN,ACK" and .segments[1].window == 0' '.in_effect.sack'
    says '[.findings[].id] | contains(["TP-SYN-WINDOW-ZERO"])'
    # it answers for a port that is closed too: the RST that follows has the server's TTL
    handshake 1 "$(target 4 80)" --wait 1s
    says '.verdict == "reset" and .ttl == 63 and .closed == "rst_received"' \
        '.reason | contains("TTL 63 (the SYN,ACK had 64)")'
    finds TP-SYN-WINDOW-ZERO TP-SEG-RST-TTL
    judge_all 0
}

@test "a router that drops what belongs to no connection: nothing of ours is lost there" {
    lab_begins lab_up_routed
    mb_strict
    for family in 4 6; do echo_row; done
    run ! middlebox_hits
    judge_rows 0
}

@test "another TTL on the way is seen, as are the hops" {
    lab_begins lab_up_routed
    mb_ttl 120
    for family in 4 6; do echo_row '.ttl == 120 and .hops == 8'; done
    middlebox_hits
    judge_rows 0
}

@test "a smaller MTU behind the router: data that do not fit are cut smaller and arrive" {
    lab_begins lab_up_routed
    ip -n "$(lab_namespace router)" link set right mtu 1300
    printf '%050000d' 5 >"$LAB_DIR/data"
    for family in 4 6; do
        server_start "$family" sink 80
        handshake 0 "$(target "$family" 80)" --send "@$LAB_DIR/data" --wait 100ms
        says '.bytes_acked == 50000 and .closed == "both"'
        says '[.findings[].id] | contains(["TP-ICMP-NOTE"])'
        lab_saw server-80 'eof 50000'
        lab_stop server-80 || true
    done
    judge_rows 0 --no-server --mtu 1300
}
