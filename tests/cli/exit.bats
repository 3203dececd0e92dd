#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# Each row of the table of exit statuses that can be provoked; 64 is in usage.bats.

setup() {
    load cli.bash
    setup_for_anybody
}

teardown() { teardown_for_anybody; }

@test "0: every target opened" {
    needs_root
    alone_probe handshake self self -q
    is 0
    alone_probe handshake -6 self -q
    is 0
}

@test "1: a target was refused, whatever the others did" {
    needs_root
    alone_probe handshake 127.0.0.1:1 -q
    is 1
    alone_probe handshake '[::1]:1' -q
    is 1
    alone_probe handshake self 127.0.0.1:1 -q
    is 1
    alone_probe handshake nosuch.invalid:1 127.0.0.1:1 -q
    is 1
}

@test "2: a name that does not resolve, no route, no interface, not our address, the deadline" {
    needs_root
    alone_probe handshake nosuch.invalid:80 --json --fields=verdict,reason
    is 2
    [ "$(field .verdict)" = inconclusive ]
    [[ "$(field .reason)" == *nosuch.invalid* ]]

    run --separate-stderr unshare --net "$TCPPROBE" handshake 198.18.0.1:80 '[2001:db8::1]:80' --json --fields=reason
    is 2
    [[ ${lines[0]} == *'no route'*198.18.0.1* ]]
    [[ ${lines[1]} == *'no route'*2001:db8::1* ]]

    alone_probe handshake self --interface=none0 --json --fields=reason
    is 2
    [[ $output == *none0* ]]

    alone_probe handshake self --source=198.18.0.1 --json --fields=reason
    is 2
    [[ $output == *198.18.0.1* ]]

    run --separate-stderr beside silent "$TCPPROBE" handshake 127.0.0.1:5000 --deadline=100ms --json --fields=verdict,reason
    is 2
    [ "$(field .verdict)" = inconclusive ]
    [[ "$(field .reason)" == *deadline* ]]

    alone_probe handshake self nosuch.invalid:1 -q
    is 2
}

@test "71: the system refuses" {
    needs_root
    run --separate-stderr alone env ASAN_OPTIONS=detect_leaks=0 strace -o /dev/null -e inject=capset:error=EPERM "$TCPPROBE" handshake self
    is 71 'tcpprobe: *operation not permitted'
}

@test "74: a full disk, a file that cannot be read or written" {
    run --separate-stderr sh -c '"$TCPPROBE" describe fsm >/dev/full'
    fault 74 'no space left on device'
    run --separate-stderr sh -c '"$TCPPROBE" --help >/dev/full'
    fault 74 'no space left on device'
    run --separate-stderr sh -c '"$TCPPROBE" handshake 127.0.0.1:1 --dry-run --json >/dev/full'
    fault 74 'no space left on device'
    probe handshake self --send="@$BATS_TEST_TMPDIR/nothing"
    fault 74 'no such file'
    needs_root
    run --separate-stderr alone sh -c '"$TCPPROBE" handshake self >/dev/full'
    fault 74 'no space left on device'
    alone_probe handshake self --write="$BATS_TEST_TMPDIR/none/x.pcap"
    fault 74 'no such file'
    alone_probe handshake self -q --write=/dev/full
    fault 74 'no space left on device'
}

@test "74: a file that may not grow is an error, not the end of the process" {
    needs_root
    run --separate-stderr alone bash -c 'ulimit -f 0; "$TCPPROBE" handshake -q self --write="$1" 2>&1 | cat; exit "${PIPESTATUS[0]}"' \
        bash "$BATS_TEST_TMPDIR/x.pcap"
    is 74
    [[ $output == *'file too large' ]]
}

@test "74: standard output is closed, and nothing takes its place" {
    run --separate-stderr sh -c '"$TCPPROBE" describe exit >&-'
    fault 74 'bad file descriptor'
    needs_root
    run --separate-stderr alone sh -c '"$TCPPROBE" handshake self --write="$1" <&- >&-' sh "$BATS_TEST_TMPDIR/x.pcap"
    fault 74 'bad file descriptor'
    [ "$(head -c 4 "$BATS_TEST_TMPDIR/x.pcap" | od -An -tx1 | tr -d ' ')" = 4d3cb2a1 ]
    run ! grep -q handshake "$BATS_TEST_TMPDIR/x.pcap"
    run alone sh -c '"$TCPPROBE" handshake self <&- >&- 2>&-'
    [ "$status" -eq 74 ]
    run alone sh -c '"$TCPPROBE" handshake -q self <&- >&- 2>&-'
    [ "$status" -eq 0 ]
}

@test "a reader that has gone is no failure" {
    run --separate-stderr bash -c '"$TCPPROBE" describe fsm | head -1; exit "${PIPESTATUS[0]}"'
    is 0
    run --separate-stderr bash -c '{ sleep 0.2; "$TCPPROBE" describe fields --json; } | true; exit "${PIPESTATUS[0]}"'
    is 0
    run --separate-stderr bash -c '{ sleep 0.2; "$TCPPROBE" --version; } | true; exit "${PIPESTATUS[0]}"'
    is 0
    needs_root
    run --separate-stderr alone bash -c \
        '{ sleep 0.2; "$TCPPROBE" handshake self 127.0.0.1:1-9 --json; } | true; exit "${PIPESTATUS[0]}"'
    # What it was run for had not all been met when nobody wanted to know any more.
    [ "$status" -le 1 ]
    [ -z "$stderr" ]
}

@test "77: without the privilege, with the words that help" {
    run --separate-stderr nobody -- "$PROGRAM" handshake self
    fault 77 "setcap cap_net_raw+ep $(realpath "$PROGRAM")"
}

@test "77: a source port below 1024 is another privilege" {
    needs_root
    run --separate-stderr nobody net_raw -- "$PROGRAM" handshake 127.0.0.1:1 --source-port=80
    fault 77 "'80'"
}

@test "CAP_NET_RAW alone is enough" {
    needs_root
    run --separate-stderr nobody net_raw -- "$PROGRAM" handshake self --json --fields=verdict,closed
    is 0
    [ "$(field '[.verdict, .closed]')" = '["open","both"]' ]
}

@test "SIGINT and SIGTERM end at once, politely, and what is known is reported" {
    needs_root
    for signal in INT TERM; do
        # A connection that stands is reset; it did open.
        run --separate-stderr alone bash -c '
            "$TCPPROBE" handshake self --wait=60s --json & pid=$!
            for _ in $(seq 200); do
                ! ss -Htn state established | grep -q . || break
                sleep 0.05
            done
            kill -"$1" "$pid"
            wait "$pid"; status=$?
            ss -Hta state established; exit "$status"' bash "$signal"
        is 0
        [ "${#lines[@]}" -eq 1 ]
        [ "$(field '[.verdict, .segments[-1].direction, (.segments[-1].flags | test("RST"))]')" = '["open","out",true]' ]

        # Nothing is known of one that has not answered. A busy machine may need a second to begin.
        run --separate-stderr beside silent timeout --signal="$signal" 2 "$TCPPROBE" handshake 127.0.0.1:5000 \
            --timeout=60s --json
        [ "$(field .verdict)" = inconclusive ]
        [[ "$(field .reason)" == *interrupted* ]]
        [ -z "$stderr" ]
    done
}

@test "what was measured before the interface went down stays" {
    needs_root
    # shellcheck disable=SC2016
    run --separate-stderr alone bash -c '
        "$TCPPROBE" handshake self --wait=60s --json --fields=verdict,closed,rtt_source & pid=$!
        for _ in $(seq 200); do
            ! ss -Htn state established | grep -q . || break
            sleep 0.05
        done
        ip link set lo down
        wait "$pid"'
    is 0
    [ "$(field '[.verdict, .closed, .rtt_source]')" = '["open","lost","capture, nanoseconds: one SYN, one answer"]' ]
}

@test "while the reader of the report does not read, a second signal ends the program" {
    mkfifo "$BATS_TEST_TMPDIR/pipe"
    # shellcheck disable=SC2217 # it holds the pipe open, and reads nothing
    sleep 30 <"$BATS_TEST_TMPDIR/pipe" 3>&- &
    reader=$!
    # shellcheck disable=SC2016
    for signal in INT TERM; do
        # A report that no pipe holds. (A function in the background would be a shell of its own.)
        unshare --net sh -c 'PATH=$PATH:/sbin:/usr/sbin; ip link set lo up && exec "$@"' sh \
            "$TCPPROBE" handshake 127.0.0.1:1-3000 --rate=100k --json \
            >"$BATS_TEST_TMPDIR/pipe" 2>/dev/null 3>&- &
        pid=$!
        for _ in {1..100}; do
            [ "$(cat "/proc/$pid/wchan")" != pipe_write ] && [ "$(cat "/proc/$pid/wchan")" != anon_pipe_write ] || break
            sleep 0.05
        done
        # Nobody who sends one twice at once means it.
        kill -"$signal" "$pid"; kill -"$signal" "$pid"
        sleep 1.1
        kill -0 "$pid"
        kill -"$signal" "$pid"
        status=0; wait "$pid" || status=$?
        [ "$status" -eq $((128 + $(kill -l "$signal"))) ]
    done
    kill "$reader"
}
