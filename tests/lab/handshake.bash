# shellcheck shell=bash source-path=SCRIPTDIR
# SPDX-License-Identifier: GPL-3.0-or-later
# What the tests of `handshake` in the lab share: run it, ask its record, hold it against a capture.

bats_require_minimum_version 1.5.0
# shellcheck source=lab.bash
. "$(dirname "${BASH_SOURCE[0]}")/lab.bash"

# lab_begins [UP [ARGUMENT]...]: a lab (default lab_up) and an independent capture.
lab_begins() {
    "${@:-lab_up}" || return
    capture_start
}

# handshake STATUS ARGUMENT...: runs it and keeps its record; exit status as expected, nothing left
# behind.
handshake() {
    local expected=$1 status=0
    shift
    probe handshake --json "$@" >"$LAB_DIR/record" 2>"$LAB_DIR/diagnostics" || status=$?
    cat "$LAB_DIR/record" >>"$LAB_DIR/records"
    if [ "$status" -ne "$expected" ]; then
        echo "handshake $*: exit status $status, $expected expected" >&2
        show_record
        return 1
    fi
    judge_no_leftover
}

show_record() {
    jq -c 'del(.segments, .steps)' <"$LAB_DIR/record" >&2
    jq -r '.segments[] | [.t_ms, .direction, .flags, .relative_seq // .seq, .ack, .length, .icmp,
        .state, .server_state, .note] | @tsv' <"$LAB_DIR/record" >&2
    cat "$LAB_DIR/diagnostics" >&2
}

# says FILTER...: each jq filter is true of the last record (of all its lines).
says() {
    local filter all=true
    for filter; do all+=" and all(.[]; $filter)"; done
    jq -se "$all" <"$LAB_DIR/record" >/dev/null && return
    for filter; do
        jq -se "all(.[]; $filter)" <"$LAB_DIR/record" >/dev/null ||
            echo "the record does not say: $filter" >&2
    done
    show_record
    return 1
}

# finds ID...: exactly these findings.
finds() {
    local id ids=()
    for id; do [ -z "$id" ] || ids+=("\"$id\""); done
    says "[.findings[].id] - [$(IFS=, && echo "${ids[*]}")] == [] and
        [$(IFS=, && echo "${ids[*]}")] - [.findings[].id] == []"
}

# judge_rows RSTS [OPTION]...: ends the capture; so many RSTs left our side, all is well-formed, and
# every record agrees with the capture.
judge_rows() {
    local rsts=$1
    shift
    judge_all "$rsts" || return
    [ -s "$LAB_DIR/records" ] || return 0
    "${LAB_PYTHON[@]}" "$LAB_SOURCE/agree.py" "$@" "$(capture_file)" "$LAB_DIR/records"
}

# wire FILTER FIELD...: the fields of all packets that match, by tshark, blanks between.
wire() {
    local filter=$1 field fields=()
    shift
    for field; do fields+=(-e "$field"); done
    judge_tshark "$(capture_file)" -Y "$filter" -T fields -E 'separator=/s' "${fields[@]}"
}

# wire_is EXPECTED FILTER FIELD...: that, in one line.
wire_is() {
    local expected=$1 seen
    shift
    seen=$(wire "$@" | tr -s '\n ' ' ')
    [ "${seen% }" = "$expected" ] && return
    echo "on the wire: '${seen% }', expected: '$expected' ($*)" >&2
    judge_tshark "$(capture_file)" >&2
    return 1
}

# wire_count N FILTER: that many packets match.
wire_count() {
    local count
    count=$(judge_count "$(capture_file)" "$2")
    [ "$count" -eq "$1" ] && return
    echo "on the wire: $count packets match '$2', $1 expected" >&2
    judge_tshark "$(capture_file)" >&2
    return 1
}

export SYN='tcp.flags.syn == 1 && tcp.flags.ack == 0 && !icmp && !icmpv6'
export SYN_ACK='tcp.flags.syn == 1 && tcp.flags.ack == 1 && !icmp && !icmpv6'
