#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# 'handshake' over a path that delays, reorders, loses, repeats and corrupts: the data arrive whole
# both ways, the opening's losses are put where they belong, both sides close.
# shellcheck disable=SC2154,SC2034 # record and family are record.bash's

setup() {
    load record.bash
    lab_require jq
    lab_up_relay '> syn 9- drop' # a rule that never hits; each row brings its own
    printf '%04d, ' {0..1999} >"$LAB_DIR/long"
    local family
    for family in 4 6; do
        lab_start server "echo-$family" "${LAB_PYTHON[@]}" "$LAB_SOURCE/server.py" --time 90 \
            echo "$(server_address "$family")" 80
        lab_start server "greet-$family" "${LAB_PYTHON[@]}" "$LAB_SOURCE/server.py" --time 90 \
            greet-close "$(server_address "$family")" 13
    done
}

teardown() {
    lab_down
}

# over RULES [ARGUMENT]...: a short text to the echo server and back, then the close, over a path
# with these rules (';' between them), each of which must have hit. The server may repeat its FIN
# before our ACK has gone all the way: TIME-WAIT is there for that.
over() {
    over_to 80 "$1" --half-close --send hello --wait 8s --close-timeout 8s --time-wait 100ms "${@:2}"
    is '.received == "hello" and .bytes_acked == 5'
}

# over_to PORT RULES ARGUMENT...
over_to() {
    local rules
    mapfile -td ';' rules <<<"$2"
    lab_stop relay >/dev/null 2>&1 || true # the one before
    lab_start relay relay "${LAB_PYTHON[@]}" "$LAB_SOURCE/relay.py" left right "${rules[@]}"
    measure 0 "${@:3}" "$(target "$family" "$1")"
    opened
    judge_no_leftover
    relay_stop >"$LAB_DIR/relay.said" || complain "the rules did not all hit: $2"
}

delays() {
    over '> tcp * delay 20;< tcp * delay 20'
    finds
    is '.rtt_ms >= 40 and .rtt_ms < 90 and .connect_ms == .rtt_ms and .attempts == 1'
    # one direction only
    over '< tcp * delay 60'
    is '.rtt_ms >= 60 and .rtt_ms < 110 and .lost_forward == 0 and .lost_reverse == 0'
    # so long that the SYN is repeated: the echoed timestamp tells that the first was answered
    over '> tcp * delay 150;< tcp * delay 150' --timeout 200ms
    is '.attempts == 2 and .answered_attempt == 1 and .lost_forward == 0'
}

@test "delay: the round trip is right, also where the SYN is repeated too soon" {
    each_family delays 0
}

# many RULES: the long text to the echo server and back.
many() {
    over_to 80 "$1" --half-close --send "@$LAB_DIR/long" --wait 8s --close-timeout 8s --time-wait 100ms
    is '.bytes_acked == 12000 and .bytes_received == 12000'
    [ "$(received)" = "$(cksum <"$LAB_DIR/long")" ]
}

reordered() {
    many '> data 2 hold 3;> data 6 hold 1'
    finds
    many '< data 2 hold 2;< data 5 hold 1'
    many '> data 3 drop;< data 4 drop;< data 2 hold 1'
    many '> data * dup;< data * dup'
    is '[.findings[].id] | index("TP-SEG-DUPLICATE") != null'
    # data before the SYN,ACK; they come again (by a script, through an honest relay)
    lab_start relay relay "${LAB_PYTHON[@]}" "$LAB_SOURCE/relay.py" left right
    row 0 --wait 5s <<EOF
never R
> S 0:0(0)
< P. 1:4(3) ack 1
< S. 0:0(0) ack 1 <mss 1460>
> . 1:1(0) ack 1
< P. 1:4(3) ack 1
> . 1:1(0) ack 4
$(closed_by_peer 1 4)
EOF
    opened
    is '.received == "abc"'
    # the FIN before the data
    row 0 --wait 5s <<EOF
never R
> S 0:0(0)
< S. 0:0(0) ack 1 <mss 1460>
> . 1:1(0) ack 1
< F. 4:4(0) ack 1
~> . 1:1(0) ack 1
< P. 1:4(3) ack 1
~> F. 1:1(0) ack 5
< . 5:5(0) ack 2
EOF
    opened
    is '.received == "abc"'
}

@test "reordering and loss among many segments: all data arrive whole, both ways" {
    each_family reordered 0
    # what the server sent out of order was reported with SACK
    [ "$(count "$(judge_sent_filter) && tcp.options.sack_le")" -ge 2 ]
}

opening_lost() {
    # forward, backward, both; the last SYN is answered without doubt, or the pair is in doubt
    over '> syn 1 drop' --timeout 300ms
    finds
    is '.attempts == 2 and .answered_attempt == 2 and .lost_forward == 1 and .lost_reverse == 0'
    is '.rtt_ms > 0 and .rtt_ms < 250'
    over '> syn 1-2 drop' --timeout 150ms
    is '.attempts == 3 and .answered_attempt == 3 and .lost_forward == 2 and .lost_reverse == 0'
    over '< synack 1 drop' --timeout 300ms
    finds
    is '.attempts == 2 and .lost_forward == 0 and .lost_reverse == 1 and .rtt_ms == null'
    over '> syn 1 drop;< synack 1 drop' --timeout 200ms
    is '.attempts == 3 and .lost_forward == 1 and .lost_reverse == 1 and .rtt_ms == null'
    # corrupted is as good as lost, and seen where it arrives here
    over '> syn 1 corrupt' --timeout 300ms
    finds
    is '.lost_forward == 1 and .lost_reverse == 0'
    over '< synack 1 corrupt' --timeout 300ms
    finds TP-SEG-CHECKSUM
    is '.lost_forward == 0 and .rtt_ms == null'
    # both twice
    over '> syn * dup;< synack * dup'
    finds TP-SEG-DUPLICATE
    is '.attempts == 1 and .rtt_ms > 0 and .lost_forward == 0 and .lost_reverse == 0'
    # the last ACK of the handshake: the server repeats its SYN,ACK
    over_to 13 '> ack 1 drop' --wait 8s
    finds TP-SEG-DUPLICATE
    is '.received == "220 hello\\r\\n" and .rtt_ms > 0 and .rtt_ms < 250'
}

@test "the opening's segments lost, corrupted, repeated: told apart by direction" {
    each_family opening_lost 0
}

later_lost() {
    local damage
    for damage in drop corrupt; do
        over "> data 1 $damage"
        finds
        is '.lost_forward == 0 and .lost_reverse == 0'
        over "> fin 1 $damage"
        over "< data 1 $damage"
        if [ "$damage" = corrupt ]; then finds TP-SEG-CHECKSUM; fi
        over "< fin 1 $damage"
        if [ "$damage" = corrupt ]; then finds TP-SEG-CHECKSUM; fi
    done
    # the very last ACK: the server's FIN comes again and is answered in TIME-WAIT
    over_to 80 '> ack 2 drop' --time-wait 1s
    finds TP-SEG-DUPLICATE
    is '.duration_ms >= 1000'
    # all of it twice
    over '> tcp * dup;< tcp * dup' --time-wait 200ms
    finds TP-SEG-DUPLICATE
}

@test "data, FIN and the last ACK lost, corrupted, repeated: all arrives, both sides close" {
    each_family later_lost 0
}
