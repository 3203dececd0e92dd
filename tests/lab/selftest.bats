#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# The lab proves itself, with the kernel's client and hping3 in the program's place.

bats_require_minimum_version 1.5.0

setup() {
    load lab.bash
    lab_require hping3
}

teardown() {
    lab_down
}

# talk ADDRESS PORT [TEXT]: the kernel's client says a line and prints the line that it gets.
talk() {
    # shellcheck disable=SC2016
    in_client timeout 4 bash -c '
        exec 3<>"/dev/tcp/$1/$2" || exit
        [ -z "$3" ] || echo "$3" >&3
        read -r -t 3 line <&3 && echo "${line//[[:cntrl:]]}"' bash "$1" "$2" "${3-}"
}

# try_connect ADDRESS PORT [SECONDS]: prints 'open' or the kernel's words for why not.
try_connect() {
    in_client timeout "${3:-2}" /usr/bin/python3 -c '
import socket, sys
try:
    socket.create_connection((sys.argv[1], int(sys.argv[2]))).close()
    print("open")
except OSError as error:
    print(error.strerror)' "$1" "$2" || echo silence
}

# first_frame FILTER FIELD...: the fields of the first captured packet that matches.
first_frame() {
    local filter=$1 field fields=()
    shift
    for field; do fields+=(-e "$field"); done
    judge_tshark "$(capture_file)" -Y "$filter" -T fields "${fields[@]}" | head -1
}

SYN_ACK='tcp.flags.syn == 1 && tcp.flags.ack == 1 && !icmp && !icmpv6'

@test "the pair: both families, all server manners say READY, capture complete, judges content" {
    lab_up
    capture_start
    for family in 4 6; do
        server_start "$family" echo 80 --show
        [ "$(talk "$(server_address "$family")" 80 hello)" = hello ]
        lab_saw server-80 'eof'
        lab_stop server-80 || true
    done
    capture_stop
    judge_wellformed "$(capture_file)"
    judge_no_stray_rst "$(capture_file)" 0
    [ "$(judge_count "$(capture_file)" "$SYN_ACK")" -eq 2 ]
    [ "$(judge_count "$(capture_file)" 'tcp.flags.fin == 1')" -eq 4 ]
}

@test "the judges find stray RSTs, bad checksums, an empty capture, leftovers" {
    lab_up
    server_start 4 echo 80
    capture_start
    in_client hping3 -S -c 1 -p 80 "$(server_address 4)" >/dev/null 2>&1
    capture_stop
    judge_no_stray_rst "$(capture_file)" 1
    run ! judge_no_stray_rst "$(capture_file)" 0
    judge_wellformed "$(capture_file)"

    capture_start bad
    in_client hping3 -b -S -c 1 -p 80 "$(server_address 4)" >/dev/null 2>&1 || true
    capture_stop bad
    run ! judge_wellformed "$(capture_file bad)"
    [[ $output == *"not well-formed"* ]]

    capture_start empty
    capture_stop empty
    run ! judge_wellformed "$(capture_file empty)"

    judge_no_leftover
    in_client nft add table inet left
    run ! judge_no_leftover
    [[ $output == *"client, nft"* ]]
    in_client nft flush ruleset
    LAB_READY='' lab_start client connection bash -c "exec 3<>/dev/tcp/198.18.0.2/80; sleep 20"
    lab_saw server-80 accept
    run ! judge_no_leftover
    [[ $output == *"server: ESTAB"* && $output == *"client: ESTAB"* ]]
}

@test "the lab comes down completely, twice, and with something stuck inside" {
    lab_up
    server_start 4 sink 80
    LAB_READY='' lab_start client stuck bash -c 'trap "" TERM; while :; do sleep 0.1; done'
    local names directory=$LAB_DIR
    names=$(lab_namespace '')
    ip netns list | grep -q "$names"
    lab_down
    run ! grep -q "$names" <(ip netns list)
    [ ! -e "$directory" ]
    lab_down
}

@test "server manners: who closes, resets and speaks" {
    lab_up
    for family in 4 6; do
        address=$(server_address "$family")
        server_start "$family" greet 81
        server_start "$family" greet-close 82
        server_start "$family" reset 83
        server_start "$family" reset-data 84
        server_start "$family" unread 85
        server_start "$family" big 86 --bytes 50000
        server_start "$family" late-close 87 --delay 0.1 --text 'late\n'
        server_start "$family" half-close 88
        capture_start
        [ "$(talk "$address" 81)" = '220 hello' ]
        [ "$(talk "$address" 82)" = '220 hello' ]
        for port in 83 84 85; do
            run ! talk "$address" "$port" x
        done
        # shellcheck disable=SC2016
        [ "$(in_client timeout 4 bash -c 'exec 3<>"/dev/tcp/$1/86"; head -c 50000 <&3 | cksum' bash "$address")" = \
            "$(/usr/bin/python3 -c "print(('abcdefghijklmnopqrstuvwxyz' * 2000)[:50000], end='')" | cksum)" ]
        # shellcheck disable=SC2016
        [ "$(in_client /usr/bin/python3 -c '
import socket, sys
with socket.create_connection((sys.argv[1], 87)) as sock:
    sock.shutdown(socket.SHUT_WR)
    print(sock.recv(99).decode(), end="")' "$address")" = late ]
        run ! talk "$address" 88 x
        lab_saw server-88 '^eof 2'
        capture_stop
        for port in 83 84 85; do
            [ "$(judge_count "$(capture_file)" "tcp.srcport == $port && tcp.flags.reset == 1")" -ge 1 ]
        done
        for port in 81 82 83 84 85 86 87 88; do
            lab_stop "server-$port" || true
        done
    done
}

@test "server sockets: Fast Open, MPTCP, MD5, deferred accept, zero window, full accept queue, small MSS" {
    lab_up
    lab_sysctl server ipv4/tcp_fastopen 3
    for family in 4 6; do
        address=$(server_address "$family")
        server_start "$family" echo 81 --fastopen
        server_start "$family" echo 82 --mptcp
        server_start "$family" echo 83 --md5 "$(client_address "$family")"
        server_start "$family" echo 84 --defer 5
        server_start "$family" never-read 85
        server_start "$family" silent 86 --backlog 0
        server_start "$family" echo 87 --mss 600
        capture_start
        in_client /usr/bin/python3 -c '
import socket, sys
sock = socket.socket(socket.AF_INET6 if ":" in sys.argv[1] else socket.AF_INET, socket.SOCK_STREAM)
sock.sendto(b"fast", socket.MSG_FASTOPEN, (sys.argv[1], 81))
assert sock.recv(9) == b"fast"
mptcp = socket.socket(sock.family, socket.SOCK_STREAM, 262)
mptcp.connect((sys.argv[1], 82))
full = socket.create_connection((sys.argv[1], 85))
full.setblocking(False)
try:
    while full.send(b"x" * 4096):
        pass
except BlockingIOError:
    pass
' "$address"
        [ "$(try_connect "$address" 83 0.5)" = silence ]
        LAB_READY='' lab_start client "silent$family" bash -c "exec 3<>/dev/tcp/$address/84; echo open; sleep 9"
        lab_saw "silent$family" open
        sleep 0.1
        [ "$(lab_output server-84)" = READY ]
        [ "$(try_connect "$address" 86)" = open ]
        [ "$(try_connect "$address" 86 0.5)" = silence ]
        [ "$(try_connect "$address" 87)" = open ]
        capture_stop
        [ -n "$(first_frame "$SYN_ACK && tcp.srcport == 81" tcp.options.tfo.cookie)" ]
        [ -n "$(first_frame "$SYN_ACK && tcp.srcport == 82" tcp.options.mptcp.sendkey)" ]
        [ "$(judge_count "$(capture_file)" "$SYN_ACK && tcp.srcport == 83")" -eq 0 ]
        [ "$(judge_count "$(capture_file)" 'tcp.srcport == 85 && tcp.window_size_value == 0 && tcp.flags.reset == 0')" -ge 1 ]
        [ "$(first_frame "$SYN_ACK && tcp.srcport == 87" tcp.options.mss_val)" = 600 ]
        for port in 81 82 83 84 85 86 87; do
            lab_stop "server-$port" || true
        done
    done
}

@test "simultaneous open: two kernels open towards each other" {
    lab_up
    for family in 4 6; do
        capture_start
        # the client's first SYN is lost; then the server opens from its side
        mb_drop_first 1 syn
        lab_start client opener "${LAB_PYTHON[@]}" "$LAB_SOURCE/server.py" --count 1 --to "$(server_address "$family")" 80 \
            connect "$(client_address "$family")" 4000
        lab_until 3 middlebox_hits
        server_start "$family" connect 80 --to "$(client_address "$family")" 4000
        lab_saw opener connected
        lab_saw server-80 connected
        middlebox_clear
        capture_stop
        [ "$(judge_count "$(capture_file)" 'tcp.flags.syn == 1 && tcp.flags.ack == 0 && tcp.srcport == 80')" -ge 1 ]
        [ "$(judge_count "$(capture_file)" 'tcp.flags.syn == 1 && tcp.flags.ack == 0 && tcp.srcport == 4000')" -ge 1 ]
        lab_stop opener || true
        lab_stop server-80 || true
    done
}

@test "relay: lost SYN and SYN-ACK, copies, late, held back, corrupted, rewritten" {
    for family in 4 6; do
        lab_up_relay '> syn 1 drop' '< synack 1 drop' '< synack 2 dup' '> data 1 dup' '< data 1 corrupt' \
            '> fin 1 delay 50' '< fin * ttl 33' '< synack 3 options mss 777' '< data 2 hold 1'
        address=$(server_address "$family")
        server_start "$family" echo 80
        capture_start
        [ "$(talk "$address" 80 one)" = one ]
        [ "$(try_connect "$address" 80)" = open ]
        # two segments, the first after the second: the kernel puts them in order
        [ "$(in_client /usr/bin/python3 -c '
import socket, sys
with socket.create_connection((sys.argv[1], 80)) as sock:
    sock.sendall(b"two\n")
    sock.sendall(b"three\n")
    print(sock.recv(4, socket.MSG_WAITALL).decode(), end="")' "$address")" = two ]
        capture_stop
        relay_stop
        [ "$(judge_count "$(capture_file)" 'tcp.srcport == 80 && tcp.checksum.status == 0')" -eq 1 ]
        [ "$(judge_count "$(capture_file)" 'tcp.srcport == 80 && tcp.flags.fin == 1 && (ip.ttl == 33 || ipv6.hlim == 33)')" -ge 1 ]
        [ "$(judge_count "$(capture_file)" "$SYN_ACK && tcp.options.mss_val == 777")" -eq 1 ]
        lab_down
    done
}

@test "relay: forged RSTs, stray segments, ICMP; an unused rule is reported" {
    for family in 4 6; do
        if [ "$family" = 4 ]; then icmp='3 1'; else icmp='1 3'; fi
        lab_up_relay '< synack 1 stray R seq=+5 ttl=7' '> syn 2 back R. ttl=9' '> syn 3 back R. ack=+1' \
            "> syn 4 icmp $icmp quote=100" "> syn 5 icmp $icmp seq=+9999 keep" '< synack 4 rst bad' '> fin 9 drop'
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
        [ "$(judge_count "$(capture_file)" 'tcp.flags.reset == 1 && (ip.ttl == 7 || ipv6.hlim == 7)')" -eq 1 ]
        [ "$(judge_count "$(capture_file)" 'tcp.flags.reset == 1 && (ip.ttl == 9 || ipv6.hlim == 9)')" -eq 1 ]
        lab_down
    done
}

@test "scripted peer: handshake, retransmission, SACK, fragments, close" {
    lab_up
    for family in 4 6; do
        peer_start "$family" 80 <<'EOF'
never R
> S 0:0(0) <mss *,sackOK,TS val * ecr 0,nop,wscale *>
> S 0:0(0) after 0.8
< S. 0:0(0) ack 1 win 65535 <mss 1460,sackOK,TS val 1000 ecr *,nop,wscale 7>
> . 1:1(0) ack 1 <nop,nop,TS val * ecr 1000>
> P. 1:4(3) ack 1 data "hi\n"
< . 27:53(26) ack 4 <nop,nop,TS val 1001 ecr *>
> . 4:4(0) ack 1 <*,sack 27:53>
< . 1:27(26) ack 4 <nop,nop,TS val 1001 ecr *> frag 24
> . 4:4(0) ack 53 <nop,nop,TS val * ecr 1001>
< P. 53:54(1) ack 4 <nop,nop,TS val 1002 ecr *> data "\n"
> . 4:4(0) ack 54
> F. 4:4(0) ack 54
< F. 54:54(0) ack 5 <nop,nop,TS val 1003 ecr *>
> . 5:5(0) ack 55
quiet 0.1
EOF
        [ "$(talk "$(peer_address "$family")" 80 hi)" = abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz ]
        peer_wait
    done
}

@test "scripted peer: rude answers, each with what the kernel does about it" {
    lab_up
    for family in 4 6; do
        if [ "$family" = 4 ]; then icmp='3 1'; else icmp='1 3'; fi
        peer_start "$family" 80 <<EOF
> S 0:0(0)
< S. 0:0(0) ack 7777 win 100
> R
< R 0:0(0)
< R. 0:0(0) ack 1 badsum
< R. 0:0(0) ack 2
< R. 0:0(0) ack 1 sport 81
icmp $icmp seq +100000
quiet 0.2 R
# a RST without ACK, with a wrong checksum, acknowledgment or port, a falsified quote: no answer; then a new ISN
set isn 5
drain
< S. 0:0(0) ack 1 win 100 <mss 1000,raw:fd04beef,nop,nop>
> . 1:1(0) ack 1
EOF
        [ "$(try_connect "$(peer_address "$family")" 80)" = open ]
        peer_wait

        peer_start "$family" 81 <<EOF
> S 0:0(0)
icmp $icmp quote 60 from $(server_address "$family")
sleep 0.05
fresh
> S 0:0(0)
< R. 0:0(0) ack 1 ttl 3
EOF
        [ "$(try_connect "$(peer_address "$family")" 81 4)" = 'No route to host' ]
        [ "$(try_connect "$(peer_address "$family")" 81)" = 'Connection refused' ]
        peer_wait

        peer_start "$family" 82 <<'EOF'
# simultaneous open, and options with a lying length
> S 0:0(0)
< S 0:0(0) win 500 <mss 1000,raw:0822>
> S. 0:0(0) ack 1 <mss *,*>
< . 1:1(0) ack 1 win 500
EOF
        [ "$(try_connect "$(peer_address "$family")" 82)" = open ]
        peer_wait
    done
}

@test "scripted peer: what the client does wrong fails the script, with the line and the reason" {
    lab_up
    fail() { # FAMILY REASON, script on standard input
        peer_start "$1" 80
        [ -z "$3" ] || in_client timeout 2 hping3 -c 1 -p 80 -S -b "$(peer_address 4)" >/dev/null 2>&1 || true
        try_connect "$(peer_address "$1")" 80 0.5 >/dev/null
        run ! peer_wait
        [[ $output == *"$2"* ]] || { echo "$output"; false; }
    }
    fail 4 'line 1: > S. 0:0(0): flags S;' '' <<<'> S. 0:0(0)'
    fail 6 'options <mss 1440' '' <<<'> S 0:0(0) <mss 1460,*>'
    fail 4 'wrong checksum' bad <<<'> S 0:0(0)'
    fail 6 'never S' '' <<<$'never S\n> S 0:0(0)'
    fail 4 'nothing came' '' <<<$'> S 0:0(0)\n> . 1:1(0) within 0.2'
    fail 6 'not quiet' '' <<<$'> S\n< S. 0:0(0) ack 1\nquiet 1 F'
    fail 4 'unknown command' '' <<<'nonsense'
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
        [ "$(first_frame "$SYN_ACK" tcp.options.mss_val tcp.options.wscale.shift tcp.options.timestamp.tsval)" = \
            $'700\t\t' ]
        [[ $(first_frame "$SYN_ACK" ip.ttl ipv6.hlim) == *44* ]]
        [ "$(judge_count "$(capture_file behind)" 'tcp.flags.syn == 1 && tcp.options.mss_val == 700')" -ge 1 ]
        [ "$(judge_count "$(capture_file behind)" 'tcp.flags.syn == 1 && tcp.flags.ack == 0 && tcp.options.timestamp.tsval')" -eq 0 ]
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
            mb_drop_first 1 "$match"
            [ "$(try_connect "$address" 80 3)" = open ]
            middlebox_hits
            middlebox_clear
        done
        mb_drop_every 2 syn
        [ "$(try_connect "$address" 80 3)" = open ]
        [ "$(try_connect "$address" 80 0.4)" = silence ]
        middlebox_clear
        lab_stop server-80 || true
    done
}

@test "routed: every ICMP code, and a reset by the router" {
    lab_up_routed
    server_start 4 echo 80
    declare -A code=([net-unreachable]=0 [host-unreachable]=1 [prot-unreachable]=2 [port-unreachable]=3
        [net-prohibited]=9 [host-prohibited]=10 [admin-prohibited]=13)
    declare -A code6=([no-route]=0 [admin-prohibited]=1 [addr-unreachable]=3 [port-unreachable]=4 [policy-fail]=5
        [reject-route]=6)
    lab_sysctl router ipv4/icmp_ratelimit 0
    lab_sysctl router ipv6/icmp/ratelimit 0
    lab_sysctl router ipv4/icmp_msgs_per_sec 10000
    capture_start
    for type in "${!code[@]}"; do
        mb_reject 4 "$type"
        [[ $(try_connect "$(server_address 4)" 80 0.3) != open ]]
        middlebox_clear
    done
    for type in "${!code6[@]}"; do
        mb_reject 6 "$type"
        [[ $(try_connect "$(server_address 6)" 80 0.3) != open ]]
        middlebox_clear
    done
    mb_reset
    [ "$(try_connect "$(server_address 4)" 80)" = 'Connection refused' ]
    [ "$(try_connect "$(server_address 6)" 80)" = 'Connection refused' ]
    middlebox_hits
    capture_stop
    seen=$(judge_tshark "$(capture_file)" -Y icmp.type==3 -T fields -e icmp.code | sort -nu | tr '\n' ' ')
    [ "$seen" = '0 1 2 3 9 10 13 ' ]
    seen=$(judge_tshark "$(capture_file)" -Y icmpv6.type==1 -T fields -e icmpv6.code | sort -nu | tr '\n' ' ')
    [ "$seen" = '0 1 3 4 5 6 ' ]
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
        [ "$(judge_count "$(capture_file behind)" 'tcp.flags.syn == 1 && tcp.flags.ack == 0')" -eq 2 ]
        middlebox_clear
        mb_masquerade
        mb_dnat 8080 80
        [ "$(talk "$(router_address "$family")" 8080 through)" = through ]
        lab_saw server-80 "accept $(if [ "$family" = 4 ]; then echo 198.18.2.254; else echo 2001:db8:2::fe; fi)"
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
    [ "$(judge_count "$(capture_file)" 'tcp.srcport == 80')" -eq 0 ]
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
        [ "$(judge_count "$(capture_file)" 'ip.dsfield.ecn != 0 && tcp.srcport == 80')" -eq 0 ]
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
