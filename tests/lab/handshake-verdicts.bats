#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# `handshake` against Linux: every verdict, on every kind of interface, and what it leaves.

setup() {
    load handshake.bash
    lab_require jq
}

teardown() { lab_down; }

# open_row PORT [ARGUMENT]...: both families open, closed by both sides.
open_row() {
    local port=$1
    shift
    for family in 4 6; do
        server_start "$family" sink "$port"
        handshake 0 "$@" "$(target "$family" "$port")"
        says '.verdict == "open" and .attempts == 1 and .answered_attempt == 1' \
            '.lost_forward == 0 and .lost_reverse == 0 and .closed == "both" and .rtt_ms > 0' \
            '.rtt_source == "capture, nanoseconds: one SYN, one answer"' \
            ".family == \"IPv$family\" and .port == $port and .interface == \"$LAB_INTERFACE\"" \
            ".source == \"$(client_address "$family")\" and .ttl == 64 and .hops == 0" \
            ".from == \"$(server_address "$family")\"" '.bytes_received == 0 and .received == null'
        finds ''
        lab_saw "server-$port" eof
        lab_stop "server-$port" || true
    done
}

@test "open on Ethernet: each segment, state, option and time agrees with tshark" {
    lab_begins
    open_row 80
    judge_rows 0
    wire_count 2 "$SYN"
}

@test "open on tun" {
    lab_begins lab_up_tun
    open_row 80
    judge_rows 0
}

@test "open on loopback: its MSS, and offloaded checksums are no finding" {
    lab_begins lab_up_loopback 80
    open_row 80
    # tshark cannot judge the checksums of the kernel's own packets there
    judge_rows 0 --mtu 65536 --partial
}

@test "refused: by the kernel, by a middlebox that resets; TTL and hops say who" {
    lab_begins lab_up_routed
    for family in 4 6; do
        handshake 1 "$(target "$family" 81)"
        says '.verdict == "refused" and .attempts == 1 and .ttl == 63 and .hops == 1' \
            ".from == \"$(server_address "$family")\"" '.answered == null and .closed == null' \
            '.rtt_ms > 0 and .isn_server == null' '.reason | contains("RST,ACK")'
        finds ''
    done
    mb_reset
    for family in 4 6; do
        handshake 1 "$(target "$family" 82)"
        says '.verdict == "refused" and .ttl == 64 and .hops == 0' \
            ".from == \"$(server_address "$family")\""
    done
    middlebox_hits
    judge_rows 0
}

# icmp_rows NAME,TYPE,CODE,WORDS...: any of them ends it, soft ones too (RFC 5461 section 4.1).
# shellcheck disable=SC2154 # $ttl comes from the caller: what the answers arrive with
icmp_rows() {
    local row name type code words
    for row; do
        IFS=, read -r name type code words <<<"$row"
        middlebox_clear
        mb_reject "$family" "$name"
        handshake 1 "$(target "$family" 80)" --timeout 2s
        says '.verdict == "unreachable"' ".attempts == 1" ".icmp_type == $type" \
            ".icmp_code == $code" ".from == \"$(who "$family")\"" ".ttl == $ttl" \
            ".reason | contains(\"$words\")" '.rtt_ms == null and .answered == null'
        icmp_said+=("$(jq -r '.segments[1].icmp' <"$LAB_DIR/record")")
        finds ''
        middlebox_hits
    done
}

# shellcheck disable=SC2054 # the commas part the columns of a row
# shellcheck disable=SC2054 # one row, its fields with commas
ICMP4=(net-unreachable,3,0,'net unreachable'
    host-unreachable,3,1,'host unreachable'
    prot-unreachable,3,2,'protocol unreachable'
    port-unreachable,3,3,'port unreachable'
    net-prohibited,3,9,'network is administratively prohibited'
    host-prohibited,3,10,'host is administratively prohibited'
    admin-prohibited,3,13,'communication administratively prohibited')
# shellcheck disable=SC2054
# shellcheck disable=SC2054
ICMP6=(no-route,1,0,'no route to destination'
    admin-prohibited,1,1,'administratively prohibited'
    addr-unreachable,1,3,'address unreachable'
    port-unreachable,1,4,'port unreachable'
    policy-fail,1,5,'failed ingress/egress policy'
    reject-route,1,6,'reject route to destination')

# all_icmp: every code of both families, in the verdict and in the list of packets.
all_icmp() {
    icmp_said=()
    family=4 icmp_rows "${ICMP4[@]}"
    family=6 icmp_rows "${ICMP6[@]}"
    judge_rows 0
    printf '%s\n' "${icmp_said[@]}"
    run ! grep -v " from " <<<"$(printf '%s\n' "${icmp_said[@]}")"
}

no_rate_limit() {
    lab_sysctl "$1" ipv4/icmp_ratelimit 0
    lab_sysctl "$1" ipv6/icmp/ratelimit 0
}

@test "unreachable: every ICMP and ICMPv6 code, said by the router" {
    who() { router_address "$1"; }
    lab_begins lab_up_routed
    no_rate_limit router
    ttl=64 all_icmp
}

@test "unreachable: every ICMP and ICMPv6 code, said by the server" {
    who() { server_address "$1"; }
    lab_begins
    no_rate_limit server
    ttl=64 all_icmp
}

@test "filtered: SYNs at 0, T, 3T with a TSval of their own each, and one RST at 7T" {
    lab_begins
    mb_drop syn
    for family in 4 6; do
        handshake 1 "$(target "$family" 80)" --timeout 100ms
        says '.verdict == "filtered" and .attempts == 3 and .from == null and .ttl == null' \
            '.rtt_ms == null and .rtt_source == "no answer" and .answered_attempt == null' \
            '.lost_forward == null and .lost_reverse == null and .isn_server == null' \
            '.reason | contains("3 SYNs")'
        finds ''
    done
    middlebox_hits
    judge_rows 2
    for family in ip ipv6; do
        wire "$family && tcp.port == 80" frame.time_epoch tcp.flags.str tcp.seq_raw \
            tcp.options.timestamp.tsval | awk '
            NR == 1 { first = $1; seq = $3; due[2] = 0.1; due[3] = 0.3; due[4] = 0.7 }
            NR > 1 && ($1 - first < due[NR] - 0.002 || $1 - first > due[NR] + 0.25) {
                print "packet " NR " left after " $1 - first " s"; bad = 1 }
            NR <= 3 && ($2 !~ /S/ || $3 != seq) { print "packet " NR " is not our SYN"; bad = 1 }
            NR <= 3 && NR > 1 && $4 <= value { print "TSval " $4 " after " value; bad = 1 }
            NR == 4 && ($2 !~ /R/ || $3 != seq + 1) { print "the last is no RST"; bad = 1 }
            { value = $4 }
            END { exit bad || NR != 4 }'
    done
}

@test "filtered: --retries and --timeout are kept; a lost answer leaves nothing half-open" {
    lab_begins
    mb_drop synack
    for family in 4 6; do
        server_start "$family" sink 80
        handshake 1 "$(target "$family" 80)" --timeout 50ms --retries 0
        says '.verdict == "filtered" and .attempts == 1'
        lab_stop server-80 || true
    done
    middlebox_hits
    judge_rows 2
    wire_count 2 "$SYN"
}

@test "a server whose accept queue is full is silent" {
    lab_begins
    for family in 4 6; do
        server_start "$family" silent 80 --backlog 0
        LAB_READY=FULL lab_start server "fill-$family" "${LAB_PYTHON[@]}" -c '
import socket, sys, time
family = socket.AF_INET6 if ":" in sys.argv[1] else socket.AF_INET
socks = []
for _ in range(2):
    sock = socket.socket(family)
    sock.settimeout(0.3)
    socks.append(sock)
    try:
        sock.connect((sys.argv[1], 80))
    except OSError:
        pass
print("FULL", flush=True)
time.sleep(60)' "$(server_address "$family")"
        run probe handshake --json --timeout 50ms --retries 1 "$(target "$family" 80)"
        echo "$output" >"$LAB_DIR/record"
        [ "$status" -eq 1 ]
        says '.verdict == "filtered" and .attempts == 2'
        lab_stop "fill-$family" || true
        lab_stop server-80 || true
    done
    judge_all 2
}

@test "not measured: no route, no name, no address of the family, no such source: status 2" {
    lab_begins
    server_start 4 sink 80
    for target in 198.19.0.1:80 '[2001:db8:ffff::1]:80' nobody.invalid:80; do
        handshake 2 "$target"
        says '.verdict == "inconclusive" and .attempts == 0 and (.reason | length) > 10' \
            '.rtt_ms == null and .closed == null and .segments == [] and .steps == []'
    done
    handshake 2 -6 "$(target 4 80)"
    says '.verdict == "inconclusive"' '.reason | contains("family")'
    handshake 2 --source 198.18.0.77 "$(target 4 80)"
    says '.verdict == "inconclusive"' '.reason | contains("198.18.0.77")'
    ip -n "$(lab_namespace client)" link set eth0 down
    handshake 2 "$(target 4 80)"
    says '.verdict == "inconclusive" and .attempts == 0'
    ip -n "$(lab_namespace client)" link set eth0 up
    capture_stop
    [ "$(judge_count "$(capture_file)" tcp)" -eq 0 ]
    # the good ones among them are measured all the same; a failure outweighs what was not measured
    handshake 2 "$(target 4 80)" 198.19.0.1:80
    handshake 1 "$(target 4 80)" "$(target 4 81)" 198.19.0.1:80
    handshake 0 "$(target 4 80)"
    [ "$(jq -r .verdict <"$LAB_DIR/records" | tail -6 | sort | uniq -c | tr -s ' \n' ' ')" = \
        ' 2 inconclusive 3 open 1 refused ' ]
}

@test "reset: after the SYN,ACK, by the server" {
    lab_begins lab_up_routed
    for family in 4 6; do
        server_start "$family" reset 80
        handshake 1 "$(target "$family" 80)" --wait 2s
        says '.verdict == "reset" and .closed == "rst_received" and .ttl == 63' \
            '.reason | contains("TTL 63 (the SYN,ACK had 63)")'
        finds ''
        lab_stop server-80 || true
    done
    judge_rows 0
}

@test "200 ports at once: open, refused, silent, rejected, each told apart, nothing left" {
    lab_begins lab_up_routed
    no_rate_limit router
    middlebox_rule 'tcp dport 1100-1149 drop' \
        'meta nfproto ipv4 tcp dport 1150-1199 reject with icmp type admin-prohibited' \
        'meta nfproto ipv6 tcp dport 1150-1199 reject with icmpv6 type admin-prohibited'
    for family in 4 6; do
        LAB_READY=READY lab_start server "many-$family" "${LAB_PYTHON[@]}" -c '
import select, socket, sys
family = socket.AF_INET6 if ":" in sys.argv[1] else socket.AF_INET
listeners = []
for port in range(1000, 1050):
    sock = socket.socket(family)
    sock.bind((sys.argv[1], port))
    sock.listen(5)
    listeners.append(sock)
print("READY", flush=True)
reading = list(listeners)
while True:
    for sock in select.select(reading, [], [])[0]:
        if sock in listeners:
            reading.append(sock.accept()[0])
        elif not sock.recv(9):
            reading.remove(sock)
            sock.close()' "$(server_address "$family")"
        handshake 1 "$(target "$family" 1000-1199)" --timeout 150ms --retries 1
        says '.verdict == {"0": "open", "1": "refused", "2": "filtered", "3": "unreachable"}[
            (.port - 1000) / 50 | floor | tostring]' '.verdict != "open" or .closed == "both"' \
            '.verdict != "open" or .lost_forward == 0' '.capture_dropped == 0'
        [ "$(jq .port <"$LAB_DIR/record" | sort -u | wc -l)" -eq 200 ]
    done
    middlebox_hits
    judge_rows 100
}
