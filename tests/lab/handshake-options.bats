#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# `handshake`: what is asked for is on the wire, and what Linux answers is what holds.

setup() {
    load handshake.bash
    lab_require jq
}

teardown() { lab_down; }

# sends ARGUMENT...: a handshake with the sink on port 80.
sends() {
    handshake 0 "$(target "$family" 80)" "$@"
    says '.verdict == "open"'
}

# each_family COMMAND...: for both, with a sink on port 80.
each_family() {
    for family in 4 6; do
        server_start "$family" sink 80
        "$@"
        lab_stop server-80 || true
    done
}

@test "source address, source port and interface are those asked for" {
    lab_begins
    lab_address client eth0 198.18.0.9/24 2001:db8::9/64
    lab_neighbour server eth0 02:00:00:00:00:01 198.18.0.9 2001:db8::9
    ask() {
        local source=198.18.0.9
        [ "$family" = 4 ] || source=2001:db8::9
        sends --source "$source" --source-port 40404 --interface eth0
        says ".source == \"$source\" and .source_port == 40404 and .interface == \"eth0\""
        lab_saw server-80 "accept $source 40404"
    }
    export LAB_CLIENT4=198.18.0.9 LAB_CLIENT6=2001:db8::9
    each_family ask
    judge_rows 0
    wire_is '198.18.0.9 40404 2001:db8::9 40404' "$SYN" ip.src ipv6.src tcp.srcport
}

@test "the default SYN is Linux's own, field for field" {
    lab_begins
    ask() {
        sends
        in_client bash -c ": </dev/tcp/$(server_address "$family")/81" 2>/dev/null || true
    }
    each_family ask
    judge_rows 0
    wire "$SYN" ip.version ip.hdr_len ip.dsfield ip.len ip.flags ip.ttl ipv6.tclass ipv6.plen \
        ipv6.hlim tcp.hdr_len tcp.flags tcp.window_size_value tcp.urgent_pointer tcp.option_kind \
        tcp.option_len tcp.options.mss_val tcp.options.wscale.shift tcp.options.timestamp.tsecr \
        >"$LAB_DIR/syns"
    cat "$LAB_DIR/syns"
    # the kernel's scale follows its buffers: 7 or 10; the rest is to be the same
    sed -i -E 's/ (7|10) 0$/ W 0/' "$LAB_DIR/syns"
    [ "$(wc -l <"$LAB_DIR/syns")" -eq 4 ]
    [ "$(sort -u "$LAB_DIR/syns" | wc -l)" -eq 2 ]
}

@test "--ttl --tos --df --seq --window on every packet that they concern" {
    lab_begins
    ask() { sends --ttl 33 --tos 0xb8 --df no --seq 4294967295 --window 4321; }
    each_family ask
    says '.isn_client == 4294967295'
    ask() { sends --df yes; }
    each_family ask
    judge_rows 0
    wire_is '33 0xb8 0x00' "ip.src == 198.18.0.1 && ip.ttl == 33 && tcp.flags.syn == 1" \
        ip.ttl ip.dsfield ip.flags
    wire_is '33 0x000000b8 4294967295 4321' \
        'ipv6.src == 2001:db8::1 && ipv6.hlim == 33 && tcp.flags.syn == 1' \
        ipv6.hlim ipv6.tclass tcp.seq_raw tcp.window_size_value
    # TTL, TOS and DF are the connection's, not only the SYN's
    [ "$(wire "ip.src == 198.18.0.1 && tcp" ip.ttl ip.dsfield ip.flags | sort | uniq -c |
        awk '$1 >= 3' | sed 's/^ *[0-9]* //' | tr '\n' ' ')" = '33 0xb8 0x00 64 0x00 0x02 ' ]
    # the sequence number wraps at once: the SYN is its last
    [ "$(wire 'tcp.flags.fin == 1 && tcp.dstport == 80' tcp.seq_raw | grep -cx 0)" -eq 2 ]
}

# syn_options LIST...: what tshark saw in the SYNs of one family, in their order; TS for timestamps.
syn_options() {
    wire "$1 && $SYN" tcp.options | sed -E 's/080a[0-9a-f]{8}00000000/TS/' >"$LAB_DIR/seen"
    shift
    printf '%s\n' "$@" | diff - "$LAB_DIR/seen"
}

@test "--options and --profile byte for byte" {
    lab_begins
    ask() {
        local list
        for list in none 'mss 1300' 'sackOK,mss 536' 'nop,nop,TS val 77 ecr 0' \
            'mss 1400,nop,wscale 14' 'mss 1200,raw:fd04beef' \
            'TS val 0 ecr 0,wscale 3,mss 900,nop'; do
            sends --options "$list"
        done
        for profile in linux windows macos freebsd bare; do sends --profile "$profile"; done
    }
    each_family ask
    judge_all 0
    syn_options ip '' 02040514 040202040218'0000' 0101TS 020405780103030e \
        020404b0fd04beef TS03030302040384010000 020405b40402TS01030307 020405b40103030801010402 \
        020405b4010303060101TS04020000 020405b4010303060402TS ''
    syn_options ipv6 '' 02040514 040202040218'0000' 0101TS 020405780103030e \
        020404b0fd04beef TS03030302040384010000 020405a00402TS01030307 020405a00103030801010402 \
        020405a0010303060101TS04020000 020405a0010303060402TS ''
}

LINUX='mss 1460,sackOK,TS val 0 ecr 0,nop,wscale 7'

@test "--flags: SYN,PSH and SYN,ECE,CWR leave as they were asked for" {
    lab_begins
    ask() {
        sends --flags SYN,PSH
        sends --flags SYN,ECE,CWR
    }
    each_family ask
    judge_rows 0
    wire_is '0x000a 0x00c2 0x000a 0x00c2' 'tcp.flags.syn == 1 && tcp.dstport == 80' tcp.flags
}

@test "--ecn: in effect when Linux answers it, not when it does not want to" {
    lab_begins
    ask() {
        lab_sysctl server ipv4/tcp_ecn 1
        sends --ecn
        says '.offered.ecn and .answered.ecn and .in_effect.ecn'
        sends
        says '(.offered.ecn or .answered.ecn or .in_effect.ecn) == false'
        lab_sysctl server ipv4/tcp_ecn 0
        sends --ecn
        says '.offered.ecn and (.answered.ecn or .in_effect.ecn) == false'
    }
    each_family ask
    judge_rows 0
    wire_is '0x00c2 0x0052 0x0002 0x0012 0x00c2 0x0012 0x00c2 0x0052 0x0002 0x0012 0x00c2 0x0012' \
        'tcp.flags.syn == 1' tcp.flags
}

@test "what the server does without is not in effect: SACK, timestamps, window scale" {
    lab_begins
    ask() {
        lab_sysctl server ipv4/tcp_sack 0
        sends
        says '(.answered.sack or .in_effect.sack) == false and .in_effect.timestamps'
        lab_sysctl server ipv4/tcp_timestamps 0
        sends
        says '(.answered.timestamps or .in_effect.timestamps) == false' '.in_effect.wscale != null'
        lab_sysctl server ipv4/tcp_window_scaling 0
        sends
        says '.answered.wscale == null and .in_effect.wscale == null and .in_effect.mss > 1400'
        lab_sysctl server ipv4/tcp_sack 1
        lab_sysctl server ipv4/tcp_timestamps 1
        lab_sysctl server ipv4/tcp_window_scaling 1
    }
    each_family ask
    judge_rows 0
    # without timestamps agreed on, no segment carries them (RFC 7323 section 3.2)
    wire_count 0 'tcp.options.timestamp.tsval && tcp.flags.syn == 0 &&
        !(tcp.stream in {0, 3})'
}

@test "MPTCP: the listener answers, we fall back, and data still flow" {
    lab_begins
    for family in 4 6; do
        server_start "$family" echo 80 --mptcp
        handshake 0 "$(target "$family" 80)" --options "$LINUX,mptcp capable v1 flags 01" \
            --send 'multi\n' --wait 300ms
        says '.offered.mptcp and .answered.mptcp and (.in_effect.mptcp | not)' \
            '.received == "multi\\n" and .closed == "both"'
        lab_stop server-80 || true
    done
    judge_rows 0
}

@test "Fast Open: a cookie asked for, used, and a wrong one; the data arrive exactly once" {
    lab_begins
    lab_sysctl server ipv4/tcp_fastopen 3
    for family in 4 6; do
        server_start "$family" echo 80 --fastopen --show
        handshake 0 "$(target "$family" 80)" --options "$LINUX,FO"
        says '.answered.fastopen and (.in_effect.fastopen | not)' '.bytes_sent == 0'
        cookie=$(jq -r '.answered.options | capture("FO (?<c>[0-9a-f]+)").c' <"$LAB_DIR/record")
        [ "${#cookie}" -eq 16 ]
        handshake 0 "$(target "$family" 80)" --options "$LINUX,FO $cookie" --fast-open \
            --send 'early' --wait 300ms
        says '.in_effect.fastopen and .bytes_acked == 5 and .received == "early"' \
            '.segments[0].flags == "SYN" and .segments[0].length == 5' \
            '.segments[1].ack == (.isn_client + 6) % 4294967296'
        handshake 0 "$(target "$family" 80)" --options "$LINUX,FO 0123456789abcdef" --fast-open \
            --send 'wrong' --wait 300ms
        says '(.in_effect.fastopen | not) and .bytes_acked == 5 and .received == "wrong"' \
            '.segments[0].length == 5 and .segments[1].ack == (.isn_client + 1) % 4294967296'
        lab_output server-80 | grep -E 'text|eof' >"$LAB_DIR/got"
        printf '%s\n' 'eof 0' 'text early' 'eof 5' 'text wrong' 'eof 5' | diff - "$LAB_DIR/got"
        lab_stop server-80 || true
    done
    judge_rows 0
}

@test "--write keeps the packets that the independent capture has, to the nanosecond as they left" {
    lab_begins
    ask() {
        handshake 0 "$(target "$family" 80)" --wait 100ms --send 'x\n' \
            --write "$LAB_DIR/own-$family.pcap"
    }
    each_family ask
    judge_rows 0
    for family in 4 6; do
        lines() {
            judge_tshark "$1" -Y "tcp && ip$([ "$family" = 4 ] || echo v6)" -T fields \
                -e tcp.srcport -e tcp.dstport -e tcp.seq_raw -e tcp.ack_raw -e tcp.flags \
                -e tcp.options -e tcp.checksum -e tcp.payload -e ip.id -e ipv6.flow
        }
        lines "$(capture_file)" >"$LAB_DIR/independent"
        lines "$LAB_DIR/own-$family.pcap" | diff "$LAB_DIR/independent" -
        [ "$(wc -l <"$LAB_DIR/independent")" -ge 6 ]
        # nanoseconds: some stamp is not a whole microsecond
        judge_tshark "$LAB_DIR/own-$family.pcap" -T fields -e frame.time_epoch | grep -qv '000$'
        sent="tcp.dstport == 80 && ip$([ "$family" = 4 ] || echo v6)"
        diff <(judge_tshark "$(capture_file)" -Y "$sent" -T fields -e frame.time_epoch) \
            <(judge_tshark "$LAB_DIR/own-$family.pcap" -Y "$sent" -T fields -e frame.time_epoch)
    done
}

@test "a link-local target, with its interface in the target or beside it" {
    lab_begins
    local there=fe80::5
    in_client ip address add fe80::c/64 dev eth0 nodad
    in_server ip address add fe80::5/64 dev eth0 nodad
    LAB_READY=READY lab_start server server-80 "${LAB_PYTHON[@]}" "$LAB_SOURCE/server.py" sink :: 80
    for arguments in "[$there%eth0]:80" "[$there]:80 --interface eth0"; do
        # shellcheck disable=SC2086 # a target and perhaps an option
        handshake 0 $arguments
        says ".verdict == \"open\" and .closed == \"both\" and .address == \"$there\"" \
            '.interface == "eth0" and .source == "fe80::c" and .findings == []'
    done
    handshake 1 "[$there%eth0]:81"
    says '.verdict == "refused"'
    handshake 2 "[$there]:80"
    says '.verdict == "inconclusive" and (.reason | contains("name its interface"))'
    capture_stop
    [ -z "$(wire "ipv6.dst == $there && tcp.flags.reset == 1" frame.number)" ]
    [ "$(wire "ipv6.dst == $there && tcp.flags.fin == 1" frame.number | wc -l)" -eq 2 ]
}
