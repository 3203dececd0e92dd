#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# net/link: how frames wait until they are read, for few and for very many.

setup() {
    . "$(dirname "$BATS_TEST_FILENAME")/net.bash"
    net_begin
}
teardown() { net_end; }

LINK_TOOL=${TOP_BUILDDIR:?}/tests/net/link_tool

# arrives LOAD MILLISECONDS WORDS INTERFACE SOURCE DESTINATION: the descriptor becomes readable that soon
# after a frame, with nothing else on the way, and is quiet when all is read. Twice that is allowed, and
# what a busy machine takes.
arrives() {
    run in_near "$LINK_TOOL" arrives "$1" "$4" "$5" "$6"
    echo "$output"
    [ "$status" -eq 0 ]
    [[ "$output" =~ ^most_late_ms=([0-9]+)\ length=(.*)\ quiet=1$ ]]
    [ "${BASH_REMATCH[1]}" -le $((2 * $2 + 20)) ]
    [ "${BASH_REMATCH[2]}" = "$3" ]
}

@test "one connection: each frame at once, whole" {
    arrives quiet 0 '1066 of 1066' pipe 198.18.0.1 198.18.0.2
    arrives quiet 0 '1086 of 1086' lo ::1 ::1
}
@test "many connections: each frame at once, whole" {
    arrives busy 0 '1066 of 1066' pipe 198.18.0.1 198.18.0.2
}
@test "very many: a frame that comes alone is not kept long; the beginning of each" {
    arrives many 2 '512 of 1066' pipe 198.18.0.1 198.18.0.2
    arrives many 2 '512 of 1086' pipe 2001:db8::1 2001:db8::2
    arrives many 2 '512 of 1066' lo 127.0.0.1 127.0.0.1
}

# vanishes COMMAND...: reported within two seconds.
vanishes() {
    rm -f "$BATS_TEST_TMPDIR/watch"
    in_near "$LINK_TOOL" watch many pipe >"$BATS_TEST_TMPDIR/watch" 3>&- &
    local pid=$!
    NET_PIDS+=("$pid")
    until_found watching "$BATS_TEST_TMPDIR/watch"
    "$@"
    local before=$SECONDS
    wait "$pid"
    cat "$BATS_TEST_TMPDIR/watch"
    [ $((SECONDS - before)) -le 2 ]
    grep -qx 'fault=the interface is gone or down' "$BATS_TEST_TMPDIR/watch"
}
@test "very many: an interface that is deleted or set down is reported" {
    vanishes ip -n "${near:?}" link set pipe down
    ip -n "$near" link set pipe up
    vanishes ip -n "$near" link del pipe
}
