#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# `rtt --source-port`: one flow, and sweeps that name the bad ones of many, as over ECMP.

setup() {
    load rtt.bash
    lab_require jq
}

teardown() { lab_down; }

# bad_flows: the ports of the flows that the record calls bad, one after the other.
bad_flows() {
    jq -r '[.flows[] | select(.verdict == "bad") | .source_port] | join(" ")' "$LAB_DIR/record"
}

# names PORT...: exactly these flows are bad, none is left a suspect.
names() {
    local bad
    bad=$(bad_flows)
    if [ "$bad" != "$*" ]; then
        echo "bad flows: '$bad', expected: '$*'" >&2
        show_record
        return 1
    fi
    says ".flows_bad == $#" '.flows_bad == 0 or (.reason | contains("bad: source port"))' 'all(.flows[]; .verdict == "good" or .verdict == "bad")'
}

sweep=(--source-port 40000-40015 --timeout 60ms --retries 0 --interval 5ms --rate 2000)

@test "--source-port PORT: one flow, and one probe at a time where the interval is shorter" {
    lab_up_relay '< tcp * delay 40'
    for family in 4 6; do
        long_server "$family"
        for mode in '' --full; do
            capture_start
            rtt 0 -n 6 --source-port 41000 --interval 10ms --timeout 500ms $mode --each \
                "$(target "$family" 80)"
            says '.source_port == 41000 and .outcome == "answered" and .copies == 1 and
                .rtt_ms >= 40 and .rtt_ms < 300'
            capture_stop
            wire_count 6 "$SYN && tcp.srcport == 41000"
            wire_count 6 "$SYN"
            # never two under way: each SYN comes behind the answer to the one before
            wire "tcp.flags.syn == 1 && !icmp && !icmpv6" tcp.flags.ack |
                awk '(NR % 2 == 0) != ($1 == 1 || $1 == "True") { exit 1 }'
        done
        lab_stop server-80 || true
    done
}

@test "--source-port PORT goes on after a loss" {
    lab_up_routed
    for family in 4 6; do
        long_server "$family"
        mb_drop_every 3 syn
        rtt 0 -n 6 --source-port 41000 --interval 240ms --timeout 60ms "$(target "$family" 80)"
        says '.sent == 6 and .answered == 3 and .lost_forward == 3'
        middlebox_hits && middlebox_clear
        # the peer is half-open after a lost answer: that costs the next probe nothing
        mb_drop_every 4 synack
        capture_start
        rtt 0 -n 12 --source-port 41000 --interval 120ms --timeout 60ms --retries 0 \
            "$(target "$family" 80)"
        says '.sent == 12 and .answered == 9 and .lost == 3'
        capture_stop
        judge_no_stray_rst "$(capture_file)" 12 # the kernel's for each answer, ours for each loss
        judge_wellformed "$(capture_file)"
        middlebox_hits && middlebox_clear
        lab_stop server-80 || true
    done
}

@test "no bad flow: none is named, and there is no second round" {
    lab_up_routed
    for family in 4 6; do
        long_server "$family"
        for mode in '' --full; do
            rtt 0 -n 5 "${sweep[@]}" $mode "$(target "$family" 80)"
            names
            says '.sent == 80 and .answered == 80 and (.flows | length) == 16' \
                'all(.flows[]; .sent == 5 and .answered == 5 and .n == 5 and .p50_ms > 0 and
                    .confirm_sent == null and .why == null)' \
                '[.flows[].source_port] == [range(40000; 40016)]'
        done
        lab_stop server-80 || true
    done
}

# bad_path FAMILY MATCH: what the path with these packets loses is found.
bad_path() {
    mb_drop "$2"
    rtt_half 0 -n 5 "${sweep[@]}" "$(target "$1" 80)"
    names 40003 40011
    says '.verdict == "open" and .sent > 80' \
        'all(.flows[]; if .verdict == "bad" then .lost == .sent and .loss_percent == 100 and
            .n == 0 and .confirm_sent >= 20 and .confirm_lost == .confirm_sent and
            (.why | startswith("lost ")) else .lost == 0 end)' \
        '[.flows[] | select(.confirm_sent != null and .verdict == "good")] | length >= 4'
    middlebox_hits && middlebox_clear
}

@test "one bad path of eight, in either direction: exactly its flows are named, and confirmed" {
    lab_up_routed
    for family in 4 6; do
        long_server "$family"
        bad_path "$family" "$LAB_SYN tcp sport & 7 == 3"
        bad_path "$family" "$LAB_SYN_ACK tcp dport & 7 == 3"
        lab_stop server-80 || true
    done
}

@test "flows that lose half, and one path of eight by a router's hash" {
    lab_up_routed
    for family in 4 6; do
        long_server "$family"
        # every other packet of these two
        middlebox_rule "$LAB_SYN tcp sport 40002 numgen inc mod 2 == 0 drop" \
            "$LAB_SYN tcp sport 40013 numgen inc mod 2 == 1 drop"
        rtt 0 -n 12 "${sweep[@]}" "$(target "$family" 80)"
        names 40002 40013
        says 'all(.flows[]; .verdict == "good" or .lost > 12 and .answered > 12)'
        middlebox_hits && middlebox_clear
        middlebox_rule "$LAB_SYN jhash tcp sport mod 8 seed 0x5eed == 3 drop"
        rtt 0 -n 5 "${sweep[@]}" "$(target "$family" 80)"
        says '.lost > 0' 'all(.flows[]; (.verdict == "bad") == (.lost > 0))' \
            'all(.flows[]; .lost == 0 or .lost == .sent)'
        middlebox_hits && middlebox_clear
        lab_stop server-80 || true
    done
}

@test "even loss accuses nobody" {
    lab_up_routed
    for family in 4 6; do
        long_server "$family"
        middlebox_rule "$LAB_SYN numgen random mod 10 == 0 drop"
        rtt 0 -n 12 "${sweep[@]}" "$(target "$family" 80)"
        says '.lost > 0 and .flows_bad == 0'
        [ -z "$(bad_flows)" ]
        middlebox_hits && middlebox_clear
        lab_stop server-80 || true
    done
}

@test "a slow path is named, also one so slow that its answers look like repeats" {
    lab_up_relay '< port:40005 * delay 25'
    for delay in 25 350; do
        for family in 4 6; do
            long_server "$family"
            rtt 0 -n 6 --source-port 40000-40007 --timeout 1s --interval 5ms "$(target "$family" 80)"
            names 40005
            says '.lost == 0' "all(.flows[]; if .verdict == \"bad\" then .p50_ms >= $delay and
                (.why | startswith(\"median \")) else .p50_ms < 20 end)"
            lab_stop server-80 || true
        done
        relay_again '< port:40005 * delay 350'
    done
}

@test "a port that another process has is not blamed, and the others are probed" {
    lab_up
    for family in 4 6; do
        long_server "$family"
        lab_start client holder "${LAB_PYTHON[@]}" -c '
import socket, sys, time
sock = socket.socket(socket.AF_INET6 if ":" in sys.argv[1] else socket.AF_INET)
sock.bind((sys.argv[1], 40002))
sock.listen()
print("READY", flush=True)
time.sleep(60)' "$(client_address "$family")"
        for mode in '' --full; do
            probe rtt --json -n 4 -i 10ms --source-port 40000-40003 --timeout 100ms $mode \
                "$(target "$family" 80)" >"$LAB_DIR/record" 2>"$LAB_DIR/diagnostics" || true
            adds_up
            says '.verdict == "open" and .answered == 12 and .unsent == 4 and .sent == 12' \
                '[.flows[].sent] == [4, 4, 0, 4] and .flows[2].verdict == "unknown"' \
                '.flows_bad == 0'
        done
        lab_stop holder || true
        lab_stop server-80 || true
    done
}

@test "an endless sweep ends at SIGINT with its table" {
    lab_up
    for family in 4 6; do
        long_server "$family"
        lab_start client endless bash -c 'echo READY; exec "$@"' bash "$TCPPROBE" rtt --json -n 0 \
            -i 20ms --source-port 40000-40003 "$(target "$family" 80)"
        sleep 0.4
        run -0 lab_stop endless INT
        sed -n 2p "$LAB_DIR/endless.out" >"$LAB_DIR/record"
        : >"$LAB_DIR/diagnostics"
        adds_up
        says '(.flows | length) == 4 and .flows_bad == 0 and .sent >= 20' \
            'all(.flows[]; .verdict == "good" and .sent >= 5)'
        lab_stop server-80 || true
    done
    judge_no_leftover
}
