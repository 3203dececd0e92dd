#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# `read --compare` on captures from either side of a router that does something to the connections of
# the kernels behind it; the clock of the second capture is set wrong.
# shellcheck disable=SC2154,SC2034 # bats' own; LAB_… is lab.bash's

bats_require_minimum_version 1.5.0

setup() {
    load lab.bash
    lab_require jq editcap
}

teardown() { lab_down; }

# talk FAMILY PORT [BYTES [PORTS]]: the kernel's client says that much, reads all that comes, closes.
talk() {
    in_client timeout 20 "${LAB_PYTHON[@]}" - "$(server_address "$1")" "$2" "${3:-3000}" <<'PYTHON'
import socket, struct, sys
address, port, size = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
connection = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET)
connection.settimeout(3)
try:
    connection.connect((address, port))
    connection.sendall(b"0123456789" * (size // 10))
    got = 0
    while got < 20000:
        data = connection.recv(65536)
        if not data:
            break
        got += len(data)
    connection.close()
    print("got", got)
except OSError as error:
    # nothing of it is to be sent again while the next is captured
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    print("error", error)
PYTHON
}

# both_sides COMMAND...: runs it while both sides of the router are captured.
both_sides() {
    capture_start near router left
    capture_start far router right
    "$@"
    sleep 0.2
    capture_stop near
    capture_stop far
    editcap -F nsecpcap -t -4321.5 "$(capture_file far)" "$(capture_file later)"
}

# compare STATUS [FIRST SECOND]: the records of both captures, one a line, in $output.
compare() {
    run "-$1" --separate-stderr "$TCPPROBE" read --json --compare \
        "$(capture_file "${2:-near}")" "$(capture_file "${3:-later}")"
    echo "$output" >&2
}

# says FILTER...: true of the only record.
says() {
    local filter
    [ "$(jq -s length <<<"$output")" -eq 1 ] || return
    for filter; do
        jq -e "$filter" <<<"$output" >/dev/null && continue
        echo "not so: $filter" >&2
        return 1
    done
}

# differs PLACE WHAT [FILTER]: there is such a row; found ID...: exactly these findings.
differs() {
    says "[.differences[] | select(.place == \"$1\" and .what == \"$2\")] | length > 0 and
        (.[0] | ${3:-true})"
}
found() {
    says "[.findings[].id] | sort == (\"$*\" | split(\" \") | map(\"TP-CMP-\" + .) | sort)"
}

# serve PORT...: answers with 20000 bytes, in both families.
serve() {
    local family port
    for port; do
        for family in 4 6; do
            lab_start server "server-$port-$family" "${LAB_PYTHON[@]}" "$LAB_SOURCE/server.py" \
                --bytes 20000 --time 60 answer "$(server_address "$family")" "$port"
        done
    done
}

@test "a router: the same, one hop; either file first" {
    lab_up_routed
    serve 80
    for family in 4 6; do
        both_sides talk "$family" 80
        compare 0
        says '.verdict == "same" and .matched_by == "ends" and .client_side == "a"' \
            '.hops_between == 1 and .between_ms > 0 and .between_ms < 50' \
            '.rtt_a_ms > .rtt_b_ms and .isn_client_shift == 0 and .isn_server_shift == 0' \
            '.lost_forward == 0 and .lost_reverse == 0' \
            '.added_forward == 0 and .added_reverse == 0' \
            '.segments_a == .segments_b and .segments_a > 20' \
            '[.differences[].what] | unique == ["ttl"]' '.findings == []' \
            '.verdict_a == "open" and .verdict_b == "open"'
        differs SYN ttl '.a == "64" and .b == "63"'
        compare 0 later near
        says '.verdict == "same" and .client_side == "b" and .hops_between == 1' '.findings == []'
        # one place against itself
        compare 0 near near
        says '.verdict == "same" and .client_side == null and .differences == []' '.findings == []'
    done
}

@test "address translation: by the numbers that stay" {
    lab_up_routed
    serve 80
    mb_masquerade
    for family in 4 6; do
        both_sides talk "$family" 80
        compare 0
        says '.verdict == "translated" and .matched_by == "isn" and .hops_between == 1' '.findings == []'
        differs connection source
        says "(.client_a | contains(\"$(client_address "$family")\")) and
            (.client_b | contains(\"$(client_address "$family")\") | not)"
        says '(.reason | startswith("changed: source"))'
    done
}

@test "MSS clamped, options taken out, DSCP and ECN rewritten" {
    lab_up_routed
    serve 80 81 82 83 84
    middlebox_rule "tcp dport 80 $LAB_SYN tcp option maxseg size set 1000" \
        "tcp sport 80 $LAB_SYN_ACK tcp option maxseg size set 1100" \
        "tcp dport 81 $LAB_SYN reset tcp option sack-perm" \
        "tcp dport 81 $LAB_SYN reset tcp option timestamp" \
        "tcp sport 82 $LAB_SYN_ACK reset tcp option window" \
        "ip protocol tcp tcp dport 83 ip dscp set ef" "meta nfproto ipv6 tcp dport 83 ip6 dscp set ef" \
        "tcp dport 84 $LAB_SYN tcp flags set syn"
    lab_sysctl client ipv4/tcp_ecn 1
    lab_sysctl server ipv4/tcp_ecn 1
    for family in 4 6; do
        both_sides talk "$family" 80
        compare 0
        says '.verdict == "rewritten" and (.reason | startswith("changed: mss"))'
        differs SYN mss '.b == "1000" and (.meaning | contains("clamped"))'
        differs SYN,ACK mss '.a == "1100" and (.meaning | contains("from B to A"))'
        found CLAMPED

        both_sides talk "$family" 81
        compare 0
        says '.verdict == "rewritten"'
        differs SYN sack '.b == null and (.meaning | contains("NOPs"))'
        differs SYN timestamps '.b == null'
        # the server does not answer with either: nothing is one-sided
        found STRIPPED

        both_sides talk "$family" 82
        compare 0
        says '.verdict == "rewritten"'
        differs SYN,ACK wscale '.a == null and (.b | test("^[0-9]+$"))'
        found STRIPPED ONE-SIDED

        both_sides talk "$family" 83
        compare 0
        says '.verdict == "same"'
        differs SYN dscp '.a == "0" and .b == "46"'
        found DSCP

        both_sides talk "$family" 84
        compare 0
        says '.verdict == "rewritten"'
        differs SYN ecn_flags '.a == "SYN,ECE,CWR" and .b == "SYN"'
        found ECN
    done
    middlebox_hits
}

@test "every seventh packet lost: counted by direction, and not called blocked" {
    lab_up_routed
    serve 80
    middlebox_rule 'tcp dport 80 numgen inc mod 7 == 3 drop'
    for family in 4 6; do
        both_sides talk "$family" 80 30000
        compare 0
        says '.verdict == "same" and .lost_forward > 1 and .lost_reverse == 0' \
            '.added_forward == 0 and .added_reverse == 0' \
            '.segments_a == .segments_b + .lost_forward'
        differs segment lost '.b == null'
        found LOST
    done
    middlebox_hits
}

@test "a SYN proxy answers for the server" {
    lab_up_routed
    serve 80
    mb_synproxy 80
    both_sides talk 4 80
    compare 0
    says '.verdict == "proxied" and .client_side == "a" and .isn_server_shift != 0' \
        '(.reason | contains("something between"))' '.lost_forward == 0 or .lost_forward == 1' \
        '[.findings[].id] | index("TP-CMP-PROXY") and index("TP-CMP-ISN")'
}

@test "a proxy that terminates: two connections, told by the order in time and by what they carry" {
    lab_up_routed
    serve 80
    middlebox_nft <<'NFT'
table inet lab-proxy {
    chain pre {
        type nat hook prerouting priority -100
        iifname "left" tcp dport 80 counter redirect to :8080
    }
}
NFT
    for family in 4 6; do
        lab_start router "proxy-$family" "${LAB_PYTHON[@]}" -c '
import select, socket, sys
address = sys.argv[1]
kind = socket.AF_INET6 if ":" in address else socket.AF_INET
listener = socket.socket(kind)
listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
if kind == socket.AF_INET6:
    listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
listener.bind(("::" if kind == socket.AF_INET6 else "0.0.0.0", 8080))
listener.listen()
print("READY", flush=True)
client, _ = listener.accept()
server = socket.create_connection((address, 80))
other = {client: server, server: client}
while other:
    for side in select.select(list(other), [], [], 5)[0]:
        data = side.recv(65536)
        if data:
            other[side].sendall(data)
        else:
            other.pop(side).shutdown(socket.SHUT_WR)' "$(server_address "$family")"
        both_sides talk "$family" 80 200
        compare 0
        says '.verdict == "proxied" and .matched_by == "order" and .client_side == "a"' \
            '.isn_client_shift != 0 and .isn_server_shift != 0 and .between_ms == null' \
            '[.findings[].id] == ["TP-CMP-PROXY"]'
        differs connection source
    done
}

@test "reset in the middle, or dropped from some byte on: blocked" {
    lab_up_routed
    serve 80 81
    # the second kilobyte of what the client says
    middlebox_rule 'tcp dport 80 meta length > 1000 reject with tcp reset' \
        'tcp dport 81 meta length > 1000 drop'
    for family in 4 6; do
        both_sides talk "$family" 80
        compare 0
        says '.verdict == "blocked" and .added_reverse >= 1 and .added_forward == 0' \
            '.verdict_a == "reset" or .verdict_a == "open"' \
            '(.reason | contains("RST in the name of the server"))' \
            '[.findings[].id] | index("TP-CMP-RESET")'
        both_sides talk "$family" 81
        compare 0
        says '.verdict == "blocked" and .lost_forward > 2 and .added_reverse == 0' \
            '(.reason | contains("large segments of the client"))' \
            '[.findings[].id] | index("TP-CMP-BLOCKED") and index("TP-CMP-LOST")'
    done
    middlebox_hits
}

@test "a SYN that never gets there; several connections, of which one is missing" {
    lab_up_routed
    serve 80 81
    mb_drop 'tcp dport 81'
    some() {
        talk 4 80 1000
        talk 6 81 1000
        talk 6 80 1000
        talk 4 80 2000
    }
    both_sides some
    compare 0
    [ "$(jq -s length <<<"$output")" -eq 4 ]
    [ "$(jq -r .verdict <<<"$output" | tr '\n' ' ')" = "same only-a same same " ]
    jq -es '.[1].connection_b == null and .[1].client_b == null and
        (.[1].reason | contains("nothing answers"))' <<<"$output"
    compare 0 later near
    [ "$(jq -r .verdict <<<"$output" | tr '\n' ' ')" = "same same same only-b " ]
    # text has it too
    run -0 --separate-stderr "$TCPPROBE" read --compare "$(capture_file near)" "$(capture_file later)"
    [[ $output == *'1 hop'* ]]
    [[ $output == *'only-a'* ]]
}

@test "segments joined for one capture, and a capture that misses some: neither is a loss" {
    lab_up_routed
    serve 80
    in_server ethtool -K eth0 tso on gso on sg on tx on >/dev/null 2>&1
    in_router ethtool -K right gro on >/dev/null 2>&1
    both_sides talk 4 80 1000
    compare 0
    says '.verdict == "same" and .lost_forward == 0 and .lost_reverse == 0' \
        '.added_forward == 0 and .added_reverse == 0'
    # some data of the server's that the client acknowledges are not in the file
    editcap -F nsecpcap "$(capture_file near)" "$(capture_file holes)" 8 12
    compare 0 holes later
    says '.verdict == "same" and .lost_reverse < 2'
}
