#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# net/link: packets in batches, and which of a batch could not be sent.

setup() {
    . "$(dirname "$BATS_TEST_FILENAME")/net.bash"
    net_begin
}
teardown() { net_end; }

LINK_TOOL=${TOP_BUILDDIR:?}/tests/net/link_tool

batch() {
    run in_near "$LINK_TOOL" batch pipe 198.18.0.1 2001:db8::1 "$@"
    echo "$output"
    [ "$status" -eq 0 ]
}

@test "both families in one batch, in order" {
    batch 198.18.0.2/1 2001:db8::2/2 2001:db8::2/3 198.18.0.2/4 198.18.0.2/5 2001:db8::2/6
    [ "$output" = $'again=0\nsent 1 2 3 4 5 6' ]
}
@test "those that cannot be sent are named, the others go" {
    in_near nft add table inet t
    in_near nft add chain inet t o '{ type filter hook output priority 0; }'
    in_near nft add rule inet t o tcp dport 99 drop
    batch 198.18.0.255/1 198.18.0.2/2 198.18.0.2/99 2001:db8:ffff::1/3 2001:db8::2/4 2001:db8::2/99 198.18.0.2/5
    [ "${lines[0]}" = "0 a privilege is missing: this machine refused the packet to interface 'pipe': prohibited or a broadcast address" ]
    [ "${lines[1]}" = "2 a privilege is missing: a firewall of this machine refused the packet to interface 'pipe'" ]
    [ "${lines[2]}" = "3 there is no route: cannot send through interface 'pipe': network is unreachable" ]
    [ "${lines[3]}" = "5 a privilege is missing: a firewall of this machine refused the packet to interface 'pipe'" ]
    [ "${lines[4]}" = again=0 ]
    [ "${lines[5]}" = 'sent 2 4 5' ]
}
@test "a queue that stays full: what did not fit is named, the rest is sent" {
    local list=() port failed sent
    for port in $(seq 64); do list+=("198.18.0.2/$port"); done
    # One packet a millisecond, and room for 20.
    in_near tc qdisc add dev pipe root tbf rate 640kbit burst 200 limit 1600 || skip 'kernel has no tbf'
    batch "${list[@]}"
    failed=$(grep -c "^[0-9]* the system refused something: cannot send through interface 'pipe': no buffer space available" <<<"$output")
    sent=$(sed -n 's/^sent //p' <<<"$output" | wc -w)
    echo "failed=$failed sent=$sent"
    [ "$failed" -ge 1 ]
    [ "$sent" -ge 20 ]
    [ $((failed + sent)) -eq 64 ]
    # No port is in both lists: number 0 is port 1.
    for port in $(sed -n 's/^sent //p' <<<"$output"); do
        run ! grep -q "^$((port - 1)) the system" <<<"$output"
    done
}
@test "tens of thousands, with the answers to them: none is lost" {
    local pair
    for pair in '198.18.0.1 198.18.0.2' '2001:db8::1 2001:db8::2'; do
        # shellcheck disable=SC2086
        run --separate-stderr in_near "$LINK_TOOL" flood batch many pipe $pair 20000
        echo "$output"
        [ "$output" = 'failed=0 out=20000 in=20000 dropped=0' ]
    done
}
