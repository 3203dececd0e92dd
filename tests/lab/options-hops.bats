#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# `options` through three routers, of which the one in the middle has a rule of nft's for each port:
# where on the way an option goes missing, by what routers quote of SYNs that expire there (RFC 792,
# RFC 4443 3.3). A router looks at the hop limit before its rules in 'forward' are asked
# (net/ipv4/ip_forward.c), so what the second does there is first seen in what the third quotes.
# shellcheck disable=SC2154,SC2034 # targets and LAB_PACE are options.bash's

setup() {
    load options.bash
    lab_require jq
    LAB_PACE=(--timeout 250ms --patience 0)
}

teardown() { lab_down; }

# hops PORT...: client - near - router - far - Linux with listeners on these ports.
hops() {
    local where
    lab_up_hops
    sinks "$@"
    both "$@"
    for where in near router far; do
        lab_sysctl "$where" ipv4/icmp_ratelimit 0
        lab_sysctl "$where" ipv6/icmp/ratelimit 0
    done
}

# asked PORT WORDS..., answered PORT WORDS...: a rule for that port's SYNs, for its SYN,ACKs.
asked() { middlebox_rule "tcp dport $1 $LAB_SYN ${*:2}"; }
answered() { middlebox_rule "tcp sport $1 $LAB_SYN_ACK ${*:2}"; }

# quoted STATE HOP OFFER...: of each of these, that, and by that hop's own address.
quoted() {
    local state=$1 hop=$2 offer from4 from6
    shift 2
    from4=$(hop_address "$hop" 4)
    from6=$(hop_address "$hop" 6)
    for offer; do
        listed quoted offer "$offer" \
            ".state == \"$state\" and .hop == $hop and (.from | IN(\"$from4\", \"$from6\"))" ||
            return
    done
}

# whole_but OFFER...: all others are quoted whole by the third router.
whole_but() {
    local offer
    for offer in mss wscale sack timestamps fastopen mptcp unknown ecn; do
        case " $* " in *" $offer "*) continue ;; esac
        quoted whole 3 "$offer" || return
    done
    fact "[.quoted[].offer] - [\"mss\", \"wscale\", \"sack\", \"timestamps\", \"fastopen\",
        \"mptcp\", \"unknown\", \"ecn\"] - [\"${1:-}\"] == []"
}

@test "taken out of SYNs, clamped or marked by the second of three routers: what and where" {
    hops 80 81 82 83 84 85 86
    for option in sack-perm timestamp window mptcp 34; do asked 81 reset tcp option "$option"; done
    asked 82 tcp option maxseg size set 1000
    asked 83 tcp flags set syn
    asked 84 ip ecn set ce
    asked 84 ip6 ecn set ce
    # before the hop limit is looked at: that router's own quote lacks it
    middlebox_nft <<NFT
table inet lab {
    chain first {
        type filter hook prerouting priority -150
        tcp dport 85 $LAB_SYN reset tcp option sack-perm counter
    }
}
NFT
    # the third is silent about SYNs to this port, which its errors quote
    asked 86 reset tcp option timestamp
    lab_in far nft -f - <<'NFT'
table inet quiet {
    chain out {
        type filter hook output priority 0
        icmp type time-exceeded @th,240,16 86 counter drop
        icmpv6 type time-exceeded @th,400,16 86 counter drop
    }
}
NFT
    climb 1 --half-open "${targets[@]}"
    judge_no_leftover
    on 80
    whole_but
    fact '.ttl == 61 and .hops == 3' '.expired >= 6'
    untouched
    no_finding_from medium
    on 81
    quoted missing 3 sack timestamps wscale mptcp fastopen
    whole_but sack timestamps wscale mptcp fastopen
    rows stripped sack timestamps wscale mptcp
    # Fast Open's option of before, which Linux knows too, came through
    untouched sack timestamps wscale mptcp fastopen
    finding TP-OPT-STRIPPED
    no_finding TP-OPT-REWRITTEN TP-OPT-CLAMPED
    on 82
    quoted changed 3 mss
    whole_but mss
    row mss rewritten '.good > 0'
    finding TP-OPT-CLAMPED
    no_finding TP-OPT-STRIPPED TP-OPT-REWRITTEN
    # see options-path.bats on the order
    untouched mss order
    on 83
    quoted missing 3 ecn
    whole_but ecn
    row ecn stripped
    finding TP-OPT-STRIPPED
    untouched ecn
    on 84
    quoted changed 3 accecn
    whole_but accecn
    row accecn rewritten
    # a marked SYN asks Linux for ECN in vain
    row ecn declined
    finding TP-OPT-REWRITTEN
    no_finding TP-OPT-STRIPPED
    untouched accecn ecn
    on 85
    quoted missing 2 sack
    whole_but sack
    row sack stripped
    finding TP-OPT-STRIPPED
    untouched sack
    on 86
    quoted whole 2 mss wscale sack timestamps fastopen mptcp unknown ecn
    row timestamps declined
    untouched timestamps
    no_finding TP-OPT-STRIPPED
    middlebox_hits
    [ "$(lab_in far nft list ruleset | grep -c 'counter packets [1-9]')" -eq 2 ]
}

@test "stripped from SYN,ACKs alone: quotes of our SYNs are whole, the connection is one-sided" {
    hops 80
    answered 80 reset tcp option timestamp
    climb 1 --features timestamps "${targets[@]}"
    judge_no_leftover
    whole_but
    row timestamps stripped '.in_effect == "one-sided"'
    check timestamps one-sided
    finding TP-OPT-STRIPPED TP-OPT-ONE-SIDED
    middlebox_hits
}

@test "--no-hops: no SYN expires on the way, and so nothing is known of it" {
    hops 80
    asked 80 reset tcp option sack-perm
    capture_start
    climb 0 --half-open --features sack --no-hops "${targets[@]}"
    judge_no_leftover
    fact '.expired == 0 and .quoted == []'
    row sack declined
    capture_stop
    [ "$(judge_count "$(capture_file)" 'icmp.type == 11 || icmpv6.type == 3')" -eq 0 ]
    middlebox_hits
}
