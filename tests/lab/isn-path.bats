#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# `isn` over paths that delay, lose and forge, and on hosts that are busy, scarce or set up otherwise:
# the class stays what it is, and nothing is named that is not there.

setup() {
    load isn.bash
    lab_require jq
}

teardown() { lab_down; }

# listeners [OPTION]...: at port 80 of either family; the targets are `both`.
listeners() {
    for family in 4 6; do
        lab_start server "sink-$family" "${LAB_PYTHON[@]}" "$LAB_SOURCE/server.py" --time 90 "$@" \
            sink "$(server_address "$family")" 80
    done
    both=("$(target 4 80)" "$(target 6 80)")
}

# sound: every record is of a plain Linux host, and of nothing in front of it.
sound() {
    says '.class == "RFC6528" and .severity == "good" and .clock.nominal == 15625000' \
        '(.clock.ppm | fabs) < 100' \
        '[.front[] | select(.kind | IN("ip-id", "timestamps") | not)] == []' "$@"
}

@test "30 ms each way: still the class and its clock" {
    lab_up_relay '< synack * delay 30'
    listeners
    isn 0 --quick "${both[@]}"
    sound '.rtt_us.q50 > 29000 and .rtt_us.q50 < 60000' '.n > 180'
}

@test "2 % of the SYNs and SYN,ACKs lost: still the class, the gaps are counted" {
    lab_up
    mb_drop_every 50 syn
    listeners
    isn 0 --quick --timeout 200ms "${both[@]}"
    sound '.lost > 0 and .gaps > 0 and .n > 100'
    middlebox_hits
}

@test "a busy host: connections of others change nothing" {
    lab_begins
    listeners --backlog 512
    lab_start server crowd "${LAB_PYTHON[@]}" -c '
import socket, sys, time
print("READY", flush=True)
for _ in range(1500):
    with socket.create_connection((sys.argv[1], 80), 2): pass
    time.sleep(0.02)' "$(server_address 4)"
    isn_strained 0 --quick "${both[@]}"
    sound
}

@test "forged SYN,ACKs and RSTs beside the true answer: not sampled" {
    lab_up_relay '> syn * back S. seq=1000 ack=+70000' '> syn * back R seq=7' \
        '> syn * back S. seq=5 bad' '< synack * delay 2'
    listeners
    isn 0 --quick "${both[@]}"
    sound
}

@test "Linux without timestamps, and with plain ones: nothing in front is made up" {
    lab_up
    listeners
    for timestamps in 0 2; do
        lab_sysctl server ipv4/tcp_timestamps "$timestamps"
        isn 0 --quick "${both[@]}"
        sound
    done
    says '.front | any(.kind == "timestamps" and (.detail | contains("for all ports")))'
}

@test "a backlog of four: no SYN cookies are brought about, or the audit says that they began" {
    lab_up
    lab_sysctl server ipv4/tcp_max_syn_backlog 4
    lab_sysctl server ipv4/tcp_syncookies 1
    listeners --backlog 4
    isn 0 --quick "${both[@]}"
    if [ "$(kernel_counter SyncookiesSent)" -gt 0 ]; then
        says '.class | IN("SYN_COOKIE_LINUX", "RFC6528")'
        jq -se 'any(.[]; .findings | length > 0)' "$LAB_DIR/record" >/dev/null
    else
        sound
    fi
}

@test "a firewall that lets through 25 SYNs a second: it goes on or stops, and counts what is lost" {
    lab_up
    middlebox_rule "$LAB_SYN limit rate over 25/second burst 5 packets drop"
    listeners
    # as little as came may or may not be enough
    isn_strained 2 --quick --timeout 200ms "${both[0]}" 2>/dev/null ||
        isn 0 --quick --timeout 200ms "${both[0]}"
    says '.lost > 0 and .gaps > 0 and .n < 185' '.class | IN("INCONCLUSIVE", "RFC6528")'
    middlebox_hits
}
