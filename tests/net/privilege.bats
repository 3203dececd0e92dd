#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# net/privilege: what is left after giving up, and the words when it is missing.

setup() {
    . "$(dirname "$BATS_TEST_FILENAME")/net.bash"
    [ "$(id -u)" -eq 0 ] || skip 'needs root'
}

alone() { unshare --net sh -c 'ip link set lo up; exec "$@"' sh "$@"; }

@test "keep: what links and guards need and nothing else, and links can still be opened" {
    run alone "$TOOL" privilege keep
    echo "$output"
    [ "$status" -eq 0 ]
    for set in CapInh CapAmb; do grep -Eq "^$set:.0+$" <<<"$output"; done
    for set in CapPrm CapEff; do grep -Eq "^$set:.0+3400$" <<<"$output"; done
    [[ "$output" == *after=1*link=open* ]]
}
@test "drop: nothing at all, for ever" {
    run alone "$TOOL" privilege drop
    echo "$output"
    [ "$status" -eq 1 ]
    for set in CapInh CapPrm CapEff CapBnd CapAmb; do grep -Eq "^$set:.0+$" <<<"$output"; done
    grep -Eq '^NoNewPrivs:.1$' <<<"$output"
    [[ "$output" == *after=0*"fault=a privilege is missing"*"setcap cap_net_raw+ep $TOOL"* ]]
}
@test "a user without capabilities: a clear message, and giving up nothing is no error" {
    cp "$TOOL" "$BATS_TEST_TMPDIR/tool"
    chmod 755 "$BATS_TEST_TMPDIR/tool"
    program=$(mktemp /tmp/tcpprobe-tool.XXXXXX)
    cp "$TOOL" "$program"
    chmod 755 "$program"
    for what in keep drop; do
        run alone setpriv --reuid=65534 --regid=65534 --clear-groups "$program" privilege "$what"
        echo "$output"
        [ "$status" -eq 1 ]
        [[ "$output" == *before=0*after=0*"CAP_NET_RAW is missing"*"$program"* ]] || { rm -f "$program"; return 1; }
    done
    rm -f "$program"
}
