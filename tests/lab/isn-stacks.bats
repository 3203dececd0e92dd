#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# `isn` against TCP stacks that are not Linux's: what their sources say must come out.

setup() {
    load isn.bash
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

# tcp_input.c, tcp_timer.c: TCP_ISSINCR / 2 = 64000 for each connection, and the same every half
# second, as long as there is a connection
@test "libslirp (4.4BSD): a clock and a counter, lattice 64000; the next three foretold" {
    stack_slirp_up
    far_side 127.0.0.1
    held 198.18.0.2
    capture_start
    most=$(announced --quick "$(target 4 8080)")
    isn_strained 1 --quick "$(target 4 8080)"
    says '.class == "CLOCK_COUNTER" and .severity == "critical"' \
        '.increment.lattice == 64000 and .per_connection.k == 64000 and .per_connection.exact' \
        '.clock.step == 64000 and .clock.rate > 110000 and .clock.rate < 132000' \
        '.predicted.of == 3 and .predicted.hits == 3 and .cost.cross.n50 < 10' \
        '[.front[] | select(.kind | IN("ip-id", "timestamps") | not)] == []' \
        '.front | any(.kind == "ip-id")'
    capture_stop
    syns_at_most "$most"
    resets_answer_all 1
}

# tcp.c, tcp_next_iss(): iss += tcp_ticks, half seconds counted as long as there is a connection
@test "lwIP: the uptime in ticks is added with each connection; the next three foretold" {
    stack_lwip_up
    held 198.18.0.2
    sleep 8 # seconds of uptime
    capture_start
    for family in $LAB_STACK_FAMILIES; do
        isn_strained 1 --quick "$(target "$family" 80)"
        says '.class == "TICK_ACCUMULATOR" and .severity == "critical"' \
            '.increment.tick_rate > 1.8 and .increment.tick_rate < 2.2' \
            '.increment.uptime_s > 8 and .increment.uptime_s < 40' \
            '.predicted.of == 3 and .predicted.hits == 3' \
            '.ttl == 255 and .cost.cross.n50 <= 10' \
            '[.front[] | select(.kind | IN("ip-id", "timestamps") | not)] == []'
    done
    capture_stop
    resets_answer_all 2
}

# tcp.c, tcp_seq_init(): siphash of the tuple, and nanoseconds >> 5
@test "passt: RFC 6528 with a clock of 31.25 MHz" {
    stack_passt_up
    far_side 127.0.0.1 ::1
    capture_start
    isn 0 --quick "$(target 4 8080)" "$(target 6 8080)"
    says '.class == "RFC6528" and .severity == "good"' \
        '.clock.nominal == 31250000 and (.clock.ppm | fabs) < 100' \
        '[.front[] | select(.kind | IN("ip-id", "timestamps") | not)] == []'
    capture_stop
}
