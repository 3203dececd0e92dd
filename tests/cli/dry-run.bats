#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# What --dry-run prints: the SYN as it would leave, without privilege and without sending.

setup() {
    load cli.bash
    setup_for_anybody
}

teardown() { teardown_for_anybody; }

fixed=(--dry-run --source-port=40000 --seq=305419896)

# bytes: the packet of $output (JSON) as tshark decodes it, the fields named
decoded() {
    local argument arguments=()
    for argument in "$@"; do arguments+=(-e "$argument"); done
    jq -r .bytes <<<"$output" | sed 's/../& /g; s/^/000000 /' |
        text2pcap -q -l 101 - "$BATS_TEST_TMPDIR/packet.pcap" 2>/dev/null
    tshark -r "$BATS_TEST_TMPDIR/packet.pcap" -o ip.check_checksum:TRUE -o tcp.check_checksum:TRUE \
        -o tcp.relative_sequence_numbers:FALSE -T fields -E separator='|' "${arguments[@]}" 2>/dev/null
}

@test "IPv4, nobody's privilege: text" {
    run --separate-stderr nobody -- "$PROGRAM" handshake 127.0.0.1:80 "${fixed[@]}" --profile=bare --ttl=99 --window=1000
    is 0
    # The identification is random, and so its checksum.
    [ "$(sed -E 's/(0000   45 00 00 28) .. ..( 40 00  63 06) .. ../\1 ID\2 SUM/' <<<"$output")" = \
"127.0.0.1:80: not sent (dry run)
  127.0.0.1:40000 to 127.0.0.1:80 via lo, IPv4 TTL 99, 40 bytes
  SYN seq 305419896 win 1000 <>
    0000   45 00 00 28 ID 40 00  63 06 SUM 7f 00 00 01
    0010   7f 00 00 01 9c 40 00 50  12 34 56 78 00 00 00 00
    0020   50 02 03 e8 a8 bb 00 00" ]
}

@test "IPv6: text" {
    probe handshake '[::1]:80' "${fixed[@]}" --profile=bare --ttl=99 --window=1000
    is 0
    # The flow label is random.
    [ "$(sed -E 's/(0000   60) 0. .. ../\1 FLOW/' <<<"$output")" = \
"[::1]:80: not sent (dry run)
  [::1]:40000 to [::1]:80 via lo, IPv6 hop limit 99, 60 bytes
  SYN seq 305419896 win 1000 <>
    0000   60 FLOW 00 14 06 63  00 00 00 00 00 00 00 00
    0010   00 00 00 00 00 00 00 01  00 00 00 00 00 00 00 00
    0020   00 00 00 00 00 00 00 01  9c 40 00 50 12 34 56 78
    0030   00 00 00 00 50 02 03 e8  a6 bc 00 00" ]
}

@test "tshark reads the same packet, checksums and all" {
    probe handshake 127.0.0.1:80 "${fixed[@]}" --json --ttl=99 --tos=40 --window=1000 \
        --options='mss 1460,sackOK,TS val 0 ecr 0,nop,wscale 7'
    is 0
    [[ "$(field .options)" =~ ^'mss 1460,sackOK,TS val '([0-9]+)' ecr 0,nop,wscale 7'$ ]]
    ts=${BASH_REMATCH[1]}
    [ "$(decoded ip.src ip.dst ip.ttl ip.dsfield ip.flags.df ip.checksum.status tcp.srcport tcp.dstport tcp.seq_raw \
        tcp.flags tcp.window_size_value tcp.checksum.status tcp.options.mss_val tcp.options.timestamp.tsval \
        tcp.options.wscale.shift)" = "127.0.0.1|127.0.0.1|99|0x28|1|1|40000|80|305419896|0x0002|1000|1|1460|$ts|7" ]

    probe handshake '[::1]:80' "${fixed[@]}" --json --ttl=99 --tos=40 --window=1000 --options='mss 1440,nop,nop,sackOK'
    is 0
    [ "$(decoded ipv6.src ipv6.dst ipv6.hlim ipv6.tclass tcp.srcport tcp.seq_raw tcp.flags tcp.checksum.status \
        tcp.options.mss_val)" = '::1|::1|99|0x00000028|40000|305419896|0x0002|1|1440' ]
}

@test "the bits of --ecn, --df and --flags" {
    probe handshake 127.0.0.1:80 "${fixed[@]}" --json --ecn --df=no
    [ "$(field .flags)" = SYN,ECE,CWR ]
    [ "$(decoded tcp.flags ip.flags.df ip.dsfield.ecn)" = '0x00c2|0|0' ]
    probe handshake 127.0.0.1:80 "${fixed[@]}" --json --df=yes --flags=SYN,PSH,URG
    [ "$(decoded tcp.flags ip.flags.df)" = '0x002a|1' ]
}

@test "each profile has the options of its system" {
    while read -r profile options; do
        probe handshake 127.0.0.1:80 "${fixed[@]}" --profile="$profile" --json
        is 0
        [ "$(field '.options' | sed -E 's/val [0-9]+/val N/')" = "$options" ] || { echo "$profile: $output"; false; }
    done <<'END'
linux mss 65495,sackOK,TS val N ecr 0,nop,wscale 7
windows mss 65495,nop,wscale 8,nop,nop,sackOK
macos mss 65495,nop,wscale 6,nop,nop,TS val N ecr 0,sackOK,eol,eol
freebsd mss 65495,nop,wscale 6,sackOK,TS val N ecr 0
bare
END
    probe handshake 127.0.0.1:80 "${fixed[@]}" --profile=windows --json
    [ "$(field '[.ttl, .window]')" = '[128,64240]' ]
}

@test "malformed options leave as they were given" {
    probe handshake 127.0.0.1:80 "${fixed[@]}" --options='raw:0200,raw:fd04beef' --json
    is 0
    [[ "$(field .bytes)" == *0200fd04beef* ]]
}

@test "several ports, several packets; nothing is sent" {
    needs_root
    run --separate-stderr alone env ASAN_OPTIONS=detect_leaks=0 strace -f -e trace=sendto,sendmsg,connect -o "$BATS_TEST_TMPDIR/calls" \
        "$TCPPROBE" handshake 127.0.0.1:80,82-83 --dry-run --csv --fields=port --no-header
    is 0
    [ "$(tr -d '\r' <<<"$output" | xargs)" = '80 82 83' ]
    run ! grep -E 'sin_port|sin6_port|SOCK_RAW' "$BATS_TEST_TMPDIR/calls"
}
