#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# `read` beside tshark: connections, numbers, windows, options, times and events of every segment of all
# captures are the same, but for those that tests/captures/differences lists and explains.

setup() {
    load cli.bash
    captures=$TOP_SRCDIR/tests/captures
    command -v tshark >/dev/null || skip 'needs tshark'
}

@test "every segment of every capture: read and tshark agree, or it is known why not" {
    run "$captures/agree.py" "$TCPPROBE" "$captures"
    [ "$status" -eq 0 ] || { head -100 <<<"$output"; false; }
}

@test "what is listed as a difference and is none, and a difference without a reason, are found" {
    mkdir -p "$BATS_TEST_TMPDIR/tcpdump"
    cp "$captures/tcpdump/whois.pcap" "$BATS_TEST_TMPDIR/tcpdump"
    printf 'tcpdump/whois.pcap\t2\tlen\t5\t6\tnone\n' >"$BATS_TEST_TMPDIR/differences"
    run "$captures/agree.py" "$TCPPROBE" "$BATS_TEST_TMPDIR" tcpdump/whois.pcap
    [ "$status" -eq 1 ]
    [[ $output == *"no reason is given"* && $output == *"no longer ours 5, tshark's 6"* ]]
    # the same capture beside another program's answers: what differs is told
    printf '%s\n' '#!/bin/sh' "exec '$TCPPROBE' \"\$@\" | sed 's/\"length\": *[1-9][0-9]*/\"length\":1/'" >"$BATS_TEST_TMPDIR/liar"
    chmod +x "$BATS_TEST_TMPDIR/liar"
    : >"$BATS_TEST_TMPDIR/differences"
    run "$captures/agree.py" "$BATS_TEST_TMPDIR/liar" "$BATS_TEST_TMPDIR" tcpdump/whois.pcap
    [ "$status" -eq 1 ]
    [[ $output == *"len: ours 1, tshark's "* ]]
}
