# shellcheck shell=bash
# SPDX-License-Identifier: GPL-3.0-or-later
# What the tests of the command line share.
# shellcheck disable=SC2154

bats_require_minimum_version 1.5.0

# needs_root: skips what only root can do: capture, send, make a network namespace
needs_root() { [ "$(id -u)" -eq 0 ] || skip 'needs root'; }

# probe ARGUMENT...: status, $output, $stderr of the program
probe() { run --separate-stderr "$TCPPROBE" "$@"; }

# alone COMMAND...: runs it in a network namespace of its own, which has loopback and nothing else
alone() {
    # shellcheck disable=SC2016
    unshare --net sh -c 'PATH=$PATH:/sbin:/usr/sbin; ip link set lo up && exec "$@"' sh "$@"
}
# The program in there.
alone_probe() { run --separate-stderr alone "$TCPPROBE" "$@"; }

# For anybody: sets PROGRAM to a copy of the program that every user can reach; setup_for_anybody and
# teardown_for_anybody go around a file that wants it
setup_for_anybody() {
    ANYBODYS=$(mktemp -d "${TMPDIR:-/tmp}/tcpprobe-cli.XXXXXX")
    chmod 755 "$ANYBODYS"
    PROGRAM=$ANYBODYS/tcpprobe
    cp "$TCPPROBE" "$PROGRAM"
    export ANYBODYS PROGRAM
}
teardown_for_anybody() { rm -rf "${ANYBODYS:?}"; }

# nobody [CAPABILITY] -- COMMAND...: runs it as a user without any privilege but this one
nobody() {
    local identity=(--clear-groups --inh-caps=-all --bounding-set=-all)
    if [ "$1" != -- ]; then
        identity=(--clear-groups --inh-caps="-all,+$1" --ambient-caps="+$1" --bounding-set="-all,+$1")
        shift
    fi
    shift
    if [ "$(id -u)" -eq 0 ]; then
        alone setpriv --reuid=65534 --regid=65534 "${identity[@]}" "$@"
    else
        "$@"
    fi
}

# field FILTER: what jq finds in $output
field() { jq -cer "$1" <<<"$output"; }

# is STATUS [STDERR-PATTERN]: the program ended with it; standard error holds this, or nothing
is() {
    [ "$status" -eq "$1" ] || { echo "status $status, not $1"; printf '%s\n' "$output" "$stderr"; return 1; }
    # shellcheck disable=SC2053
    if [ $# -gt 1 ]; then
        [[ $stderr == $2 ]] || { echo "on standard error: $stderr"; return 1; }
    else
        [ -z "$stderr" ] || { echo "on standard error: $stderr"; return 1; }
    fi
}

# fault STATUS WORDS: one line on standard error with these words, nothing on standard output
fault() {
    is "$1" "tcpprobe: *$2*" && [ -z "$output" ] && [ "$(wc -l <<<"$stderr")" -eq 1 ]
}

# beside MANNER COMMAND...: the command, alone, beside a kernel listener at 127.0.0.1:5000 that is
# "silent" (its queue is full) or "open" (accepts one connection and says and closes nothing)
beside() {
    local manner=$1
    shift
    # shellcheck disable=SC2016
    alone bash -c '
        /usr/bin/python3 -c "
import socket, sys, time
listener = socket.socket()
listener.bind((\"127.0.0.1\", 5000))
listener.listen(0 if sys.argv[1] == \"silent\" else 5)
if sys.argv[1] == \"silent\":
    peer = socket.create_connection((\"127.0.0.1\", 5000))
print(\"ready\", flush=True)
if sys.argv[1] == \"open\":
    peer = listener.accept()
time.sleep(60)" "$1" >"$2/ready" & pid=$!
        for _ in $(seq 200); do ! grep -qs ready "$2/ready" || break; sleep 0.05; done
        shift 2
        "$@"; status=$?
        kill "$pid"; exit "$status"' bash "$manner" "$BATS_TEST_TMPDIR" "$@"
}
