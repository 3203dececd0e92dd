#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# Many targets in one run: it can be ended at any time, and what was not probed counts as not measured.
# shellcheck disable=SC2154

setup() {
    load cli.bash
    needs_root
}

# Targets that are over as soon as they have begun: refused by this kernel, and without any route.
AT_ONCE=(127.0.0.1:1-65535 127.0.0.2:1-65535 198.18.0.1:1-65535 198.18.0.2:1-65535)
ALL=$((4 * 65535))

# ended: it came to an end before the last target, and said how far it had come
ended() {
    [ "${#lines[@]}" -gt 0 ]
    [ "${#lines[@]}" -lt "$ALL" ]
    # shellcheck disable=SC2154
    [ "${stderr_lines[0]}" = "tcpprobe: the run was ended before $((ALL - ${#lines[@]})) of $ALL targets were probed" ]
    [[ ${stderr_lines[1]//,/} == "${#lines[@]} of $ALL targets: "*' refused'*' in '*' s' ]]
    [ "${#stderr_lines[@]}" -eq 2 ]
}

@test "a signal ends a run of targets that are each over at once" {
    for signal in INT TERM; do
        run --separate-stderr alone timeout --preserve-status --signal="$signal" 0.5 \
            "$TCPPROBE" handshake "${AT_ONCE[@]}" --rate=100k --csv --no-header --fields=target
        [ "$status" -eq 1 ]
        ended
    done
}

@test "the deadline ends a run of targets that are each over at once" {
    alone_probe handshake "${AT_ONCE[@]}" --rate=100k --deadline=300ms --csv --no-header --fields=target
    [ "$status" -eq 1 ]
    ended
}

@test "the deadline ends a dry run" {
    alone_probe handshake 127.0.0.1:1-65535 127.0.0.2:1-65535 --deadline=200ms --dry-run --csv --no-header --fields=target
    [ "$status" -eq 2 ]
    [ "${#lines[@]}" -lt 131070 ]
}

@test "targets whose turn never came were not measured" {
    alone_probe handshake self self --parallel=1 --wait=20s --deadline=300ms --csv --no-header --fields=verdict
    is 2 'tcpprobe: the run was ended before 1 of 2 targets were probed'
    [ "${output%$'\r'}" = open ] # a line of CSV ends with CRLF

    alone_probe handshake self self --parallel=1 --wait=20s --deadline=300ms -q
    is 2

    # One source port holds one connection to a port: the second has to wait for the first.
    run --separate-stderr beside open "$TCPPROBE" handshake 127.0.0.1:5000 127.0.0.1:5000 --source-port=6000 \
        --wait=20s --deadline=300ms --csv --no-header --fields=verdict,attempts
    is 2 '2 targets: 1 open, 1 not measured in *'
    [ "$(tr -d '\r' <<<"$output")" = $'inconclusive,0\nopen,1' ]
}

@test "a reader who has seen enough is content, whatever was still to come" {
    # shellcheck disable=SC2016
    run --separate-stderr alone bash -c '
        "$TCPPROBE" handshake self self self --parallel=1 --csv --no-header --fields=verdict | head -1
        exit "${PIPESTATUS[0]}"'
    is 0
    [ "${output%$'\r'}" = open ] # a line of CSV ends with CRLF
}

@test "a run ends with its last target, not when the next one's time would have come" {
    printf 'self\n127.0.0.1:1\n\n# no more\n' >"$BATS_TEST_TMPDIR/two"
    for pause in --interval=1s --rate=1/s; do
        for targets in 'self 127.0.0.1:1' "--file=$BATS_TEST_TMPDIR/two"; do
            began=$EPOCHREALTIME
            # shellcheck disable=SC2086
            alone_probe handshake $targets "$pause" --csv --no-header --fields=target
            ended=$EPOCHREALTIME
            is 1
            [ "${#lines[@]}" -eq 2 ]
            took=$(((${ended/./} - ${began/./}) / 1000))
            [ "$took" -ge 990 ] && [ "$took" -lt 1900 ]
        done
    done
}

@test "text: a page for the only target, of several the verdict and what was not met; -v shows all" {
    alone_probe handshake self
    is 0
    [[ $output == 'tcpprobe handshake self'*'SYN-SENT'*$'\nopen: self '* ]]
    alone_probe handshake self 127.0.0.1:1-2 --ordered
    is 1
    [ "$(cut -d' ' -f1,2 <<<"$output")" = $'open: self\nrefused: 127.0.0.1:1\nrefused: 127.0.0.1:2' ]
    alone_probe handshake 127.0.0.1:1-2 --ordered --expect refused,mss
    is 1
    [ "$(cut -d' ' -f1,2 <<<"$output")" = $'refused: 127.0.0.1:1\nnot met:\nrefused: 127.0.0.1:2\nnot met:' ]
    # of a list nobody knows how long it is
    # shellcheck disable=SC2016
    run --separate-stderr alone sh -c 'echo self | "$0" handshake -' "$TCPPROBE"
    is 0
    [[ $output == 'open: self '* ]]
    for more in -v --explain; do
        alone_probe handshake 127.0.0.1:1-2 "$more" --ordered
        is 1
        [[ $output == *'SYN-SENT'*$'\nrefused: 127.0.0.1:1 '*$'\n\ntcpprobe handshake 127.0.0.1:2 '* ]]
    done
    alone_probe handshake 127.0.0.1:1-2 --ordered --dry-run
    [[ $output == '127.0.0.1:1: not sent'*$'\n\n127.0.0.1:2: not sent'* ]]
}

@test "CSV has its header also where no record is printed" {
    : >"$BATS_TEST_TMPDIR/empty"
    alone_probe handshake -f "$BATS_TEST_TMPDIR/empty" --csv --fields=target,verdict
    is 2 'tcpprobe: there was no target: the list is empty'
    [ "$output" = $'target,verdict\r' ]
    for more in '' --ordered; do
        # shellcheck disable=SC2086
        alone_probe rtt 127.0.0.1:1 -n 1 --csv --fields=target,lost --only open $more
        is 1
        [ "$output" = $'target,lost\r' ]
        # shellcheck disable=SC2086
        alone_probe rtt 127.0.0.1:1 -n 1 --csv --no-header --only open $more
        is 1
        [ -z "$output" ]
        # shellcheck disable=SC2086
        alone_probe rtt 127.0.0.1:1 -n 1 --csv -q $more
        is 1
        [ -z "$output" ]
    done
}
