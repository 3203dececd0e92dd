# shellcheck shell=bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Two network namespaces with no way out, joined by a veth pair (pipe) and by a pair of tun devices.

bats_require_minimum_version 1.5.0
export PATH="$PATH:/usr/sbin:/sbin"
NET_SOURCE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
export TOOL=${TOP_BUILDDIR:?}/tests/net/tool

# net_begin: namespaces near and far, veth between them, a listener on port 80 in each.
net_begin() {
    [ "$(id -u)" -eq 0 ] || skip 'needs root'
    NET_ID="tcpprobe-net-$$-$RANDOM"
    export near=$NET_ID-near far=$NET_ID-far
    NET_PIDS=()
    ip netns add "$near" || skip 'kernel refuses network namespaces'
    ip netns add "$far"
    ip -n "$near" link add pipe type veth peer name pipe netns "$far"
    local side
    for side in "$near" "$far"; do
        ip netns exec "$side" sh -c 'echo 0 >/proc/sys/net/ipv6/conf/all/accept_dad
            echo 0 >/proc/sys/net/ipv6/conf/pipe/accept_dad'
        ip -n "$side" link set lo up
    done
    ip -n "$near" address add 198.18.0.1/24 dev pipe
    ip -n "$near" address add 2001:db8::1/64 dev pipe nodad
    ip -n "$far" address add 198.18.0.2/24 dev pipe
    ip -n "$far" address add 2001:db8::2/64 dev pipe nodad
    ip -n "$near" link set pipe up
    ip -n "$far" link set pipe up
    # Neighbours known beforehand: the first packet must not wait for them.
    local tries=10
    while [ $((tries--)) -gt 0 ]; do
        in_near ping -q -c1 -W1 198.18.0.2 >/dev/null && in_near ping -q -c1 -W1 2001:db8::2 >/dev/null && break
        sleep 0.2
    done
    in_background far socat TCP6-LISTEN:80,fork,reuseaddr,ipv6only=0 SYSTEM:cat
    in_background near socat TCP6-LISTEN:80,fork,reuseaddr,ipv6only=0 SYSTEM:cat
    tries=30
    while [ $((tries--)) -gt 0 ]; do
        [ -n "$(in_near ss -Hltn)" ] && [ -n "$(in_far ss -Hltn)" ] && return
        sleep 0.1
    done
    return 1
}

net_end() {
    local pid
    for pid in "${NET_PIDS[@]}"; do kill "$pid" 2>/dev/null || true; done
    wait "${NET_PIDS[@]}" 2>/dev/null || true
    ip netns del "$near" 2>/dev/null || true
    ip netns del "$far" 2>/dev/null || true
}

# until_found WORDS FILE: waits until they stand in it, at most five seconds.
until_found() {
    local tries=50
    until grep -q "$1" "$2" 2>/dev/null; do
        tries=$((tries - 1))
        [ "$tries" -gt 0 ] || return 1
        sleep 0.1
    done
}

# link_local near|far: the address of its end of the pipe.
link_local() {
    ip -n "${!1}" -6 -o address show dev pipe scope link | awk '{ sub("/.*", "", $4); print $4 }'
}

in_near() { ip netns exec "$near" "$@"; }
in_far() { ip netns exec "$far" "$@"; }

# in_background near|far COMMAND...: until the test ends.
in_background() {
    local where=$1
    shift
    ip netns exec "${!where}" "$@" >/dev/null 2>&1 3>&- &
    NET_PIDS+=($!)
}

# capture near|far INTERFACE: an independent tcpdump; capture_end prints the resets that it saw.
capture() {
    capture_file=$BATS_TEST_TMPDIR/capture-$RANDOM.pcap
    ip netns exec "${!1}" tcpdump -Z root -U --immediate-mode -s 256 -B 8192 -n -i "$2" -w "$capture_file" tcp 2>"$capture_file.log" 3>&- &
    capture_pid=$!
    NET_PIDS+=("$capture_pid")
    until_found 'listening on' "$capture_file.log"
}
capture_end() {
    sleep 0.1
    kill "$capture_pid"
    wait "$capture_pid" 2>/dev/null || true
}
# seen FILTER: how many packets of the capture match.
seen() {
    tcpdump -n -r "$capture_file" "$1" 2>/dev/null | wc -l
}

# tun_begin: devices tun0 in both namespaces, 198.18.1.1-2 and 2001:db8:1::1-2, with a relay between them.
tun_begin() {
    [ -e /dev/net/tun ] || skip 'kernel has no tun device'
    /usr/bin/python3 -B "$NET_SOURCE/tun_pair.py" "/run/netns/$near" "/run/netns/$far" >"$BATS_TEST_TMPDIR/tun" 2>&1 3>&- &
    NET_PIDS+=($!)
    until_found ready "$BATS_TEST_TMPDIR/tun"
    local side number=0
    for side in "$near" "$far"; do
        number=$((number + 1))
        ip -n "$side" address add 198.18.1.$number/24 dev tun0
        ip -n "$side" address add 2001:db8:1::$number/64 dev tun0 nodad
        ip -n "$side" link set tun0 up
    done
}
