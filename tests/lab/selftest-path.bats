#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# The lab proves itself: what lies between client and server, and other stacks.

setup() {
    load selftest.bash
    lab_require hping3
}

teardown() {
    lab_down
}

@test "relay: lost SYN and SYN-ACK, copies, late, held back, corrupted, rewritten" {
    for family in 4 6; do
        # the kernel repeats after a second: one loss a family is enough
        lost='> syn 1 drop' first=1 second=2
        [ "$family" = 4 ] || lost='< synack 1 drop' first=2 second=3
        lab_up_relay "$lost" "< synack $first dup" "< synack $second options mss 777" \
            '> data 1 dup' '> data 2 hold 1' '< data 1 corrupt' '> fin 1 delay 50' '< fin * ttl 33'
        address=$(server_address "$family")
        server_start "$family" echo 80
        capture_start
        capture_start behind server eth0
        [ "$(talk "$address" 80 one)" = one ]
        [ "$(try_connect "$address" 80)" = open ]
        # two segments, the first held back until the second has passed: the server orders them
        [ "$(in_client /usr/bin/python3 -c '
import socket, sys
with socket.create_connection((sys.argv[1], 80)) as sock:
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    sock.sendall(b"two\n")
    sock.sendall(b"three\n")
    print(sock.recv(10, socket.MSG_WAITALL).decode(), end="")' "$address")" = $'two\nthree' ]
        capture_stop
        capture_stop behind
        relay_stop
        lengths=$(judge_tshark "$(capture_file behind)" -Y 'tcp.dstport == 80 && tcp.len > 0' \
            -T fields -e tcp.len | tr '\n' ' ')
        echo "lengths of the data, at the server: $lengths"
        [[ $lengths == '4 4 '*'6 4 '* ]]
        [ "$(count 'tcp.srcport == 80 && tcp.checksum.status == 0')" -eq 1 ]
        [ "$(count '(ip.ttl == 33 || ipv6.hlim == 33) && tcp.flags.fin == 1')" -ge 1 ]
        [ "$(count "$SYN_ACK && tcp.options.mss_val == 777")" -eq 1 ]
        lab_down
    done
}

@test "relay: forged RSTs, stray segments, ICMP; an unused rule is reported" {
    for family in 4 6; do
        if [ "$family" = 4 ]; then icmp='3 1'; else icmp='1 3'; fi
        lab_up_relay '< synack 1 stray R seq=+5 ttl=7' '> syn 2 back R. ttl=9' \
            '> syn 3 back R. ack=+1' "> syn 4 icmp $icmp quote=100" \
            "> syn 5 icmp $icmp seq=+9999 keep" '< synack 4 rst bad' '> fin 9 drop'
        address=$(server_address "$family")
        server_start "$family" echo 80
        capture_start
        [ "$(try_connect "$address" 80)" = open ]
        [ "$(try_connect "$address" 80)" = 'Connection refused' ]
        [ "$(try_connect "$address" 80)" = open ]
        [ "$(try_connect "$address" 80)" = 'No route to host' ]
        [ "$(try_connect "$address" 80)" = open ]
        capture_stop
        run ! relay_stop
        [[ $output == *"never hit: > fin 9 drop"* && $output != *"never hit: > syn"* ]]
        [ "$(count 'tcp.flags.reset == 1 && (ip.ttl == 7 || ipv6.hlim == 7)')" -eq 1 ]
        [ "$(count 'tcp.flags.reset == 1 && (ip.ttl == 9 || ipv6.hlim == 9)')" -eq 1 ]
        lab_down
    done
}

@test "routed: TTL counts the router, a smaller MTU, MSS clamp, each option stripped" {
    lab_up_routed
    mb_mtu 1280
    mb_mss 700
    mb_strip_synack window
    mb_strip_syn timestamp
    mb_ttl 44
    lab_sysctl client ipv4/tcp_ecn 1
    for family in 4 6; do
        server_start "$family" echo 80
        capture_start
        capture_start behind server eth0
        [ "$(talk "$(server_address "$family")" 80 hello)" = hello ]
        capture_stop
        capture_stop behind
        judge_wellformed "$(capture_file)"
        [ "$(first_frame "$SYN_ACK" tcp.options.mss_val tcp.options.wscale.shift \
            tcp.options.timestamp.tsval)" = $'700\t\t' ]
        [[ $(first_frame "$SYN_ACK" ip.ttl ipv6.hlim) == *44* ]]
        [ "$(count 'tcp.flags.syn == 1 && tcp.options.mss_val == 700' behind)" -ge 1 ]
        [ "$(count "$SYN && tcp.options.timestamp.tsval" behind)" -eq 0 ]
        lab_stop server-80 || true
    done
    middlebox_clear
    for option in maxseg window sack-perm timestamp mptcp fastopen 254; do
        mb_strip "$option"
    done
    mb_strip_syn maxseg
}

@test "routed: silence for SYNs and SYN-ACKs, the first lost, every other lost" {
    lab_up_routed
    for family in 4 6; do
        server_start "$family" echo 80
        address=$(server_address "$family")
        for match in syn synack; do
            mb_drop "$match"
            [ "$(try_connect "$address" 80 0.4)" = silence ]
            middlebox_hits
            middlebox_clear
        done
        # the kernel repeats after a second: one kind a family is enough
        if [ "$family" = 4 ]; then match=syn; else match=synack; fi
        mb_drop_first 1 "$match"
        [ "$(try_connect "$address" 80 3)" = open ]
        [ "$(try_connect "$address" 80 0.4)" = open ]
        middlebox_hits
        middlebox_clear
        mb_drop_every 2 "$match"
        [ "$(try_connect "$address" 80 0.4)" = silence ]
        [ "$(try_connect "$address" 80 0.4)" = open ]
        [ "$(try_connect "$address" 80 0.4)" = silence ]
        middlebox_clear
        lab_stop server-80 || true
    done
}

@test "routed: every ICMP code, and a reset by the router" {
    lab_up_routed
    server_start 4 echo 80
    local types='net-unreachable host-unreachable prot-unreachable port-unreachable
        net-prohibited host-prohibited admin-prohibited'
    local types6='no-route admin-prohibited addr-unreachable port-unreachable
        policy-fail reject-route'
    lab_sysctl router ipv4/icmp_ratelimit 0
    lab_sysctl router ipv6/icmp/ratelimit 0
    lab_sysctl router ipv4/icmp_msgs_per_sec 10000
    capture_start
    for type in $types; do
        mb_reject 4 "$type"
        [[ $(try_connect "$(server_address 4)" 80 0.3) != open ]]
        middlebox_clear
    done
    for type in $types6; do
        mb_reject 6 "$type"
        [[ $(try_connect "$(server_address 6)" 80 0.3) != open ]]
        middlebox_clear
    done
    mb_reset
    [ "$(try_connect "$(server_address 4)" 80)" = 'Connection refused' ]
    [ "$(try_connect "$(server_address 6)" 80)" = 'Connection refused' ]
    middlebox_hits
    capture_stop
    [ "$(all_frames icmp.type==3 icmp.code)" = '0 1 2 3 9 10 13 ' ]
    [ "$(all_frames icmpv6.type==1 icmpv6.code)" = '0 1 3 4 5 6 ' ]
}

@test "routed: duplicates, masquerade, DNAT, SYNPROXY, strict connection tracking" {
    lab_up_routed
    for family in 4 6; do
        address=$(server_address "$family")
        server_start "$family" echo 80
        mb_dup
        capture_start behind server eth0
        [ "$(talk "$address" 80 twice)" = twice ]
        capture_stop behind
        [ "$(count "$SYN" behind)" -eq 2 ]
        middlebox_clear
        mb_masquerade
        mb_dnat 8080 80
        [ "$(talk "$(router_address "$family")" 8080 through)" = through ]
        lab_saw server-80 'accept .*\(2.254\|db8:2::fe\) '
        middlebox_clear
        if [ "$family" = 4 ]; then
            mb_synproxy 80
            capture_start
            [ "$(talk "$address" 80 proxied)" = proxied ]
            capture_stop
            middlebox_hits
            [ "$(first_frame "$SYN_ACK" tcp.window_size_value)" = 0 ]
            middlebox_clear
        fi
        lab_stop server-80 || true
    done
    server_start 4 echo 80
    mb_strict
    capture_start
    # a bare ACK out of the blue: without the router's strictness the server would reset it
    in_client timeout 1 hping3 -A -c 1 -p 80 "$(server_address 4)" >/dev/null 2>&1 || true
    capture_stop
    [ "$(count 'tcp.srcport == 80')" -eq 0 ]
    middlebox_hits
}

@test "routed: ECN in SYN and SYN-ACK is cleared; SYN cookies; no timestamps" {
    lab_up_routed
    lab_sysctl client ipv4/tcp_ecn 1
    lab_sysctl server ipv4/tcp_ecn 1
    for family in 4 6; do
        server_start "$family" echo 80
        capture_start
        [ "$(try_connect "$(server_address "$family")" 80)" = open ]
        capture_stop
        [ "$(first_frame "$SYN_ACK" tcp.flags.ece)" = 1 ]
        mb_no_ece
        mb_no_ecn
        capture_start
        [ "$(try_connect "$(server_address "$family")" 80)" = open ]
        capture_stop
        [ "$(first_frame "$SYN_ACK" tcp.flags.ece)" = 0 ]
        [ "$(count 'ip.dsfield.ecn != 0 && tcp.srcport == 80')" -eq 0 ]
        middlebox_clear
        lab_sysctl server ipv4/tcp_syncookies 2
        lab_sysctl server ipv4/tcp_timestamps 0
        capture_start
        [ "$(try_connect "$(server_address "$family")" 80)" = open ]
        capture_stop
        [ "$(first_frame "$SYN_ACK" tcp.options.timestamp.tsval)" = '' ]
        lab_sysctl server ipv4/tcp_syncookies 1
        lab_sysctl server ipv4/tcp_timestamps 1
        lab_stop server-80 || true
    done
}

@test "other stacks: lwIP, libslirp, passt answer, refuse, and look like themselves" {
    lab_require slirp4netns pasta pkg-config
    for stack in lwip slirp passt; do
        "stack_${stack}_up"
        for family in $LAB_STACK_FAMILIES; do
            capture_start capture client "$LAB_INTERFACE"
            [ "$(talk "$(server_address "$family")" 80 "$stack")" = "$stack" ]
            [ "$(try_connect "$(server_address "$family")" 9)" = open ]
            closed=$(try_connect "$(server_address "$family")" 81 0.5)
            capture_stop
            options=$(first_frame "$SYN_ACK" tcp.options)
            case $stack in
            lwip) [ "${options:8}" = 01030301 ] && [ "$closed" = 'Connection refused' ] ;;
            slirp) [ "$options" = 020405b4 ] && [ "$closed" = 'Connection refused' ] ;;
            # its RST carries no ACK, so it answers nothing
            passt) [ "$options" = 0204f00001030308 ] && [ "$closed" = silence ] ;;
            esac
        done
        lab_down
    done
}
@test "other links: TUN devices without a link layer, and loopback" {
    for link in tun 'loopback 80'; do
        # shellcheck disable=SC2086
        lab_up_$link
        capture_start
        for family in 6 4; do
            lab_stop server-80 || true
            server_start "$family" greet 80
            [ "$(talk "$(server_address "$family")" 80)" = '220 hello' ]
        done
        lone_syn "$(server_address 4)"
        capture_stop
        judge_no_stray_rst "$(capture_file)" 1
        [ "$(count "$SYN_ACK")" -eq 3 ]
        lab_down
    done
}
