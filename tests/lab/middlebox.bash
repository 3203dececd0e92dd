# shellcheck shell=bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Middleboxes out of nft rules: in the router of a routed lab, otherwise in front of the server.

# middlebox_place: the namespace in which they work.
middlebox_place() {
    case " $LAB_PLACES " in
    *" router "*) echo router ;;
    *) echo server ;;
    esac
}

# middlebox_nft <RULES: feeds nft; table 'lab' has a chain 'rules' that every packet passes once.
middlebox_nft() {
    lab_in "$(middlebox_place)" nft -f -
}

middlebox_begin() {
    middlebox_nft <<'EOF'
table inet lab {
    chain rules { }
    chain forward {
        type filter hook forward priority -150
    }
    chain input {
        type filter hook input priority -150
    }
    chain output {
        type filter hook output priority -150
    }
}
flush chain inet lab forward
flush chain inet lab input
flush chain inet lab output
add rule inet lab forward jump rules
add rule inet lab input jump rules
add rule inet lab output jump rules
EOF
}

# middlebox_rule RULE...: adds each RULE (nft's words) to the chain, after those before.
middlebox_rule() {
    local rule
    middlebox_begin || return
    for rule; do
        # counted behind what it matches, and before what ends it
        case $rule in
        *' drop') rule="${rule% drop} counter drop" ;;
        *' reject '*) rule="${rule%% reject *} counter reject ${rule#* reject }" ;;
        *) rule+=' counter' ;;
        esac
        middlebox_nft <<<"add rule inet lab rules $rule" || return
    done
}

# middlebox_clear: an honest router again.
middlebox_clear() {
    lab_in "$(middlebox_place)" nft flush ruleset
}

# middlebox_hits: true when at least one packet met each rule (otherwise the test did not test it).
middlebox_hits() {
    local rules
    rules=$(lab_in "$(middlebox_place)" nft list ruleset)
    case $rules in
    *'counter packets 0 '*) ;;
    *'counter packets '*) return 0 ;;
    esac
    printf 'middlebox: a rule was never met:\n%s\n' "$rules" >&2
    return 1
}

LAB_SYN='tcp flags & (syn|ack) == syn'
LAB_SYN_ACK='tcp flags & (syn|ack) == (syn|ack)'

# mb_mss SIZE: clamps the MSS of SYN and SYN-ACK.
mb_mss() { middlebox_rule "tcp flags & syn == syn tcp option maxseg size set $1"; }

# mb_strip OPTION: turns an option of SYN and SYN-ACK into NOPs: maxseg window sack-perm timestamp
# mptcp fastopen KIND.
mb_strip() { middlebox_rule "tcp flags & syn == syn reset tcp option $1"; }

# mb_strip_synack OPTION, mb_strip_syn OPTION: in one direction only.
mb_strip_syn() { middlebox_rule "$LAB_SYN reset tcp option $1"; }
mb_strip_synack() { middlebox_rule "$LAB_SYN_ACK reset tcp option $1"; }

# mb_drop MATCH: silence for what matches: syn, synack, rst, fin, or any nft expression.
mb_drop() { middlebox_rule "$(middlebox_match "$1") drop"; }

# mb_drop_first N MATCH: the first N are lost.
mb_drop_first() {
    middlebox_rule "$(middlebox_match "$2") limit rate 1/day burst $1 packets drop"
}

# mb_drop_every N MATCH: of N packets, the first, the N+1st, ... are lost.
mb_drop_every() { middlebox_rule "$(middlebox_match "$2") numgen inc mod $1 == 0 drop"; }

middlebox_match() {
    case $1 in
    syn) echo "$LAB_SYN" ;;
    synack) echo "$LAB_SYN_ACK" ;;
    rst) echo 'tcp flags & rst == rst' ;;
    fin) echo 'tcp flags & fin == fin' ;;
    *) echo "$1" ;;
    esac
}

# mb_reject FAMILY TYPE [MATCH]: an ICMP error in place of the packet (default: SYNs). IPv4's types:
# net-unreachable host-unreachable prot-unreachable port-unreachable net-prohibited host-prohibited
# admin-prohibited; IPv6's: no-route admin-prohibited addr-unreachable port-unreachable policy-fail
# reject-route.
mb_reject() {
    local match
    match=$(middlebox_match "${3:-syn}")
    if [ "$1" = 4 ]; then
        middlebox_rule "meta nfproto ipv4 $match reject with icmp type $2"
    else
        middlebox_rule "meta nfproto ipv6 $match reject with icmpv6 type $2"
    fi
}

# mb_reset [MATCH]: the middlebox resets (default: SYNs), with the server's address and its own TTL.
mb_reset() { middlebox_rule "$(middlebox_match "${1:-syn}") reject with tcp reset"; }

# mb_ttl N: the packets of the server get another TTL.
mb_ttl() {
    middlebox_rule "ip saddr $LAB_SERVER4 ip ttl set $1"
    middlebox_rule "ip6 saddr $LAB_SERVER6 ip6 hoplimit set $1"
}

# mb_no_ecn: clears the ECN field of IP. mb_no_ece: clears ECE and CWR in SYN and SYN-ACK.
mb_no_ecn() {
    middlebox_rule 'ip protocol tcp ip ecn set not-ect' 'ip6 nexthdr tcp ip6 ecn set not-ect'
}
mb_no_ece() {
    middlebox_rule "$LAB_SYN tcp flags set syn" "$LAB_SYN_ACK tcp flags set syn|ack"
}

# mb_dup: every packet that comes from the client leaves the router twice (routed lab).
mb_dup() {
    middlebox_nft <<EOF
table ip lab-dup {
    chain c {
        type filter hook prerouting priority -300
        ip saddr $LAB_CLIENT4 tcp dport != 0 counter dup to $LAB_SERVER4 device "right"
    }
}
table ip6 lab-dup {
    chain c {
        type filter hook prerouting priority -300
        ip6 saddr $LAB_CLIENT6 tcp dport != 0 counter dup to $LAB_SERVER6 device "right"
    }
}
EOF
}

# mb_masquerade: the server sees the router's address (routed lab).
mb_masquerade() {
    middlebox_nft <<'EOF'
table inet lab-nat {
    chain post {
        type nat hook postrouting priority 100
        oifname "right" counter masquerade
    }
}
EOF
}

# mb_dnat PORT SERVERPORT: the router's own address, router_address, leads to the server (routed).
mb_dnat() {
    middlebox_nft <<EOF
table inet lab-nat {
    chain pre {
        type nat hook prerouting priority -100
        ip daddr 198.18.1.254 tcp dport $1 counter dnat ip to $LAB_SERVER4:$2
        ip6 daddr 2001:db8:1::fe tcp dport $1 counter dnat ip6 to [$LAB_SERVER6]:$2
    }
}
EOF
}
router_address() { if [ "$1" = 4 ]; then echo 198.18.1.254; else echo 2001:db8:1::fe; fi; }

# mb_synproxy PORT: the router answers SYNs itself, window 0, and opens the other half later (routed
# lab, IPv4).
mb_synproxy() {
    lab_sysctl router netfilter/nf_conntrack_tcp_loose 0
    lab_sysctl router ipv4/tcp_timestamps 1
    lab_sysctl router ipv4/tcp_syncookies 1
    middlebox_nft <<EOF
table ip lab-synproxy {
    chain raw {
        type filter hook prerouting priority -300
        iifname "left" tcp dport $1 $LAB_SYN counter notrack
    }
    chain forward {
        type filter hook forward priority 0
        iifname "left" tcp dport $1 ct state invalid,untracked counter \
            synproxy mss 1460 wscale 7 timestamp sack-perm
        ct state invalid drop
    }
}
EOF
}

# mb_strict: drops what belongs to no connection that the router saw from its SYN on (routed lab).
mb_strict() {
    lab_sysctl router netfilter/nf_conntrack_tcp_loose 0
    middlebox_rule 'meta l4proto tcp ct state invalid drop'
}

# mb_mtu BYTES: a smaller link behind the router (1280 at least, for IPv6); routed lab.
mb_mtu() {
    ip -n "$(lab_namespace router)" link set right mtu "$1" &&
        ip -n "$(lab_namespace server)" link set eth0 mtu "$1"
}
