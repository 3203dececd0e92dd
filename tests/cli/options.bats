#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# What each option does to a handshake, seen in its own report and in the capture, on loopback.

setup() {
    load cli.bash
    needs_root
}

# packets: the fields of the capture's packets, as tshark has them
packets() { tshark -r "$BATS_TEST_TMPDIR/all.pcap" -o tcp.relative_sequence_numbers:FALSE -T fields -E separator='|' "$@" 2>/dev/null; }

@test "-4 and -6 choose the family of 'self'" {
    alone_probe handshake self -4 --json
    [ "$(field '[.family, .address]')" = '["IPv4","127.0.0.1"]' ]
    alone_probe handshake self --ipv6 --json
    [ "$(field '[.family, .address, .verdict]')" = '["IPv6","::1","open"]' ]
    alone_probe handshake '127.0.0.1:1' --ipv6 --json
    is 2
    alone_probe handshake '[::1]:1' --ipv4 --json
    is 2
}

@test "--source, --source-port, --interface" {
    alone_probe handshake self --source=127.0.0.7 --source-port=40000 --interface=lo --json
    is 0
    [ "$(field '[.source, .source_port, .interface, .verdict]')" = '["127.0.0.7",40000,"lo","open"]' ]
    # One port of ours, one target after the other.
    alone_probe handshake self 127.0.0.1:1-3 --source-port=40000 --json
    is 1
    [ "$(jq -s -c 'map([.source_port, .verdict]) | sort' <<<"$output")" = \
        '[[40000,"open"],[40000,"refused"],[40000,"refused"],[40000,"refused"]]' ]
}

@test "--seq, --window, --ttl, --tos, --df, --ecn, --flags, --options on the wire" {
    alone_probe handshake self --seq=4294967295 --window=4096 --ttl=77 --tos=0x28 --df=no --flags=SYN,PSH \
        --options='mss 1000,nop,wscale 3' --write="$BATS_TEST_TMPDIR/all.pcap" --json
    is 0
    [ "$(field '.segments[0] | [.seq, .window, .ttl, .flags, .options]')" = \
        '[4294967295,4096,77,"SYN,PSH","mss 1000,nop,wscale 3"]' ]
    # The sequence numbers wrap.
    [ "$(field '.segments[2].seq')" = 0 ]
    [ "$(packets -Y 'tcp.flags.syn == 1 && tcp.flags.ack == 0' -e ip.ttl -e ip.dsfield -e ip.flags.df -e tcp.flags \
        -e tcp.window_size_value -e tcp.seq_raw)" = '77|0x28|0|0x000a|4096|4294967295' ]

    alone_probe handshake self --ecn --json
    is 0
    [ "$(field '[.segments[0].flags, .offered.ecn]')" = '["SYN,ECE,CWR",true]' ]
}

@test "--profile and what comes into effect with it" {
    alone_probe handshake self --profile=bare --json
    is 0
    [ "$(field '[.offered.mss, .offered.options, .in_effect.sack, .in_effect.timestamps, .in_effect.wscale]')" = \
        '[null,"",false,false,null]' ]
    alone_probe handshake self --profile=windows --json
    is 0
    [ "$(field '[.in_effect.sack, .in_effect.timestamps, .offered.wscale]')" = '[true,false,8]' ]
    alone_probe handshake self --options=none --json
    is 0
    [ "$(field .offered.options)" = '' ]
}

@test "--send text, a file and standard input; --wait" {
    alone_probe handshake self --send='a\r\n\x00\x1b\t\\' --wait=2s --half-close --json
    is 0
    [ "$(field '[.bytes_sent, .bytes_acked, .bytes_received, .closed]')" = '[7,7,7,"both"]' ]
    # It can be given to --send again.
    received=$(jq -r .received <<<"$output")
    run ! grep -P '[^\x20-\x7e]' <<<"$received"
    alone_probe handshake self --send="$received" --half-close --json
    [ "$(field .bytes_received)" = 7 ]
    [ "$(jq -r .received <<<"$output")" = "$received" ]

    printf 'of a file' >"$BATS_TEST_TMPDIR/data"
    alone_probe handshake self --send="@$BATS_TEST_TMPDIR/data" --half-close --json
    [ "$(field .received)" = 'of a file' ]

    run --separate-stderr alone sh -c 'printf piped | "$TCPPROBE" handshake self --send=@- --half-close --json'
    [ "$(field .received)" = piped ]
}

@test "much data comes back whole" {
    head -c 200000 /dev/zero | tr '\0' x >"$BATS_TEST_TMPDIR/data"
    alone_probe handshake self --send="@$BATS_TEST_TMPDIR/data" --half-close --wait=10s --json \
        --fields=bytes_sent,bytes_acked,bytes_received,closed,verdict
    is 0
    [ "$output" = '{"bytes_sent":200000,"bytes_acked":200000,"bytes_received":200000,"closed":"both","verdict":"open"}' ]
}

@test "--close=fin|rst|none, and the kernel's side of it" {
    alone_probe handshake self --json
    [ "$(field '.closed')" = both ]
    [ "$(field '[.segments[].flags | select(test("FIN"))] | length == 2')" = true ]
    alone_probe handshake self --close=rst --json
    is 0
    [ "$(field '.segments[-1].flags | test("RST")')" = true ]
    alone_probe handshake self --close=none --json
    is 0
    [ "$(field '[.segments[] | select(.direction == "out") | .flags | select(test("FIN|RST"))] | length')" = 0 ]
}

@test "--half-close sends FIN before it receives" {
    alone_probe handshake self --half-close --send=hello --json
    is 0
    [ "$(field '[.segments[] | select(.length > 0 and .direction == "in")] | length > 0')" = true ]
    [ "$(field '(.segments | map(.direction == "out" and (.flags | test("FIN"))) | index(true)) <
        (.segments | map(.direction == "in" and (.flags | test("FIN"))) | index(true))')" = true ]
    [ "$(field .received)" = hello ]
}

@test "--fast-open puts the data into the SYN" {
    alone_probe handshake self --fast-open --send=hello --options='mss 1460,sackOK,FO' --json
    is 0
    [ "$(field '.segments[0].length')" = 5 ]
    [ "$(field '.offered.fastopen')" = true ]
}

@test "--window=0: an open connection without data" {
    alone_probe handshake self --window=0 --json
    is 0
    [ "$(field '.segments[0].window')" = 0 ]
    [ "$(field .verdict)" = open ]
}

@test "--timeout and --retries bound the wait; silence is 'filtered'" {
    run --separate-stderr beside silent "$TCPPROBE" handshake 127.0.0.1:5000 --timeout=50ms --retries=2 --json
    is 1
    [ "$(field '[.verdict, .attempts]')" = '["filtered",3]' ]
    # 50, 100 and 200 ms.
    [ "$(field '.duration_ms >= 345 and .duration_ms < 2000')" = true ]
    [ "$(jq .rtt_ms <<<"$output")" = null ]
    # Each copy has a TSval of its own.
    [ "$(field '[.segments[] | select(.flags == "SYN") | .options] | length == (unique | length)')" = true ]
}

@test "--close-timeout: a server that does not close is reset" {
    run --separate-stderr beside open "$TCPPROBE" handshake 127.0.0.1:5000 --close-timeout=100ms --json
    is 0
    [ "$(field '.segments[-1] | [.direction, (.flags | test("RST"))]')" = '["out",true]' ]
    [ "$(field '[.findings[].id] | index("TP-CLOSE-NONE") != null')" = true ]
}

@test "--time-wait stays, --deadline ends it all" {
    alone_probe handshake self --time-wait=300ms --json
    is 0
    [ "$(field '.duration_ms >= 300')" = true ]
    began=$EPOCHREALTIME
    alone_probe handshake self --wait=30s --deadline=200ms -q
    ended=$EPOCHREALTIME
    [ $(((${ended/./} - ${began/./}) / 1000)) -lt 5000 ]
}

@test "--write=- gives the packets to a pipe, whose reader may leave" {
    run --separate-stderr alone sh -c '"$TCPPROBE" handshake -q self --write=- | tcpdump -nr - 2>/dev/null | wc -l'
    is 0
    [ "$output" -eq 6 ]
    run --separate-stderr alone sh -c '{ "$TCPPROBE" handshake -q self --wait=300ms --send=x --write=-; echo "$?" >&2; } | head -c 4 | wc -c'
    is 0 0
    [ "$output" -eq 4 ]
}

@test "--write keeps every packet, both directions, nanoseconds" {
    alone_probe handshake self --write="$BATS_TEST_TMPDIR/all.pcap" --json
    is 0
    # The magic number of nanoseconds, in this machine's order.
    [[ "$(od -An -tx4 -N4 "$BATS_TEST_TMPDIR/all.pcap")" == *a1b23c4d ]]
    [ "$(packets -e tcp.flags.str | wc -l)" -eq "$(field '.segments | length')" ]
    [ "$(packets -e tcp.seq_raw | head -2 | xargs)" = "$(field .isn_client) $(field .isn_server)" ]
}
