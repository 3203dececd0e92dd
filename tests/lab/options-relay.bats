#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# `options` through a bridge that does what no router may, to each port of the server's something
# else: echoes, answers for others, rewrites, and takes options out without a trace.
# shellcheck disable=SC2154,SC2034 # targets and LAB_PACE are options.bash's

setup() {
    load options.bash
    lab_require jq
    LAB_PACE=(--timeout 300ms --patience 0) # the bridge is a script
    LAB_RATE=120
}

teardown() { lab_down; }

@test "a box that returns what it does not know, or reflects ECN's flags: echoed, not supported" {
    lab_up_relay '< synack@81 * echo' '< synack@82 * reflect'
    sinks 81 82
    both 81 82
    climb 1 --half-open "${targets[@]}"
    judge_no_leftover
    # RFC 9293 3.1: an option that is not implemented is ignored. What comes back in spite of that
    # says that nothing which only comes back is support.
    on 81
    rows echoed unknown mptcp fastopen uto edo reserved
    row unknown echoed '.echoed > 0 and (.rules | contains("TP-OPT-ECHO"))'
    row mptcp echoed '.good == 0'
    finding TP-OPT-ECHO TP-OPT-MPTCP-OURS TP-OPT-TFO-OURS TP-SEG-RESERVED
    fact '.severity == "high"'
    # where an answer is more than bytes that come back, it stays one
    untouched unknown mptcp fastopen uto edo reserved sack
    # RFC 3168 6.1.1 warns of these
    on 82
    rows echoed ecn accecn
    finding TP-OPT-ECN-ECHO
    untouched ecn accecn
    relay_stop
}

@test "SYNs with an option vanish, or one option for another's sake; quotes of 8 bytes" {
    lab_up_relay '> option:8@81 * drop' '> option:79-171@82 * drop' '> option:8@83 * take 4' \
        '< synack@84 * ttl 62' '> ttl:1@84 * icmp 11 0 from=198.18.0.9 quote=28'
    sinks 81 82 83 84
    both 81 82 83
    climb 1 --half-open "${targets[@]}" "$(target 4 84)"
    judge_no_leftover
    on 81
    row timestamps breaks '.opened == 0 and .silent == .sent'
    rows breaks sets
    rung linux '.breaks and .opened == 0' '.silent == 3'
    rung linux-no-ts '(.breaks | not) and .opened == 3'
    rung windows '.breaks | not'
    rows supported bare mss wscale sack padding ecn
    finding TP-OPT-BREAKS
    on 82
    row unknown breaks '.otherwise == "declined"'
    rung unknown '.breaks' '.opened == 0'
    rung exid-1 '.breaks | not'
    rung exid-2 '.breaks | not'
    untouched unknown
    finding TP-OPT-BREAKS-SELDOM
    no_finding TP-OPT-BREAKS
    # SACK is answered alone, and never beside timestamps
    on 83
    row sack stripped '.good > 0 and .absent > 0'
    rung sack '.layout | contains("sackOK")'
    rung linux '.layout | (contains("sackOK") | not) and contains("TS")'
    rung linux-no-ts '.layout | contains("sackOK")'
    untouched sack
    finding TP-OPT-STRIPPED
    no_finding TP-OPT-ONE-SIDED
    # RFC 792 asks routers for 8 bytes behind the IP header only: ports and sequence number
    scope='.port == 84'
    fact '.expired > 0' '[.quoted[] | select(.state != "whole")] == []'
    untouched
    no_finding_from medium
    relay_stop
}

# 83 to 85 are before a server that knows RFC 9768, whose SYN,ACK tells the mark of the SYN.
@test "wrong checksums answered or put right; marks of SYNs told by accurate ECN" {
    lab_up_relay '> badsum@81 * back S.' '> badsum@82 * mend' '> syn@84 * ecn 0' \
        '> syn@85 * ecn 3' '< synack@83 * accecn' '< synack@84 * accecn' '< synack@85 * accecn'
    sinks 81 82 83 84 85
    both 81 82 83 84 85
    climb 1 --half-open --repeat 5 --features checksum,accecn,sack "${targets[@]}"
    judge_no_leftover
    on 81
    row checksum rewritten '.opened > 0'
    finding TP-OPT-CHECKSUM
    rows supported sack
    on 82
    row checksum rewritten '.opened == .sent'
    finding TP-OPT-CHECKSUM
    rows supported sack
    on 83
    row accecn supported '.values == "0,1,2,3"'
    row checksum declined
    no_finding TP-OPT-ECN-MARK TP-OPT-CHECKSUM
    on 84
    row accecn rewritten '.values == "0"' '.rules | contains("TP-OPT-ECN-MARK")'
    finding TP-OPT-ECN-MARK
    on 85
    row accecn rewritten '.values == "3"'
    finding TP-OPT-ECN-MARK
    relay_stop
}

@test "SYN,ACKs and SYNs rewritten: what open connections show of it" {
    lab_up_relay '< synack@81 * take 8' '< synack@81 * take 4' '> option:3@82 * put wscale 0' \
        '> option:2@83 * put mss 1460'
    sinks 81
    listen big 82 --bytes 400000
    listen big 83 --bytes 100000
    both 81 82 83
    climb 1 --features sack,timestamps,wscale,mss "${targets[@]}"
    judge_no_leftover
    # Both took it that the other agreed (RFC 7323 1.3, RFC 2018 2): the server sends timestamps,
    # and SACK blocks, that the client never agreed to. That tells it from a server that declines.
    on 81
    check timestamps one-sided
    check sack one-sided
    row sack stripped '.in_effect == "one-sided"'
    row timestamps stripped '.in_effect == "one-sided"'
    rows supported wscale mss
    finding TP-OPT-ONE-SIDED TP-OPT-STRIPPED
    # The peer takes our window for what its field says, and we mean many times that.
    on 82
    check our-wscale fails
    check wscale works
    row wscale supported '.in_effect == "fails"'
    rows supported sack timestamps mss
    finding TP-OPT-NOT-IN-EFFECT
    # our small MSS was raised: segments come that are larger than we announced
    on 83
    check mss fails
    row mss supported '.in_effect == "fails"' '.values | IN("1440", "1460")'
    rows supported sack timestamps wscale
    finding TP-OPT-NOT-IN-EFFECT
    relay_stop
}
