#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# The lab proves itself, with the kernel's client and hping3 in the program's
# place: ends and judges.

setup() {
    load selftest.bash
    lab_require hping3
}

teardown() {
    lab_down
}

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
    [ "$(count "$SYN_ACK")" -eq 2 ]
    [ "$(count 'tcp.flags.fin == 1')" -eq 4 ]
}

@test "the judges find stray RSTs, bad checksums, an empty capture, leftovers" {
    lab_up
    server_start 4 echo 80
    capture_start
    lone_syn "$(server_address 4)"
    capture_stop
    judge_no_stray_rst "$(capture_file)" 1
    run ! judge_no_stray_rst "$(capture_file)" 0
    judge_wellformed "$(capture_file)"

    capture_start bad
    lone_syn "$(server_address 4)" -b
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
    LAB_READY='' lab_start client patient sleep 20
    run -130 lab_stop patient INT
    local names directory=$LAB_DIR
    names=$(lab_namespace '')
    ip netns list | grep -q "$names"
    lab_down
    run ! grep -q "$names" <(ip netns list)
    [ ! -e "$directory" ]
    lab_down
}

@test "the lab comes down also when its test is killed outright" {
    # shellcheck disable=SC2016
    run -137 bash -c '. "$1" && lab_up && echo "$LAB_ID" && kill -KILL $$' bash "$LAB_SOURCE/lab.bash"
    ip netns list | grep -q "tcpprobe-${lines[0]}-server"
    # shellcheck disable=SC2016
    lab_until 5 bash -c '! ip netns list | grep -q "$1"' bash "tcpprobe-${lines[0]}-"
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
        server_start "$family" big 86 --bytes 52000
        server_start "$family" late-close 87 --delay 0.1 --text 'late\n'
        server_start "$family" half-close 88
        capture_start
        [ "$(talk "$address" 81)" = '220 hello' ]
        [ "$(talk "$address" 82)" = '220 hello' ]
        for port in 83 84 85; do
            run ! talk "$address" "$port" x
        done
        # shellcheck disable=SC2016
        [ "$(in_client timeout 4 bash -c 'exec 3<>"/dev/tcp/$1/86"; head -c 52000 <&3 | cksum' \
            bash "$address")" = "$(printf 'abcdefghijklmnopqrstuvwxyz%.0s' {1..2000} | cksum)" ]
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
            [ "$(count "tcp.srcport == $port && tcp.flags.reset == 1")" -ge 1 ]
        done
        for port in 81 82 83 84 85 86 87 88; do
            lab_stop "server-$port" || true
        done
    done
}

@test "server sockets: Fast Open, MPTCP, MD5, deferred accept, zero window, full queue" {
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
        LAB_READY='' lab_start client "silent$family" \
            bash -c "exec 3<>/dev/tcp/$address/84; echo open; sleep 9"
        lab_saw "silent$family" open
        sleep 0.1
        [ "$(lab_output server-84)" = READY ]
        [ "$(try_connect "$address" 86)" = open ]
        [ "$(try_connect "$address" 86 0.5)" = silence ]
        [ "$(try_connect "$address" 87)" = open ]
        capture_stop
        [ -n "$(first_frame "$SYN_ACK && tcp.srcport == 81" tcp.options.tfo.cookie)" ]
        [ -n "$(first_frame "$SYN_ACK && tcp.srcport == 82" tcp.options.mptcp.sendkey)" ]
        [ "$(count "$SYN_ACK && tcp.srcport == 83")" -eq 0 ]
        [ "$(count "$ZERO_WINDOW && tcp.srcport == 85")" -ge 1 ]
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
        lab_start client opener "${LAB_PYTHON[@]}" "$LAB_SOURCE/server.py" \
            --to "$(server_address "$family")" 80 connect "$(client_address "$family")" 4000
        lab_until 3 middlebox_hits
        server_start "$family" connect 80 --to "$(client_address "$family")" 4000
        lab_saw opener connected
        lab_saw server-80 connected
        middlebox_clear
        capture_stop
        [ "$(count "$SYN && tcp.srcport == 80")" -ge 1 ]
        [ "$(count "$SYN && tcp.srcport == 4000")" -ge 1 ]
        lab_stop opener || true
        lab_stop server-80 || true
    done
}

@test "scripted peer: handshake, retransmission, SACK, fragments, close" {
    local alphabet=abcdefghijklmnopqrstuvwxyz
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
        [ "$(talk "$(peer_address "$family")" 80 hi)" = "$alphabet$alphabet" ]
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
# a RST without ACK, with a wrong checksum, acknowledgment or port, a falsified quote: no
# answer; then a new ISN
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
        [ -z "$3" ] || lone_syn "$(peer_address 4)" -b
        try_connect "$(peer_address "$1")" 80 0.3 >/dev/null
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
