# shellcheck shell=bash disable=SC2154
# SPDX-License-Identifier: GPL-3.0-or-later
# Accuracy: the RTT that each tool reports, against what a capture of its own saw of the same probe.
# What `run` has set: here, program, format, probes.

bench_accuracy() {
    lab_up || return
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
    "${LAB_PYTHON[@]}" "$here/accuracy-report.py" "$format" "$LAB_DIR/runs.json" \
        "$LAB_DIR/judge.pcap" 8080 || return
    lab_down
}
