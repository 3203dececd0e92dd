#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# What 'handshake --write' writes, 'read' reads: the same verdict, options, round trip, losses, segments
# with both states, and steps, against every kind of server.
# shellcheck disable=SC2154,SC2034 # record and family are record.bash's

setup() {
    load record.bash
    lab_require jq
}

teardown() { lab_down; }

# same STATUS|- [--loose KEYS] ARGUMENT...: runs handshake, reads what it wrote, holds them side by side.
same() {
    local wanted=$1 loose=() status=0
    shift
    if [ "$1" = --loose ]; then
        loose=(--loose "$2")
        shift 2
    fi
    probe handshake --json --write "$LAB_DIR/written" "$@" >"$LAB_DIR/live" 2>"$LAB_DIR/probe.err" || status=$?
    record=$(<"$LAB_DIR/live")
    [ "$wanted" = - ] || [ "$status" -eq "$wanted" ] || complain "exit status $status, not $wanted" || return
    "$TCPPROBE" read --json --connection 1 "$LAB_DIR/written" >"$LAB_DIR/reread" 2>"$LAB_DIR/probe.err" ||
        complain "read: exit status $?: $(<"$LAB_DIR/probe.err")" || return
    [ "$(wc -l <"$LAB_DIR/reread")" -eq 1 ] || complain 'read: not one connection' || return
    "${LAB_PYTHON[@]}" "$LAB_SOURCE/reread.py" "${loose[@]}" "$LAB_DIR/live" "$LAB_DIR/reread" ||
        complain "read says something else: $*"
}

@test "read after handshake: open, data both ways, every way of closing; refused" {
    lab_up
    for family in 4 6; do
        for mode in greet greet-close close half-close late-close unread reset; do
            server_start "$family" "$mode" 80 --delay 0.05
            # a reset may come before or after the verdict
            same - --send 'hello\n' --wait 100ms "$(target "$family" 80)"
            lab_stop server-80 >/dev/null || true
        done
        server_start "$family" echo 81
        # the answer may arrive while the FIN is on its way out: which was first, only the client knows
        same 0 --loose segments.state,steps --send 'half' --half-close --wait 1s "$(target "$family" 81)"
        same 0 --close=rst "$(target "$family" 81)"
        same 0 --profile bare "$(target "$family" 81)"
        same 1 "$(target "$family" 9)"
    done
}

@test "read after handshake: Fast Open, a cookie asked for and used" {
    lab_up
    lab_sysctl server ipv4/tcp_fastopen 3
    for family in 4 6; do
        server_start "$family" echo 80 --fastopen
        same 0 "$(target "$family" 80)" --options 'mss 1460,sackOK,TS val 1 ecr 0,nop,wscale 7,FO'
        cookie=$(jq -r '.answered.options | capture("FO (?<c>[0-9a-f]+)").c' <"$LAB_DIR/live")
        same 0 "$(target "$family" 80)" --options "mss 1460,sackOK,TS val 1 ecr 0,nop,wscale 7,FO $cookie" \
            --fast-open --send 'early' --wait 200ms
        lab_stop server-80 >/dev/null || true
    done
}

@test "read after handshake: filtered, unreachable, the SYN lost once, the SYN,ACK lost once" {
    lab_up_routed
    lab_sysctl router ipv4/icmp_ratelimit 0
    lab_sysctl router ipv6/icmp/ratelimit 0
    for family in 4 6; do
        server_start "$family" greet 80
        mb_drop syn
        same 1 --timeout 150ms --retries 2 "$(target "$family" 80)"
        middlebox_clear
        for kind in port-unreachable admin-prohibited; do
            mb_reject "$family" "$kind"
            same 1 --timeout 200ms --retries 1 "$(target "$family" 80)"
            middlebox_clear
        done
        mb_drop_first 1 syn
        same 0 --timeout 300ms --wait 100ms "$(target "$family" 80)"
        middlebox_clear
        mb_drop_first 1 synack
        same 0 --timeout 300ms --wait 100ms "$(target "$family" 80)"
        middlebox_clear
        lab_stop server-80 >/dev/null || true
    done
}

@test "read after handshake: losses, copies and another order on the way" {
    lab_up_relay '< data 2 hold 2' '< data 5-6 dup' '< data 9 drop' '> ack 9 drop' '< synack 2 dup' '> syn 3 dup'
    server_start 4 big 80 --bytes 20000
    for _ in 1 2 3; do
        same 0 --wait 400ms "$(target 4 80)"
    done
}

@test "read after handshake: libslirp" {
    stack_slirp_up
    same 0 --send 'hello\n' --wait 50ms "$(target 4 80)"
    same 0 --wait 500ms "$(target 4 13)"
    same 1 "$(target 4 81)"
}

@test "read after handshake: passt" {
    stack_passt_up
    for family in 4 6; do
        same 0 --send 'hello\n' --wait 50ms "$(target "$family" 80)"
        same 0 --wait 500ms "$(target "$family" 13)"
        # its bare RST is nobody's word for the handshake
        same 2 --loose from,ttl --timeout 200ms --retries 1 "$(target "$family" 81)"
    done
}

@test "read after handshake: lwIP" {
    stack_lwip_up
    for family in 4 6; do
        same 0 --send 'hello\n' --wait 50ms "$(target "$family" 80)"
        same 0 --wait 500ms "$(target "$family" 13)"
        same 1 "$(target "$family" 81)"
    done
}
