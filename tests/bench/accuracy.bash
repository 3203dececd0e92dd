# shellcheck shell=bash disable=SC2154
# SPDX-License-Identifier: GPL-3.0-or-later
# Accuracy: the RTT that each tool reports, against what a capture of its own saw of the same probe.
# What `run` has set: here, program, format, probes.

# Over veth alone a SYN,ACK of the kernel's TCP still carries the time of its pacing: each packet
# socket then stamps it for itself, half a microsecond after the other. What comes out of the relay
# is stamped once for all, as what comes from an adapter is.
bench_accuracy() {
    local path
    for path in ${BENCH_PATHS:-direct relay}; do
        case $path in
        direct) lab_up || return ;;
        relay) path_relay 1 || return ;;
        *)
            echo "bench: there is no path '$path'" >&2
            return 1
            ;;
        esac
        accuracy_over "$path" || return
        lab_down
    done
}

accuracy_over() {
    server_start 4 sink 8080 --time 3600 || return
    # Not capture_start's: large blocks, no immediate mode: no burden on those measured.
    LAB_READY='listening on' lab_start client judge timeout 3600 tcpdump -i "$LAB_INTERFACE" \
        --time-stamp-precision=nano -j host -B 65536 -s 96 -n -p -Z root \
        -w "$LAB_DIR/judge.pcap" 'tcp port 8080 and tcp[tcpflags] & tcp-syn != 0' || return
    in_client "${LAB_PYTHON[@]}" "$here/accuracy.py" "$probes" "$program" "$LAB_SERVER4" 8080 \
        "$LAB_DIR/runs.json" || return
    sleep 2 # until the last block has been handed over
    lab_stop judge INT >"$LAB_DIR/judge.said"
    if ! grep -q '^0 packets dropped by kernel' "$LAB_DIR/judge.said"; then
        echo "bench: the judge of the accuracy missed packets" >&2
        return 1
    fi
    "${LAB_PYTHON[@]}" "$here/accuracy-report.py" "$format" "$1" "$LAB_DIR/runs.json" \
        "$LAB_DIR/judge.pcap" 8080
}
