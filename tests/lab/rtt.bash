# shellcheck shell=bash source-path=SCRIPTDIR
# SPDX-License-Identifier: GPL-3.0-or-later
# What the tests of `rtt` in the lab share: run it, ask its records, hold them against a capture.

bats_require_minimum_version 1.5.0
# shellcheck source=handshake.bash
. "$(dirname "${BASH_SOURCE[0]}")/handshake.bash"

# rtt STATUS ARGUMENT...: runs it, a probe every 20 ms unless told otherwise, and keeps its records;
# exit status as expected, the counts add up, nothing left behind.
rtt() { rtt_half "$@" && judge_no_leftover; }

# rtt_half STATUS ARGUMENT...: the same where answers that never arrived leave the peer half-open.
rtt_half() {
    local expected=$1 status=0
    shift
    probe rtt --json --interval 20ms "$@" >"$LAB_DIR/record" 2>"$LAB_DIR/diagnostics" || status=$?
    if [ "$status" -ne "$expected" ]; then
        echo "rtt $*: exit status $status, $expected expected" >&2
        show_record
        return 1
    fi
    adds_up
}

# adds_up: what holds of every record.
adds_up() {
    says 'if has("number") then
            (.rtt_ms == null or .outcome == "answered" or .outcome == "refused") and
            ((.outcome == "lost") == (.lost != null)) and (.rtt_ms == null or .rtt_ms > 0)
        else
            .sent == .answered + .refused + .unreachable + .ambiguous + .late + .lost and
            .lost == .lost_forward + .lost_reverse + .lost_unknown and
            .n <= .answered + .refused and (.n == 0) == (.p50_ms == null) and
            (if .sent == 0 then .loss_percent == null
             else .loss_percent >= 0 and .loss_percent <= 100 and
                (.loss_percent * .sent / 100 - .lost | fabs) < 0.001 end) and
            (.n == 0 or .min_ms <= .p50_ms and .p50_ms <= .p99_ms and .p99_ms <= .max_ms) and
            (.n < 2 or ([.histogram[].count] | add) == .n) and
            (.flows == [] or ([.flows[].sent] | add) == .sent and ([.flows[].lost] | add) == .lost)
        end'
}

show_record() {
    jq -c 'del(.flows, .histogram)' <"$LAB_DIR/record" >&2
    jq -r '.flows[]? | [.source_port, .sent, .answered, .lost, .p50_ms, .verdict, .why,
        .confirm_sent, .confirm_lost] | @tsv' <"$LAB_DIR/record" >&2
    cat "$LAB_DIR/diagnostics" >&2
}

# judge_times MICROSECONDS: ends the capture; each round trip of the last records (--each) is that of
# the capture, and what the capture has as answered in time with one SYN has one. At least one was
# compared.
judge_times() {
    capture_stop || return
    judge_tshark "$(capture_file)" -Y 'tcp && !icmp && !icmpv6' -T fields -E separator=/s \
        -e tcp.flags -e tcp.srcport -e tcp.dstport -e tcp.seq_raw -e tcp.ack_raw \
        -e frame.time_relative -o tcp.relative_sequence_numbers:FALSE |
        "${LAB_PYTHON[@]}" "$LAB_SOURCE/rtt_times.py" "$LAB_DIR/record" "$1" >&2
}

# relay_again RULE...: another relay in place of the one before, whose rules must all have hit.
relay_again() {
    relay_stop >/dev/null || return
    lab_start relay relay "${LAB_PYTHON[@]}" "$LAB_SOURCE/relay.py" left right "$@"
}

# long_server FAMILY: a server at port 80 for a whole test.
long_server() { server_start "$1" sink 80 --time 120; }
