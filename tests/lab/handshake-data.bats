#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# 'handshake' against scripted peers that are rude once the connection stands: holes, repeats,
# conflicts, windows that close and shrink, every order of closing.
# shellcheck disable=SC2154,SC2034 # record and family are record.bash's

setup() {
    load record.bash
    lab_require jq
    lab_up
}

teardown() {
    lab_down
}

holes() {
    # RFC 2018 4: the newest block first, then the most recent ones; three beside timestamps.
    # RFC 2883 4: a duplicate comes before them. RFC 7323 4.3: TSecr waits for the hole's filling.
    local ts='nop,nop,TS val 1001 ecr *'
    row 0 --wait 5s <<EOF
never R
> S 0:0(0)
< S. 0:0(0) ack 1 <mss 1460,sackOK,TS val 1000 ecr *,nop,wscale 7>
> . 1:1(0) ack 1 <nop,nop,TS val * ecr 1000>
< . 11:21(10) ack 1 <$ts>
> . 1:1(0) ack 1 <nop,nop,TS val * ecr 1000,*,sack 11:21>
< . 31:41(10) ack 1 <$ts>
> . 1:1(0) ack 1 <*,sack 31:41 11:21>
< . 51:61(10) ack 1 <$ts>
> . 1:1(0) ack 1 <*,sack 51:61 31:41 11:21>
< . 71:81(10) ack 1 <$ts>
> . 1:1(0) ack 1 <*,sack 71:81 51:61 31:41>
< . 21:31(10) ack 1 <$ts>
> . 1:1(0) ack 1 <*,sack 11:41 71:81 51:61>
< . 11:21(10) ack 1 <$ts>
> . 1:1(0) ack 1 <*,sack 11:21 11:41 71:81>
< . 1:11(10) ack 1 <$ts>
> . 1:1(0) ack 41 <nop,nop,TS val * ecr 1001,*,sack 71:81 51:61>
< . 1:11(10) ack 1 <$ts>
> . 1:1(0) ack 41 <*,sack 1:11 71:81 51:61>
< . 41:51(10) ack 1 <$ts>
> . 1:1(0) ack 61 <*,sack 71:81>
< . 61:71(10) ack 1 <$ts>
> . 1:1(0) ack 81 <nop,nop,TS val * ecr 1001>
< F. 81:81(0) ack 1 <$ts>
~> F. 1:1(0) ack 82
< . 82:82(0) ack 2 <$ts>
EOF
    opened
    finds TP-SEG-DUPLICATE
    is '.received == ("abcdefghijklmnopqrstuvwxyz" * 4)[:80]'

    # without timestamps: four blocks
    row 0 --wait 5s <<EOF
never R
> S 0:0(0)
< S. 0:0(0) ack 1 <mss 1460,nop,nop,sackOK>
> . 1:1(0) ack 1 <>
< . 3:4(1) ack 1
> . 1:1(0) ack 1 <*,sack 3:4>
< . 5:6(1) ack 1
> . 1:1(0) ack 1 <*,sack 5:6 3:4>
< . 7:8(1) ack 1
> . 1:1(0) ack 1 <*,sack 7:8 5:6 3:4>
< . 9:10(1) ack 1
> . 1:1(0) ack 1 <*,sack 9:10 7:8 5:6 3:4>
< . 11:12(1) ack 1
> . 1:1(0) ack 1 <*,sack 11:12 9:10 7:8 5:6>
< . 1:12(11) ack 1
> . 1:1(0) ack 12 <*,sack 3:4>
$(closed_by_peer 1 12)
EOF
    opened
    is '.received == "abcdefghijk"'

    # without SACK: duplicate ACKs only
    row 0 --wait 5s <<EOF
never R
> S 0:0(0)
< S. 0:0(0) ack 1 <mss 1460>
> . 1:1(0) ack 1
< . 4:7(3) ack 1
> . 1:1(0) ack 1 <>
< . 1:4(3) ack 1
> . 1:1(0) ack 7 <>
$(closed_by_peer 1 7)
EOF
    opened
    finds
    is '.received == "abcdef"'
}

# tshark's own view of the same: every block lies behind the acknowledgment, but a D-SACK's, and
# none is empty.
sack_is_sane() {
    judge_tshark "$(capture_file)" -Y "$(judge_sent_filter) && tcp.options.sack_le" \
        -o tcp.relative_sequence_numbers:FALSE -T fields -e tcp.ack -e tcp.options.sack_le \
        -e tcp.options.sack_re | awk '
        {
            count = split($2, left, ",")
            split($3, right, ",")
            for (i = 1; i <= count; i++)
                if (left[i] >= right[i] || (i > 1 && left[i] <= $1)) bad++
        }
        END { exit NR < 10 || bad }'
}

@test "data with holes: SACK and D-SACK blocks, TSecr, the bytes in order" {
    each_family holes 0
    sack_is_sane
}

conflicts() {
    # the same bytes with other values; the first to come are kept
    row 0 --wait 5s <<EOF
never R
> S 0:0(0)
< S. 0:0(0) ack 1 <mss 1460,nop,nop,sackOK>
> . 1:1(0) ack 1
< . 11:21(10) ack 1 data "XXXXXXXXXX"
> . 1:1(0) ack 1 <*,sack 11:21>
< . 1:21(20) ack 1
~> . 1:1(0) ack 21
$(closed_by_peer 1 21)
EOF
    opened
    is '[.findings[].id] | index("TP-DATA-CONFLICT") != null'
    is '.received == "abcdefghijXXXXXXXXXX"'

    # FIN before the hole is filled; then data behind the FIN
    row 0 --wait 5s <<EOF
never R
> S 0:0(0)
< S. 0:0(0) ack 1 <mss 1460,nop,nop,sackOK>
> . 1:1(0) ack 1
< F. 11:21(10) ack 1
~> . 1:1(0) ack 1
< . 1:11(10) ack 1
~> F. 1:1(0) ack 22
< . 22:32(10) ack 1
sleep 0.05
< . 22:22(0) ack 2
EOF
    opened
    finds TP-SEG-AFTER-FIN
    is '.received == "abcdefghijklmnopqrst" and .bytes_received == 20'
}

@test "data that conflict; FIN before a hole is filled; data behind the FIN" {
    each_family conflicts 0
}

windows() {
    # closed from the beginning: a probe of one byte, then all of it
    row 0 --send abcdef --wait 5s <<EOF
never R
> S 0:0(0)
< S. 0:0(0) ack 1 win 0 <mss 1460>
> . 1:1(0) ack 1
> . 1:2(1) ack 1 after 0.1
< . 1:1(0) ack 1 win 0
> . 1:2(1) ack 1 after 0.1
< . 1:1(0) ack 2 win 0
quiet 0.05
< . 1:1(0) ack 2 win 1000
~> P. 2:7(5) ack 1 data "bcdef"
< . 1:1(0) ack 7 win 1000
$(closed_by_peer 7 1)
EOF
    opened
    finds TP-SYN-WINDOW-ZERO
    is '.bytes_acked == 6'

    # never more than the window; it closes, opens, and its right edge moves back
    row 0 --send abcdefghijklmnopqrstuvwxyzabcd --wait 5s <<EOF
never R
> S 0:0(0)
< S. 0:0(0) ack 1 win 20 <mss 1460>
> . 1:21(20) ack 1
quiet 0.05
< . 1:1(0) ack 11 win 5
~> . 11:16(5) ack 1 data "klmno"
< . 1:1(0) ack 21 win 0
quiet 0.05
< . 1:1(0) ack 21 win 1000
~> P. 21:31(10) ack 1 data "uvwxyzabcd"
< . 1:1(0) ack 31 win 1000
$(closed_by_peer 31 1)
EOF
    opened
    finds
    is '.bytes_acked == 30'

    # ours is closed: what comes all the same is not taken, and answered
    row 0 --window 0 --wait 5s <<EOF
never R
> S 0:0(0) win 0
< S. 0:0(0) ack 1 <mss 1460>
> . 1:1(0) ack 1 win 0
< . 1:2(1) ack 1
> . 1:1(0) ack 1 win 0
$(closed_by_peer 1 1)
EOF
    opened
    is '.bytes_received == 0'
}

@test "windows: closed, opened again, shrunk, ours closed" {
    each_family windows 0
}

closings() {
    # both at once
    row 0 <<EOF
never R
> S 0:0(0)
< S. 0:0(0) ack 1 <mss 1460>
> . 1:1(0) ack 1
> F. 1:1(0) ack 1
< F. 1:1(0) ack 1
> . 2:2(0) ack 2
< . 2:2(0) ack 2
EOF
    opened
    finds
    is '[.steps[].to] | index("CLOSING") != null and index("TIME-WAIT") != null'

    # the last ACK is lost: the peer's FIN comes again in TIME-WAIT, which begins anew
    row 0 --time-wait 300ms <<EOF
never R
> S 0:0(0)
< S. 0:0(0) ack 1 <mss 1460>
> . 1:1(0) ack 1
> F. 1:1(0) ack 1
< F. 1:1(0) ack 2
> . 2:2(0) ack 2
+0.2 < F. 1:1(0) ack 2
> . 2:2(0) ack 2
quiet 0.4
EOF
    opened
    finds TP-SEG-DUPLICATE
    is '.duration_ms >= 500 and .duration_ms < 1500'

    # our FIN is acknowledged after a repeat
    row 0 --close-timeout 5s <<EOF
never R
> S 0:0(0)
< S. 0:0(0) ack 1 <mss 1460>
> . 1:1(0) ack 1
> F. 1:1(0) ack 1
> F. 1:1(0) ack 1 after 0.1
< F. 1:1(0) ack 2
> . 2:2(0) ack 2
EOF
    opened

    # never acknowledged: repeats, then an RST
    row 0 --close-timeout 500ms <<EOF
> S 0:0(0)
< S. 0:0(0) ack 1 <mss 1460>
> . 1:1(0) ack 1
> F. 1:1(0) ack 1
> F. 1:1(0) ack 1 after 0.1
~> R. 2:2(0) ack 1 within 3
quiet 0.1
EOF
    is '.verdict == "open" and .closed == "rst_sent" and .duration_ms < 3000'
    finds TP-CLOSE-NONE

    # acknowledged, but the peer never closes
    row 0 --close-timeout 300ms <<EOF
> S 0:0(0)
< S. 0:0(0) ack 1 <mss 1460>
> . 1:1(0) ack 1
> F. 1:1(0) ack 1
< . 1:1(0) ack 2
> R. 2:2(0) ack 1 after 0.2 within 3
quiet 0.1
EOF
    is '.verdict == "open" and .closed == "rst_sent" and .duration_ms < 3000'
    is '[.steps[].to] | index("FIN-WAIT-2") != null'
    finds TP-CLOSE-NONE

    # the peer answers our FIN with an RST
    row 0 <<EOF
never R
> S 0:0(0)
< S. 0:0(0) ack 1 <mss 1460>
> . 1:1(0) ack 1
> F. 1:1(0) ack 1
< R. 1:1(0) ack 2
quiet 0.1
EOF
    is '.verdict == "open" and .closed == "rst_received"'
    finds TP-CLOSE-RESET

    # the peer never acknowledges our data
    row 0 --send abc <<EOF
> S 0:0(0)
< S. 0:0(0) ack 1 <mss 1460>
> P. 1:4(3) ack 1
> P. 1:4(3) ack 1 after 0.1
~> R. 4:4(0) ack 1 within 9
EOF
    is '.verdict == "open" and .closed == "timeout" and .bytes_acked == 0'
}

@test "closing: both at once, FIN again in TIME-WAIT, no answer, no end, RST" {
    each_family closings 3
}
