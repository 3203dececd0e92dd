#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# `isn` through what may stand in front of a server: load balancer, NAT, SYN proxy. It is named, and
# whose numbers were audited is said.

setup() {
    load isn.bash
    lab_require jq
}

teardown() { lab_down; }

# sink ADDRESS...: a listener at each of the server's, port 80, for a whole test.
sink() {
    local address
    for address; do
        lab_start server "sink-$address" "${LAB_PYTHON[@]}" "$LAB_SOURCE/server.py" --time 90 \
            sink "$address" 80
    done
}

# balancer: the router leads each connection to one of two Linux servers, by lot. Their address goes
# into the hash, so the numbers of one tuple of the client's are of two levels.
balancer() {
    lab_address server eth0 198.18.2.3/24 2001:db8:2::3/64
    lab_neighbour router right 02:00:00:00:02:02 198.18.2.3 2001:db8:2::3
    middlebox_nft <<'EOF'
table ip lab-balancer {
    chain pre {
        type nat hook prerouting priority -100
        ip daddr 198.18.1.254 tcp dport 80 counter \
            dnat to numgen random mod 2 map { 0 : 198.18.2.2, 1 : 198.18.2.3 }
    }
}
table ip6 lab-balancer {
    chain pre {
        type nat hook prerouting priority -100
        ip6 daddr 2001:db8:1::fe tcp dport 80 counter \
            dnat to numgen random mod 2 map { 0 : 2001:db8:2::2, 1 : 2001:db8:2::3 }
    }
}
EOF
}

@test "a load balancer over two servers: a mixture of two, half each, and named" {
    lab_begins lab_up_routed
    balancer
    sink 198.18.2.2 198.18.2.3 2001:db8:2::2 2001:db8:2::3
    isn 0 --quick "$(router_address 4):80" "[$(router_address 6)]:80"
    says '.class == "MIXTURE" and .severity == "info"' \
        '.backends | length == 2 and all(.[]; .share > 0.25 and .share < 0.75)' \
        '.front | any(.kind == "load-balancer")' '.whose | contains("2 servers")'
    middlebox_hits
    nothing_half_open server
}

@test "a load balancer that goes by our port, over unlike systems: named by what they look like" {
    lab_begins lab_up_routed
    sink 198.18.2.2 2001:db8:2::2
    lab_start server other "${LAB_PYTHON[@]}" "$LAB_SOURCE/isn_server.py" --ttl 128 \
        --options 'mss 1460,nop,wscale 8,nop,nop,sackOK' eth0 198.18.2.5,2001:db8:2::5 80=rfc6528
    middlebox_nft <<'EOF'
table ip lab-balancer {
    chain pre {
        type nat hook prerouting priority -100
        ip daddr 198.18.1.254 tcp dport 80 counter \
            dnat to jhash ip saddr . tcp sport mod 2 map { 0 : 198.18.2.2, 1 : 198.18.2.5 }
    }
}
table ip6 lab-balancer {
    chain pre {
        type nat hook prerouting priority -100
        ip6 daddr 2001:db8:1::fe tcp dport 80 counter \
            dnat to jhash ip6 saddr . tcp sport mod 2 map { 0 : 2001:db8:2::2, 1 : 2001:db8:2::5 }
    }
}
EOF
    isn 0 --quick "$(router_address 4):80" "[$(router_address 6)]:80"
    # the fixed tuple is one server's: its class, whichever it is
    says '.class == "RFC6528"' '.front[0].kind == "load-balancer"' \
        '[.front[].detail] | any(contains("layouts of options"))' \
        '[.front[].detail] | any(contains("different systems"))' \
        '.whose | contains("several servers")'
    middlebox_hits
    lab_stop other | grep -q ' wrong 0 half-open 0 '
}

@test "a NAT that gives each connection another port: said so; one that keeps it cannot be told" {
    lab_begins lab_up_routed
    sink "$(server_address 4)" "$(server_address 6)"
    middlebox_nft <<'EOF'
table inet lab-nat {
    chain post {
        type nat hook postrouting priority 100
        oifname "right" counter masquerade fully-random
    }
}
EOF
    isn 0 --quick "$(target 4 80)" "$(target 6 80)"
    says '.class == "RANDOM"' '.front[0].kind == "source-nat"' \
        '.front[0].detail | contains("source port may be rewritten")' '.whose | contains("NAT")'
    middlebox_hits && middlebox_clear
    mb_masquerade
    isn 0 --quick "$(target 6 80)"
    says '.class == "RFC6528" and .clock.nominal == 15625000' \
        '[.front[] | select(.kind | IN("ip-id", "timestamps") | not)] == []'
    middlebox_hits
}

# net/netfilter/nf_synproxy_core.c: SYN cookies of the kernel's, window 0
@test "nft's SYNPROXY: the numbers are the proxy's cookies, not the server's (IPv4)" {
    lab_begins lab_up_routed
    sink "$(server_address 4)"
    mb_synproxy 80
    isn 0 --quick "$(target 4 80)"
    says '.class == "SYN_COOKIE_LINUX" and .cookie.proved' '.front[0].kind == "syn-proxy"' \
        '.front | any(.kind == "syn-cookies")' '.whose | contains("proxy")'
    middlebox_hits
    nothing_half_open server
}

@test "a proxy with another TTL than the server behind it is named by a whole handshake" {
    lab_begins
    ISN_SERVER='--ttl 64 --later-ttl 61' isn_server 80=rfc6528 81=rfc6528
    isn 0 --quick "$(peer_target 4 80)" "$(peer_target 6 81)"
    says '.class == "RFC6528"' '.front[0].kind == "syn-proxy"' '.front[0].detail | contains("61")'
    isn_server_stop
}

@test "IP IDs that count tell how many other connections there may be" {
    lab_up
    ISN_SERVER=--count-ids isn_server 80=rfc6528
    isn 0 --quick "$(peer_target 4 80)"
    says '.class == "RFC6528"' '[.front[].kind] == ["ip-id"]'
    isn_server_stop
}
