#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# `handshake` where packets of the opening are lost, copied or late: which was answered, lost where.

setup() {
    load handshake.bash
    lab_require jq
}

teardown() { lab_down; }

# sink_row CHECK...: a handshake with a sink, and what its record says.
sink_row() {
    server_start "$family" sink 80
    handshake 0 "$(target "$family" 80)" "${arguments[@]}"
    says "$@"
    lab_stop server-80 || true
}

# kept_damage: the damage was done; the middlebox is honest again.
kept_damage() { middlebox_hits && middlebox_clear; }

@test "the first SYN is lost: the second is answered and timed, lost on the way there" {
    lab_begins lab_up_routed
    arguments=(--timeout 150ms)
    for family in 4 6; do
        mb_drop_first 1 syn
        sink_row '.verdict == "open" and .attempts == 2 and .answered_attempt == 2' \
            '.lost_forward == 1 and .lost_reverse == 0 and .rtt_ms > 0 and .rtt_ms < .connect_ms' \
            '.connect_ms >= 148 and .closed == "both"' \
            '.rtt_source | contains("the echoed timestamp names the last SYN")' \
            '.reason | contains("second SYN") and contains("1 SYN was lost on the way there")'
        kept_damage
    done
    judge_rows 0 --no-server
}

@test "two SYNs are lost" {
    lab_begins lab_up_routed
    arguments=(--timeout 50ms)
    for family in 4 6; do
        mb_drop_first 2 syn
        sink_row '.attempts == 3 and .answered_attempt == 3 and .lost_forward == 2' \
            '.lost_reverse == 0 and .rtt_ms > 0 and .connect_ms >= 148'
        kept_damage
    done
    judge_rows 0 --no-server
}

@test "the first SYN,ACK is lost: lost on the way back, no round trip, and why" {
    lab_begins lab_up_routed
    arguments=(--timeout 150ms)
    for family in 4 6; do
        mb_drop_first 1 synack
        sink_row '.verdict == "open" and .attempts == 2 and .answered_attempt == 1' \
            '.lost_forward == 0 and .lost_reverse == 1 and .rtt_ms == null' \
            '.rtt_source | contains("a SYN before the last, so a SYN,ACK may have been lost")' \
            '.reason | contains("1 SYN,ACK was probably lost on the way back")'
        kept_damage
    done
    judge_rows 0 --no-server
}

@test "the first SYN,ACK is lost, the server repeats it by itself: no round trip is made of that" {
    lab_begins lab_up_routed
    arguments=(--timeout 5s --wait 300ms --send 'x\n')
    for family in 4 6; do
        mb_drop_first 1 synack
        sink_row '.attempts == 1 and .lost_forward == 0 and .lost_reverse == 1' '.rtt_ms == null' \
            '.rtt_source | contains("later round trips were far shorter")' '.connect_ms > 500'
        finds TP-SYN-LATE
        kept_damage
    done
    judge_rows 0 --no-server
}

@test "without timestamps, two SYNs and one answer cannot be told apart: no round trip (Karn)" {
    lab_begins lab_up_routed
    arguments=(--timeout 100ms --options 'mss 1460,nop,wscale 7,nop,nop,sackOK')
    for family in 4 6; do
        mb_drop_first 1 syn
        sink_row '.attempts == 2 and .answered_attempt == null and .rtt_ms == null' \
            '.lost_forward == null and .lost_reverse == null' \
            '.rtt_source | contains("several SYNs, and no timestamp tells which was answered")'
        kept_damage
    done
    judge_rows 0 --no-server
}

@test "both lost once, SYN and SYN,ACK" {
    lab_begins lab_up_routed
    arguments=(--timeout 60ms --retries 3)
    for family in 4 6; do
        mb_drop_first 1 syn
        mb_drop_first 1 synack
        sink_row '.attempts == 3 and .lost_forward == 1 and .lost_reverse == 1 and .rtt_ms == null'
        kept_damage
    done
    judge_rows 0 --no-server
}

@test "SYN and SYN,ACK both come twice: one connection, a copy is no loss" {
    lab_begins lab_up_relay '> syn * dup' '< synack * dup'
    arguments=(--timeout 500ms)
    for family in 4 6; do
        sink_row '.verdict == "open" and .attempts == 1 and .answered_attempt == 1' \
            '.lost_forward == 0 and .lost_reverse == 0 and .rtt_ms > 0 and .closed == "both"' \
            '[.segments[] | select(.note == "duplicate" and .flags == "SYN,ACK")] | length >= 1'
        finds TP-SEG-DUPLICATE
    done
    relay_stop
    judge_rows 0
    # a packet that comes twice is answered twice: two SYN,ACKs for two SYNs, each copied
    wire_count 2 "$SYN"
}

@test "every packet from the client comes twice" {
    lab_begins lab_up_routed
    mb_dup
    arguments=(--send 'once\n' --wait 400ms)
    for family in 4 6; do
        server_start "$family" echo 80 --show
        handshake 0 "$(target "$family" 80)" "${arguments[@]}"
        says '.verdict == "open" and .received == "once\\n" and .bytes_acked == 5'
        lab_saw server-80 'eof 5'
        lab_stop server-80 || true
    done
    judge_rows 0 --no-server
}

@test "a late SYN,ACK to the first of two SYNs names it; the second answer is a duplicate" {
    lab_begins lab_up_relay '< synack 1 delay 150' '< synack 3 delay 150'
    arguments=(--timeout 100ms)
    for family in 4 6; do
        sink_row '.verdict == "open" and .attempts == 2 and .answered_attempt == 1' \
            '.lost_forward == 0 and .rtt_ms == null and .closed == "both"'
    done
    relay_stop
    judge_rows 0 --no-server
}

@test "our final ACK is lost: the server repeats its SYN,ACK and is answered again" {
    lab_begins lab_up_routed
    for family in 4 6; do
        mb_drop_first 1 'tcp dport 80 tcp flags == ack'
        server_start "$family" greet 80
        handshake 0 "$(target "$family" 80)" --wait 2s --close rst
        says '.verdict == "open" and .received == "220 hello\\r\\n"' \
            '[.segments[] | select(.flags == "SYN,ACK")] | length >= 2'
        kept_damage
        lab_stop server-80 || true
    done
    judge_rows 2 --no-server
}

@test "our FIN is lost, then the server's: both sides are closed all the same" {
    lab_begins lab_up_routed
    arguments=(--close-timeout 3s)
    for family in 4 6; do
        mb_drop_first 1 'tcp dport 80 tcp flags & fin == fin'
        sink_row '.closed == "both" and ([.segments[] | select(.direction == "out" and
            (.flags | contains("FIN")))] | length >= 2)'
        kept_damage
        mb_drop_first 1 'tcp sport 80 tcp flags & fin == fin'
        sink_row '.closed == "both"'
        kept_damage
    done
    judge_rows 0 --no-server
}

@test "a SYN,ACK with a wrong checksum does not count; the repeated one does" {
    lab_begins lab_up_relay '< synack 1 corrupt' '< synack 3 corrupt'
    arguments=(--timeout 100ms)
    for family in 4 6; do
        sink_row '.verdict == "open" and .attempts == 2' \
            '[.segments[] | select(.note == "wrong checksum") | .flags] == ["SYN,ACK"]'
        says '[.findings[].id] | contains(["TP-SEG-CHECKSUM"])'
    done
    relay_stop
    judge_rows 0 --no-server
}

@test "data from the server, lost, copied, out of order: SACK blocks name what came" {
    for family in 4 6; do
        lab_begins lab_up_relay '< data 2 hold 2' '< data 5-6 dup' '< data 9 drop' \
            '< data 12-13 drop'
        server_start "$family" big 80 --bytes 40000
        handshake 0 "$(target "$family" 80)" --wait 1s --close-timeout 3s
        says '.bytes_received == 40000 and .closed == "both"' \
            '.received | startswith("abcdefghijkl")'
        lab_saw server-80 'eof 0'
        relay_stop
        # what each block says is held against the capture
        judge_rows 0 --no-server
        wire 'tcp.dstport == 80 && tcp.options.sack_le' tcp.ack | grep -q .
        lab_down
    done
}
