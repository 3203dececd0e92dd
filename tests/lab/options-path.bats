#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# `options` through a router with nft's rules: what it clamps, strips, drops, translates, answers;
# each port of the server's has a rule of its own. No router behind it could quote what it did:
# options-hops.bats has that.
# shellcheck disable=SC2154,SC2034 # targets and LAB_PACE are options.bash's

setup() {
    load options.bash
    lab_require jq
    LAB_PACE=(--timeout 250ms --patience 0)
}

teardown() { lab_down; }

# asked PORT WORDS..., answered PORT WORDS...: a rule for that port's SYNs, for its SYN,ACKs.
asked() { middlebox_rule "tcp dport $1 $LAB_SYN ${*:2}"; }
answered() { middlebox_rule "tcp sport $1 $LAB_SYN_ACK ${*:2}"; }

# capable PORT OTHERPORT: a listener that can MPTCP, and one that can Fast Open.
capable() {
    lab_sysctl server ipv4/tcp_fastopen 2
    listen sink "$1" --mptcp
    listen sink "$2" --fastopen
}

# nothing_wrong [FEATURE]...: but for these no option was touched; no proxy is seen, no cookies.
nothing_wrong() {
    untouched "$@"
    no_finding_from medium
    no_finding TP-OPT-PROXY TP-OPT-COOKIES TP-OPT-CLAMPED TP-OPT-SEVERAL
    fact '.proxy != "yes" and .cookies == "no"'
}

@test "clamped, stripped from SYNs, given another TTL: what can be seen of it from one end" {
    lab_up_routed
    sinks 81 82 83 86
    capable 84 85
    both 81 82 83 84 85 86
    asked 81 tcp option maxseg size set 1000
    answered 81 tcp option maxseg size set 1000
    answered 82 tcp option maxseg size set 700
    for option in sack-perm timestamp window; do asked 83 reset tcp option "$option"; done
    asked 84 reset tcp option mptcp
    for option in 34 254; do asked 85 reset tcp option "$option"; done
    middlebox_rule 'tcp sport 86 ip ttl set 120' 'tcp sport 86 ip6 hoplimit set 120'
    climb 0 --half-open "${targets[@]}"
    judge_no_leftover
    on 81
    row mss supported '.values == "1000"'
    fact '.mss_bytes == 1000'
    rung mss-536 '.answered | contains("mss 1000")'
    # nft_exthdr.c mends the checksum as if each value began at an even byte
    row order breaks
    rung order-unaligned '.breaks'
    nothing_wrong order
    on 82
    row mss supported '.values == "700"'
    nothing_wrong
    # a router that leaves NOP in the SYN cannot be told from a server that declines
    on 83
    rows declined sack timestamps wscale
    untouched sack timestamps wscale
    no_finding_from medium
    on 84 85
    nothing_wrong # they are declined there
    on 86
    fact '.ttl == 120 and .hops == 8 and .header.ttl == 120 and .header.ttl_others == 0' \
        '.expired >= 2'
    nothing_wrong
    middlebox_hits
}

# One more NOP in a row than anybody needs to align an option.
@test "stripped from SYN,ACKs leaves NOP: stripped, and the peer does it nonetheless" {
    lab_up_routed
    sinks 81 82 83
    capable 84 85
    both 81 82 83 84 85
    answered 81 reset tcp option sack-perm
    answered 82 reset tcp option timestamp
    answered 83 reset tcp option window
    answered 84 reset tcp option mptcp
    for option in 34 254; do answered 85 reset tcp option "$option"; done
    climb 1 "${targets[@]}"
    judge_no_leftover
    on 81
    row sack stripped '.good == 0 and .absent > 0' '.in_effect == "one-sided"'
    check sack one-sided
    untouched sack
    finding TP-OPT-STRIPPED TP-OPT-ONE-SIDED
    on 82
    row timestamps stripped '.in_effect == "one-sided"'
    check timestamps one-sided
    untouched timestamps
    finding TP-OPT-STRIPPED TP-OPT-ONE-SIDED
    on 83
    row wscale stripped '.in_effect == "one-sided"'
    untouched wscale
    finding TP-OPT-STRIPPED TP-OPT-ONE-SIDED
    on 84
    row mptcp stripped
    untouched mptcp
    on 85
    row fastopen stripped
    untouched fastopen
    on 84 85
    finding TP-OPT-STRIPPED
    no_finding TP-OPT-ONE-SIDED
    middlebox_hits
}

@test "SYNs that carry something are dropped or refused: that breaks, and nothing else does" {
    lab_up_routed
    sinks 81 82 83 84 85
    both 81 82 83 84 85
    asked 81 tcp option sack-perm exists drop
    asked 82 tcp option mptcp exists drop
    asked 82 tcp option 34 exists drop
    asked 82 'tcp flags & (ecn|cwr) == (ecn|cwr) drop'
    asked 83 tcp doff 5 drop
    # the byte of the data offset and the reserved bits, but for AE
    asked 84 @th,100,3 != 0 reject with tcp reset
    # a firewall that knows four options and nothing else
    middlebox_nft <<NFT
$(for kind in 14 15 19 28 30 34 {79..171} 237 253 254; do
        echo "add rule inet lab rules tcp dport 85 $LAB_SYN tcp option $kind exists drop"
    done)
NFT
    climb 1 --half-open "${targets[@]}"
    judge_no_leftover
    on 81
    row sack breaks '.opened == 0 and .silent == .sent'
    rung linux '.breaks'
    rung linux-no-sack '.breaks | not'
    rows breaks sets
    finding TP-OPT-BREAKS
    # nft looks behind the end of the list, too: as far as it goes this is true
    rung after-eol '.breaks'
    untouched sack sets order full malformed
    # of SYNs that are like Linux's none is answered: the nearest one stands for them
    fact '.cookies == "no" and .proxy != "yes"' '.clock.kind == "runs"'
    on 82
    rows breaks mptcp fastopen ecn accecn
    rung fastopen '.breaks' '.opened == 0'
    rung fastopen-exp '.breaks | not'
    rung accecn-010 '.breaks | not'
    finding TP-OPT-BREAKS
    untouched mptcp fastopen ecn accecn
    on 83
    row bare breaks '.opened == 0 and .sent >= 3'
    rung nop-only '.breaks | not'
    # there is but one control to hold them against, too few for a whole ladder three times
    untouched bare checksum md5
    on 84
    row reserved breaks '.reset == .sent'
    rung reserved-all '.breaks'
    untouched reserved
    finding TP-OPT-BREAKS-SELDOM
    no_finding TP-OPT-BREAKS
    on 85
    rows breaks unknown mptcp fastopen uto edo md5 full
    rung full-nop '.breaks | not'
    untouched unknown mptcp fastopen uto edo md5 full
    finding TP-OPT-BREAKS-SELDOM
    middlebox_hits
}

@test "every fourth SYN is lost: seen in the controls, and no feature is called broken" {
    lab_up_routed
    sinks 80
    both 80
    mb_drop_every 4 syn
    climb 0 --half-open "${targets[@]}"
    judge_no_leftover
    fact '[.matrix[] | select(.verdict == "breaks")] == []' '[.rungs[] | select(.breaks)] == []' \
        '.lost > 20' '.matrix | any(.feature | IN("bare", "mss")) and
            any(.[]; (.feature | IN("bare", "mss")) and .silent > 0)'
    row checksum inconclusive
    rows supported mss wscale sack timestamps sets
    no_finding TP-OPT-BREAKS TP-OPT-BREAKS-SELDOM
    middlebox_hits
}

@test "NAT both ways, and a router that drops what belongs to no connection: nothing is wrong" {
    lab_up_routed
    sinks 80 81
    mb_masquerade
    mb_dnat 8080 80
    mb_strict
    targets=("$(router_address 4):8080" "[$(router_address 6)]:8080" "$(target 4 81)"
        "$(target 6 81)")
    climb 0 --half-open "${targets[@]}"
    nothing_wrong
    fact '.ttl == 63'
    climb 0 --features sack,timestamps,ecn "${targets[@]}"
    judge_no_leftover
    for name in sack timestamps ecn; do check "$name" works; done
    [ "$(lab_in router nft list table inet lab-nat | grep -c 'counter packets [1-9]')" -eq 3 ]
}

# net/netfilter/nf_synproxy_core.c: SYN cookies of the kernel's, which need timestamps to remember
# SACK and the window's scale; window 0; no repeat; a window update once the server has answered.
@test "SYNPROXY: a proxy, and cookies (IPv4)" {
    lab_up_routed
    sinks 80
    mb_synproxy 80
    # Its ACK to the server has a TSecr that the server never sent; new kernels answer that and wait
    # for a better one, now and then in vain: so what open connections show is not asked. The steps
    # of TSval are 64 ms: slowly enough to see some.
    LAB_RATE=150 climb 0 --fail-on high --patience 1500ms "$(target 4 80)"
    fact '.proxy == "yes" and .cookies == "yes"' '.window == 0' '.wscale_shift == 7'
    for name in identical-syn shifted-isn low-bits zero-window window-update two-clocks; do
        front "$name" yes
    done
    # Linux alone would have repeated it after a second
    fact '.repeats.answered and .repeats.count == 0'
    finding TP-OPT-PROXY TP-OPT-COOKIES
    row mss supported '.values == "1460"'
    row wscale supported '.values == "7"'
    rung sack '.answered | contains("sackOK") | not'
    rung linux '.layout | contains("sackOK") and contains("TS") and contains("wscale")'
    rung bare '.answered | contains("mss") | not'
    rows supported bare sack timestamps sets order padding full
    # it signs nothing and reads on over what it does not know
    rows declined ecn accecn fastopen mptcp uto edo unknown malformed reserved data md5 checksum
    middlebox_hits
}

# RFC 3168 6.1.1: a SYN must not be marked; Linux takes it for a net that marks all there is, and
# declines ECN there (net/ipv4/tcp_input.c).
@test "ECN's marks cleared on the way: CE is never echoed; all set to CE: ECN is declined" {
    lab_up_routed
    sinks 81 82
    both 81 82
    middlebox_rule 'tcp dport 81 ip ecn set not-ect' 'tcp dport 81 ip6 ecn set not-ect' \
        'tcp dport 82 ip ecn set ce' 'tcp dport 82 ip6 ecn set ce'
    climb 1 --features ecn "${targets[@]}"
    judge_no_leftover
    on 81
    row ecn supported '.in_effect == "fails"'
    check ecn fails
    finding TP-OPT-NOT-IN-EFFECT
    on 82
    row ecn declined
    check ecn absent
    no_finding_from medium
    middlebox_hits
}
