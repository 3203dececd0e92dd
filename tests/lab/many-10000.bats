#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# 10,000 handshakes at once with the kernel: none with a wrong verdict, all closed on both sides.

setup() {
    load many.bash
    lab_require jq
}

teardown() { lab_down; }

# ten_thousand RECORD... -- ARGUMENT...: all of them at once, of either family.
ten_thousand() {
    local checks=()
    while [ "$1" != -- ]; do
        checks+=("$1")
        shift
    done
    shift
    for family in 4 6; do
        many_server 80
        capture_start
        many_list "$family" 80 10000 >"$LAB_DIR/list"
        many 0 handshake --json --fields=target,verdict,closed,attempts,reason --file "$LAB_DIR/list" \
            --parallel 10000 --rate 100000 --wait 3s "$@"
        told
        records 10000 '.verdict == "open"' "${checks[@]}"
        [ "$(values target | sort)" = "$(sort "$LAB_DIR/list")" ]
        lab_until 20 judge_is_clean || judge_no_leftover
        capture_stop
        judges closed 10000
        judges parallel 10000
        rm "$(capture_file)"
        run lab_stop many
        [[ $output == *'accepted 10000 closed 10000 reset 0 open 0 most '* ]]
    done
}

@test "10,000 handshakes at once" {
    lab_up
    many_net
    ten_thousand '.closed == "both" and .attempts == 1' --
}

@test "10,000 handshakes at once through a path that loses one packet in a hundred each way" {
    lab_up_routed
    many_net
    middlebox_rule 'meta iif != 1 meta l4proto tcp numgen random mod 100 == 0 drop'
    ten_thousand '.closed == "both"' -- --timeout 400ms --retries 7 --close-timeout 20s --time-wait 2s
    middlebox_hits
}

@test "10,000 handshakes at once with 256 descriptors" {
    lab_up
    many_net
    ulimit -Sn 256
    ten_thousand '.closed == "both" and .attempts == 1' --
}

@test "10,000 ports of one host" {
    lab_up
    many_net
    many_server 80
    in_server nft -f - <<<'table inet ports { chain redirected { type nat hook prerouting priority dstnat; tcp dport 20001-30000 redirect to :80; }; }'
    for family in 4 6; do
        capture_start
        many 0 handshake --csv --no-header --fields=port,verdict,closed "$(target "$family" 20001-30000)" \
            --parallel 10000 --rate 100000
        told
        [ "$(grep -c ',open,both' "$LAB_DIR/out")" -eq 10000 ]
        [ "$(cut -d, -f1 "$LAB_DIR/out" | sort -n)" = "$(seq 20001 30000)" ]
        judge_no_leftover
        capture_stop
        judges closed 10000
        rm "$(capture_file)"
    done
}
