#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# probe/ports: what the kernel does with answers to ports that are held for the probes, as an
# independent tcpdump sees it, and how many sockets it takes.
# shellcheck disable=SC2154

setup() {
    . "$(dirname "$BATS_TEST_FILENAME")/net.bash"
    net_begin
}
teardown() { net_end; }

RESET='((ip and tcp[tcpflags] & tcp-rst != 0) or (ip6 and ip6[53] & 4 != 0))'
SYN='((ip and tcp[tcpflags] == tcp-syn) or (ip6 and ip6[53] == 2))'
ANSWER='((ip and tcp[tcpflags] == tcp-syn|tcp-ack) or (ip6 and ip6[53] == 0x12))'

# many KIND RESETS: 200 SYNs to as many addresses of the far side, over each family
many() {
    ip -n "$far" route add local 198.18.4.0/24 dev lo
    ip -n "$far" route add local 2001:db8:4::/64 dev lo
    ip -n "$near" route add 198.18.4.0/24 via 198.18.0.2
    ip -n "$near" route add 2001:db8:4::/64 via 2001:db8::2
    for family in ip ip6; do
        first=198.18.4.1
        [ $family = ip ] || first=2001:db8:4::1
        # What the first family's half-open connections repeat is not the second's.
        there="$family and dst port 80" back="$family and src port 80"
        capture far pipe
        run in_near "$TOOL" ports "$1" "$first" 200
        # The tool is gone, and with it what kept the kernel silent: only what came before counts.
        capture_end
        echo "$output"
        [ "$status" -eq 0 ]
        syns=$(seen "$there and $SYN") resets=$(seen "$there and $RESET")
        echo "SYNs: $syns, answers: $(seen "$back and $ANSWER"), resets: $resets"
        [ "$syns" -eq 200 ]
        [ "$(seen "$back and $ANSWER")" -ge 200 ]
        [ "$resets" -eq "$2" ]
        # 64 of their own, and 16 for the other 136
        [[ "$output" == *sockets=80* ]]
        [[ "$output" == *left=0* ]]
        # As many ports as sockets.
        ports=$(tcpdump -n -r "$capture_file" "$there and $SYN" 2>/dev/null |
            awk '{ sub(".*[.]", "", $3); print $3 }' | sort -u | wc -l)
        [ "$ports" -eq 80 ]
    done
}

@test "guarded ports that are shared keep the kernel silent" { many guarded 0; }

@test "reserved ports that are shared: the kernel resets each half-open connection" { many reserved 200; }

@test "a reserved port of its own: one RST of the kernel's, with the number that was acknowledged" {
    for address in 198.18.0.2 2001:db8::2; do
        capture far pipe
        run in_near "$TOOL" syn "$address" 80 reserve -
        capture_end
        [ "$status" -eq 0 ]
        [[ "$output" == *answered=yes* ]]
        [ "$(seen "dst port 80 and $SYN")" -eq 1 ]
        [ "$(seen "dst port 80 and $RESET")" -eq 1 ]
        tcpdump -S -n -r "$capture_file" "dst port 80 and $RESET" 2>/dev/null | grep -F 'seq 1001,'
        # The far side has forgotten it: nothing is repeated.
        [ "$(in_far ss -Htn state syn-recv | wc -l)" -eq 0 ]
    done
}
