# shellcheck shell=bash disable=SC2154
# SPDX-License-Identifier: GPL-3.0-or-later
# Reading a large capture that lies in memory, in rotation with tshark and tcptrace, each on one core.
# What `run` has set: here, tools, program, format, rounds.

READ_SCENES='summary json each'

# read_place MEGABYTES: a folder in memory with room for the file, or one on disk.
read_place() {
    local available
    available=$(awk '/^MemAvailable:/ { print int($2 / 1024) }' /proc/meminfo)
    if [ -w /dev/shm ] && [ "$available" -gt $(($1 * 3)) ]; then
        mktemp -d /dev/shm/tcpprobe-bench.XXXXXX
    else
        mktemp -d "$tools/read.XXXXXX"
    fi
}

# read_run SCENE TOOL COMMAND...: one turn; what it prints is not kept.
read_run() {
    local scene=$1 tool=$2
    shift 2
    # shellcheck disable=SC2016
    "$tools/measure" -t 1800 "$tools/read.out" taskset -c 0 \
        sh -c 'exec "$@" >/dev/null 2>&1' sh "$@" >"$tools/read.cost" || return
    jq -c --arg scene "$scene" --arg tool "$tool" --argjson bytes "$read_bytes" \
        '. + {scene: $scene, tool: $tool, bytes: $bytes}' "$tools/read.cost" >>"$tools/read.runs"
}

# What each tool says of every connection, in the form that costs it least.
read_summary() {
    [ -z "$program" ] || read_run summary 'tcpprobe read' "$program" read "$read_file" || return
    read_run summary 'tshark conversations' tshark -n -q -z conv,tcp -r "$read_file" || return
    read_run summary 'tcptrace' tcptrace -n "$read_file" || return
    read_run summary 'tcpdump, nothing printed' tcpdump -n -r "$read_file" less 1
}

# What there is to say of every connection.
read_json() {
    [ -z "$program" ] || read_run json 'tcpprobe read --json' "$program" read --json "$read_file" || return
    read_run json 'tcptrace -l -r' tcptrace -n -l -r "$read_file"
}

# Of every segment: numbers, windows, events (for tshark tcp.analysis), round trips; and all that
# tcpprobe has to say of it, both states included.
read_each() {
    if [ -n "$program" ]; then
        read_run each 'tcpprobe read --each' "$program" read --each --csv \
            --fields frame,connection,flags,relative_seq,relative_ack,length,window_bytes,events,copy,missing_bytes,duplicates,rtt_ms \
            "$read_file" || return
        read_run each 'tcpprobe read --each, all' "$program" read --each --csv "$read_file" || return
    fi
    read_run each 'tshark tcp.analysis' tshark -n -r "$read_file" -T fields -e frame.number -e tcp.stream \
        -e tcp.flags.str -e tcp.seq -e tcp.ack -e tcp.len -e tcp.window_size -e tcp.analysis.flags \
        -e tcp.analysis.retransmission -e tcp.analysis.fast_retransmission -e tcp.analysis.lost_segment \
        -e tcp.analysis.duplicate_ack_num -e tcp.analysis.ack_rtt -e tcp.analysis.initial_rtt
}

bench_read() {
    local megabytes=${BENCH_READ_MB:-1024} round scene place status=0 read_file read_bytes made
    case $megabytes in *[!0-9]* | 0* | '' | ??????*)
        echo "bench: BENCH_READ_MB is '$megabytes', no number of megabytes" >&2
        return 1
        ;;
    esac
    for scene in ${BENCH_READ:-$READ_SCENES}; do
        case " $READ_SCENES " in
        *" $scene "*) ;;
        *)
            echo "bench: there is no scene '$scene'" >&2
            return 1
            ;;
        esac
    done
    place=$(read_place "$megabytes") || return
    read_file=$place/traffic.pcap
    : >"$tools/read.runs"
    if made=$("$tools/traffic" "$read_file" "$megabytes" "$((megabytes * 100000 / 1024 + 1))"); then
        read_bytes=$(jq .bytes <<<"$made")
        cat "$read_file" >/dev/null # into the page cache, where it is on disk
        for ((round = 1; round <= ${rounds:-3}; round++)); do
            for scene in ${BENCH_READ:-$READ_SCENES}; do
                "read_$scene" || status=1
            done
        done
        "${LAB_PYTHON[@]}" "$here/read-report.py" "$format" "$made" "$tools/read.runs" || status=1
    else
        status=1
    fi
    rm -rf "$place"
    return "$status"
}
