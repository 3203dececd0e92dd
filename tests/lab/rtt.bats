#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# `rtt` against real stacks: outcomes, round trips held against a capture, cadence, signals, output.

setup() {
    load rtt.bash
    lab_require jq
}

teardown() { lab_down; }

@test "half-open: a round trip each, our kernel's RST for each SYN,ACK, nothing left" {
    lab_begins
    for family in 4 6; do
        long_server "$family"
        rtt 0 -n 20 "$(target "$family" 80)"
        says '.verdict == "open" and .mode == "half-open" and .sent == 20 and .answered == 20' \
            '.lost == 0 and .loss_percent == 0 and .n == 20 and .jitter_n == 19' \
            '.duplicates == 0 and .unsent == 0 and .unmet == null and .flows_bad == null' \
            ".family == \"IPv$family\" and .from == \"$(server_address "$family")\""
        [ "$(lab_output server-80 | grep -c accept)" -eq 0 ]
        lab_stop server-80 || true
    done
    judge_all 40
    wire_count 40 "$SYN"
    wire_count 40 "$SYN_ACK"
    wire_count 40 'tcp.flags.reset == 1'
    wire_count 40 'tcp.flags.reset == 1 && tcp.seq_raw > 0' # one of the connection's, not of a stray
}

@test "--full: each handshake completed and closed on both sides, no RST" {
    lab_begins
    for family in 4 6; do
        long_server "$family"
        rtt 0 -n 12 --full "$(target "$family" 80)"
        says '.verdict == "open" and .mode == "full" and .answered == 12 and .n == 12 and .lost == 0'
        lab_saw server-80 'eof'
        lab_until 3 eval '[ "$(lab_output server-80 | grep -o eof | wc -l)" -eq 12 ]'
        lab_stop server-80 || true
    done
    judge_all 0
    wire_count 48 'tcp.flags.fin == 1'
}

@test "refused, silent and rejected by a router: every probe has its outcome, status 1" {
    lab_begins lab_up_routed
    lab_sysctl router ipv4/icmp_ratelimit 0
    lab_sysctl router ipv6/icmp/ratelimit 0
    for family in 4 6; do
        for mode in '' --full; do
            rtt 1 -n 4 $mode "$(target "$family" 81)"
            says '.verdict == "refused" and .sent == 4 and .refused == 4 and .n == 4 and .min_ms > 0'
            mb_drop syn
            rtt 1 -n 3 $mode --timeout 60ms "$(target "$family" 81)"
            says '.verdict == "filtered" and .sent == 3 and .lost == 3 and .lost_unknown == 3' \
                '.loss_percent == 100 and .n == 0 and .p50_ms == null and .from == null'
            rtt 1 -n 3 $mode --timeout 60ms --each "$(target "$family" 81)"
            says '.outcome == "lost" and .lost == "unknown" and .copies == 2 and .rtt_ms == null'
            middlebox_hits && middlebox_clear
            mb_reject "$family" admin-prohibited
            rtt 1 -n 3 $mode --timeout 60ms "$(target "$family" 81)"
            says '.verdict == "unreachable" and .sent == 3 and .unreachable == 3 and .n == 0' \
                '.lost == 0' ".from == \"$(router_address "$family")\""
            middlebox_hits && middlebox_clear
        done
    done
    judge_all 12 # silence after a whole handshake's SYNs is ended by an RST: 3 of each family, twice
}

# times_agree MICROSECONDS [ARGUMENT]...: round trips of port 80 are those of another capture.
times_agree() {
    capture_start
    rtt 0 --each -n 25 "${@:2}" "$(target "$family" 80)"
    says '.outcome == "answered" and .rtt_ms > 0 and .copies == 1'
    judge_times "$1"
}

@test "round trips are those of an independent capture: Linux behind a bridge, to the nanosecond" {
    lab_up_relay
    for family in 4 6; do
        long_server "$family"
        times_agree 0.002
        times_agree 0.002 --full
        lab_stop server-80 || true
    done
}

@test "round trips are those of an independent capture: lwIP, libslirp, passt" {
    lab_require slirp4netns pasta
    for stack in lwip slirp passt; do
        "stack_${stack}_up"
        for family in $LAB_STACK_FAMILIES; do
            times_agree 0.002
            times_agree 0.002 --full
        done
        lab_down
    done
}

@test "self: a round trip over loopback" {
    lab_begin client
    for family in 4 6; do
        probe rtt "-$family" --json -n 5 -i 10ms self >"$LAB_DIR/record" 2>"$LAB_DIR/diagnostics"
        adds_up
        says ".verdict == \"open\" and .n == 5 and .interface == \"lo\" and .family == \"IPv$family\""
        probe rtt "-$family" --json -n 5 -i 10ms --full self >"$LAB_DIR/record"
        adds_up
        says '.verdict == "open" and .n == 5 and .mode == "full"'
    done
    [ -z "$(in_client ss -Htan state all | grep -v TIME-WAIT)" ]
}

# --- cadence --------------------------------------------------------------------------------------

# syn_times: when each SYN left, in seconds since the first packet.
syn_times() { wire "$SYN" frame.time_relative; }

@test "--interval and --count are upheld on the wire" {
    lab_up
    for family in 4 6; do
        long_server "$family"
        for mode in '' --full; do
            capture_start
            rtt 0 -n 15 --interval 40ms $mode "$(target "$family" 80)"
            capture_stop
            # none before its time (the first may have been late), and on the whole not much after
            syn_times | awk '
                NR == 1 { first = $1 }
                $1 - first < (NR - 1) * 0.040 - 0.015 { print NR " at " $1 - first; bad = 1 }
                { last = $1 }
                END {
                    took = last - first
                    if (NR != 15 || took > 14 * 0.040 + 0.5) {
                        print NR " SYNs in " took " s"; bad = 1
                    }
                    exit bad
                }'
        done
        lab_stop server-80 || true
    done
}

@test "--rate is upheld in any window on the wire, by all targets together, copies included" {
    lab_up
    mb_drop "$LAB_SYN tcp dport 90-94"
    for family in 4 6; do
        capture_start
        rtt 1 -n 4 --interval 1ms --timeout 50ms --rate 200/s "$(target "$family" 80-94)"
        capture_stop
        says '.sent == 4 and (.refused == 4 or .lost == 4)'
        # 2 ms may be caught up, and a stamp be late by some: n in less than (n - 2) / 200 is too many
        syn_times | awk '
            { t[NR] = $1 }
            END {
                for (i = 1; i <= NR; i++)
                    for (j = i + 1; j <= NR; j++)
                        if (t[j] - t[i] < (j - i - 1) / 200 - 0.003) {
                            print j - i + 1 " in " t[j] - t[i] " s"; bad = 1
                        }
                if (NR != 80) { print NR " SYNs"; bad = 1 } # 15 x 4, and 5 x 4 copies
                if (t[NR] - t[1] > 79 / 200 + 0.4) { print "slow: " t[NR] - t[1]; bad = 1 }
                exit bad
            }'
    done
    middlebox_hits
}

@test "--deadline ends the series with what there is" {
    lab_begins
    for family in 4 6; do
        long_server "$family"
        for mode in '' --full; do
            rtt 0 -n 0 --deadline 400ms $mode "$(target "$family" 80)"
            says '.verdict == "open" and .sent > 2 and .sent <= 21 and .lost == 0' \
                '.duration_ms <= 1000' \
                '.reason | contains("the deadline has passed")'
        done
        lab_stop server-80 || true
    done
}

# --- signals --------------------------------------------------------------------------------------

# endless ARGUMENT...: an endless series in the background, under way.
endless() {
    LAB_READY='#5\|"number":5,' lab_start client endless "$TCPPROBE" rtt -n 0 -i 20ms "$@"
}

@test "--count 0 goes on until SIGINT: summary and status 0" {
    lab_begins
    for family in 4 6; do
        long_server "$family"
        for mode in '' --full; do
            endless $mode "$(target "$family" 80)"
            run -0 lab_stop endless INT
            [[ "$output" == *"0 lost"* ]]
            [[ "$output" == *"open: "*"; interrupted"* ]]
            judge_no_leftover
        done
        lab_stop server-80 || true
    done
}

# has_lines FILE N: N at least.
has_lines() { [ "$(wc -l <"$1")" -ge "$2" ]; }

@test "SIGQUIT: the summary so far on standard error, and on it goes" {
    lab_begins
    for family in 4 6; do
        long_server "$family"
        endless --each --json "$(target "$family" 80)"
        kill -QUIT "$(<"$LAB_DIR/endless.pid")"
        lab_until 3 grep -q 'open: .* SYNs with SYN,ACK' "$LAB_DIR/endless.err"
        before=$(wc -l <"$LAB_DIR/endless.out")
        kill -QUIT "$(<"$LAB_DIR/endless.pid")"
        lab_until 3 eval '[ "$(grep -c "open: " "$LAB_DIR/endless.err")" -eq 2 ]'
        lab_until 3 has_lines "$LAB_DIR/endless.out" $((before + 5))
        run -0 lab_stop endless INT
        jq -se 'map(.number) == [range(1; length + 1)] and all(.[]; .outcome == "answered")' \
            "$LAB_DIR/endless.out" >/dev/null
        lab_stop server-80 || true
    done
    judge_no_leftover
}

@test "SIGINT while nothing answers: what timed out is lost, what is under way is not" {
    lab_up
    for family in 4 6; do
        in_server nft flush ruleset
        mb_drop syn
        lab_start client endless bash -c 'echo READY; exec "$@"' bash "$TCPPROBE" rtt --json -n 0 \
            -i 200ms --timeout 100ms "$(target "$family" 80)"
        sleep 0.35 # the first is over; the second is being repeated, or just sent
        run -1 lab_stop endless INT
        sed -n 2p "$LAB_DIR/endless.out" >"$LAB_DIR/record"
        : >"$LAB_DIR/diagnostics"
        adds_up
        says '.verdict == "filtered" and .lost >= 1 and .lost == .lost_unknown' \
            '.answered == 0 and .n == 0 and .loss_percent == 100'
    done
    judge_no_leftover
}

# vanishes STATUS ARGUMENT...: the interface goes in the middle of an endless series; its record.
vanishes() {
    local status=$1
    lab_up
    long_server "$family"
    lab_start client endless bash -c 'echo READY; exec "$@"' bash "$TCPPROBE" rtt --json -n 0 \
        -i 20ms "${@:2}" "$(target "$family" 80)"
    sleep 0.4
    ip -n "$(lab_namespace server)" link del eth0
    run "-$status" lab_wait endless
    sed -n 2p "$LAB_DIR/endless.out" >"$LAB_DIR/record"
    : >"$LAB_DIR/diagnostics"
    adds_up
    says '.verdict == "open" and .sent >= 5 and .answered == .sent and .lost == 0' \
        ".reason | contains(\"interface 'eth0'\")"
    lab_down
}

@test "the interface vanishes in the middle: what was measured is reported" {
    for family in 4 6; do
        vanishes 0
        vanishes 0 --full
    done
}

# --- output ---------------------------------------------------------------------------------------

@test "-C: fping's form, a field for each probe, in order, '-' where there is no round trip" {
    lab_up
    mb_drop "$LAB_SYN tcp dport 90"
    for family in 4 6; do
        long_server "$family"
        address=$(server_address "$family")
        run -0 probe rtt -C 5 -i 10ms "$(target "$family" 80)"
        [[ "$output" =~ ^\[?$address\]?:80\ :(\ [0-9]+\.[0-9]+){5}$ ]]
        run -1 probe rtt -C 3 -i 10ms --timeout 30ms "$(target "$family" 90)"
        [[ "$output" =~ ^\[?$address\]?:90\ :\ -\ -\ -$ ]]
        lab_stop server-80 || true
    done
}

@test "--each in JSON and CSV, --write, --plot and --dry-run" {
    lab_up
    for family in 4 6; do
        long_server "$family"
        host=$(target "$family" 80)
        rtt 0 -n 6 --each --write "$LAB_DIR/own.pcap" "$host"
        jq -se 'map(.number) == [1,2,3,4,5,6] and (map(.source_port) | unique | length) == 6 and
            all(.[]; .command == "rtt" and .answer == "SYN,ACK" and .ttl == 64)' "$LAB_DIR/record"
        [ "$(judge_count "$LAB_DIR/own.pcap" "$SYN")" -eq 6 ]
        [ "$(judge_count "$LAB_DIR/own.pcap" "$SYN_ACK")" -eq 6 ]
        run -0 probe rtt -n 4 -i 10ms --each --csv --fields number,outcome,rtt_ms "$host"
        [ "${lines[0]%$'\r'}" = number,outcome,rtt_ms ] && [ "${#lines[@]}" -eq 5 ]
        [[ "${lines[4]%$'\r'}" =~ ^4,answered,0\.[0-9]+$ ]]
        for form in svg png pdf; do
            run -0 probe rtt -q -n 4 -i 10ms --plot "$LAB_DIR/plot.$form" "$host"
            [ -z "$output" ] && [ -s "$LAB_DIR/plot.$form" ]
        done
        grep -q '<svg' "$LAB_DIR/plot.svg"
        head -c 8 "$LAB_DIR/plot.png" | grep -qa PNG
        head -c 5 "$LAB_DIR/plot.pdf" | grep -qa '%PDF-'
        capture_start
        run -0 probe rtt --dry-run -n 5 "$host"
        [[ "$output" == *"not sent (dry run)"* ]]
        capture_stop
        wire_count 0 tcp
        lab_stop server-80 || true
    done
}

# --- hostile peers --------------------------------------------------------------------------------

# unimpressed RULE...: with what these rules forge, and no true answer, nothing counts as answered.
unimpressed() {
    relay_again "$@" '< synack * drop' || return
    rtt_half 1 -n 3 --timeout 40ms "$(target "$family" 80)" || return
    says '.verdict == "filtered" and .sent == 3 and .answered == 0 and .refused == 0 and .n == 0' \
        '.lost == 3 and .late == 0 and .duplicates == 0'
}

# undeceived RULE...: beside the true answer the forged one changes nothing, also not the time.
undeceived() {
    relay_again "$@" || return
    capture_start
    rtt_half 0 --each -n 5 --timeout 400ms "$(target "$family" 80)" || return
    capture_stop
    says '.outcome == "answered" and .rtt_ms > 30 and .rtt_ms < 200 and .answer == "SYN,ACK"'
}

@test "forged answers: no sample, never counted as answered" {
    local slow='< synack * delay 30'
    lab_up_relay
    for family in 4 6; do
        long_server "$family"
        unimpressed '< synack * corrupt'
        unimpressed '> syn * back S. seq=1000 ack=+1'
        unimpressed '> syn * back S. seq=1000 ack=+70000'
        unimpressed '> syn * back S. seq=1000 bad'
        unimpressed '> syn * back R seq=0'
        unimpressed '> syn * back R. ack=+1'
        unimpressed '> syn * back . seq=1000'
        undeceived "$slow" '> syn * back S. seq=1000 ack=+1' '> syn * back R seq=7'
        undeceived "$slow" '> syn * back R. bad' '> syn * back S. seq=5 bad'
        undeceived "$slow" '> syn * icmp 3 3 seq=+1 keep'
        lab_stop server-80 || true
    done
}

@test "a SYN,ACK from another port or address answers nothing" {
    lab_up
    for family in 4 6; do
        peer_start "$family" 80 --any <<'EOT'
> S *
< S. 0:0(0) ack 1 sport 81
sleep 0.3
EOT
        rtt 1 -n 1 --retries 0 --timeout 100ms "$(peer_target "$family" 80)"
        says '.verdict == "filtered" and .lost == 1 and .answered == 0 and .n == 0'
        peer_wait || true
    done
}

@test "what a firewall of our own refuses was not measured, and the record names it" {
    lab_begins
    long_server 4
    in_client nft 'add table inet own; add chain inet own out { type filter hook output priority 0; }
        add rule inet own out tcp dport 80 drop'
    for mode in '' --full; do
        rtt_half 2 -n 2 $mode --timeout 60ms "$(target 4 80)"
        says '.verdict == "inconclusive" and .sent == 0 and .unsent == 2' \
            '.reason | contains("a firewall of this machine refused")'
    done
    in_client nft flush ruleset
    judge_no_leftover
}
