#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# 'handshake' under attack: segments and ICMP errors forged, out of place, too late or too many.
# shellcheck disable=SC2154,SC2034 # record and family are record.bash's

setup() {
    load record.bash
    lab_require jq
    lab_up
}

teardown() {
    lab_down
}

out_of_place() {
    # RFC 5961 and RFC 9293 3.10.7.4: each gets a challenge ACK, or silence
    row 0 --wait 5s <<EOF
never R
> S 0:0(0)
< S. 0:0(0) ack 1 <mss 1460>
> . 1:1(0) ack 1
< R 500:500(0)
> . 1:1(0) ack 1
< S 5000:5000(0)
> . 1:1(0) ack 1
< . 1:1(0) ack 9000
> . 1:1(0) ack 1
< . 900000:900010(10) ack 1
> . 1:1(0) ack 1
< . 1:1(0) ack -100000
> . 1:1(0) ack 1
drain
< R 900000:900000(0)
< P 1:2(1)
< . 1:2(1) ack 1 badsum
quiet 0.05
< P. 1:4(3) ack 1
> . 1:1(0) ack 4
$(closed_by_peer 1 4)
EOF
    opened
    finds TP-SEG-RST-INEXACT TP-SEG-SYN-BAD TP-SEG-ACK-UNSENT TP-SEG-BEYOND TP-SEG-ACK-OLD \
        TP-SEG-RST-BLIND TP-SEG-NO-ACK TP-SEG-CHECKSUM
    is '.received == "abc"'

    # PAWS: an old timestamp; the old segment's data are not taken
    row 0 --wait 5s <<EOF
never R
> S 0:0(0)
< S. 0:0(0) ack 1 <mss 1460,sackOK,TS val 1000 ecr *,nop,wscale 7>
> . 1:1(0) ack 1
< . 1:11(10) ack 1 <nop,nop,TS val 1 ecr *> data "XXXXXXXXXX"
> . 1:1(0) ack 1 <nop,nop,TS val * ecr 1000>
< R 1:1(0) ttl 9 badsum
< . 1:11(10) ack 1 <nop,nop,TS val 1001 ecr *>
> . 1:1(0) ack 11 <nop,nop,TS val * ecr 1001>
< F. 11:11(0) ack 1 <nop,nop,TS val 1001 ecr *>
~> F. 1:1(0) ack 12
< . 12:12(0) ack 2 <nop,nop,TS val 1001 ecr *>
quiet 0.02
EOF
    opened
    finds TP-SEG-PAWS TP-SEG-CHECKSUM
    is '.received == "abcdefghij"'

    # RFC 5961 7: answers to such segments are limited; then the connection goes on
    row 0 --wait 5s <<EOF
never R
> S 0:0(0)
< S. 0:0(0) ack 1 <mss 1460>
> . 1:1(0) ack 1
< R 500:500(0) dup 60
sleep 0.2
drain
< R 500:500(0) dup 60
quiet 0.1 .
< P. 1:4(3) ack 1
> . 1:1(0) ack 4
$(closed_by_peer 1 4)
EOF
    opened
    finds TP-SEG-RST-INEXACT
    is '[.segments[] | select(.direction == "out")] | length < 20'
}

@test "segments out of place on an open connection: challenge ACKs, within limits" {
    each_family out_of_place 0
}

icmp_errors() {
    local gone too_big small=1280 tiny=1000 payload=1220
    if [ "$family" = 4 ]; then
        gone='3 1' too_big='3 4' small=1000 tiny=60 payload=960
    else
        gone='1 3' too_big='2 0'
    fi
    # while opening: another sequence number, another port, another protocol's code
    row 0 <<EOF
never R
> S 0:0(0)
icmp $gone seq +100000
icmp $gone seq -1
icmp $gone port +1
quiet 0.05
< S. 0:0(0) ack 1 <mss 1460>
> . 1:1(0) ack 1
$(closing 1 1)
EOF
    opened
    finds TP-ICMP-FOREIGN

    # on an open connection: noted, no more (RFC 5927 5.2)
    row 0 --send abc --wait 5s <<EOF
never R
> S 0:0(0)
< S. 0:0(0) ack 1 <mss 1460>
> P. 1:4(3) ack 1
icmp $gone
icmp $gone from $(server_address "$family")
quiet 0.05
< . 1:1(0) ack 4
$(closed_by_peer 4 1)
EOF
    opened
    finds TP-ICMP-NOTE
    is '.bytes_acked == 3'

    # too big: smaller segments from then on; the peer's ICMP with an absurd size is not believed
    row 0 --send "$(printf 'abcdefghijklmnopqrstuvwxyz%.0s' {1..50})" --wait 5s <<EOF
never R
> S 0:0(0)
< S. 0:0(0) ack 1 <mss 1300>
> P. 1:1301(1300) ack 1
icmp $too_big extra $tiny
quiet 0.1
icmp $too_big extra $small seq +5000
quiet 0.05
icmp $too_big extra $small
> . 1:$((1 + payload))($payload) ack 1
< . 1:1(0) ack $((1 + payload))
> P. $((1 + payload)):1301($((1300 - payload))) ack 1
< . 1:1(0) ack 1301
$(closed_by_peer 1301 1)
EOF
    opened
    finds TP-ICMP-NOTE TP-ICMP-FOREIGN
    is '.bytes_acked == 1300'
}

@test "ICMP errors: forged ones, on an open connection, too big with a sane and an absurd size" {
    each_family icmp_errors 0
}

resets() {
    # before the SYN,ACK, with our acknowledgment: it counts, whoever sent it
    row 1 <<EOF
never R
> S 0:0(0)
< R. 0:0(0) ack 1 ttl 9
quiet 0.05
EOF
    is '.verdict == "refused" and .ttl == 9'
    finds

    # behind the SYN,ACK, from somebody else's distance
    row 1 --wait 5s <<EOF
never R
> S 0:0(0)
< S. 0:0(0) ack 1 <mss 1460> ttl 64
> . 1:1(0) ack 1
< R 1:1(0) ttl 9
quiet 0.05
EOF
    is '.verdict == "reset" and .ttl == 9 and .closed == "rst_received"'
    finds TP-SEG-RST-TTL

    # from the server itself, with data
    row 1 --wait 5s <<EOF
never R
> S 0:0(0)
< S. 0:0(0) ack 1 <mss 1460>
> . 1:1(0) ack 1
< R. 1:4(3) ack 1
quiet 0.05
EOF
    is '.verdict == "reset" and .ttl == 64'
    finds TP-SEG-RST-DATA

    # a SYN,ACK behind our giving up: we have sent an RST, and the kernel sends another
    row 1 --timeout 100ms --retries 0 <<EOF
> S 0:0(0)
> R 1:1(0) after 0.05
+0.5 < S. 0:0(0) ack 1
> R 1:1(0)
EOF
    is '.verdict == "filtered" and .attempts == 1 and .duration_ms < 1000'
}

@test "resets: before and behind the SYN,ACK, with another TTL, with data; a SYN,ACK too late" {
    each_family resets 2
}

# one run of the program, and its greatest size in KiB
flood() {
    peer_start "$family" 80 <<EOF
never R
> S 0:0(0)
< R 5:5(0) dup 499
< R. 0:0(0) ack 2 dup 499
< F 0:0(0) dup 499
< S. 0:0(0) ack 1 badsum dup 499
< S. 0:0(0) ack 1 <mss 1460>
~> . 1:1(0) ack 1
$(closing 1 1)
EOF
    record=$(in_client /usr/bin/python3 -c '
import resource, subprocess, sys
status = subprocess.run(sys.argv[2:], timeout=20).returncode
with open(sys.argv[1], "w") as size:
    print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, file=size)
sys.exit(status)' "$LAB_DIR/size" "$TCPPROBE" handshake --json "$(peer_target "$family" 80)")
    peer_wait >"$LAB_DIR/flood" || complain 'the script failed'
    opened
    finds TP-SEG-RST-BLIND TP-SEG-NO-SYN TP-SEG-CHECKSUM
    is '.attempts <= 3'
    [ "$(<"$LAB_DIR/size")" -lt 65536 ]
    judge_no_leftover
}

@test "2000 stray segments before the SYN,ACK: still open, small, in time" {
    each_family flood 0
}
