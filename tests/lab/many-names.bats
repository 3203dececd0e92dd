#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# Many names: resolved side by side, timed apart from the handshake, each address on its own if wanted.

setup() {
    load many.bash
    lab_require jq
    lab_up
    many_net
    many_server 80
    many_names
}

teardown() { lab_down; }

@test "300 names whose answers take 300 ms are resolved at once; that time is in no round trip" {
    for family in 4 6; do
        seq 300 | sed "s/.*/n&-d300-v$family.example:80/" >"$LAB_DIR/list"
        begun=$(milliseconds)
        named 0 handshake "-$family" --json --file "$LAB_DIR/list" --parallel 300 --rate 10k
        [ $(($(milliseconds) - begun)) -lt 3000 ]
        told
        records 300 '.verdict == "open" and .closed == "both" and .addresses == 1' \
            '.dns_ms >= 300 and .dns_ms < 1500' '.rtt_ms < 100 and .connect_ms < 200'
        [ "$(values address | sort -u)" = "$(if [ "$family" = 4 ]; then echo 198.18.64.1; else echo 2001:db8:64::1; fi)" ]
        [ "$(values host | sort)" = "$(sed 's/:80//' "$LAB_DIR/list" | sort)" ]
    done
    judge_no_server_connection
}

@test "a name whose answer is slow, and one without any, hold nobody up" {
    { echo silent.example:80; echo late-d1200.example:80; many_list 4 80 20; many_list 6 80 20
        seq 20 | sed 's/.*/n&.example:80/'; } >"$LAB_DIR/list"
    begun=$(milliseconds)
    named 2 handshake --json --file "$LAB_DIR/list" --parallel 10
    [ $(($(milliseconds) - begun)) -lt 6500 ]
    records 62 '.verdict == "open" or (.host == "silent.example" and .verdict == "inconclusive")'
    [ "$(values host | tail -n 2)" = $'late-d1200.example\nsilent.example' ]
    jq -se '[.[] | select(.host | test("^n[0-9]")) | .dns_ms] | max < 500' "$LAB_DIR/out"
    jq -se '[.[] | select(.host | test("^(198|2001)"))] | all(.dns_ms == null)' "$LAB_DIR/out"
    judge_no_server_connection
}

@test "--all-addresses: each of a name's, with its number; else the first" {
    named 0 handshake --json many-a3.example:80 --all-addresses
    records 6 '.verdict == "open" and .addresses == 6 and .host == "many-a3.example"'
    [ "$(values address | sort)" = "$(printf '%s\n' 198.18.64.{1..3} 2001:db8:64::{1..3})" ]
    for family in 4 6; do
        named 0 handshake --json "-$family" many-a3.example:80 self --all-addresses
        records 4 '.verdict == "open"' '.host != "many-a3.example" or .addresses == 3'
    done
    named 0 handshake --json many-a3.example:80,80 many-a2.example:80
    records 3 '.verdict == "open"'
    [ "$(values addresses | sort | tr '\n' ' ')" = '4 6 6 ' ]

    # One of them fails: so does the run.
    in_server nft -f - <<<'table inet lab { chain in { type filter hook input priority 0; ip daddr 198.18.64.2 tcp dport 80 reject with tcp reset; }; }'
    named 1 handshake --json many-a3.example:80 --all-addresses
    [ "$(values verdict | sort | uniq -c | awk '{ print $1 $2 }' | tr '\n' ' ')" = '5open 1refused ' ]
    named 0 handshake --json many-a3.example:80
}

@test "--all-addresses keeps to --parallel and to the order of the targets" {
    capture_start
    named 0 handshake --json x-a5-d300.example:80 y-a5.example:80 z-a2.example:80 \
        --all-addresses --parallel 2 --wait 50ms --ordered
    records 24 '.verdict == "open"'
    [ "$(values host | uniq -c | awk '{ print $1 $2 }' | tr '\n' ' ')" = '10x-a5-d300.example 10y-a5.example 4z-a2.example ' ]
    capture_stop
    judges parallel 2
}

@test "names that cannot be resolved were not measured; failed beats unmeasured" {
    named 2 handshake --json none-1.example:80 ok.example:80 none-2.example:80
    records 3
    [ "$(values verdict | sort | uniq -c | awk '{ print $1 $2 }' | tr '\n' ' ')" = '2inconclusive 1open ' ]
    jq -se 'map(select(.verdict == "inconclusive")) | all(.reason | contains("there is no name"))' "$LAB_DIR/out"
    named 1 handshake --json none-1.example:80 ok.example:80 ok.example:81
    records 3
    named 2 handshake -q none-1.example:80 ok.example:80
    told
    [ ! -s "$LAB_DIR/out" ]
    named 2 handshake --json -6 a0.example:80
    records 1 '.verdict == "inconclusive" and .dns_ms == null'
}

ten_open() { [ "$(wc -l <"$LAB_DIR/run.out")" -eq 10 ]; }

@test "SIGINT while names are being resolved" {
    many_list 4 80 10 >"$LAB_DIR/list"
    seq 100 | sed 's/.*/silent-&.example:80/' >>"$LAB_DIR/list"
    named_start run handshake --json --file "$LAB_DIR/list" --parallel 200
    lab_until 5 ten_open
    sleep 0.3
    begun=$(milliseconds)
    run lab_stop run INT
    [ "$status" -eq 2 ]
    [ $(($(milliseconds) - begun)) -lt 1500 ]
    cp "$LAB_DIR/run.out" "$LAB_DIR/out"
    cp "$LAB_DIR/run.err" "$LAB_DIR/err"
    records 110
    [ "$(values verdict | sort | uniq -c | awk '{ print $1 $2 }' | tr '\n' ' ')" = '100inconclusive 10open ' ]
    told '110 targets: 10 open, 100 not measured in *'
    judge_no_server_connection
}
