#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# `options` and peers without manners, or with none at all: it goes on, ends, and is not taken in.
# shellcheck disable=SC2154 # targets is options.bash's

setup() {
    load options.bash
    lab_require jq
}

teardown() { lab_down; }

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
