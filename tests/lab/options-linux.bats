#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# `options` against Linux as it is configured: every row is what the setting and the standard say.
# shellcheck disable=SC2154 # targets is options.bash's

setup() {
    load options.bash
    lab_require jq
}

teardown() { lab_down; }

@test "plain: the classic options and ECN are supported, all else declined, nothing is wrong" {
    servers_up server
    capture_start wire server eth0
    listen_at server sink 80
    targets_at 80 server
    climb 0 "${targets[@]}"
    untouched
    # a signature with no key behind it: RFC 2385 4.1, dropped without an answer
    row md5 breaks '.opened == 0 and .silent == .sent'
    fact '.matrix | all(.verdict != "supported" or (.opened == .sent and .rules == null and
        .bad + .echoed + .unasked == 0 and (.otherwise == null or .otherwise == .verdict)))'
    row sack supported '.good > 30 and .absent == 0' '.in_effect == "works"'
    row timestamps supported '.good > 30 and .absent == 0' '.in_effect == "works"'
    row wscale supported '.good > 60 and .absent == 0'
    row ecn supported '.values == "1"'
    row fastopen declined '.good == 0'
    row mptcp declined '.good == 0'
    row unknown declined '.good + .echoed + .bad == 0 and .opened == .sent'
    row reserved declined '.opened == .sent'
    row data declined '.opened == .sent and .good == 0'
    row checksum declined '.opened == 0 and .reset == 0 and .silent == .sent'
    no_finding_from medium
    fact '.verdict == "open" and .ended == null and .severity != "medium" and .severity != "high"' \
        '.layout == "mss,sackOK,TS,nop,wscale"' '.cookies == "no" and .proxy != "yes"' \
        '.ttl == 64 and .header.ttl == 64 and .header.ttl_others == 0' \
        '.header.reserved == "none" and .header.traffic_class == 0' \
        '.repeat == 3 and .capture_dropped == 0 and .expired == 0' \
        '.refused == 0 and .unreachable == 0 and .answered + .lost == .sent'
    # net/ipv4/tcp_input.c: advertised is what the route has room for
    about "$(address_at server 4)"
    row mss supported '.values == "1460"'
    fact '.mss_bytes == 1460 and .family == "IPv4" and .header.df == "set"' \
        '.header.ip_id == "zero" and .header.flow_label == null'
    about "$(address_at server 6)"
    row mss supported '.values == "1440"'
    fact '.mss_bytes == 1440 and .family == "IPv6" and .header.df == null' \
        '.header.ip_id == null and .header.flow_label == "several"'
    # the window is that on the wire to SYNs that ask for all
    capture_stop wire
    about "$(address_at server 4)"
    fact ".window == $(window_on_wire ip)"
    about "$(address_at server 6)"
    fact ".window == $(window_on_wire ipv6)"
}

# window_on_wire PROTOCOL: the one seen most often in SYN,ACKs with all that Linux answers.
window_on_wire() {
    judge_tshark "$(capture_file wire)" -T fields -e tcp.window_size_value -Y "$SYN_ACK && $1 &&
        tcp.options.sack_perm && tcp.options.wscale && tcp.options.timestamp.tsval" |
        sort | uniq -c | sort -rn | awk 'NR == 1 { print $2 }'
}

@test "tcp_sack, tcp_window_scaling, tcp_timestamps, tcp_ecn 0: declined, and the rest stays" {
    local feature off='sack wscale timestamps ecn'
    # shellcheck disable=SC2086 # a list of words
    servers_up $off one
    lab_sysctl sack ipv4/tcp_sack 0
    lab_sysctl wscale ipv4/tcp_window_scaling 0
    lab_sysctl timestamps ipv4/tcp_timestamps 0
    lab_sysctl ecn ipv4/tcp_ecn 0
    lab_sysctl one ipv4/tcp_ecn 1
    for feature in $off one; do listen_at "$feature" sink 80; done
    # shellcheck disable=SC2086 # a list of words
    targets_at 80 $off one
    climb 0 --half-open "${targets[@]}"
    no_finding_from medium
    fact '.cookies == "no"'
    for feature in $off; do
        at "$feature"
        row "$feature" declined '.good + .echoed + .bad + .unasked == 0 and .opened == .sent'
        untouched "$feature"
    done
    at sack
    fact '.layout == "mss,nop,nop,TS,nop,wscale"'
    at wscale
    fact '.layout == "mss,sackOK,TS" and .wscale_shift == null'
    at timestamps
    fact '.layout == "mss,nop,nop,sackOK,nop,wscale"' '.clock == null or .clock.kind == "none"'
    at one
    untouched
    # RFC 3168 6.1.1: ECE alone
    row ecn supported '.values == "1" and .bad == 0'
}

# RFC 9768: from Linux 6.19 on; before that a kernel takes no 5, and answers as RFC 3168 has it
@test "tcp_ecn 5: accurate ECN is supported, and every mark of ours arrives; else it falls back" {
    local accurate=
    servers_up server
    if lab_sysctl server ipv4/tcp_ecn 5 2>/dev/null; then accurate=yes; fi
    listen_at server sink 80
    targets_at 80 server
    climb 0 --features ecn,accecn "${targets[@]}"
    if [ -n "$accurate" ]; then
        row accecn supported '.bad + .echoed == 0' '.values == "0,1,2,3"'
    else
        row accecn declined '.good + .bad + .echoed == 0'
    fi
    row ecn supported
    no_finding_from low
}

@test "Fast Open: off, with cookies, and without asking for one" {
    servers_up off on open
    lab_sysctl off ipv4/tcp_fastopen 0
    lab_sysctl on ipv4/tcp_fastopen 2
    lab_sysctl open ipv4/tcp_fastopen 0x202
    listen_at off sink 80
    listen_at on sink 80 --fastopen
    listen_at open sink 80 --fastopen
    targets_at 80 off on open
    climb 1 --patience 0 --features fastopen,data "${targets[@]}"
    at off on
    row data declined '.good + .bad == 0'
    no_finding_from medium
    at off
    row fastopen declined '.good == 0'
    check fastopen absent
    at on
    # net/ipv4/tcp_fastopen.c: eight bytes
    row fastopen supported '.bad + .echoed == 0' '.values == "8"' '.in_effect == "works"'
    check fastopen works
    rung fastopen-wrong '.opened == .sent'
    rung fastopen-exp '.answered | test("FOEXP [0-9a-f]{16}")'
    # data without a cookie, and with a made-up one, were taken: against RFC 7413 4.2.2
    at open
    row data supported '.rules | test("TP-OPT-DATA-TAKEN")'
    row fastopen declined
    finding TP-OPT-DATA-TAKEN
    fact '.severity == "medium"'
}

# net/ipv4/syncookies.c
@test "tcp_syncookies 2 is proved, with what it hides; 1 and 0 do nothing unless they must" {
    local value
    servers_up cookies0 cookies1 cookies2 full
    # one half-open connection is as much as it keeps: the one that is held
    listen_at full silent 80 --backlog 0
    for value in 0 1 2; do
        lab_sysctl "cookies$value" ipv4/tcp_syncookies "$value"
        listen_at "cookies$value" sink 80
    done
    targets_at 80 cookies0 cookies1 cookies2 full
    # not so fast: what stands still is to be told from what had no time to move
    LAB_RATE=100 climb 0 --half-open --features mss,wscale,sack,timestamps,sets,order,full \
        "${targets[@]}"
    no_finding_from medium
    fact '.proxy != "yes"'
    at cookies0 cookies1
    fact '.cookies == "no"'
    front shifted-isn no
    front low-bits no
    front repeats no
    front zero-window no
    fact '.clock.low_bits_frozen == false' '.repeats.count == 1'
    at cookies2
    fact '.cookies == "yes"' '.clock.low_bits_frozen' '.repeats.count == 0'
    front identical-syn yes
    front shifted-isn yes
    front low-bits yes
    fact '.front | any(.test == "repeats" and .says != "no")'
    front zero-window no
    # options are kept only in the timestamps' low bits
    row sack supported '.good > 0'
    row timestamps supported '.absent == 0'
    row wscale supported '.good > 0'
    rung linux '.answered | test("sackOK") and test("wscale")'
    rung sack '.answered | test("sackOK") | not'
    rows supported mss sets order full
    # some of the SYNs meet a queue that is full, some do not
    at full
    fact '.cookies | IN("yes", "inconclusive")' '.repeats.count == 1'
}

# net/core/secure_seq.c: the offset of TSval is drawn from a hash, unless tcp_timestamps is 2
@test "tcp_timestamps 1 and 2: a clock of 1000 Hz; uptime only where it is one" {
    local before after
    servers_up each shared
    lab_sysctl shared ipv4/tcp_timestamps 2
    listen_at each sink 80
    listen_at shared sink 80
    capture_start wire each eth0
    targets_at 80 each shared
    read -r before _ </proc/uptime
    climb 0 --features timestamps "${targets[@]}"
    read -r after _ </proc/uptime
    fact '.clock.kind == "runs" and .clock.nominal_hz == 1000 and .clock.n >= 12' \
        '.clock.rate_low_hz <= 1000 and 1000 <= .clock.rate_high_hz' \
        '.clock.rate_low_hz <= .clock.rate_hz and .clock.rate_hz <= .clock.rate_high_hz' \
        '(.clock.rate_hz - 1000 | fabs) < 20' \
        '.clock.skew_low_ppm <= 0 and 0 <= .clock.skew_high_ppm' '.clock.low_bits_frozen == false'
    check timestamps works
    at shared
    fact '.clock.offset == "shared" and .clock.connections >= 6' \
        ".clock.uptime_s >= $before - 0.1 and .clock.uptime_s <= $after + 0.1" \
        '(.clock.wrap_s / 4294967.296 - 1 | fabs) < 0.05'
    # whether the ports are in the hash differs among kernels: how far apart were TSvals at a time?
    capture_stop wire
    at each
    if judge_tshark "$(capture_file wire)" -T fields -e tcp.options.timestamp.tsval \
        -Y "$SYN_ACK && ip && tcp.options.timestamp.tsval" |
        awk 'NR == 1 { first = $1 } { d = $1 - first; if (d < 0) d = -d; if (d > 60000) far++ }
            END { exit !far }'; then
        fact '.clock.offset == "each" and .clock.uptime_s == null'
    else
        fact '.clock.offset == "shared"'
    fi
}

@test "the SYN,ACK again: as often as tcp_synack_retries says, after 1 s and 2 s more" {
    servers_up never once five
    lab_sysctl never ipv4/tcp_synack_retries 0
    lab_sysctl once ipv4/tcp_synack_retries 1
    listen_at never sink 80
    listen_at once sink 80
    listen_at five sink 80
    targets_at 80 never once five
    climb 0 --features mss --patience 4s --half-open "${targets[@]}"
    fact '.repeats.answered and .repeats.patience_ms == 4000 and .repeats.held_ms > 3990' \
        '.repeats.reset_ms == null' '.cookies == "no"' '.connections == 0'
    at never
    fact '.repeats.count == 0 and .repeats.growth == "none" and .repeats.repeats == []'
    front repeats yes
    at once
    fact '.repeats.count == 1' \
        '.repeats.repeats[0].gap_ms > 950 and .repeats.repeats[0].gap_ms < 1200'
    at five
    fact '.repeats.count == 2 and .repeats.finished == false' \
        '.repeats.repeats[0].gap_ms > 950 and .repeats.repeats[0].gap_ms < 1200' \
        '.repeats.repeats[1].gap_ms > 1900 and .repeats.repeats[1].gap_ms < 2400' \
        '.repeats.repeats[1].t_ms > 2900' '.repeats.ratio > 1.7 and .repeats.ratio < 2.4'
}

# ilog2_15 BYTES: the shift that Linux announces for a receive buffer that may grow to so much.
ilog2_15() {
    local shift=0 bytes=$1
    while [ "$bytes" -gt 65535 ]; do
        bytes=$((bytes / 2))
        shift=$((shift + 1))
    done
    echo "$shift"
}

@test "values: MSS of the route, shift and window of the buffer" {
    local most limit
    servers_up advmss clamp small six
    for name in advmss clamp six; do listen_at "$name" sink 80; done
    listen_at small sink 80 --buffer 4096
    route() {
        local name=$1 number
        number=$(server_number "$name")
        shift
        ip -n "$(lab_namespace "$name")" route change "198.18.$number.0/24" dev eth0 \
            proto kernel scope link src "198.18.$number.2" "$@"
        ip -n "$(lab_namespace "$name")" -6 route change "2001:db8:$number::/64" dev eth0 \
            proto kernel metric 256 "$@"
    }
    route advmss advmss 536
    route clamp window 4096
    lab_sysctl six ipv4/tcp_rmem '4096 131072 6291456'
    limit=$(cat /proc/sys/net/core/rmem_max)
    targets_at 80 advmss clamp small six
    climb 0 --half-open --patience 0 --features mss,wscale,sets "${targets[@]}"
    no_finding_from medium
    at advmss
    fact '.mss_bytes == 536'
    row mss supported '.values == "536"'
    at clamp
    fact '.window <= 4096 and .window > 0 and .wscale_shift == 0'
    at small
    fact '.window <= 8192 and .window > 0 and .wscale_shift == 0'
    row wscale supported '.values == "0"'
    at six
    most=$((limit > 6291456 ? limit : 6291456))
    fact ".wscale_shift == $(ilog2_15 "$most")" ".wscale_shift > 0"
    row wscale supported ".values == \"$(ilog2_15 "$most")\""
    # whatever we offer, a shift of 15 too
    rung wscale-15 '.opened == .sent'
}

@test "an MPTCP listener is supported; one that wants MD5 signatures is silent" {
    servers_up server
    listen_at server sink 80 --mptcp
    for family in 4 6; do
        LAB_READY='' lab_start server "listener-md5-$family" "${LAB_PYTHON[@]}" \
            "$LAB_SOURCE/server.py" --time 90 --md5 \
            "$([ "$family" = 4 ] && echo 198.18.1.1 || echo 2001:db8:1::1)" \
            sink "$(address_at server "$family")" 81
    done
    targets_at 80 server
    climb 0 --half-open --patience 0 "${targets[@]}"
    # RFC 8684 3.1: version 1, a key of its own
    row mptcp supported '.values == "1" and .bad + .echoed == 0'
    rung mptcp-linux '.answered | test("mptcp capable v1")'
    untouched mptcp
    no_finding_from medium
    targets_at 81 server
    climb 2 "${targets[@]}"
    fact '.verdict == "filtered" and .answered == 0 and .refused == 0 and .sent <= 14' \
        '.sack == null and .cookies == null and .severity == null' '.mss_bytes == null'
}
