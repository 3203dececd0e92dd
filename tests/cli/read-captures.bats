#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# `read` on every capture of tests/captures: what it prints is what it printed, in each format, and no
# file makes it crash, hang or end with a status that is not documented.
# shellcheck disable=SC2154

setup() {
    load cli.bash
    captures=$TOP_SRCDIR/tests/captures
    cd "$captures" || return
    files=(tcpdump/*.pcap* lab/*.pcap* odd/*.pcap*)
}

# statuses: of all files in one process; some are damaged, some are no captures that can be read
statuses() {
    [ "$status" -eq 74 ] || [ "$status" -eq 2 ] || {
        echo "status $status"
        printf '%s\n' "$stderr" | tail -5
        return 1
    }
}

@test "every capture: its lines, its record, its first connection, its segments are the golden ones" {
    run "$captures/goldens.py" "$TCPPROBE" "$captures" "$BATS_TEST_TMPDIR/golden"
    [ "$status" -eq 0 ] || { echo "$output"; false; }
    run diff -r "$captures/golden" "$BATS_TEST_TMPDIR/golden"
    [ "$status" -eq 0 ] || { head -100 <<<"$output"; false; }
}

@test "the captures that are made by hand are what makes them" {
    "$captures/odd.py" "$BATS_TEST_TMPDIR/odd"
    diff -r "$captures/odd" "$BATS_TEST_TMPDIR/odd"
}

@test "all captures at once, connections as JSON: every line fits the schema" {
    probe read --json "${files[@]}"
    statuses
    "$TCPPROBE" describe schema >"$BATS_TEST_TMPDIR/schema"
    printf '%s\n' "$output" >"$BATS_TEST_TMPDIR/records"
    run /usr/bin/python3 - "$BATS_TEST_TMPDIR/schema" "$BATS_TEST_TMPDIR/records" "${#files[@]}" <<'PYTHON'
import json, sys
import jsonschema
with open(sys.argv[1]) as schema, open(sys.argv[2]) as records:
    schema, records = json.load(schema), [json.loads(line) for line in records]
validator = jsonschema.Draft202012Validator(schema)
for record in records:
    for error in validator.iter_errors(record):
        sys.exit(f"{record['file']} {record['connection']}: {error.message}")
files = {record["file"] for record in records}
print(len(records), "connections of", len(files), "files")
sys.exit(len(files) < int(sys.argv[3]) / 2)
PYTHON
    [ "$status" -eq 0 ] || { echo "$output"; false; }
}

@test "all captures at once: pages with every segment and step as JSON, and with the lesson" {
    run --separate-stderr bash -c '"$TCPPROBE" read --json --ladder "$@" >"$0"' "$BATS_TEST_TMPDIR/pages" "${files[@]}"
    statuses
    # all segments that the record counts are there
    jq -se 'length > 100 and all(.[]; .segment_count == ([.segments[] | select(.seq != null)] | length))' \
        "$BATS_TEST_TMPDIR/pages" >/dev/null
    run --separate-stderr bash -c '"$TCPPROBE" read --explain "$@" >"$0"' "$BATS_TEST_TMPDIR/lesson" "${files[@]}"
    statuses
    grep -q 'RFC 9293' "$BATS_TEST_TMPDIR/lesson"
    # a lesson is one of text: nothing of a capture gets to the terminal as it is
    run ! env LC_ALL=C grep -n $'[\x01-\x08\x0b-\x1f\x7f]' "$BATS_TEST_TMPDIR/lesson"
}

@test "all captures at once, CSV: every line has the columns of the first" {
    local options
    for options in --csv '--each --csv' '--capture --csv'; do
        # shellcheck disable=SC2086,SC2016
        run --separate-stderr bash -c '"$TCPPROBE" read $1 "${@:2}" >"$0"' "$BATS_TEST_TMPDIR/csv" "$options" \
            "${files[@]}"
        statuses
        /usr/bin/python3 - "$BATS_TEST_TMPDIR/csv" <<'PYTHON'
import csv, sys
with open(sys.argv[1], newline="") as text:
    rows = list(csv.reader(text))
assert len(rows) > 100 and {len(row) for row in rows} == {len(rows[0])}, {len(row) for row in rows}
PYTHON
    done
}

@test "every capture through a pipe gives what the file gives" {
    local file
    for file in odd/openings.pcap odd/file-blocks.pcapng lab/merged-links.pcapng odd/file-cut-record.pcap; do
        "$TCPPROBE" read --csv --fields connection,verdict,ending,rtt_ms,segment_count "$file" >"$BATS_TEST_TMPDIR/file" || true
        "$TCPPROBE" read --csv --fields connection,verdict,ending,rtt_ms,segment_count - <"$file" >"$BATS_TEST_TMPDIR/redirected" || true
        # shellcheck disable=SC2002
        cat "$file" | "$TCPPROBE" read --csv --fields connection,verdict,ending,rtt_ms,segment_count - >"$BATS_TEST_TMPDIR/piped" || true
        [ "$(wc -l <"$BATS_TEST_TMPDIR/file")" -gt 1 ]
        cmp "$BATS_TEST_TMPDIR/file" "$BATS_TEST_TMPDIR/redirected"
        cmp "$BATS_TEST_TMPDIR/file" "$BATS_TEST_TMPDIR/piped"
    done
}

@test "each capture cut at any place gives a status that is documented" {
    local file size at
    for file in odd/reuse.pcap odd/file-blocks.pcapng lab/editcap.pcapng; do
        size=$(stat -c %s "$file")
        for ((at = 0; at < size; at += size / 40 + 1)); do
            head -c "$at" "$file" >"$BATS_TEST_TMPDIR/cut"
            run --separate-stderr "$TCPPROBE" read --json --ladder "$BATS_TEST_TMPDIR/cut"
            case $status in 0 | 2 | 74) ;; *) echo "$file cut at $at: status $status"; false ;; esac
        done
    done
}
