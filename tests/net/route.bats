#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# net/route: what is asked once and kept follows each change of interfaces, addresses, routes and limits.
# shellcheck disable=SC2154

setup() {
    . "$(dirname "$BATS_TEST_FILENAME")/net.bash"
    net_begin
}
teardown() { net_end; }

# route ADDRESS INTERFACE|- SOURCE|- COMMAND...
route() {
    run in_near "$TOOL" route "$@"
    echo "$output"
    [ "$status" -eq 0 ]
}

@test "the interface's MTU, and that of a route" {
    route 198.18.0.2 - - 'ip link set pipe mtu 1400' 'ip route add 198.18.0.2 dev pipe mtu 1300' 'ip link set pipe mtu 1290'
    [ "${lines[0]}" = 'from 198.18.0.1 through pipe to 198.18.0.2 mtu 1500 hops 64' ]
    [[ "${lines[1]}" == *'mtu 1400 '* ]]
    [[ "${lines[2]}" == *'mtu 1300 '* ]]
    [[ "${lines[3]}" == *'mtu 1290 '* ]]
}
@test "an interface that goes down, comes up, is renamed" {
    route 198.18.0.2 pipe - 'ip link set pipe down' 'ip link set pipe up' 'ip link set pipe down; ip link set pipe name hose; ip link set hose up'
    [[ "${lines[0]}" == *'through pipe '* ]]
    [ "${lines[1]}" = "interface 'pipe' is down" ]
    [[ "${lines[2]}" == *'through pipe '* ]]
    [ "${lines[3]}" = "there is no interface 'pipe'" ]
    route 198.18.0.2 - - 'ip link set hose down; ip link set hose name pipe; ip link set pipe up'
    [[ "${lines[0]}" == *'through hose '* ]]
    [[ "${lines[1]}" == *'through pipe '* ]]
}
@test "a source address that comes and goes, over both families" {
    route 198.18.0.2 - 198.18.0.3 'ip address add 198.18.0.3/24 dev pipe' 'ip address del 198.18.0.3/24 dev pipe'
    [ "${lines[0]}" = "'198.18.0.3' is not an address of this machine" ]
    [[ "${lines[1]}" == 'from 198.18.0.3 through pipe '* ]]
    [ "${lines[2]}" = "'198.18.0.3' is not an address of this machine" ]
    route 2001:db8::2 - 2001:db8::3 'ip address add 2001:db8::3/64 dev pipe nodad' 'ip address del 2001:db8::3/64 dev pipe'
    [ "${lines[0]}" = "'2001:db8::3' is not an address of this machine" ]
    [[ "${lines[1]}" == 'from 2001:db8::3 through pipe '* ]]
    [ "${lines[2]}" = "'2001:db8::3' is not an address of this machine" ]
}
@test "routes are asked for anew each time" {
    route 198.18.9.1 - - 'ip route add 198.18.9.0/24 via 198.18.0.2' 'ip route replace 198.18.9.0/24 via 198.18.0.9' \
        'ip route replace prohibit 198.18.9.0/24' 'ip route del 198.18.9.0/24'
    [ "${lines[0]}" = "no route to '198.18.9.1'" ]
    [[ "${lines[1]}" == *' to 198.18.0.2 mtu '* ]]
    [[ "${lines[2]}" == *' to 198.18.0.9 mtu '* ]]
    [ "${lines[3]}" = "the routing table prohibits '198.18.9.1'" ]
    [ "${lines[4]}" = "no route to '198.18.9.1'" ]
}
@test "the system's hop limit, a second after it was changed" {
    route 198.18.0.2 - - 'echo 99 >/proc/sys/net/ipv4/ip_default_ttl; sleep 1'
    [[ "${lines[0]}" == *'hops 64' ]]
    [[ "${lines[1]}" == *'hops 99' ]]
    route 2001:db8::2 - - 'echo 98 >/proc/sys/net/ipv6/conf/pipe/hop_limit; sleep 1'
    [[ "${lines[0]}" == *'hops 64' ]]
    [[ "${lines[1]}" == *'hops 98' ]]
}
@test "twelve interfaces in turn" {
    local commands=()
    for i in $(seq 12); do
        ip -n "$near" link add "many$i" type veth peer name "peer$i"
        ip -n "$near" link set "peer$i" up
        ip -n "$near" link set "many$i" mtu $((1300 + i)) up
        commands+=("ip route replace 198.18.20.1 dev many$i")
    done
    route 198.18.20.1 - 198.18.0.1 "${commands[@]}" "${commands[@]}"
    for i in $(seq 12); do
        [[ "${lines[$i]}" == "from 198.18.0.1 through many$i to 198.18.20.1 mtu $((1300 + i)) "* ]]
        [ "${lines[$i]}" = "${lines[$((i + 12))]}" ]
    done
}
@test "a storm of news does not drown the answers" {
    # shellcheck disable=SC2016
    route 198.18.0.2 - - 'for i in $(seq 3000); do echo "link set pipe mtu $((1400 + i % 2))"; done | ip -batch -; ip link set pipe mtu 1350'
    [[ "${lines[1]}" == *'mtu 1350 '* ]]
}
