# shellcheck shell=bash source-path=SCRIPTDIR
# SPDX-License-Identifier: GPL-3.0-or-later
# What the tests of 'handshake' against stacks, rude peers and relays share: the record, questions
# to it, rows with a scripted peer.

bats_require_minimum_version 1.5.0
# shellcheck source=lab.bash
. "$(dirname "${BASH_SOURCE[0]}")/lab.bash"

record='' # not exported: it may be long
family=4

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
    [ "$found" = "$wanted" ] ||
        complain "findings: ${found//$'\n'/ }; expected: ${wanted//$'\n'/ }"
}

# complain WHAT: what went wrong, and all there is to find out why; fails.
complain() {
    {
        echo "handshake: $1"
        jq -c 'del(.segments, .steps, .offered) | .received |= (. // "")[:80]' <<<"$record"
        jq -r '.segments[:60][] | "\(.t_ms) \(.direction) \(.flags) \(.seq) \(.ack)" +
            " win \(.window) len \(.length) <\(.options)> \(.state) \(.note)"' <<<"$record"
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

# row STATUS [ARGUMENT]... <SCRIPT: a scripted peer at port 80 of $family, and the program against
# it: exit status, the script to its end, nothing left behind. PEER_OPTIONS are the peer's.
row() {
    local wanted=$1
    shift
    # shellcheck disable=SC2086
    peer_start "$family" 80 ${PEER_OPTIONS:-} || return
    measure "$wanted" "$@" "$(peer_target "$family" 80)" || return
    peer_wait 10 >/dev/null || complain 'the script failed' || return
    judge_no_leftover
}

# closing US THEM: the lines of a script in which the client closes first; the next numbers of both.
closing() {
    printf '%s\n' "~> F. $1:$1(0) ack $2" "< F. $2:$2(0) ack $(($1 + 1))" \
        "> . $(($1 + 1)):$(($1 + 1))(0) ack $(($2 + 1))" 'quiet 0.02'
}

# closed_by_peer US THEM: the same, the peer first.
closed_by_peer() {
    printf '%s\n' "< F. $2:$2(0) ack $1" "~> F. $1:$1(0) ack $(($2 + 1))" \
        "< . $(($2 + 1)):$(($2 + 1))(0) ack $(($1 + 1))" 'quiet 0.02'
}

# each_family FUNCTION RSTS: rows of both families, each under one capture; so many RSTs in each.
each_family() {
    for family in 4 6; do
        capture_start capture
        "$1"
        judge_all "$2"
    done
}

# received: checksum and length of what the record says was received.
received() {
    jq -j .received <<<"$record" | cksum
}
