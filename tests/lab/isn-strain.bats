#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# `isn` and a peer under strain, or one that stops: it ends soon, says so, and reports what it has.

setup() {
    load isn.bash
    lab_require jq
}

teardown() { lab_down; }

# sinks: a listener of each family, port 80, for a whole test.
sinks() {
    for family in 4 6; do
        lab_start server "sink-$family" "${LAB_PYTHON[@]}" "$LAB_SOURCE/server.py" --time 90 \
            sink "$(server_address "$family")" 80
    done
}

@test "a closed port: said so after a few SYNs; no class, status 2" {
    lab_begins
    for family in 4 6; do
        isn 2 --quick "$(target "$family" 81)"
        says '.verdict == "refused" and .class == null and .n == 0' \
            ".from == \"$(server_address "$family")\""
    done
    judge_all 0
    [ "$(syns)" -ge 2 ] && [ "$(syns)" -le 16 ]
}

@test "a port that never answers: no class, status 2, and not for long" {
    lab_up
    mb_drop syn
    for family in 4 6; do
        began=$SECONDS
        isn 2 --quick --timeout 200ms "$(target "$family" 80)"
        says '.verdict == "filtered" and .class == null and .n == 0'
        [ $((SECONDS - began)) -le 10 ]
    done
}

@test "the listener vanishes in the middle: what was sampled is judged, and the reason says so" {
    lab_begins
    sinks
    lab_start client audit bash -c 'echo READY; exec "$@"' bash "$TCPPROBE" isn --json \
        "$(target 4 80)" "$(target 6 80)"
    sleep 5
    lab_stop sink-4 >/dev/null || true
    lab_stop sink-6 >/dev/null || true
    lab_wait audit 20 >/dev/null || [ $? -ne 124 ]
    sed 1d "$LAB_DIR/audit.out" >"$LAB_DIR/record"
    cp "$LAB_DIR/audit.err" "$LAB_DIR/diagnostics"
    [ "$(wc -l <"$LAB_DIR/record")" -eq 2 ]
    says '.class == "RFC6528" and .n >= 32 and .n < 2000' '.findings | length > 0'
    nothing_half_open server
}

@test "SIGINT in the middle: a report of what was sampled, nothing left behind" {
    lab_begins
    sinks
    lab_start client audit bash -c 'echo READY; exec "$@"' bash "$TCPPROBE" isn --json \
        "$(target 4 80)" "$(target 6 80)"
    sleep 6
    lab_stop audit INT >/dev/null || [ $? -le 2 ]
    sed 1d "$LAB_DIR/audit.out" >"$LAB_DIR/record"
    cp "$LAB_DIR/audit.err" "$LAB_DIR/diagnostics"
    [ "$(wc -l <"$LAB_DIR/record")" -eq 2 ]
    says '.class == "RFC6528" and .n >= 32 and .n < 2000'
    judge_no_leftover
}

@test "our RSTs do not arrive: it stops soon, leaves no more than eight half-open, and says so" {
    lab_up
    sinks
    mb_drop rst
    for family in 4 6; do
        began=$SECONDS
        isn_strained 2 --quick "$(target "$family" 80)"
        says '.class == "INCONCLUSIVE" or .class == null' '.findings | length > 0'
        [ $((SECONDS - began)) -le 10 ]
        [ "$(in_server ss -Htan state syn-recv | grep -c "$(server_address "$family")")" -le 8 ]
    done
    middlebox_hits
}

@test "SYN,ACKs that come again although they were reset: it stops and says so" {
    lab_up
    ISN_SERVER='--repeat 0.8' isn_server 80=rfc6528 81=rfc6528
    status=0
    isn_strained 0 --quick "$(peer_target 4 80)" "$(peer_target 6 81)" || status=$?
    says '.n < 180 and (.findings | length > 0)'
    lab_stop isn-server >/dev/null
}

@test "a peer that falls silent: it stops soon, and judges what there is" {
    lab_up
    ISN_SERVER='--silent-after 100' isn_server 80=rfc6528 81=rfc6528
    isn 0 --quick --timeout 200ms "$(peer_target 4 80)" "$(peer_target 6 81)"
    says '.class == "RFC6528" and .n >= 90 and .n <= 100 and .lost > 0'
    lab_stop isn-server >"$LAB_DIR/served"
    [ "$(served 80 syns)" -le 150 ] && [ "$(served 81 syns)" -le 150 ]
}

@test "SYN cookies that begin in the middle: it stops, and leaves all of them out" {
    lab_up_relay '< synack * delay 40'
    isn_server 80=overrun
    isn 0 --quick --save "$LAB_DIR/numbers" "$(peer_target 4 80)"
    says '.class == "RFC6528" and .n > 80 and .n < 120' \
        '.findings[0].text | contains("began to send SYN cookies in the middle")'
    awk '!/^#/ { rows++; cookies += ($3 == ($5 + 1) % 4294967296) }
        END { exit !(rows > 80 && cookies == 0) }' "$LAB_DIR/numbers"
    isn_server_stop
}
