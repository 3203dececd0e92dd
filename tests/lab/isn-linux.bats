#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# `isn` against Linux: its class and clock, its SYN cookies, and manners.

setup() {
    load isn.bash
    lab_require jq
}

teardown() { lab_down; }

# listeners: at port 80 of either family; the targets are `both`.
listeners() {
    for family in 4 6; do
        lab_start server "sink-$family" "${LAB_PYTHON[@]}" "$LAB_SOURCE/server.py" --time 90 \
            sink "$(server_address "$family")" 80
    done
    both=("$(target 4 80)" "$(target 6 80)")
}

# net/core/secure_seq.c: siphash of the tuple, and ktime_get_real_ns() >> 6
@test "Linux: RFC 6528, 15.625 MHz within 10 ppm; each SYN,ACK reset, no more SYNs than announced" {
    lab_begins
    listeners
    most=$(announced --quick "${both[@]}")
    isn 0 --quick "${both[@]}"
    says '.class == "RFC6528" and .severity == "good" and .verdict == "open"' \
        '.clock.nominal == 15625000 and (.clock.ppm | fabs) < 10' \
        '.clock.low <= .clock.rate and .clock.rate <= .clock.high' \
        '.tuple.hash_bits >= 30 and .tuple.affine != "yes" and .tuple.linear != "yes"' \
        '.n >= 180 and .n_fixed > 40 and .n_varying > 80 and .lost == 0 and .gaps == 0' \
        '.cookie == null and .prng == null and .backends == []' \
        '[.front[] | select(.kind | IN("ip-id", "timestamps") | not)] == []' \
        '.whose | contains("TTL 64")' '.ttl == 64' '.rtt_us.q50 > 0 and .rtt_us.q50 < 20000' \
        '[.evidence[] | select(.supports)] | length > 0' \
        '.cost.cross.n50 > 2e9 and .cost.same.n50 < 1e6 and .certified_bits > 10'
    says_of "$(server_address 4)" '.family == "IPv4"'
    says_of "$(server_address 6)" '.family == "IPv6"'
    nothing_half_open server
    [ "$(kernel_counter SyncookiesSent)" -eq 0 ] # the audit itself must not bring them about
    [ "$(kernel_counter ListenDrops)" -eq 0 ]
    capture_stop
    syns_at_most "$most"
    resets_answer_all 2
    judge_wellformed "$(capture_file)"
}

# net/ipv4/syncookies.c: moves by our number, and by 1 for each step of the MSS table
@test "Linux with tcp_syncookies=2: the cookies are proved, and named as what stands in front" {
    lab_begins
    lab_sysctl server ipv4/tcp_syncookies 2
    listeners
    isn 0 --quick "${both[@]}"
    says '.class == "SYN_COOKIE_LINUX" and .severity == "info"' \
        '.cookie.kind == "linux" and .cookie.proved and .cookie.agree >= .cookie.pairs - 2' \
        '.front[0].kind == "syn-cookies"' '.whose | contains("SYN cookies")'
    # two pairs less: the server's minute may pass meanwhile. The MSS is the last of 536 1300 1440
    # 1460, and the one before the last of 1220 1420 1440 8940 (net/ipv6/syncookies.c)
    says_of "$(server_address 4)" '.cookie.mss_index == 3'
    says_of "$(server_address 6)" '.cookie.mss_index == 2'
    [ "$(kernel_counter SyncookiesSent)" -gt 300 ]
    nothing_half_open server
}

@test "a second address of ours: F depends on it" {
    lab_begins
    ip -n "$(lab_namespace client)" addr add 198.18.0.7/24 dev eth0
    ip -n "$(lab_namespace client)" addr add 2001:db8::7/64 dev eth0 nodad
    for address in 198.18.0.7 2001:db8::7; do
        lab_neighbour server eth0 02:00:00:00:00:01 "$address"
    done
    listeners
    isn 0 --quick "${both[@]}"
    says '.class == "RFC6528" and .tuple.source_matters != "no" and .second_source != null'
    isn 0 --quick --second-source none "${both[0]}"
    says '.class == "RFC6528" and .second_source == null'
    capture_stop
    [ "$(judge_count "$(capture_file)" "$SYN && ip.src == 198.18.0.7")" -gt 0 ]
    [ "$(judge_count "$(capture_file)" "$SYN && ipv6.src == 2001:db8::7")" -gt 0 ]
}

@test "self: over loopback, nothing left" {
    lab_begin client
    probe isn --quick --json -4 self >"$LAB_DIR/record" 2>"$LAB_DIR/diagnostics"
    says '.class == "RFC6528" and .interface == "lo" and (.clock.ppm | fabs) < 20'
    [ -z "$(in_client ss -Htan state all | grep -v TIME-WAIT)" ]
}
