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

# ended: it came to an end before the last target
ended() {
    [ "${#lines[@]}" -gt 0 ]
    [ "${#lines[@]}" -lt "$ALL" ]
    [[ $stderr == "tcpprobe: the run was ended before $((ALL - ${#lines[@]})) of $ALL targets were probed" ]]
}

@test "a signal ends a run of targets that are each over at once" {
    for signal in INT TERM; do
        run --separate-stderr alone timeout --preserve-status --signal="$signal" 0.5 \
            "$TCPPROBE" handshake "${AT_ONCE[@]}" --csv --no-header --fields=target
        [ "$status" -eq 1 ]
        ended
    done
}

@test "the deadline ends a run of targets that are each over at once" {
    alone_probe handshake "${AT_ONCE[@]}" --deadline=300ms --csv --no-header --fields=target
    [ "$status" -eq 1 ]
    ended
}

@test "the deadline ends a dry run" {
    alone_probe handshake 127.0.0.1:1-65535 127.0.0.2:1-65535 --deadline=200ms --dry-run --csv --no-header --fields=target
    [ "$status" -eq 2 ]
    [ "${#lines[@]}" -lt 131070 ]
}

@test "targets whose turn never came were not measured" {
    # One source port holds one connection: the second has to wait for the first.
    alone_probe handshake self self --source-port=5000 --wait=20s --deadline=300ms --csv --no-header --fields=verdict
    is 2 'tcpprobe: the run was ended before 1 of 2 targets were probed'
    [ "${output%$'\r'}" = open ] # a line of CSV ends with CRLF

    alone_probe handshake self self --source-port=5000 --wait=20s --deadline=300ms -q
    is 2
}

@test "a reader who has seen enough is content, whatever was still to come" {
    # shellcheck disable=SC2016
    run --separate-stderr alone bash -c '
        "$TCPPROBE" handshake self self self --source-port=5000 --csv --no-header --fields=verdict | head -1
        exit "${PIPESTATUS[0]}"'
    is 0
    [ "${output%$'\r'}" = open ] # a line of CSV ends with CRLF
}
