# shellcheck shell=bash source-path=SCRIPTDIR
# SPDX-License-Identifier: GPL-3.0-or-later
# What the tests of 'handshake' against stacks, rude peers and relays share: the record and questions to it.

bats_require_minimum_version 1.5.0
# shellcheck source=lab.bash
. "$(dirname "${BASH_SOURCE[0]}")/lab.bash"

# measure STATUS ARGUMENT...: runs handshake; the JSON record is in $record.
measure() {
    local wanted=$1 got=0
    shift
    record=$(probe handshake --json "$@" 2>"$LAB_DIR/probe.err") || got=$?
    [ "$got" -eq "$wanted" ] && return
    complain "exit status $got, not $wanted: $(<"$LAB_DIR/probe.err")"
}

# is WHAT: the jq expression is true of the record.
is() {
    jq -e "$1" >/dev/null <<<"$record" || complain "not so: $1"
}

# opened: verdict open, both sides closed politely.
opened() {
    is '.verdict == "open" and .closed == "both" and .answered != null and .duration_ms < 20000'
}

# finds ID...: exactly these findings.
finds() {
    local found wanted
    found=$(jq -r '.findings[].id' <<<"$record" | sort -u)
    wanted=$(printf '%s\n' "$@" | sort -u)
    [ "$found" = "$wanted" ] || complain "findings: ${found//$'\n'/ }; expected: ${wanted//$'\n'/ }"
}

# complain WHAT: what went wrong, and all there is to find out why; fails.
complain() {
    {
        echo "handshake: $1"
        jq -c 'del(.segments, .steps, .offered)' <<<"$record"
        jq -r '.segments[] | "\(.t_ms) \(.direction) \(.flags) \(.seq) \(.ack) win \(.window)" +
            " len \(.length) <\(.options)> \(.state) \(.note)"' <<<"$record"
        if [ -e "$LAB_DIR/peer.err" ]; then
            cat "$LAB_DIR/peer.out" "$LAB_DIR/peer.err"
        fi
    } >&2
    return 1
}

# seen FILTER FIELD: a field of the first packet of the independent capture that matches.
seen() {
    judge_tshark "$(capture_file)" -Y "$1" -T fields -e "$2" | head -1
}

# count FILTER: how many packets of the independent capture match.
count() {
    judge_count "$(capture_file)" "$1"
}

export SYN='tcp.flags.syn == 1 && tcp.flags.ack == 0 && !icmp && !icmpv6'
export SYN_ACK='tcp.flags.syn == 1 && tcp.flags.ack == 1 && !icmp && !icmpv6'
