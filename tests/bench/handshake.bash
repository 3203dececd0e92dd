# shellcheck shell=bash disable=SC2154
# SPDX-License-Identifier: GPL-3.0-or-later
# One handshake beside the peers and a bare floor. A round has four turns of tcpprobe, floor and
# hping3, and one of the others.
# What `run` has set: here, tools, program, format, rounds.

bench_handshake() {
    lab_up || return
    server_start 4 sink 8080 --time 900 || return
    capture_start capture || return
    in_client "${LAB_PYTHON[@]}" "$here/rounds.py" "$format" "${rounds:-25}" "$tools" "$program" \
        "$LAB_INTERFACE" "$LAB_SERVER4" 8080 "$LAB_DIR/runs.json" || return
    capture_stop
    "${LAB_PYTHON[@]}" "$here/report.py" "$format" "$LAB_DIR/runs.json" "$(capture_file)" || return
    lab_down
}
