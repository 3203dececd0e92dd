#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# net/link: what our stamps are worth, beside an independent tcpdump on the same interface.

setup() {
    . "$(dirname "$BATS_TEST_FILENAME")/net.bash"
    net_begin
}
teardown() { net_end; }

LINK_TOOL=${TOP_BUILDDIR:?}/tests/net/link_tool
count=100

# tunnel_begin: interface over between the two namespaces, over their veth: there TCP's departure time
# is taken out of the frames (link.h), as on the way between two machines.
tunnel_begin() {
    local side number=0
    # shellcheck disable=SC2154 # net.bash names both sides
    for side in "$near" "$far"; do
        number=$((number + 1))
        ip -n "$side" link add over type vxlan id 1 local 198.18.0.$number remote 198.18.0.$((3 - number)) \
            dstport 4789 dev pipe || skip 'kernel has no vxlan'
        ip -n "$side" address add 198.18.1.$number/24 dev over
        ip -n "$side" address add 2001:db8:1::$number/64 dev over nodad
        ip -n "$side" link set over up
    done
    in_near ping -q -c1 -W2 198.18.1.2
    in_near ping -q -c1 -W2 2001:db8:1::2
}

# compare LOAD INTERFACE SOURCE DESTINATION [some]: both captures of SYNs and of what comes back, frame by frame.
# This tcpdump asks for microseconds, so that the kernel stamps because we ask it to.
compare() {
    theirs=$BATS_TEST_TMPDIR/theirs-$RANDOM.pcap
    ip netns exec "$near" tcpdump -Z root -U -s 128 --immediate-mode -n -i "$2" -w "$theirs" \
        "tcp and host $4" 2>"$theirs.log" 3>&- &
    local pid=$!
    NET_PIDS+=("$pid")
    until_found 'listening on' "$theirs.log"
    run in_near "$LINK_TOOL" stamps "$1" "$2" "$3" "$4" "$count" "$BATS_TEST_TMPDIR/ours.pcap"
    echo "$output"
    [ "$status" -eq 0 ]
    [ "$output" = 'stamps=capture, nanoseconds dropped=0' ]
    sleep 0.2
    kill "$pid"
    wait "$pid" || true
    run /usr/bin/python3 -B "$NET_SOURCE/stamps.py" "$BATS_TEST_TMPDIR/ours.pcap" "$theirs" "$3" ${5:+"$5"}
    echo "$output"
    [ "$status" -eq 0 ]
}

# all_equal: every frame of both directions has the same stamp in both captures.
all_equal() {
    [[ "$output" =~ ^out\ frames=([0-9]+)\ equal=([0-9]+).*in\ frames=([0-9]+)\ equal=([0-9]+) ]]
    [ "${BASH_REMATCH[1]}" -ge "$count" ]
    [ "${BASH_REMATCH[1]}" -eq "${BASH_REMATCH[2]}" ]
    [ "${BASH_REMATCH[3]}" -ge "$count" ]
    [ "${BASH_REMATCH[3]}" -eq "${BASH_REMATCH[4]}" ]
}

both_families() { # LOAD
    compare "$1" over 198.18.1.1 198.18.1.2
    all_equal
    compare "$1" over 2001:db8:1::1 2001:db8:1::2
    all_equal
}

@test "each frame has the same stamp in our capture as in another's" {
    tunnel_begin
    both_families quiet
}
@test "also when the frames come in blocks" {
    tunnel_begin
    both_families many
}
@test "also while all processors are busy" {
    tunnel_begin
    local processor
    for ((processor = 0; processor < $(nproc); processor++)); do
        in_background near timeout 20 sh -c 'while :; do :; done'
    done
    both_families busy
}
@test "over a veth alone what TCP of the same kernel answers is stamped twice, what we send is not" {
    compare busy pipe 198.18.0.1 198.18.0.2
    [[ "$output" =~ ^out\ frames=([0-9]+)\ equal=([0-9]+) ]]
    [ "${BASH_REMATCH[1]}" -ge "$count" ]
    [ "${BASH_REMATCH[1]}" -eq "${BASH_REMATCH[2]}" ]
    [[ "$output" == *"in frames=$count "* ]]
}

# by_socket SOURCE DESTINATION: the way of an adapter's clock, with the driver's software stamps, which come a
# little after those of the captures and are the same clock's.
by_socket() {
    compare busy,sent pipe "$1" "$2" some
    local pattern="^out frames=$count .*most=([0-9]+) early=0"$'\n'"in frames=$count "
    [[ $output =~ $pattern ]]
    [ "${BASH_REMATCH[1]}" -lt 1000000 ]
}
@test "what is sent can be stamped by way of the raw sockets, each frame once" {
    by_socket 198.18.0.1 198.18.0.2
    by_socket 2001:db8::1 2001:db8::2
}
@test "an interface without a clock of its own: the host's, and that is said" {
    local interface
    for interface in pipe lo; do
        run in_near "$LINK_TOOL" clock "$interface"
        [ "$status" -eq 0 ]
        [ "$output" = 'capture, nanoseconds (the adapter has no clock)' ]
    done
}
