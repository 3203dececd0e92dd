#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# How a run with many targets ends: signals, a reader who goes, a disk that is full; and mixed verdicts.

setup() {
    load many.bash
    lab_require jq script
    lab_up
    many_net
    many_server 80
    mb_drop 'tcp dport 9'
}

teardown() { lab_down; }

# verdicts: how many of each, as in '20open 3refused '
verdicts() { values verdict | sort | uniq -c | awk '{ print $1 $2 }' | tr '\n' ' '; }

# mixed FAMILY: 20 that are open at once among 200 that never answer
mixed() { many_list "$1" 9 100; many_list "$1" 80 20; many_list "$1" 9 200 | tail -n 100; }

# mixed_start FAMILY ARGUMENT...: in the background, until 20 are open; $LAB_DIR/run.out, run.err
mixed_start() {
    mixed "$1" >"$LAB_DIR/list"
    shift
    LAB_READY='' lab_start client run "$TCPPROBE" handshake --file "$LAB_DIR/list" --parallel 500 --timeout 20s "$@"
    lab_until 5 has_lines 20
    sleep 0.3 # the others have begun by then
}
has_told() { [ "$(wc -l <"$LAB_DIR/run.err")" -eq "$1" ]; }
has_lines() { [ "$(wc -l <"$LAB_DIR/run.out")" -ge "$1" ]; }

@test "open, refused, silent, rejected, unresolvable: verdicts and statuses" {
    middlebox_rule 'meta nfproto ipv4 tcp dport 7 reject with icmp type admin-prohibited' \
        'meta nfproto ipv6 tcp dport 7 reject with icmpv6 type admin-prohibited'
    for family in 4 6; do
        mapfile -t open < <(many_list "$family" 80 3)
        refused=$(target "$family" 81) silent=$(target "$family" 9) rejected=$(target "$family" 7)
        options=(handshake --json --timeout 100ms --retries 1)
        many 0 "${options[@]}" "${open[@]}"
        many 1 "${options[@]}" "${open[@]}" "$refused" "$silent" "$rejected" nowhere.invalid:80
        [ "$(verdicts)" = '1filtered 1inconclusive 3open 1refused 1rejected ' ] ||
            [ "$(verdicts)" = '1filtered 1inconclusive 3open 1refused 1unreachable ' ]
        records 7 '(.verdict == "refused") == (.port == 81)' '(.verdict == "filtered") == (.port == 9)' \
            '(.verdict == "open") == (.port == 80 and .host != "nowhere.invalid")'
        for one in "$refused" "$silent" "$rejected"; do
            many 1 "${options[@]}" "${open[@]}" "$one"
            many 1 "${options[@]}" "$one" nowhere.invalid:80
        done
        many 2 "${options[@]}" "${open[@]}" nowhere.invalid:80
        many 2 "${options[@]}" nowhere.invalid:80
        many 1 handshake -q --timeout 100ms --retries 0 "${open[@]}" "$refused" nowhere.invalid:80 "$silent"
        told
        [ ! -s "$LAB_DIR/out" ]
        many 0 "${options[@]}" "$refused" --expect state=refused
        many 1 "${options[@]}" "${open[@]}" "$refused" --expect state=refused
        told '*not met: *'
        many 1 "${options[@]}" "${open[@]}" "$refused" --only refused
        records 1 '.port == 81'
    done
    judge_no_server_connection
}

@test "SIGINT, SIGTERM and SIGHUP in the middle: a summary, the status, nothing lost" {
    for family in 4 6; do
        for signal in INT TERM HUP; do
            mixed_start "$family" --json
            begun=$(milliseconds)
            run lab_stop run "$signal"
            [ "$status" -eq 2 ]
            [ $(($(milliseconds) - begun)) -lt 1500 ]
            cp "$LAB_DIR/run.out" "$LAB_DIR/out"
            cp "$LAB_DIR/run.err" "$LAB_DIR/err"
            records 220
            [ "$(verdicts)" = '200inconclusive 20open ' ]
            told '220 targets: 20 open, 200 not measured in *'
            judge_no_leftover
        done
    done
}

@test "a second ^C is no worse than the first" {
    mixed_start 4 --json
    kill -INT "$(<"$LAB_DIR/run.pid")"
    run lab_stop run INT
    [ "$status" -eq 2 ]
    cp "$LAB_DIR/run.out" "$LAB_DIR/out"
    records 220
    judge_no_leftover
}

@test "interrupted: with a refused one among them the status is 1; with -q nothing is said" {
    mixed 4 >"$LAB_DIR/list"
    target 4 81 >>"$LAB_DIR/list"
    LAB_READY='' lab_start client run "$TCPPROBE" handshake --file "$LAB_DIR/list" --parallel 500 --timeout 20s -q
    sleep 1
    run lab_stop run INT
    [ "$status" -eq 1 ]
    [ -z "$output" ]
    judge_no_leftover
}

@test "SIGQUIT: how far it is, and on it goes" {
    mixed_start 6 --csv --fields=verdict --no-header
    for times in 1 2; do
        kill -QUIT "$(<"$LAB_DIR/run.pid")"
        lab_until 2 has_told "$times"
        [[ $(tail -n 1 "$LAB_DIR/run.err") == '20 of 220 targets: 20 open, 0 not measured in '* ]]
    done
    lab_is_ready run ''
    [ ! -e "$LAB_DIR/run.status" ]
    run lab_stop run INT
    [ "$status" -eq 2 ]
    [ "$(grep -c '^open' "$LAB_DIR/run.out")" -eq 20 ]
    [ "$(grep -c '^inconclusive' "$LAB_DIR/run.out")" -eq 200 ]
}

@test "SIGKILL: all that was shown is whole" {
    mixed_start 4 --json --rate 100k
    lab_stop run KILL || true
    cp "$LAB_DIR/run.out" "$LAB_DIR/out"
    records 20 '.verdict == "open"'

    many_list 4 80 16000 >"$LAB_DIR/list"
    LAB_READY='' lab_start client run "$TCPPROBE" handshake --file "$LAB_DIR/list" --rate 100k --json
    lab_until 5 has_lines 300
    lab_stop run KILL || true
    [ "$(wc -l <"$LAB_DIR/run.out")" -lt 16000 ]
    # Only the last line, which has no end, may be cut.
    sed -n '/}$/p' "$LAB_DIR/run.out" >"$LAB_DIR/out"
    [ "$(wc -l <"$LAB_DIR/run.out")" -eq "$(wc -l <"$LAB_DIR/out")" ] ||
        [ "$(wc -l <"$LAB_DIR/run.out")" -eq "$(($(wc -l <"$LAB_DIR/out") - 1))" ]
    records "$(wc -l <"$LAB_DIR/out")" '.verdict == "open"'
}

@test "a reader who has seen enough: quick, quiet, content, and the server is left clean" {
    for family in 4 6; do
        many_list "$family" 80 5000 >"$LAB_DIR/list"
        for format in --json --csv --ordered --explain; do
            capture_start
            begun=$(milliseconds)
            # shellcheck disable=SC2016
            run -0 --separate-stderr in_client bash -c '"$TCPPROBE" handshake --file "$1" "$2" --wait 100ms --rate 5000 | head -n 1
                exit "${PIPESTATUS[0]}"' bash "$LAB_DIR/list" "$format"
            [ -z "$stderr" ]
            [ "${#lines[@]}" -eq 1 ]
            [ $(($(milliseconds) - begun)) -lt 2500 ]
            judge_no_leftover
            capture_stop
            count=$(judge_count "$(capture_file)" 'tcp.flags.syn == 1 && tcp.flags.ack == 0')
            [ "$count" -lt 4000 ]
            judges ended "$count"
        done
    done
}

@test "a full disk: status 74, a message, and the connections are ended" {
    many_list 4 80 2000 >"$LAB_DIR/list"
    for format in --json --csv --ordered --verbose; do
        status=0
        probe handshake --file "$LAB_DIR/list" "$format" --rate 5000 >/dev/full 2>"$LAB_DIR/err" || status=$?
        [ "$status" -eq 74 ]
        told 'tcpprobe: *no space left on device*'
        [ "$(wc -l <"$LAB_DIR/err")" -eq 1 ]
        judge_no_leftover
    done
    probe handshake --file "$LAB_DIR/list" -q --rate 5000 >/dev/full

    mkdir "$LAB_DIR/small"
    # shellcheck disable=SC2016
    on_small_disk() {
        run --separate-stderr in_client unshare --mount sh -c '
            mount -t tmpfs -o size=16k none "$0" && exec timeout 20 "$@"' "$LAB_DIR/small" "$TCPPROBE" "$@"
    }
    on_small_disk handshake --file "$LAB_DIR/list" --rate 5000 -q --write "$LAB_DIR/small/run.pcap"
    [ "$status" -eq 74 ]
    [[ $stderr == "tcpprobe: "*"no space left on device"* ]]
    judge_no_leftover
    on_small_disk handshake --file "$LAB_DIR/list" --rate 5000 --csv --fields=verdict --prometheus "$LAB_DIR/small/run.prom"
    [ "$status" -eq 74 ]
    [[ $stderr == "tcpprobe: "*"no space left on device"* ]]
    [ "$(grep -c '^open' <<<"$output")" -eq 2000 ]
    head -n 200 "$LAB_DIR/list" >"$LAB_DIR/shorter"
    on_small_disk rtt --file "$LAB_DIR/shorter" --count 20 --interval 5ms --rate 5000 --csv --fields=verdict --plot "$LAB_DIR/small/run.png"
    [ "$status" -eq 74 ]
    [[ $stderr == "tcpprobe: "*"run.png' cannot be written"* ]]
    [ "$(grep -c '^open' <<<"$output")" -eq 200 ]
}

@test "the line of progress: on a terminal only, and out of the records' way" {
    # Of a list the number is known at its end only.
    command="'$TCPPROBE' handshake 198.18.64.0/24:80 --rate 200 --csv --fields=target --no-header"
    in_client script -qec "$command" /dev/null </dev/null >"$LAB_DIR/terminal"
    grep -q ' of 256 ([0-9]* %)' "$LAB_DIR/terminal"
    # What a terminal is left with: the records, one a line, and the summary.
    "${LAB_PYTHON[@]}" - "$LAB_DIR/terminal" >"$LAB_DIR/screen" <<'PYTHON'
import re, sys
for line in open(sys.argv[1], newline='').read().split('\n'):
    shown, column = '', 0
    for part in re.split('(\r|\x1b\\[K)', line):
        if part == '\r':
            column = 0
        elif part == '\x1b[K':
            shown = shown[:column]
        else:
            shown = shown[:column] + part + shown[column + len(part):]
            column += len(part)
    print(shown)
PYTHON
    [ "$(grep -c -x '198.18.64.[0-9]*:80' "$LAB_DIR/screen")" -eq 256 ]
    grep -qx '256 targets: 256 open, 0 not measured in 1.[0-9] s' "$LAB_DIR/screen"
    [ "$(grep -c . "$LAB_DIR/screen")" -eq 257 ]

    # Records elsewhere: the line all the same. Standard error elsewhere, or -q: none.
    in_client script -qec "$command >'$LAB_DIR/out'" /dev/null </dev/null >"$LAB_DIR/terminal"
    grep -q ' of 256 ([0-9]* %)' "$LAB_DIR/terminal"
    [ "$(wc -l <"$LAB_DIR/out")" -eq 256 ]
    in_client script -qec "$command 2>'$LAB_DIR/err'" /dev/null </dev/null >"$LAB_DIR/terminal"
    [ ! -s "$LAB_DIR/err" ]
    [ "$(wc -l <"$LAB_DIR/terminal")" -eq 256 ]
    run ! grep -q '%' "$LAB_DIR/terminal"
    in_client script -qec "$command -q" /dev/null </dev/null >"$LAB_DIR/terminal"
    [ ! -s "$LAB_DIR/terminal" ]
}
