#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# `options` against TCP stacks that are not Linux's: each supports what its source says, and what it
# does in a way of its own is not taken for a proxy or for cookies.
# shellcheck disable=SC2154,SC2034 # targets and LAB_PACE are options.bash's

setup() {
    load options.bash
    lab_require jq slirp4netns pasta
}

teardown() { lab_down; }

# far_side ADDRESS...: the real server behind the stack, with a queue that holds a burst.
far_side() {
    local address
    for address; do
        lab_start server "far-$address" "${LAB_PYTHON[@]}" "$LAB_SOURCE/server.py" --time 60 \
            --backlog 512 sink "$address" 8080
    done
}

# no_front: neither cookies nor a proxy.
no_front() { fact '.cookies != "yes" and .proxy != "yes"'; }

# tcp_input.c: tcp_dooptions() reads the MSS and nothing else; tcp_output.c: 1460, whatever came.
# tcp_timer.c, tcp_subr.c: the SYN,ACK again after 12 half seconds, the first of which has begun.
@test "libslirp (4.4BSD): an MSS, and nothing else; the SYN,ACK again after 6 s" {
    stack_slirp_up
    far_side 127.0.0.1
    climb 0 --patience 7500ms "$(target 4 8080)"
    row mss supported '.values == "1460"'
    rows supported bare sets order padding full
    rows declined wscale sack timestamps fastopen ecn accecn mptcp md5 uto edo unknown malformed \
        reserved data checksum
    for name in wscale sack timestamps ecn; do check "$name" absent; done
    fact '.layout == "mss" and .window == 65535 and .mss_bytes == 1460' \
        '.header.df == "clear" and .header.ip_id != null and .clock.kind? != "runs"' \
        '.repeats.answered and .repeats.count == 1' \
        '.repeats.repeats[0].gap_ms > 5400 and .repeats.repeats[0].gap_ms < 6700'
    no_front
    no_finding_from medium
}

# lwIP 2.1 as Debian builds it: tcp_parseopt() knows MSS and window scale (TCP_RCV_SCALE 1); 250 ms
# may pass before its loop looks.
@test "lwIP: MSS and window scale, nothing else" {
    stack_lwip_up
    targets=()
    for family in $LAB_STACK_FAMILIES; do targets+=("$(target "$family" 80)"); done
    LAB_RATE=150 climb 0 --timeout 800ms --patience 3500ms "${targets[@]}"
    row mss supported '.values | IN("1460", "1440")'
    row wscale supported '.values == "1"'
    rows supported bare sets order padding full
    rows declined sack timestamps fastopen ecn accecn mptcp md5 uto edo unknown malformed reserved \
        data checksum
    rung bare '.answered | test("^mss 14[46]0$")'
    rung linux '.layout == "mss,nop,wscale" and .ttl == 255'
    fact '.ttl == 255 and .hops == 0 and .wscale_shift == 1'
    check wscale works
    check sack absent
    check timestamps absent
    # 3 s by timers of half a second
    fact '.repeats.answered and .repeats.count == 1' \
        '.repeats.repeats[0].gap_ms > 2400 and .repeats.repeats[0].gap_ms < 3400'
    no_front
    no_finding_from medium
}

# tcp.c of 2023, tcp_send_flag(): MSS and window scale in every SYN,ACK, asked for or not, which
# RFC 7323 2.2 forbids; no check of checksums, as the packets come from a guest's memory; no repeat.
@test "passt: MSS, a window scale that nobody asked for, and wrong checksums are taken" {
    stack_passt_up
    far_side 127.0.0.1 ::1
    climb 1 "$(target 4 8080)" "$(target 6 8080)"
    row mss supported '.values == "61440"'
    row wscale rewritten '.unasked > 0 and .good > 0' '.values == "8"'
    finding TP-OPT-WSCALE-UNOFFERED TP-OPT-CHECKSUM
    rung bare '.answered == "mss 61440,nop,wscale 8"'
    row checksum rewritten
    rows supported bare sets order padding full
    rows declined sack timestamps fastopen ecn accecn mptcp md5 uto edo unknown malformed reserved \
        data
    fact '.ttl == 255 and .repeats.answered and .repeats.count == 0' '.layout == "mss,nop,wscale"'
    check sack absent
    check timestamps absent
    no_front
}
