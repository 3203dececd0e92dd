#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# 'handshake' against scripted peers that break the rules while it opens: what it answers, what it
# reports.
# shellcheck disable=SC2154,SC2034 # record and family are record.bash's

setup() {
    load record.bash
    lab_require jq
    lab_up
}

teardown() {
    lab_down
}

wrong_answers() {
    row 0 <<EOF
never R
> S 0:0(0)
< R 0:0(0)
< R 1:1(0)
< S. 0:0(0) ack 1 <mss 1460>
> . 1:1(0) ack 1
$(closing 1 1)
EOF
    opened
    finds TP-SEG-RST-BLIND

    row 0 <<EOF
never R
> S 0:0(0)
< R. 0:0(0) ack 2
< R. 0:0(0) ack 0
< S. 0:0(0) ack 1 <mss 1460>
> . 1:1(0) ack 1
$(closing 1 1)
EOF
    opened
    finds TP-SEG-RST-BLIND

    # RFC 9293 3.10.7.3: <SEQ=SEG.ACK><CTL=RST>; three of them
    row 0 <<EOF
> S 0:0(0)
< S. 0:0(0) ack 2 <mss 1460>
> R 2:2(0)
< S. 0:0(0) ack 0 <mss 1460>
> R 0:0(0)
< . 0:0(0) ack 70000
> R 70000:70000(0)
never R
< S. 0:0(0) ack 1 <mss 1460>
> . 1:1(0) ack 1
$(closing 1 1)
EOF
    opened
    finds TP-SEG-ACK-BAD

    row 0 <<EOF
never R
> S 0:0(0)
< S. 0:0(0) ack 1 badsum <mss 900>
< R. 0:0(0) ack 1 badsum
quiet 0.05
< S. 0:0(0) ack 1 <mss 1460>
> . 1:1(0) ack 1
$(closing 1 1)
EOF
    opened
    finds TP-SEG-CHECKSUM
    is '.answered.mss == 1460'

    # neither SYN nor RST, or not from there at all
    row 0 <<EOF
never R
> S 0:0(0)
< 0 0:0(0)
< F 0:0(0)
< FPU 0:0(0) urg 1
< . 0:0(0) ack 1
< S. 0:0(0) ack 1 sport 81
< S. 0:0(0) ack 1 from $(server_address "$family")
quiet 0.05
< S. 0:0(0) ack 1 <mss 1460>
> . 1:1(0) ack 1
$(closing 1 1)
EOF
    opened
    finds TP-SEG-NO-SYN TP-SEG-URGENT

    # headers that cannot be, and a segment in pieces
    row 0 <<EOF
never R
> S 0:0(0)
< S. 0:0(0) ack 1 offset 15
< S. 0:0(0) ack 1 offset 4
< S. 0:0(0) ack 1 <mss 900> frag 16
quiet 0.05
< S. 0:0(0) ack 1 <mss 1460>
> . 1:1(0) ack 1
$(closing 1 1)
EOF
    opened
    finds TP-SEG-MALFORMED TP-SEG-FRAGMENT
    is '.answered.mss == 1460'
}

@test "answers that answer nothing, then the right one" {
    each_family wrong_answers 3
}

simultaneous() {
    # SYNs cross, and SYN,ACKs; data both ways
    row 0 --send abc --wait 3s <<EOF
never R
> S 0:0(0)
< S 0:0(0) <mss 1460,sackOK,TS val 7 ecr 0,nop,wscale 7>
> S. 0:0(0) ack 1 <mss *,sackOK,TS val * ecr 7,*,wscale 7,*>
< S. 0:0(0) ack 1 <mss 1460,sackOK,TS val 8 ecr *,nop,wscale 7>
~> P. 1:4(3) ack 1 data "abc"
< P. 1:4(3) ack 4 <nop,nop,TS val 9 ecr *> data "xyz"
> . 4:4(0) ack 4
< F. 4:4(0) ack 4 <nop,nop,TS val 9 ecr *>
~> F. 4:4(0) ack 5
< . 5:5(0) ack 5 <nop,nop,TS val 9 ecr *>
EOF
    opened
    finds TP-SYN-CROSSED
    is '.received == "xyz" and .bytes_acked == 3 and .in_effect.sack and .in_effect.timestamps'
    is '[.steps[].to] | index("SYN-RECEIVED") != null'
    is '[.segments[] | select(.flags == "SYN,ACK") | .note] == [null, null]'
    is '.rtt_ms < (.segments[3].t_ms - .segments[2].t_ms + 0.01) and .attempts == 1'

    # split handshake: ACK, SYN, our SYN,ACK, ACK (five segments)
    row 0 <<EOF
never R
> S 0:0(0)
< . 0:0(0) ack 1
< S 0:0(0) <mss 1460>
> S. 0:0(0) ack 1
< . 1:1(0) ack 1
$(closing 1 1)
EOF
    opened
    finds TP-SEG-NO-SYN TP-SYN-CROSSED
    is '.reason | test("crossed ours, and its ACK completed")'

    # split handshake: SYN, our SYN,ACK, ACK (four segments); the SYN comes twice
    row 0 <<EOF
never R
> S 0:0(0)
< S 0:0(0) <mss 1460>
> S. 0:0(0) ack 1
< S 0:0(0) <mss 1460>
> . 1:1(0) ack 1
< . 1:1(0) ack 1
$(closing 1 1)
EOF
    opened
    finds TP-SEG-DUPLICATE TP-SYN-CROSSED

    # the SYN crosses, and then an RST refuses
    row 1 <<EOF
never R
> S 0:0(0)
< S 0:0(0) <mss 1460>
> S. 0:0(0) ack 1
< R. 1:1(0) ack 1
EOF
    is '.verdict == "refused"'
    finds TP-SYN-CROSSED

    # the SYN crosses, and then nothing: one RST of ours when we give up
    row 2 --timeout 100ms --retries 1 <<EOF
> S 0:0(0)
< S 0:0(0) <mss 1460>
> S. 0:0(0) ack 1
> S. 0:0(0) ack 1 after 0.05
> R. 1:1(0) ack 1 after 0.05
EOF
    is '.verdict == "inconclusive"'
    finds TP-SYN-CROSSED
}

@test "simultaneous open and split handshakes" {
    each_family simultaneous 1
}

strange_syn_acks() {
    # with data
    row 0 <<EOF
never R
> S 0:0(0)
< S. 0:10(10) ack 1 <mss 1460>
> . 1:1(0) ack 11
$(closing 1 11)
EOF
    opened
    finds TP-SYN-DATA
    is '.received == "abcdefghij"'

    # with FIN
    row 0 <<EOF
never R
> S 0:0(0)
< FS. 0:0(0) ack 1 <mss 1460>
~> F. 1:1(0) ack 2
< . 2:2(0) ack 2
EOF
    opened
    finds

    # twice; then with another ISN, which gets a challenge ACK (RFC 5961 4.2)
    row 0 --wait 3s <<EOF
never R
> S 0:0(0)
< S. 0:0(0) ack 1 <mss 1460>
> . 1:1(0) ack 1
< S. 0:0(0) ack 1 <mss 1460>
> . 1:1(0) ack 1
< S. =77:77(0) ack 1 <mss 1460>
> . 1:1(0) ack =1000001
$(closed_by_peer 1 1)
EOF
    opened
    finds TP-SEG-DUPLICATE TP-SEG-SYN-BAD TP-SYN-ISN-CHANGED
    is '.isn_server == 1000000'

    # ECE that nobody asked for: no ECN in effect, none in what we say
    row 0 --send abc --wait 0 <<EOF
never R
never E
never W
> S 0:0(0) tos 0
< SE. 0:0(0) ack 1 <mss 1460>
> P. 1:4(3) ack 1 tos 0
< . 1:1(0) ack 4
$(closing 4 1)
EOF
    opened
    is '.in_effect.ecn == false'

    # reserved bits, urgent data
    row 0 --wait 3s <<EOF
never R
> S 0:0(0)
< S. 0:0(0) ack 1 reserved 6 <mss 1460>
> . 1:1(0) ack 1
< U. 1:4(3) ack 1 urg 3
> . 1:1(0) ack 4
$(closed_by_peer 1 4)
EOF
    opened
    finds TP-SEG-RESERVED TP-SEG-URGENT
    is '.received == "abc"'

    # the initial sequence numbers of both sides at the very end: everything lies across the wrap
    PEER_OPTIONS='--isn 4294967295' row 0 --seq 4294967295 --send abcdef --wait 3s <<EOF
never R
> S =4294967295:4294967295(0)
< S. =4294967295:4294967295(0) ack =0 <mss 1460,nop,nop,sackOK>
~> P. =0:6(6) ack =0 data "abcdef"
< . 4:7(3) ack 7
> . 7:7(0) ack 1 <*,sack 4:7>
< . 1:4(3) ack 7
> . 7:7(0) ack 7 <>
$(closed_by_peer 7 7)
EOF
    opened
    finds
    is '.isn_client == 4294967295 and .isn_server == 4294967295'
    is '.received == "abcdef" and .bytes_acked == 6'

    PEER_OPTIONS='--isn 4294967292' row 0 --seq 4294967292 --send abcdef --wait 3s <<EOF
never R
> S =4294967292:4294967292(0)
< S. =4294967292:4294967292(0) ack 1 <mss 1460,nop,nop,sackOK>
~> P. 1:7(6) ack 1 data "abcdef"
< . 1:1(0) ack 4
< . 1:1(0) ack 7
< . 3:7(4) ack 7
~> . 7:7(0) ack 1 <*,sack 3:7>
< . 1:3(2) ack 7
> . 7:7(0) ack 7 <>
$(closed_by_peer 7 7)
EOF
    opened
    finds
    is '.received == "abcdef" and .bytes_acked == 6'
}

@test "strange SYN,ACKs: data, FIN, another ISN, ECE, reserved bits, numbers that wrap" {
    each_family strange_syn_acks 0
}

# with_options OPTIONS ID...: a SYN,ACK with these options gives these findings; data pass all the
# same.
with_options() {
    local options=$1
    shift
    row 0 --send abc --wait 0 "${asked[@]}" <<EOF
never R
> S 0:0(0)
< S. 0:0(0) ack 1 <$options>
> P. 1:4(3) ack 1 data "abc"
< . 1:1(0) ack 4
$(closing 4 1)
EOF
    opened
    finds "$@"
    is '.bytes_acked == 3'
}

strange_options() {
    local asked=()
    with_options 'mss 1460,raw:fd04beef'
    with_options 'mss 1460,raw:0206' TP-OPT-MALFORMED
    with_options 'mss 1460,raw:0300' TP-OPT-MALFORMED
    with_options 'mss 1460,raw:0301' TP-OPT-MALFORMED
    with_options 'mss 1460,raw:0822' TP-OPT-MALFORMED
    with_options 'mss 1460,raw:080400000101' TP-OPT-MALFORMED
    is '.in_effect.timestamps == false'
    with_options 'mss 1460,nop,wscale 15' TP-OPT-WSCALE
    is '.in_effect.wscale == 14 and .answered.wscale == 15'
    with_options 'mss 1460,mss 1400' TP-OPT-MALFORMED
    with_options 'mss 1460,eol,raw:03030701010101' TP-OPT-MALFORMED
    is '.in_effect.wscale == null'
    with_options 'nop' TP-OPT-NO-MSS
    with_options 'mss 65535'
    asked=(--options 'mss 1400')
    with_options 'mss 1460,sackOK,TS val 1 ecr 0,nop,wscale 7' TP-OPT-UNOFFERED
    is '.in_effect | .wscale == null and .sack == false and .timestamps == false'
    asked=()
    with_options 'mss 0' TP-OPT-MSS-TINY

    # an echo that is not ours; no options are lost by it
    row 0 <<EOF
never R
> S 0:0(0)
< S. 0:0(0) ack 1 <mss 1460,sackOK,TS val 5 ecr 12345,nop,wscale 7>
> . 1:1(0) ack 1 <nop,nop,TS val * ecr 5>
~> F. 1:1(0) ack 1
< F. 1:1(0) ack 2 <nop,nop,TS val 6 ecr *>
> . 2:2(0) ack 2 <nop,nop,TS val * ecr 6>
EOF
    opened
    finds TP-OPT-TSECR

    # timestamps are agreed on, but a segment has none
    row 0 --wait 3s <<EOF
never R
> S 0:0(0)
< S. 0:0(0) ack 1 <mss 1460,sackOK,TS val 5 ecr *,nop,wscale 7>
> . 1:1(0) ack 1 <nop,nop,TS val * ecr 5>
< . 1:4(3) ack 1
sleep 0.05
< . 1:4(3) ack 1 <nop,nop,TS val 6 ecr *>
~> . 1:1(0) ack 4 <nop,nop,TS val * ecr *,*>
< F. 4:4(0) ack 1 <nop,nop,TS val 6 ecr *>
~> F. 1:1(0) ack 5
< . 5:5(0) ack 2 <nop,nop,TS val 6 ecr *>
EOF
    opened
    is '.received == "abc" and ([.findings[].id] | index("TP-OPT-TS-MISSING") != null)'
}

@test "options: bad lengths, duplicates, after the end, unoffered, useless, falsely echoed" {
    each_family strange_options 0
}
