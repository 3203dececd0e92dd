#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# net/guard: no RST of the kernel's leaves, with each method alone, as an independent tcpdump sees it.

setup() {
    . "$(dirname "$BATS_TEST_FILENAME")/net.bash"
    net_begin
}
teardown() { net_end; }

# resets METHODS ADDRESS INTERFACE: a SYN is answered; prints how many RSTs went to port 80.
resets() {
    case $3 in
    lo) capture near lo ;;
    *) capture far pipe ;;
    esac
    run in_near "$TOOL" syn "$2" 80 "$1" -
    capture_end
    [ "$status" -eq 0 ]
    [[ "$output" == *answered=yes* ]]
    [ "$(seen "$(ours) and (tcp[tcpflags] == tcp-syn or ip6[53] == 2)")" -eq 1 ]
    leaked=$(seen "$(ours) and $RESET")
}
RESET='((ip and tcp[tcpflags] & tcp-rst != 0) or (ip6 and ip6[53] & 4 != 0))'
# ours: packets from the probe's port. A SYN-ACK that is repeated to the probe before this one finds no guard any more.
ours() { echo "src port $(sed -n 's/^port=//p' <<<"$output")"; }
addresses=('198.18.0.2 pipe' '2001:db8::2 pipe' '127.0.0.1 lo' '::1 lo')

# silent METHOD
silent() {
    local where
    for where in "${addresses[@]}"; do
        # shellcheck disable=SC2086
        resets "$1" $where
        [[ "$output" == *"guard=$1"* ]]
        echo "$1 $where: $leaked"
        [ "$leaked" -eq 0 ]
    done
}

@test "without a guard the kernel does send a RST, so this test can fail" {
    for where in "${addresses[@]}"; do
        # shellcheck disable=SC2086
        resets none $where
        echo "$where: $leaked"
        [ "$leaked" -ge 1 ]
    done
}
@test "the filter alone keeps the kernel silent" { silent filter; }
@test "the MD5 key alone keeps the kernel silent" { silent md5; }
@test "the minimum TTL alone keeps the kernel silent" { silent minttl; }
@test "all together keep the kernel silent" { silent filter,md5,minttl; }

@test "packets that arrive with TTL 255: all but the minimum TTL hold" {
    in_far sh -c 'echo 255 >/proc/sys/net/ipv4/ip_default_ttl; echo 255 >/proc/sys/net/ipv6/conf/all/hop_limit
        echo 255 >/proc/sys/net/ipv6/conf/pipe/hop_limit'
    for address in 198.18.0.2 2001:db8::2; do
        resets filter "$address" pipe
        [ "$leaked" -eq 0 ]
        resets md5 "$address" pipe
        [ "$leaked" -eq 0 ]
        resets filter,md5,minttl "$address" pipe
        [ "$leaked" -eq 0 ]
        # As known: this is why there are three.
        resets minttl "$address" pipe
        [ "$leaked" -ge 1 ]
    done
}

@test "without any capability but CAP_NET_RAW the other two methods remain" {
    command -v setpriv >/dev/null || skip 'needs setpriv'
    for address in 198.18.0.2 2001:db8::2; do
        capture far pipe
        run in_near setpriv --bounding-set=-all,+net_raw --inh-caps=-all "$TOOL" syn "$address" 80 filter,md5,minttl -
        capture_end
        echo "$output"
        [ "$status" -eq 0 ]
        [[ "$output" == *answered=yes* ]]
        [[ "$output" == *guard=*md5,minttl* ]]
        [ "$(seen "$(ours)")" -eq 1 ]
        [ "$(seen "$(ours) and $RESET")" -eq 0 ]
    done
}
