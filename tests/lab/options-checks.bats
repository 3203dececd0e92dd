#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# `options` on open connections: whether Linux does what was agreed on; what the application hears.
# shellcheck disable=SC2154 # targets is options.bash's

setup() {
    load options.bash
    lab_require jq
}

teardown() { lab_down; }

# server_heard NAME PATTERN: how many lines of both its listeners match.
server_heard() {
    # shellcheck disable=SC2086 # a pattern
    cat "$LAB_DIR"/listener-$1-*.out | grep -cE -- "$2" || true
}

@test "to a silent server: what does not need its data works; and no byte of ours reaches it" {
    servers_up ever dsack off
    lab_sysctl dsack ipv4/tcp_dsack 0
    lab_sysctl off ipv4/tcp_timestamps 0
    lab_sysctl off ipv4/tcp_sack 0
    lab_sysctl off ipv4/tcp_ecn 0
    for name in ever dsack off; do listen_at "$name" sink 80; done
    targets_at 80 ever dsack off
    climb 0 --patience 0 --features sack,timestamps,wscale,ecn "${targets[@]}"
    check wscale works
    # who sends nothing cannot show how large its segments are, or how much it would send
    check our-wscale inconclusive
    check mss inconclusive
    fact '.connections == 3'
    at ever
    check dsack works
    at ever dsack
    for feature in sack timestamps ecn; do
        check "$feature" works
        row "$feature" supported '.in_effect == "works"'
    done
    at dsack
    check dsack absent
    at off
    for feature in sack dsack timestamps ecn; do check "$feature" absent; done
    [ "$(server_heard ever '^accept')" -eq 6 ]
    [ "$(server_heard '*' '^(data|text)')" -eq 0 ]
    nothing_half_open ever
}

@test "a server that speaks first: our MSS and our scaled window are kept to" {
    servers_up big unscaled cookies
    lab_sysctl unscaled ipv4/tcp_window_scaling 0
    lab_sysctl cookies ipv4/tcp_syncookies 2
    for name in big unscaled cookies; do listen_at "$name" big 80 --bytes 60000; done
    capture_start wire big eth0
    targets_at 80 big unscaled cookies
    climb 0 --patience 0 --features sack,timestamps,wscale,mss "${targets[@]}"
    check mss works
    check timestamps works
    check sack works
    check dsack works
    no_finding_from medium
    at big cookies
    check our-wscale works
    check wscale works
    at unscaled
    check our-wscale absent
    check wscale absent
    capture_stop wire
    segments_fit
}

# segments_fit: on the wire, no segment is larger than the MSS of the SYN before it, and some come.
segments_fit() {
    judge_tshark "$(capture_file wire)" -T fields -e tcp.stream -e tcp.options.mss_val -e tcp.len \
        -E separator=/s -E occurrence=f -Y 'tcp.dstport == 80 && tcp.flags.syn == 1 &&
            tcp.options.mss_val || tcp.srcport == 80 && tcp.len > 0' | awk '
        NF == 3 && !($1 in mss) { mss[$1] = $2; next }
        NF == 2 { seen++; if ($2 > mss[$1]) { print "too large: " $0; bad = 1 } }
        END { exit bad || !seen }' >&2
}

@test "a server that answers to --send hears it, once a connection, and nothing else" {
    servers_up server
    listen_at server answer 80 --bytes 60000
    targets_at 80 server
    climb 0 --patience 0 --features mss,timestamps,wscale --send 'GET / HTTP/1.0\r\n\r\n' \
        "${targets[@]}"
    check mss works
    check our-wscale works
    check timestamps works
    no_finding_from medium
    [ "$(server_heard server '^text')" -ge 4 ]
    [ "$(server_heard server '^text')" -eq \
        "$(server_heard server '^text GET / HTTP/1.0\\r\\n\\r\\n$')" ]
}

@test "servers that end at once: nothing is said to fail, nothing is left" {
    servers_up close reset greet slow
    listen_at close close 80
    listen_at reset reset 80
    listen_at greet greet-close 80
    listen_at slow slow 80 --delay 0.1
    targets_at 80 close reset greet slow
    climb 0 --patience 0 --features sack,timestamps,wscale,ecn,mss "${targets[@]}"
    no_finding_from medium
    fact '[.checks[] | select(.outcome == "fails" or .outcome == "one-sided")] == []' \
        '.connections == 3'
    at close
    # its FIN has timestamps as all else
    check timestamps works
    for name in close reset greet slow; do nothing_half_open "$name"; done
}

@test "--half-open: no application hears of it" {
    servers_up server
    listen_at server big 80
    targets_at 80 server
    climb 0 --half-open --features sack,timestamps,wscale "${targets[@]}"
    fact '.connections == 0 and .checks == []' '.sack == "supported"' \
        '.matrix | all(.in_effect == null)'
    [ "$(server_heard server '^accept')" -eq 0 ]
    nothing_half_open server
}
