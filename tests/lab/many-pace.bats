#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# How many targets at once, how fast, until when and in which order, held against an independent capture.

setup() {
    load many.bash
    lab_require jq
}

teardown() { lab_down; }

# first: the program goes before all others, as far as the system allows it: what is measured is not
# their load.
first() {
    printf '#!/bin/sh\nchrt -f 1 true 2>/dev/null && exec chrt -f 1 "%s" "$@"\nexec nice -n -20 "%s" "$@"\n' \
        "$TCPPROBE" "$TCPPROBE" >"$LAB_DIR/first"
    chmod 755 "$LAB_DIR/first"
    TCPPROBE=$LAB_DIR/first
}

@test "--parallel: so many at once, and never more" {
    lab_up_relay '< synack * delay 40'
    many_net
    many_server 80
    for most in 1 7 40; do
        if [ "$most" -eq 40 ]; then # time enough to begin with all of them
            relay_stop >/dev/null
            lab_start relay relay "${LAB_PYTHON[@]}" "$LAB_SOURCE/relay.py" left right '< tcp * delay 250'
        fi
        for family in 4 6; do
            many_list "$family" 80 40 >"$LAB_DIR/list"
            capture_start
            many 0 handshake --json --file "$LAB_DIR/list" --parallel "$most"
            records 40 '.verdict == "open" and .closed == "both" and .rtt_ms >= 39'
            capture_stop
            judges parallel "$most"
            judges closed 40
        done
    done
    relay_stop
}

@test "--rate: the mean within 2 %, and no window above it" {
    lab_up
    first
    for family in 4 6; do
        for rate in 200 2000; do
            # It must never be exceeded; where others take our time it may not be reached at once.
            for _ in 1 2 3 4 5 6; do
                capture_start
                many 1 handshake --csv --no-header --fields=verdict \
                    "$(target "$family" "1001-$((1000 + 2 * rate))")" --rate "$rate/s" --parallel 1000
                [ "$(grep -c '^refused' "$LAB_DIR/out")" -eq "$((2 * rate))" ]
                capture_stop
                judges syns "$((2 * rate))"
                judges rate "$rate"
                ! judges mean "$rate" || break
            done
            judges mean "$rate"
        done
    done
}

@test "--rate counts the copies of unanswered SYNs" {
    lab_up
    mb_drop syn
    for family in 4 6; do
        capture_start
        many 1 handshake --json "$(target "$family" 1001-1100)" --rate 150 --parallel 1000 --timeout 100ms --retries 2
        records 100 '.verdict == "filtered" and .attempts == 3'
        capture_stop
        judges syns 300
        judges rate 150
    done
}

@test "--interval: the time between one target and the next" {
    lab_up
    many_net
    many_server 80
    first
    for family in 4 6; do
        many_list "$family" 80 8 >"$LAB_DIR/list"
        # It must never be shorter; where others take our time it may be longer now and then.
        for _ in 1 2 3 4 5 6; do
            capture_start
            many 0 handshake --json --file "$LAB_DIR/list" --interval 80ms
            records 8 '.verdict == "open"'
            capture_stop
            judges gap 80
            ! judges gaps 80 || break
        done
        judges gaps 80
    done
}

@test "--deadline: to the moment, and what was measured is kept" {
    lab_up
    many_net
    many_server 80
    mb_drop 'tcp dport 9'
    for family in 4 6; do
        { many_list "$family" 9 20; many_list "$family" 80 20; } >"$LAB_DIR/list"
        begun=$(milliseconds)
        many 2 handshake --json --file "$LAB_DIR/list" --deadline 600ms --timeout 10s
        took=$(($(milliseconds) - begun))
        [ "$took" -ge 600 ] && [ "$took" -lt 1000 ]
        records 40 'if .port == 80 then .verdict == "open" and .closed == "both" else .verdict == "inconclusive" end'
        told '40 targets: 20 open, 20 not measured in 0.[67] s'

        # One that failed beats those that were not measured; those whose turn never came count too.
        begun=$(milliseconds)
        many 1 handshake --json "$(target "$family" 81)" --file "$LAB_DIR/list" --deadline 300ms --timeout 10s --parallel 10
        [ $(($(milliseconds) - begun)) -lt 700 ]
        records 11
        told 'tcpprobe: the run was ended before *'
    done
    # Standard input that says no more.
    mkfifo "$LAB_DIR/fifo"
    exec 8<>"$LAB_DIR/fifo"
    echo "$(target 4 80)" >&8
    begun=$(milliseconds)
    many 2 handshake --json - --deadline 400ms <"$LAB_DIR/fifo"
    [ $(($(milliseconds) - begun)) -lt 800 ]
    exec 8>&-
    records 1 '.verdict == "open"'
    judge_no_leftover
}

@test "in the order of their ends; --ordered: in that of the targets" {
    lab_up
    many_net
    many_server 80
    mb_drop 'tcp dport 9'
    for family in 4 6; do
        { many_list "$family" 9 1; many_list "$family" 80 30; many_list "$family" 9 2 | tail -n 1
            many_list "$family" 81 5; } >"$LAB_DIR/list"
        arguments=(--file "$LAB_DIR/list" --timeout 300ms --retries 0)
        many 1 handshake --json "${arguments[@]}"
        records 37
        [ "$(values port | uniq | tr '\n' ' ')" != '9 80 9 81 ' ]
        [ "$(values port | tail -n 2 | tr '\n' ' ')" = '9 9 ' ]

        many 1 handshake --json "${arguments[@]}" --ordered
        [ "$(values target)" = "$(<"$LAB_DIR/list")" ]
        many 1 handshake --csv "${arguments[@]}" --ordered --fields target
        [ "$(tail -n +2 "$LAB_DIR/out" | tr -d '\r')" = "$(<"$LAB_DIR/list")" ]
        [ "$(head -n 1 "$LAB_DIR/out")" = $'target\r' ]
        many 1 handshake "${arguments[@]}" --ordered
        [ "$(grep -F -o -f "$LAB_DIR/list" "$LAB_DIR/out" | uniq)" = "$(<"$LAB_DIR/list")" ]
        cp "$LAB_DIR/out" "$LAB_DIR/ordered"
        [ "$(head -c 1 "$LAB_DIR/out")" != $'\n' ]
        many 1 handshake "${arguments[@]}" --parallel 1
        [ "$(grep -c '^$' "$LAB_DIR/out")" -eq "$(grep -c '^$' "$LAB_DIR/ordered")" ]

        # What has ended is shown at once where it is its turn, and all of it at an interruption.
        many 1 handshake --json "$(target "$family" 81)" "${arguments[@]}" --ordered --deadline 150ms
        records 38
        [ "$(values port | uniq | tr '\n' ' ')" = '81 9 80 9 81 ' ]
    done
}
