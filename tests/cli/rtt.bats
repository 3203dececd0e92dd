#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# The command rtt on loopback: its records, forms of output, pictures, the end by signals.

setup() {
    load cli.bash
    needs_root
}

# A listener that nobody accepts from, with the queue full: every SYN to it goes unanswered.
silent() { run --separate-stderr beside silent "$TCPPROBE" rtt 127.0.0.1:5000 "$@"; }

@test "a record for each target, whose counts add up" {
    alone_probe rtt self 127.0.0.1:1 '[::1]:1' -n 5 -i 1ms --json
    is 1
    [ "${#lines[@]}" -eq 3 ]
    [ "$(jq -s 'all(.[]; .sent == .answered + .refused + .unreachable + .ambiguous + .late + .lost and .sent == 5 and .unsent == 0)' \
        <<<"$output")" = true ]
    [ "$(jq -s 'all(.[]; .n == 5 and .jitter_n == 4 and .loss_percent == 0 and .mode == "half-open")' <<<"$output")" = true ]
    [ "$(jq -s 'all(.[]; .min_ms <= .p50_ms and .p50_ms <= .p90_ms and .p90_ms <= .p95_ms and .p95_ms <= .p99_ms and .p99_ms <= .max_ms)' \
        <<<"$output")" = true ]
    [ "$(jq -s 'all(.[]; ([.histogram[].count] | add) == .n)' <<<"$output")" = true ]
    [ "$(jq -s -c 'map([.target, .verdict]) | sort' <<<"$output")" = \
        '[["127.0.0.1:1","refused"],["[::1]:1","refused"],["self","open"]]' ]
}

@test "--each: a record for each probe, with the SYN's own port, in time" {
    alone_probe rtt self --count=4 --interval=50ms --each --json
    is 0
    [ "$(jq -s -c 'map(.number)' <<<"$output")" = '[1,2,3,4]' ]
    [ "$(jq -s -c 'map(.source_port) | unique | length' <<<"$output")" = 4 ]
    [ "$(jq -s -c 'map([.outcome, .answer, .copies, .lost]) | unique' <<<"$output")" = '[["answered","SYN,ACK",1,null]]' ]
    # The interval is kept, and does not add up to more.
    [ "$(jq -s 'map(.t_ms) | .[0] == 0 and .[3] >= 148 and .[3] < 400' <<<"$output")" = true ]
    alone_probe rtt self -n 3 -i 1ms --each --csv --no-header --fields=number,outcome,port
    is 0
    [ "$(tr -d '\r' <<<"$output" | cut -d , -f 1,2 | xargs)" = '1,answered 2,answered 3,answered' ]
}

@test "--source-port: one port for all, or a sweep with a flow for each" {
    alone_probe rtt self -n 3 -i 1ms --source-port=41000 --each --json
    is 0
    [ "$(jq -s -c 'map(.source_port) | unique' <<<"$output")" = '[41000]' ]
    alone_probe rtt self -n 3 -i 1ms --source-port=41000-41003 --json
    is 0
    [ "$(field '[.flows[].source_port]')" = '[41000,41001,41002,41003]' ]
    [ "$(field '[.flows[] | [.sent, .lost, .verdict]] | unique')" = '[[3,0,"good"]]' ]
    [ "$(field '[.sent, .flows_bad]')" = '[12,0]' ]
}

@test "--full completes each handshake and closes it" {
    alone_probe rtt self -n 3 -i 1ms --full --json --write="$BATS_TEST_TMPDIR/all.pcap"
    is 0
    [ "$(field '[.mode, .answered, .verdict]')" = '["full",3,"open"]' ]
    fins=$(tshark -r "$BATS_TEST_TMPDIR/all.pcap" -Y 'tcp.flags.fin == 1' 2>/dev/null | wc -l)
    [ "$fins" -eq 6 ]
    alone_probe rtt self -n 3 -i 1ms -q --write="$BATS_TEST_TMPDIR/all.pcap"
    is 0
    # Half-open: a SYN, its answer, and an RST that tidies up.
    [ "$(tshark -r "$BATS_TEST_TMPDIR/all.pcap" -T fields -e tcp.flags 2>/dev/null | sort | uniq -c | xargs)" = \
        '3 0x0002 3 0x0004 3 0x0012' ]
}

@test "silence is lost, on which side is not known; -n and --timeout bound it" {
    silent -n 3 -i 1ms --timeout=50ms --retries=1 --json
    is 1
    [ "$(field '[.verdict, .sent, .lost, .lost_unknown, .loss_percent, .n]')" = '["filtered",3,3,3,100,0]' ] ||
        [ "$(field '[.verdict, .sent, .lost, .lost_unknown, .loss_percent, .n]')" = '["filtered",3,3,3,100.0,0]' ]
    [ "$(jq '[.min_ms, .p50_ms, .jitter_ms] | unique == [null]' <<<"$output")" = true ]
}

@test "text: a line for each probe, then the summary; the verdict stands last" {
    alone_probe rtt self -n 3 -i 1ms
    is 0
    [ "$(grep -c '^self (127.0.0.1)  #[123] ' <<<"$output")" -eq 3 ]
    [[ $output == *'3 sent: 3 answered, 0 lost'* ]]
    for word in min mean p50 p90 p95 p99 max mdev jitter; do
        grep -qE "^  $word +[0-9.]+ (ns|µs|ms) +[23]$" <<<"$output" || { echo "$word: $output"; false; }
    done
    [[ ${lines[-1]} == 'open: self answered 3 of 3 SYNs with SYN,ACK, half of them within '* ]]
    LC_ALL=C alone_probe rtt self -n 20 -i 1ms
    is 0
    run ! grep -P '[^\x00-\x7f]' <<<"$output"
}

@test "text is as wide as COLUMNS says" {
    for width in 60 80 120; do
        COLUMNS=$width alone_probe rtt self -n 30 -i 1ms --source-port=41000-41001
        is 0
        [ "$(sed '$d' <<<"$output" | wc -L)" -le "$width" ]
    done
}

@test "-C: the line of fping" {
    alone_probe rtt self 127.0.0.1:1 -C 4 -i 1ms --ordered
    is 1
    [[ ${lines[*]} =~ self\ :(\ [0-9]+\.[0-9]+){4} ]]
    [[ ${lines[*]} =~ 127\.0\.0\.1:1\ :(\ [0-9]+\.[0-9]+){4} ]]
    [ "${#lines[@]}" -eq 2 ]
    silent --fping-count=3 -i 1ms --timeout=50ms --retries=0
    is 1
    [ "$output" = '127.0.0.1:5000 : - - -' ]
}

@test "--plot: svg, png, pdf, and nothing else" {
    if ! "$TCPPROBE" rtt self --dry-run --plot="$BATS_TEST_TMPDIR/x.svg" -q 2>"$BATS_TEST_TMPDIR/said" &&
        grep -q cairo "$BATS_TEST_TMPDIR/said"; then
        return # a build without pictures says so, which test_plot is about
    fi
    for kind in svg:'XML\|SVG' png:PNG pdf:PDF; do
        file=$BATS_TEST_TMPDIR/x.${kind%%:*}
        alone_probe rtt self 127.0.0.1:1 -n 5 -i 1ms -q --plot="$file"
        is 1
        head -c 16 "$file" | grep -qa "${kind#*:}\|xml"
        [ "$(stat -c %s "$file")" -gt 2000 ]
    done
    /usr/bin/python3 -c 'import sys, xml.dom.minidom; xml.dom.minidom.parse(sys.argv[1])' "$BATS_TEST_TMPDIR/x.svg"
    alone_probe rtt self -n 1 --plot=x.gif
    fault 64 '.svg, .png or .pdf'
    alone_probe rtt self -n 1 -q --plot="$BATS_TEST_TMPDIR/none/x.svg"
    fault 74 'none/x.svg'
}

@test "endless: SIGQUIT tells how it stands and goes on, SIGINT ends with the summary" {
    # shellcheck disable=SC2016
    run --separate-stderr alone bash -c '
        "$TCPPROBE" rtt self --count=0 -i 10ms --json & pid=$!
        for _ in $(seq 100); do
            ! grep -qs "^State:.S" "/proc/$pid/status" || break
            sleep 0.02
        done
        sleep 0.5
        kill -QUIT "$pid"; sleep 0.3; kill -INT "$pid"
        wait "$pid"'
    is 0 '*sent: * answered*'
    [ "${#lines[@]}" -eq 1 ]
    [ "$(field '.verdict == "open" and .sent > 20 and .n > 20 and .sent == .answered')" = true ]
}

@test "--deadline ends a series, and what was not sent is not lost" {
    alone_probe rtt self -n 1000 -i 20ms --deadline=300ms --json
    is 0
    [ "$(field '.lost == 0 and .sent < 30 and .sent > 5')" = true ]
}

@test "--rate bounds the SYNs of the whole run" {
    began=$EPOCHREALTIME
    alone_probe rtt self self self self -n 10 -i 1ms --rate=100/s --json --fields=sent
    ended=$EPOCHREALTIME
    is 0
    [ "$(jq -s 'map(.sent) | add' <<<"$output")" -eq 40 ]
    # 39 pauses of 10 ms, less what may be caught up.
    [ $(((${ended/./} - ${began/./}) / 1000)) -ge 350 ]
}

@test "a dry run shows one SYN and sends nothing" {
    run --separate-stderr unshare --net "$TCPPROBE" rtt 198.18.0.1:80 --dry-run --json
    [ "$status" -eq 2 ]
    alone_probe rtt 127.0.0.1:80 -n 5 --dry-run --json --fields=flags,address
    is 0
    [ "$output" = '{"flags":"SYN","address":"127.0.0.1"}' ]
}

@test "--tstamp: an interface without a clock says so" {
    alone_probe rtt self -n 2 -i 1ms --tstamp=adapter --json --fields=rtt_source,n
    is 0
    [[ $output == *'no clock'*'"n":2'* ]]
    alone_probe rtt self -n 2 -i 1ms --tstamp=host --json --fields=rtt_source
    is 0
    [[ $output != *'no clock'* ]]
}

@test "a flow that several series want serves one after the other, half-open and whole" {
    yes 127.0.0.1:1 | head -n 40 >"$BATS_TEST_TMPDIR/same"
    for mode in '' --full; do
        # shellcheck disable=SC2086
        alone_probe rtt -f "$BATS_TEST_TMPDIR/same" --source-port=5000 -n 3 -i 1ms $mode --json \
            --deadline=20s --fields=verdict,sent,refused,unsent
        is 1
        [ "$(sort <<<"$output" | uniq -c | xargs)" = \
            '40 {verdict:refused,sent:3,refused:3,unsent:0}' ]
    done
}

@test "without a free port a series goes on as soon as one comes back, and ends" {
    # shellcheck disable=SC2016
    run --separate-stderr beside silent bash -c 'ulimit -n 48; exec "$@"' bash "$TCPPROBE" rtt \
        127.0.0.1:5000 -n 200 -i 1ms --timeout=20ms --retries=0 --deadline=25s --json \
        --fields=sent,lost,unsent
    is 1
    [ "$output" = '{"sent":200,"lost":200,"unsent":0}' ]
}

@test "a chosen port below 1024 can be had for each probe of a series" {
    for mode in '' --full; do
        # shellcheck disable=SC2086
        alone_probe rtt self --source-port=1000 -n 3 -i 1ms $mode --json --fields=answered
        is 0
        [ "$output" = '{"answered":3}' ]
    done
}

@test "-C and --each, which print no record of the target, say why it was not measured or not met" {
    for form in '-C 2' '--each --json -n 2'; do
        # shellcheck disable=SC2086
        alone_probe rtt 198.18.0.1:1 -i 1ms $form
        is 2 'tcpprobe: 198.18.0.1:1 was not measured: *no route*'
        # shellcheck disable=SC2086
        alone_probe rtt 127.0.0.1:1 -i 1ms $form --expect open
        is 1 'tcpprobe: 127.0.0.1:1: not met: open: verdict is refused'
        # shellcheck disable=SC2086
        alone_probe rtt 198.18.0.1:1 127.0.0.1:1 -i 1ms $form --expect open -q
        is 1
        [ -z "$output" ]
    done
}

@test "-C keeps to the order that is asked for" {
    run --separate-stderr beside silent "$TCPPROBE" rtt 127.0.0.1:5000 127.0.0.1:1 --ordered -C 2 \
        -i 1ms --timeout=50ms --retries=0
    is 1
    [[ ${lines[0]} == '127.0.0.1:5000 : - -' && ${lines[1]} == '127.0.0.1:1 : '[0-9]* ]]
    [ "${#lines[@]}" -eq 2 ]
}

@test "-q: a dry run says nothing of what it could not make either" {
    run --separate-stderr unshare --net "$TCPPROBE" rtt -q 198.18.0.1:80 --dry-run
    is 2
    [ -z "$output" ]
}
