#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# net/locals: another address to send from, where there is a usable one; the machine's own ports.
# shellcheck disable=SC2154

setup() {
    . "$(dirname "$BATS_TEST_FILENAME")/net.bash"
    net_begin
}
teardown() { net_end; }

# own ADDRESS SOURCE COMMAND...: what is said at first, and after each command, in lines.
own() {
    run in_near "$TOOL" own "$@"
    echo "$output"
    [ "$status" -eq 0 ]
}

@test "IPv4: another address of the same network of the interface, while it is there" {
    own 198.18.0.2 198.18.0.1 'ip address add 198.18.0.3/24 dev pipe' \
        'ip address add 198.18.7.4/24 dev pipe; ip address del 198.18.0.3/24 dev pipe' \
        'ip address add 198.18.0.5/32 dev lo'
    [[ "${lines[0]}" == 'second none '* ]]
    [[ "${lines[1]}" == 'second 198.18.0.3 '* ]]
    [[ "${lines[2]}" == 'second none '* ]] # of another network
    [[ "${lines[3]}" == 'second none '* ]] # of another interface
    own 198.18.0.2 198.18.0.1 'ip address add 198.18.0.3/24 dev pipe'
    in_near ip address add 198.18.0.6/24 dev pipe
    own 198.18.0.2 198.18.0.3 # its first may be the other's second
    [[ "${lines[0]}" == 'second 198.18.0.1 '* ]]
}

@test "IPv6: none that is link-local, temporary, deprecated, or not ours for certain" {
    own 2001:db8::2 2001:db8::1 \
        'ip address add 2001:db8::3/64 dev pipe nodad preferred_lft 0' \
        'ip address add 2001:db8:1::4/64 dev pipe nodad' \
        'ip address add 2001:db8::5/64 dev pipe nodad'
    [[ "${lines[0]}" == 'second none '* ]] # there is fe80::
    [[ "${lines[1]}" == 'second none '* ]]
    [[ "${lines[2]}" == 'second none '* ]]
    [[ "${lines[3]}" == 'second 2001:db8::5 '* ]]
    in_near sh -c 'ip address del 2001:db8::5/64 dev pipe
        echo 1 >/proc/sys/net/ipv6/conf/all/accept_dad
        echo 1 >/proc/sys/net/ipv6/conf/pipe/accept_dad
        echo 20 >/proc/sys/net/ipv6/conf/pipe/dad_transmits
        ip address add 2001:db8::6/64 dev pipe'
    own 2001:db8::2 2001:db8::1
    [[ "${lines[0]}" == 'second none '* ]] # still looking for duplicates
}

@test "none for a target on this machine" {
    in_near ip address add 198.18.0.3/24 dev pipe
    own 198.18.0.3 198.18.0.1
    [[ "${lines[0]}" == 'second none '* ]]
    own 127.0.0.1 127.0.0.1
    [[ "${lines[0]}" == 'second none '* ]]
}

@test "the ports of the machine's own connections are those that the kernel says" {
    own 198.18.0.2 198.18.0.1 'echo 1024 2047 >/proc/sys/net/ipv4/ip_local_port_range'
    [[ "${lines[0]}" == *'ports 32768-60999' ]]
    [[ "${lines[1]}" == *'ports 1024-2047' ]]
}
