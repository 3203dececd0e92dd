#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# `rtt` where packets are lost, late or repeated: on which side, how many, and never a false time.

setup() {
    load rtt.bash
    lab_require jq
}

teardown() { lab_down; }

# The probes do not overlap: a copy after 60 ms, the next probe after 240 ms. Of three SYNs the first
# is lost, so that its copy arrives, and the next probe; then it begins again.
apart=(-n 6 --interval 240ms --timeout 60ms)

@test "every third SYN is lost: lost forward, in both modes" {
    lab_up_routed
    for family in 4 6; do
        long_server "$family"
        for mode in '' --full; do
            mb_drop_every 3 syn
            rtt 0 "${apart[@]}" $mode "$(target "$family" 80)"
            says '.verdict == "open" and .sent == 6 and .answered == 3 and .lost == 3 and .n == 3' \
                '.lost_forward == 3 and .lost_reverse == 0 and .loss_percent == 50' \
                '.max_ms < 50'
            middlebox_hits && middlebox_clear
        done
        lab_stop server-80 || true
    done
}

@test "every third SYN,ACK is lost: lost reverse, in both modes" {
    lab_up_routed
    for family in 4 6; do
        long_server "$family"
        for mode in '' --full; do
            mb_drop_every 3 synack
            rtt 0 "${apart[@]}" $mode "$(target "$family" 80)"
            says '.verdict == "open" and .sent == 6 and .answered == 3 and .lost == 3 and .n == 3' \
                '.lost_forward == 0 and .lost_reverse == 3 and .max_ms < 50'
            middlebox_hits && middlebox_clear
        done
        lab_stop server-80 || true
    done
}

@test "losses on both sides are told apart, and each probe says which" {
    lab_up_routed
    for family in 4 6; do
        long_server "$family"
        # the 1st and the 5th SYN, and the 2nd of the answers to the others
        mb_drop_every 4 syn
        middlebox_rule "$LAB_SYN_ACK numgen inc mod 40 == 1 drop"
        rtt 0 "${apart[@]}" -n 4 --each "$(target "$family" 80)"
        jq -se 'map(.lost) == ["forward", "reverse", "forward", null]' "$LAB_DIR/record"
        says 'if .outcome == "answered" then .copies == 1 else .copies == 2 and .rtt_ms == null end'
        middlebox_hits && middlebox_clear
        lab_stop server-80 || true
    done
}

@test "one direction loses all: forward silence is unknown, and loss stays within 100 %" {
    lab_up_routed
    for family in 4 6; do
        long_server "$family"
        for what in syn synack; do
            mb_drop "$what"
            rtt_half 1 -n 4 --timeout 50ms "$(target "$family" 80)"
            says '.verdict == "filtered" and .sent == 4 and .lost == 4 and .loss_percent == 100' \
                '.lost_unknown == 4 and .n == 0 and .mean_ms == null and .jitter_ms == null'
            middlebox_hits && middlebox_clear
        done
        lab_stop server-80 || true
    done
}

@test "a peer without timestamps: that something was lost is known, not where; Karn" {
    lab_up_routed
    lab_sysctl server ipv4/tcp_timestamps 0
    for family in 4 6; do
        long_server "$family"
        for what in syn synack; do
            mb_drop_every 3 "$what"
            rtt 0 "${apart[@]}" "$(target "$family" 80)"
            says '.sent == 6 and .answered == 3 and .n == 3 and .ambiguous + .lost_unknown == 3' \
                '.lost_forward == 0 and .lost_reverse == 0 and .max_ms < 50'
            middlebox_hits && middlebox_clear
        done
        # where copies are answered later than four times what is usual, it is a loss
        mb_drop_every 3 syn
        rtt 0 -n 6 --interval 1s --timeout 250ms --each "$(target "$family" 80)"
        jq -se 'map(select(.copies == 2)) | length == 3 and all(.[]; .rtt_ms == null) and
            all(.[1:][]; .outcome == "lost" and .lost == "unknown")' "$LAB_DIR/record"
        middlebox_hits && middlebox_clear
        lab_stop server-80 || true
    done
}

@test "answers after the time-out are late, not lost, and no samples" {
    lab_up_relay '< tcp * delay 120'
    for family in 4 6; do
        long_server "$family"
        # the copies' answers show that nothing was lost
        for mode in '' --full; do
            rtt 0 -n 4 --interval 400ms --timeout 80ms $mode "$(target "$family" 80)"
            says '.verdict == "open" and .sent == 4 and .late == 4 and .lost == 0 and .n == 0' \
                '.loss_percent == 0 and .duplicates == 0'
        done
        # without copies it is taken as lost first, and counted anew when the answer comes
        rtt 0 -n 4 --interval 200ms --timeout 80ms --retries 0 "$(target "$family" 80)"
        says '.sent == 4 and .late == 3 and .lost == 1 and .n == 0' # nobody waits for the last
        rtt 0 -n 3 --interval 200ms --timeout 80ms --retries 0 --each "$(target "$family" 80)"
        jq -se 'map([.number, .outcome]) == [[1, "lost"], [1, "late"], [2, "lost"], [2, "late"],
            [3, "lost"]]' "$LAB_DIR/record"
        lab_stop server-80 || true
    done
    relay_stop
}

@test "duplicated packets are duplicates, and change no round trip" {
    local rules=('< synack * dup' '> syn * dup' '< synack * dup 2')
    lab_up_relay "${rules[0]}"
    for i in 0 1 2; do
        [ "$i" -eq 0 ] || relay_again "${rules[i]}"
        for family in 4 6; do
            long_server "$family"
            capture_start
            rtt 0 -n 6 --each "$(target "$family" 80)"
            judge_times 0.002
            rtt 0 -n 6 "$(target "$family" 80)"
            # nobody waits for those of the last
            says '.answered == 6 and .n == 6 and .lost == 0 and .ambiguous == 0' \
                ".duplicates >= $((i < 2 ? 5 : 10)) and .duplicates <= $((i < 2 ? 6 : 12))"
            lab_stop server-80 || true
        done
    done
}

@test "the server's repeat of a lost SYN,ACK is never taken for a round trip of a second" {
    lab_up_relay '< synack 1 drop'
    for family in 4 6; do
        long_server "$family"
        for mode in '' --full; do
            # others are faster by then
            rtt 0 -n 4 --interval 150ms --timeout 3s --retries 0 $mode "$(target "$family" 80)"
            says '.sent == 4 and .answered == 3 and .lost_reverse == 1 and .n == 3 and .max_ms < 200'
            relay_again '< synack 1 drop'
            # nothing to hold it against when it comes: taken back as soon as there is
            rtt 0 -n 3 --interval 1300ms --timeout 3s --retries 0 $mode "$(target "$family" 80)"
            says '.sent == 3 and .answered == 2 and .lost_reverse == 1 and .n == 2' \
                '.max_ms < 200 and .jitter_n == 1'
            relay_again '< synack 1 drop'
        done
        # it comes after the time-out: lost all the same, for it is too late for a late answer
        rtt 0 -n 9 --interval 150ms --timeout 900ms --retries 0 "$(target "$family" 80)"
        says '.sent == 9 and .answered == 8 and .late == 0 and .lost_reverse == 1 and .lost == 1'
        relay_again '< synack 1 drop'
        lab_stop server-80 || true
    done
}

@test "a slow path is slow, not lossy: long round trips all along" {
    lab_up_relay '< tcp * delay 350'
    for family in 4 6; do
        long_server "$family"
        for mode in '' --full; do
            rtt 0 -n 5 --interval 100ms --timeout 2s $mode "$(target "$family" 80)"
            says '.answered == 5 and .n == 5 and .lost == 0 and .min_ms >= 350 and .max_ms < 600'
        done
        lab_stop server-80 || true
    done
}
