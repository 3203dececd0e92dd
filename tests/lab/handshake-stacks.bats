#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# 'handshake' against TCP stacks that are not Linux's: libslirp (4.4BSD), passt, lwIP.
# shellcheck disable=SC2154,SC2034 # record and family are record.bash's

setup() {
    load record.bash
    lab_require jq
}

teardown() {
    lab_down
}

# answers FAMILY OPTIONS HEX MSS WSCALE: opens, exchanges data, closes; the answered options are
# these, in words and, in the independent capture, in bytes.
answers() {
    capture_start
    measure 0 --send 'hello\n' --wait 20ms "$(target "$1" 80)"
    opened
    finds
    is '.bytes_acked == 6 and .received == "hello\\n" and .attempts == 1'
    is ".answered.options == \"$2\" and .answered.mss == $4 and .answered.wscale == $5"
    is '.in_effect.timestamps == false and .in_effect.sack == false'
    is ".in_effect.mss == $4 and .in_effect.wscale == $5"
    is '.rtt_ms > 0 and .rtt_ms < 1000 and .lost_forward == 0 and .lost_reverse == 0'
    judge_all 0
    [ "$(seen "$SYN_ACK" tcp.options)" = "$3" ]
    is ".isn_server == $(seen "$SYN_ACK" tcp.seq_raw) and .isn_client == $(seen "$SYN" tcp.seq_raw)"
    # neither timestamps nor SACK in what we say after a SYN,ACK without them
    [ "$(count "$(judge_sent_filter) && tcp.flags.syn == 0 && tcp.options")" -eq 0 ]
}

# manners FAMILY: every other way of talking to it and of ending.
manners() {
    # a server that only reads
    capture_start
    measure 0 --send 'to nobody' --wait 20ms "$(target "$1" 9)"
    opened
    finds
    is '.bytes_acked == 9 and .bytes_received == 0'
    judge_all 0

    # the server closes first
    capture_start
    measure 0 --wait 2s "$(target "$1" 13)"
    opened
    finds
    is '.received == "220 hello\\r\\n" and (.reason | test("server closed first"))'
    is '[.steps[].to] | index("CLOSE-WAIT") != null and index("LAST-ACK") != null'
    judge_all 0

    # an RST of ours ends it
    capture_start
    measure 0 --close=rst "$(target "$1" 80)"
    is '.verdict == "open" and .closed == "rst_sent"'
    finds
    judge_all 1

    # a bare SYN, without any option
    capture_start
    measure 0 --profile bare "$(target "$1" 80)"
    opened
    is '.offered.options == "" and .in_effect.wscale == null'
    judge_all 0
}

# after_our_fin FAMILY: we close first, and the answer comes behind our FIN.
after_our_fin() {
    capture_start
    measure 0 --half-close --send 'half' --wait 2s "$(target "$1" 80)"
    opened
    finds
    is '.received == "half" and ([.steps[].to] | index("FIN-WAIT-2") != null)'
    judge_all 0
}

# long_way FAMILY BYTES: many bytes there and back.
long_way() {
    capture_start
    printf '%04d, ' {0..1999} | head -c "$2" >"$LAB_DIR/long"
    measure 0 --send "@$LAB_DIR/long" --wait 300ms "$(target "$1" 80)"
    opened
    finds
    is ".bytes_acked == $2 and .bytes_received == $2"
    [ "$(received)" = "$(cksum <"$LAB_DIR/long")" ]
    judge_all 0
}

@test "libslirp: open, data, each way of closing; a closed port is refused" {
    stack_slirp_up
    answers 4 'mss 1460' 020405b4 1460 null
    manners 4
    after_our_fin 4
    long_way 4 12000
    capture_start
    measure 1 "$(target 4 81)"
    is '.verdict == "refused" and .from == "198.18.0.2" and .attempts == 1 and .rtt_ms > 0'
    is '.segments[-1].flags == "RST,ACK"'
    finds
    judge_all 0
}

@test "passt: open, data, each way of closing; its bare RST refuses nothing" {
    local family
    stack_passt_up
    for family in 4 6; do
        answers "$family" 'mss 61440,nop,wscale 8' 0204f00001030308 61440 8
        manners "$family"
        # no after_our_fin: this passt then repeats its data as new ones, to the kernel's client too
        long_way "$family" 12000
        # its RST carries no ACK and proves nothing (RFC 9293 3.10.7.3); we send one when we give up
        capture_start
        measure 2 --timeout 200ms --retries 1 "$(target "$family" 81)"
        is '.verdict == "inconclusive" and .attempts == 2 and .answered == null'
        finds TP-SEG-RST-BLIND
        judge_all 1
    done
}

@test "lwIP: open, data, each way of closing; a closed port is refused" {
    local family mss
    stack_lwip_up
    for family in 4 6; do
        if [ "$family" = 4 ]; then mss=1460; else mss=1440; fi
        answers "$family" "mss $mss,nop,wscale 1" "0204$(printf %04x $mss)01030301" "$mss" 1
        manners "$family"
        after_our_fin "$family"
        long_way "$family" 500
        capture_start
        measure 1 "$(target "$family" 81)"
        is '.verdict == "refused" and .ttl == 255 and .attempts == 1'
        is ".from == \"$(server_address "$family")\""
        finds
        judge_all 0
    done
    # lwIP's tapif writes outside its memory when it gets larger frames
    in_client ip route change 198.18.0.0/24 dev tap0 src 198.18.0.1 mtu 576
    long_way 4 12000
    [ "$(seen "$SYN" tcp.options.mss_val)" = 536 ]
}
