#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# `handshake`: data both ways, and every way in which a connection ends, interrupted too.

setup() {
    load handshake.bash
    lab_require jq
}

teardown() { lab_down; }

# row MODE STATUS ARGUMENT...: a handshake with a server of that manner, with $options, on port 80.
row() {
    local mode=$1 status=$2
    shift 2
    server_start "$family" "$mode" 80 "${options[@]}"
    handshake "$status" "$(target "$family" 80)" "$@"
}

ended() { lab_stop server-80 || true; }

@test "echo: the exact bytes at both ends, whatever they are" {
    lab_begins
    options=(--show)
    for family in 4 6; do
        row echo 0 --send 'GET / \x00\xff\x1b[31m\t"\\\r\n' --wait 100ms
        says '.bytes_sent == 18 and .bytes_acked == 18 and .bytes_received == 18' \
            '.received | contains("GET / ") and (test("[\u0000-\u001f\u007f]") | not)'
        lab_saw server-80 'text GET / \\x00\\xff\\x1b\[31m\\t"\\\\\\r\\n'
        ended
    done
    judge_rows 0
    wire_is '474554202f2000ff1b5b33316d09225c0d0a' 'tcp.len > 0 && ip && tcp.srcport == 80' \
        tcp.payload
}

@test "a megabyte to the server and a megabyte from it, whole, through its small buffers too" {
    lab_begins
    head -c 1000000 /dev/urandom >"$LAB_DIR/data"
    for family in 4 6; do
        for buffer in 0 4096; do
            options=(--buffer "$buffer" --bytes 1000000)
            LAB_READY=READY lab_start server keeper "${LAB_PYTHON[@]}" -c '
import hashlib, socket, sys
sock = socket.socket(socket.AF_INET6 if ":" in sys.argv[1] else socket.AF_INET)
if int(sys.argv[2]):
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, int(sys.argv[2]))
sock.bind((sys.argv[1], 90))
sock.listen()
print("READY", flush=True)
connection = sock.accept()[0]
digest = hashlib.sha256()
while data := connection.recv(65536):
    digest.update(data)
print(digest.hexdigest(), flush=True)' "$(server_address "$family")" "$buffer"
            handshake 0 "$(target "$family" 90)" --send "@$LAB_DIR/data" --wait 20ms
            says '.bytes_sent == 1000000 and .bytes_acked == 1000000 and .closed == "both"'
            lab_saw keeper "$(sha256sum <"$LAB_DIR/data" | cut -d' ' -f1)"
            lab_stop keeper || true
        done
        row big 0 --wait 1s --close-timeout 5s
        says '.bytes_received == 1000000 and .closed == "both"'
        ended
    done
    # every byte that the server sent was acknowledged once, in order, and is the capture's
    judge_rows 0
}

@test "data at once from the server, and then its close" {
    lab_begins
    options=()
    for family in 4 6; do
        row greet 0 --wait 100ms
        says '.received == "220 hello\\r\\n" and .bytes_received == 11 and .closed == "both"'
        ended
        row greet-close 0 --wait 3s
        says '.received == "220 hello\\r\\n" and .closed == "both" and .duration_ms < 2000' \
            '.reason | contains("the server closed first")'
        ended
        row close 0 --wait 3s
        says '.bytes_received == 0 and .closed == "both" and .duration_ms < 2000' \
            'any(.steps[]; .to == "CLOSE-WAIT") and any(.steps[]; .to == "LAST-ACK")' \
            'all(.steps[]; .to != "TIME-WAIT")'
        ended
        row urgent 0 --wait 100ms
        says '.bytes_received == 1 and .closed == "both"'
        finds TP-SEG-URGENT
        ended
    done
    judge_rows 0
}

@test "half-close: our FIN goes first, and what the server then sends is taken" {
    lab_begins
    options=(--text 'after your FIN\n' --delay 0.1)
    for family in 4 6; do
        row late-close 0 --half-close --send 'q\n' --wait 3s
        says '.received == "after your FIN\\n" and .bytes_acked == 2 and .closed == "both"' \
            'any(.steps[]; .to == "FIN-WAIT-2") and any(.steps[]; .to == "TIME-WAIT")'
        ended
        options=()
        row half-close 0 --send 'still read\n' --wait 500ms
        says '.bytes_acked == 11 and .closed == "both"'
        lab_saw server-80 'eof 11'
        ended
        options=(--text 'after your FIN\n' --delay 0.1)
    done
    judge_rows 0
}

@test "both close at once: the FINs cross, CLOSING, TIME-WAIT" {
    for family in 4 6; do
        # ours is on its way while the server, too, decides to close
        lab_begins lab_up_relay '> fin 1 delay 150' '< fin 1 delay 50'
        options=(--delay 0)
        row close 0 --wait 10ms
        says '.closed == "both"' 'any(.steps[]; .to == "CLOSING")' \
            'any(.steps[]; .to == "TIME-WAIT")'
        ended
        relay_stop
        judge_rows 0 --no-server
        lab_down
    done
}

@test "zero window: what a server never reads is probed for, and given up in bounded time" {
    lab_begins
    printf '%0300000d' 1 >"$LAB_DIR/data"
    options=()
    for family in 4 6; do
        row never-read 0 --send "@$LAB_DIR/data" --deadline 1500ms
        says '.bytes_sent == .bytes_acked + 1 and .closed == "rst_sent"' \
            '.bytes_acked > 1000 and .duration_ms < 3000' \
            'any(.steps[]; .event == "TIMER_PERSIST")'
        ended
    done
    judge_rows 2
    # never more than the window allowed, but for one byte of a probe (RFC 9293 section 3.8.6.1)
    wire 'tcp.srcport == 80 || tcp.dstport == 80' tcp.stream tcp.srcport tcp.seq tcp.len tcp.ack \
        tcp.window_size | awk '
        $2 == 80 { if ($5 + $6 > edge[$1]) edge[$1] = $5 + $6 }
        $2 != 80 && $4 > 0 && $3 + $4 > edge[$1] + 1 { print "beyond the window: " $0; bad = 1 }
        END { exit bad }'
}

@test "a server that reads slowly gets all of it" {
    lab_begins
    printf '%020000d' 1 >"$LAB_DIR/data"
    options=(--delay 0.01)
    for family in 4 6; do
        row slow 0 --send "@$LAB_DIR/data" --wait 10ms --close-timeout 5s
        says '.bytes_acked == 20000 and .closed == "both"'
        ended
    done
    judge_rows 0
}

@test "--window 0: the server's data are not taken, and nothing is acknowledged that was not" {
    lab_begins
    options=()
    for family in 4 6; do
        row greet 0 --window 0 --wait 300ms --close-timeout 200ms
        says '.verdict == "open" and .bytes_received == 0 and .received == null'
        ended
    done
    capture_stop
    judge_wellformed "$(capture_file)"
    judge_no_leftover
    wire_count 0 'tcp.dstport == 80 && tcp.window_size_value != 0'
    wire_count 0 'tcp.dstport == 80 && tcp.flags.reset == 0 && tcp.ack > 1'
}

@test "reset: right after the data; a close with unread data" {
    lab_begins
    options=()
    for family in 4 6; do
        row reset-data 1 --send 'x' --wait 2s
        says '.verdict == "reset" and .closed == "rst_received" and .bytes_acked == 1'
        ended
        row unread 1 --send 'never read' --wait 2s
        says '.verdict == "reset" and .closed == "rst_received" and .duration_ms < 2000'
        ended
    done
    judge_rows 0
}

@test "--close rst: one RST, exactly at the next number; --close none: not a word" {
    lab_begins
    options=()
    for family in 4 6; do
        row sink 0 --close rst --send 'abc' --wait 20ms
        says '.verdict == "open" and .closed == "rst_sent" and .bytes_acked == 3'
        lab_saw server-80 'error ECONNRESET'
        ended
    done
    judge_rows 2
    wire_is '4 4' 'tcp.flags.reset == 1' tcp.seq
    capture_start second
    for family in 4 6; do
        server_start "$family" sink 80
        run -0 probe handshake --json --close none "$(target "$family" 80)"
        echo "$output" >"$LAB_DIR/record"
        says '.verdict == "open" and .closed == "none"'
        in_server ss -Htan | grep -q ESTAB
        ended
    done
    capture_stop second
    judge_wellformed "$(capture_file second)"
    # the kernels tidy up between themselves, once the server ends; we sent nothing after our ACK
    [ "$(judge_count "$(capture_file second)" "tcp.dstport == 80 && tcp.flags.fin == 1")" -eq 0 ]
}

@test "--time-wait: stays for so long, and answers the server's repeated FIN" {
    for family in 4 6; do
        lab_begins lab_up_relay '> ack 2 drop'
        options=()
        row greet-close 0 --wait 10ms --time-wait 1s
        says '.closed == "both"'
        ended
        judge_all 0
        lab_down
    done
    lab_begins
    for family in 4 6; do
        row sink 0 --time-wait 300ms
        says '.closed == "both" and .duration_ms >= 300' '.steps[-1].event == "TIMER_2MSL"' \
            '(.steps[-1].t_ms - ([.segments[] | select(.direction == "in")][-1].t_ms)) >= 299'
        ended
    done
    judge_rows 0
}

@test "a server that never closes: an RST after --close-timeout" {
    lab_begins
    options=()
    for family in 4 6; do
        row never-close 0 --close-timeout 100ms
        says '.verdict == "open" and .closed == "rst_sent" and .duration_ms >= 100' \
            '.reason | contains("did not close in time")' 'any(.steps[]; .to == "FIN-WAIT-2")'
        finds TP-CLOSE-NONE
        ended
    done
    judge_rows 2
}

# interrupted SIGNAL CONDITION ARGUMENT...: the signal comes once the condition is met: FLAGS in
# tcpdump's notation were sent, or a function's name.
interrupted() {
    local signal=$1 seen=$2 status=0
    shift 2
    LAB_READY='' lab_start client probe "$TCPPROBE" handshake --json "$@"
    case $seen in
    server_*) lab_until 5 "$seen" ;;
    *) lab_until 5 flags_seen "$seen" ;;
    esac
    lab_stop probe "$signal" >/dev/null || status=$?
    cp "$LAB_DIR/probe.out" "$LAB_DIR/record"
    cp "$LAB_DIR/probe.err" "$LAB_DIR/diagnostics"
    cat "$LAB_DIR/record" >>"$LAB_DIR/records"
    [ "$status" -eq "$expected" ] || {
        echo "exit status $status, $expected expected" >&2
        show_record
        return 1
    }
}

# server_half_closed: the server of $port acknowledged our FIN (there was nothing else).
# server_closed: its connection is no more.
server_half_closed() {
    tcpdump -n -r "$(capture_file)" 2>/dev/null | grep -qE "[.]$port > .*Flags \\[\\.\\]"
}
server_closed() {
    grep -q eof "$LAB_DIR/server-$port.out" &&
        ! in_server ss -Htan state connected exclude time-wait | grep -q ":$port "
}

# flags_seen FLAGS: a packet with them, from us to $port, is in the capture.
flags_seen() {
    tcpdump -n -r "$(capture_file)" 2>/dev/null | grep -qE "> [^ ]*[.]$port: Flags \[$1\]"
}

@test "SIGINT and SIGTERM in every phase: reported, and nothing is left on either side" {
    lab_begins
    local port=2000
    middlebox_rule 'tcp dport 3000-3999 drop'
    for family in 4 6; do
        for signal in INT TERM; do
            # SYN-SENT
            port=$((port + 1000)) expected=2
            interrupted "$signal" S "$(target "$family" "$port")" --timeout 5s
            says '.verdict == "inconclusive" and .attempts == 1'
            judge_no_leftover
            port=$((port - 1000 + 1))
            # ESTABLISHED, while it waits
            expected=0
            server_start "$family" sink "$port"
            interrupted "$signal" '[.]' "$(target "$family" "$port")" --wait 20s
            says '.verdict == "open" and .closed == "rst_sent"' '.duration_ms < 10000'
            judge_no_leftover
            lab_stop "server-$port" || true
            port=$((port + 1))
            # FIN-WAIT-2
            server_start "$family" never-close "$port"
            interrupted "$signal" server_half_closed "$(target "$family" "$port")" \
                --close-timeout 20s
            says '.verdict == "open" and .closed == "rst_sent"' \
                '.steps[-1].from | startswith("FIN-WAIT")'
            lab_stop "server-$port" || true
            judge_no_leftover
            port=$((port + 1))
            # TIME-WAIT: both are closed, no RST
            server_start "$family" sink "$port"
            interrupted "$signal" server_closed "$(target "$family" "$port")" --time-wait 20s
            says '.closed == "both" and .duration_ms < 10000'
            judge_no_leftover
            lab_stop "server-$port" || true
            port=$((port + 1))
        done
    done
    judge_rows 12
}

@test "the interface vanishes while SYN-SENT and while open: reported, and the program ends" {
    for phase in SYN-SENT open; do
        lab_begins
        [ "$phase" = open ] || mb_drop syn
        server_start 4 sink 80
        port=80
        LAB_READY='' lab_start client probe "$TCPPROBE" handshake --json --timeout 10s --wait 20s \
            "$(target 4 80)"
        if [ "$phase" = open ]; then lab_until 5 flags_seen '[.]'; else lab_until 5 flags_seen S; fi
        ip -n "$(lab_namespace server)" link del eth0
        local status=0
        lab_wait probe 5 >/dev/null || status=$?
        cp "$LAB_DIR/probe.out" "$LAB_DIR/record"
        if [ "$phase" = open ]; then
            says '.verdict == "open" and .closed == "lost"' \
                '[.findings[].id] | contains(["TP-LOCAL-LINK"])'
        else
            says '.verdict == "inconclusive" and .closed == null'
            [ "$status" -eq 2 ]
        fi
        [ -z "$(in_client ss -Htan)$(in_client ss -Hwan)" ]
        lab_down
    done
}

@test "--deadline ends all that is under way" {
    lab_begins
    mb_drop 'tcp dport 81-90'
    options=()
    for family in 4 6; do
        server_start "$family" never-close 80
        handshake 2 "$(target "$family" 80-90)" --timeout 10s --wait 10s --deadline 300ms
        says '.port == 80 or (.verdict == "inconclusive" and .attempts == 1)' \
            '.port != 80 or (.verdict == "open" and .closed == "rst_sent")' '.duration_ms < 5000'
        ended
    done
    judge_rows 22
}
