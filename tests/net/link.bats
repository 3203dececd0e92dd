#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# net/route, craft, link and dump over veth, loopback and tun, against the kernel's own TCP.

setup() {
    . "$(dirname "$BATS_TEST_FILENAME")/net.bash"
    net_begin
}
teardown() { net_end; }

# opens ADDRESS INTERFACE|- THE-INTERFACE: a SYN that a listener answers, with sane stamps.
opens() {
    run in_near "$TOOL" syn "$1" 80 all,filter,md5,minttl "$2" "$BATS_TEST_TMPDIR/written.pcap"
    echo "$output"
    [ "$status" -eq 0 ]
    [[ "$output" == *" interface=$3 "* ]]
    [ "$(grep -c '^sent=SYN checksum=good .*stamp=sane' <<<"$output")" -eq 1 ]
    [ "$(grep -c '^got=SYN,ACK .*stamp=sane' <<<"$output")" -eq 1 ]
    [[ "$output" == *'stamps=capture, nanoseconds dropped=0'* ]]
    # What was written is what was seen, in nanoseconds, and libpcap's own reader agrees.
    [ "$(od -An -tx4 -N4 "$BATS_TEST_TMPDIR/written.pcap" | tr -d ' ')" = a1b23c4d ]
    [ "$(tcpdump -nr "$BATS_TEST_TMPDIR/written.pcap" 2>/dev/null | wc -l)" -eq 2 ]
}

@test "veth, IPv4" { opens 198.18.0.2 - pipe; }
@test "veth, IPv6" { opens 2001:db8::2 - pipe; }
@test "veth, IPv6: the flow label that was asked for is on the wire" {
    opens 2001:db8::2 - pipe
    [[ "$output" == *'sent=SYN checksum=good label=abcde'* ]]
    tshark -r "$BATS_TEST_TMPDIR/written.pcap" -Y 'ipv6.flow == 0xabcde' 2>/dev/null | grep -q SYN
}
@test "veth, link-local IPv6" {
    address=$(link_local far)
    opens "$address" pipe pipe
}
@test "loopback, IPv4" { opens 127.0.0.1 - lo; }
@test "loopback, IPv6" { opens ::1 - lo; }
@test "an own address goes over loopback, IPv4" { opens 198.18.0.1 - lo; }
@test "an own address goes over loopback, IPv6" { opens 2001:db8::1 - lo; }
@test "an own address goes over loopback, also by its interface" { opens 2001:db8::1 pipe lo; }
@test "an own address goes over loopback, link-local" {
    address=$(link_local near)
    opens "$address" pipe lo
}
@test "tun, IPv4 and IPv6" {
    tun_begin
    opens 198.18.1.2 - tun0
    opens 2001:db8:1::2 - tun0
}

@test "no capture that is asked for sees a packet of another port" {
    in_near "$TOOL" watch pipe >"$BATS_TEST_TMPDIR/watch" 3>&- &
    pid=$!
    NET_PIDS+=("$pid")
    opens 198.18.0.2 - pipe
    wait "$pid"
    # Nothing happened to the interface: five seconds without an error.
    run ! grep fault= "$BATS_TEST_TMPDIR/watch"
    grep -qx check=0 "$BATS_TEST_TMPDIR/watch"
}

# vanishes COMMAND...: an interface that goes while it is being read is reported at once.
vanishes() {
    in_near "$TOOL" watch pipe >"$BATS_TEST_TMPDIR/watch" 3>&- &
    local pid=$!
    NET_PIDS+=("$pid")
    until_found watching "$BATS_TEST_TMPDIR/watch"
    "$@"
    local before=$SECONDS
    wait "$pid"
    cat "$BATS_TEST_TMPDIR/watch"
    [ $((SECONDS - before)) -le 2 ]
    grep -qx 'fault=the interface is gone or down' "$BATS_TEST_TMPDIR/watch"
}

@test "an interface that is deleted is reported, by reading and by sending" {
    vanishes ip -n "${near:?}" link del pipe
    # The kernel sets it down before it takes it away: reading may see either.
    grep -Eqx "what=interface 'pipe' is (gone|down)" "$BATS_TEST_TMPDIR/watch"
    grep -q "^send=the interface is gone or down: interface 'pipe' is gone" "$BATS_TEST_TMPDIR/watch"
}
@test "an interface that is set down is reported, by reading and by sending" {
    vanishes ip -n "${near:?}" link set pipe down
    grep -qx "what=interface 'pipe' is down" "$BATS_TEST_TMPDIR/watch"
    grep -q "^send=the interface is gone or down: interface 'pipe' is down" "$BATS_TEST_TMPDIR/watch"
}
@test "an interface that is down from the start" {
    ip -n "${near:?}" link set pipe down
    run in_near "$TOOL" watch pipe
    [ "$status" -eq 1 ]
    [[ "$output" == *"what=interface 'pipe' is down"* ]]
}
@test "an interface that does not exist" {
    run in_near "$TOOL" watch nosuch
    [ "$status" -eq 1 ]
    [[ "$output" == *"what=there is no interface 'nosuch'"* ]]
}

@test "a local firewall's refusal is told from the network's" {
    in_near nft add table inet t
    in_near nft add chain inet t o '{ type filter hook output priority 0; }'
    in_near nft add rule inet t o tcp dport 80 drop
    for address in 198.18.0.2 2001:db8::2; do
        run in_near "$TOOL" syn "$address" 80 all,filter,md5,minttl -
        echo "$output"
        [ "$status" -eq 1 ]
        [[ "$output" == *'fault=a privilege is missing'*"firewall of this machine refused"* ]]
    done
}

# no_route WORDS ADDRESS [INTERFACE]
no_route() {
    run in_near "$TOOL" syn "$2" 80 md5 "${3:--}"
    echo "$output"
    [ "$status" -eq 1 ]
    [[ "$output" == "fault=there is no route"*"what=$1"* ]]
}
@test "route: what the routing table refuses, in words" {
    no_route "no route to '192.0.2.1'" 192.0.2.1
    no_route "no route to '2001:db8:ffff::1'" 2001:db8:ffff::1
    no_route "there is no interface 'nosuch'" 198.18.0.2 nosuch
    no_route "'fe80::1' is valid on one link only" fe80::1
    no_route "'198.18.0.255' is no unicast address here" 198.18.0.255
    ip -n "$near" route add unreachable 192.0.2.0/24
    ip -n "$near" route add prohibit 203.0.113.0/24
    ip -n "$near" route add blackhole 198.51.100.0/24
    ip -n "$near" -6 route add unreachable 2001:db8:2::/48
    ip -n "$near" -6 route add prohibit 2001:db8:3::/48
    ip -n "$near" -6 route add blackhole 2001:db8:4::/48
    no_route "the routing table says that '192.0.2.1' is unreachable" 192.0.2.1
    no_route "the routing table prohibits '203.0.113.1'" 203.0.113.1
    no_route "the routing table discards packets to '198.51.100.1'" 198.51.100.1
    no_route "the routing table says that '2001:db8:2::1' is unreachable" 2001:db8:2::1
    no_route "the routing table prohibits '2001:db8:3::1'" 2001:db8:3::1
    no_route "the routing table discards packets to '2001:db8:4::1'" 2001:db8:4::1
    ip -n "$near" link add spare type veth peer name spare2
    no_route "interface 'spare' is down" 198.18.0.2 spare
}
@test "route: MTU and hop limit of the interface, of the system, and of the route" {
    run in_near "$TOOL" syn 198.18.0.2 80 md5 -
    [[ "$output" == *'mtu=1500 local=0 hops=64'* ]]
    ip -n "${near:?}" link set pipe mtu 1400
    in_near sh -c 'echo 77 >/proc/sys/net/ipv4/ip_default_ttl; echo 99 >/proc/sys/net/ipv6/conf/pipe/hop_limit'
    run in_near "$TOOL" syn 198.18.0.2 80 md5 -
    [[ "$output" == *'mtu=1400 local=0 hops=77'* ]]
    run in_near "$TOOL" syn 2001:db8::2 80 md5 -
    [[ "$output" == *'mtu=1400 local=0 hops=99'* ]]
    ip -n "$near" route add 198.18.0.2 dev pipe mtu 1300 hoplimit 33
    ip -n "$near" route add 2001:db8::2 dev pipe mtu 1310 hoplimit 44
    run in_near "$TOOL" syn 198.18.0.2 80 md5 -
    [[ "$output" == *'mtu=1300 local=0 hops=33'* ]]
    run in_near "$TOOL" syn 2001:db8::2 80 md5 -
    [[ "$output" == *'mtu=1310 local=0 hops=44'* ]]
}
