#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# `options` and peers without manners, or with none at all: it goes on, ends, and is not taken in.
# shellcheck disable=SC2154 # targets is options.bash's

setup() {
    load options.bash
    lab_require jq
}

teardown() { lab_down; }

# rude PORT=KIND...: made-up servers at peer_address of both families; their targets into $targets.
rude() {
    local port
    lab_up
    lab_neighbour client eth0 02:00:00:00:00:03 "$(peer_address 4)" "$(peer_address 6)"
    lab_start server rude "${LAB_PYTHON[@]}" "$LAB_SOURCE/options_rude.py" eth0 \
        "$(peer_address 4),$(peer_address 6)" "$@"
    targets=()
    for port; do
        targets+=("$(peer_target 4 "${port%=*}")" "$(peer_target 6 "${port%=*}")")
    done
}

# climbs_to_the_end: every target's ladder was climbed to its last SYN, the one with a wrong checksum
# alone had no answer, and each answer was reset exactly.
climbs_to_the_end() {
    fact '.verdict == "open" and .ended == null and .lost == 3'
    lab_stop rude >"$LAB_DIR/tallies"
    awk '/ syns / && ($4 < 300 || $6 < $4 - 3 || $8) { bad = 1 } / syns / { n++ }
        END { exit bad || !n }' "$LAB_DIR/tallies" && return
    cat "$LAB_DIR/tallies" >&2
    return 1
}

@test "a cookie is wanted before anybody has answered: it ends as with any silent port" {
    lab_up
    in_server nft -f - <<'NFT'
table inet lab {
    chain in { type filter hook input priority 0; tcp dport 80-89 drop; }
}
NFT
    # the order of the SYNs is drawn: eight times two
    both 80 81 82 83 84 85 86 87
    climb 2 --features fastopen "${targets[@]}"
    fact '.verdict == "filtered" and .answered == 0 and .sent <= 6'
}

@test "a path that doubles every packet: copies are not taken for a server that repeats itself" {
    rude 80=twice
    climb 0 "${targets[@]}"
    climbs_to_the_end
    no_finding TP-OPT-ENDED
    row sack supported
}

@test "an ICMP error for each SYN, and its SYN,ACK all the same: nothing counts as lost" {
    rude 80=unreachable
    climb 0 "${targets[@]}"
    climbs_to_the_end
    row sack supported
}

@test "a SYN,ACK for each segment of ours: we do not answer it for ever" {
    rude 80=again
    climb 0 "${targets[@]}"
    climbs_to_the_end
    # of each of three connections the handshake's end, few of the repeats, and the script's own
    awk '/ syns / { n++; if ($10 < 6 || $10 > 60) bad = 1 } END { exit bad || n != 2 }' \
        "$LAB_DIR/tallies" || { cat "$LAB_DIR/tallies" >&2 && false; }
}
