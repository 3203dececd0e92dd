#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# The program's own tables, in each format.

setup() { load cli.bash; }

# The topics that are lists: all but the JSON Schema, which tests/cli/schema.bats is about.
topics() { "$TCPPROBE" describe commands --json | jq -r 'select(.command == "describe") | .values | split(",") - ["schema"] | .[]'; }

@test "each topic as text, JSON and CSV: as many rows, the fields of its record" {
    for topic in $(topics); do
        probe describe "$topic" --json
        is 0
        rows=$(jq -c . <<<"$output" | wc -l)
        [ "$rows" -gt 0 ]
        [ "$(jq -c 'keys_unsorted' <<<"$output" | sort -u | wc -l)" -eq 1 ]
        keys=$(jq -r 'keys_unsorted | join(",")' <<<"${lines[0]}")

        run --separate-stderr sh -c '"$TCPPROBE" describe "$1" --csv | /usr/bin/python3 -c "
import csv, sys
rows = list(csv.reader(sys.stdin))
assert all(len(row) == len(rows[0]) for row in rows)
print(\",\".join(rows[0]), len(rows) - 1)"' sh "$topic"
        is 0
        [ "$output" = "$keys $rows" ]

        probe describe "$topic"
        is 0
        # Cells are broken to the width, so a record has one line or more.
        [ "${#lines[@]}" -gt "$rows" ]
        for key in ${keys//,/ }; do
            [[ ${lines[0]} == *"$key"* ]]
        done
    done
}

@test "describe fields knows every key that is written" {
    known=$("$TCPPROBE" describe fields --json | jq -r '.record + "." + .key' | sort)
    has() { [ "$(grep -cxF "$1" <<<"$known")" -eq 1 ] || { echo "not described: $1"; return 1; }; }
    while read -r topic record; do
        for key in $("$TCPPROBE" describe "$topic" --json | jq -r 'keys_unsorted[]' | sort -u); do
            has "$record.$key"
        done
    done <<'END'
checks check_kind
commands command
effects effect
exit exit
features feature
fields field
findings finding_kind
fsm cell
kinds option
matrix matrix_verdict
options argument
outcomes outcome
rungs rung_kind
states state
verdicts verdict
END
}

@test "the tables hold what they must" {
    probe describe exit --json
    [ "$(jq -s -c 'map(.status)' <<<"$output")" = '[0,1,2,64,70,71,74,77]' ]
    probe describe verdicts --json
    [ "$(jq -s -c 'map(.verdict)' <<<"$output")" = '["open","refused","unreachable","filtered","reset","inconclusive"]' ]
    probe describe outcomes --json
    [ "$(jq -s -c 'map(.outcome)' <<<"$output")" = '["answered","refused","unreachable","ambiguous","late","lost","unsent"]' ]
    probe describe commands --json
    [ "$(jq -s -c 'map(.command)' <<<"$output")" = '["handshake","rtt","isn","options","read","describe"]' ]
    probe describe states --json
    [ "$(jq -s -c length <<<"$output")" -eq 10 ]
    probe describe fsm --json
    # Each event once with each state.
    [ "$(jq -s '(map(.event) | unique | length) * 10 == length' <<<"$output")" = true ]
    [ "$(jq -s 'map([.event, .state]) | unique | length == 10 * (map(.[0]) | unique | length)' <<<"$output")" = true ]
    probe describe findings --json
    [ "$(jq -s 'map(.id) | length == (unique | length)' <<<"$output")" = true ]
    [ "$(jq -s 'all(.[].id; test("^TP-[A-Z]+-[A-Z0-9-]+$"))' <<<"$output")" = true ]
}

@test "the words that a field may have are those of the tables" {
    fields=$("$TCPPROBE" describe fields --json | jq -s -c .)
    words() { jq -r --arg record "$1" --arg key "$2" '.[] | select(.record == $record and .key == $key) | .values' <<<"$fields"; }
    outcomes=$("$TCPPROBE" describe outcomes --json | jq -rs 'map(.outcome) | join(",")')
    verdicts=$("$TCPPROBE" describe verdicts --json | jq -rs 'map(.verdict) | join(",")')
    [ "$(words rtt_probe outcome)" = "$outcomes" ]
    [ "$(words rtt verdict)" = "$verdicts" ]
    [ "$(words handshake verdict)" = "$verdicts" ]
    [ "$(words rtt_probe lost)" = forward,reverse,unknown ]
    [ "$(words rtt mode)" = half-open,full ]
}

@test "the words of a matrix of options are those of its tables" {
    fields=$("$TCPPROBE" describe fields --json | jq -s -c .)
    words() { jq -r --arg record "$1" --arg key "$2" '.[] | select(.record == $record and .key == $key) | .values' <<<"$fields"; }
    list() { "$TCPPROBE" describe "$1" --json | jq -rs --arg key "$2" 'map(.[$key]) | join(",")'; }
    verdicts=$(list matrix verdict) features=$(list features feature)
    [ "$verdicts" = supported,declined,stripped,rewritten,echoed,breaks,inconclusive ]
    for record in matrix_row option_row; do
        [ "$(words "$record" verdict)" = "$verdicts" ]
        [ "$(words "$record" otherwise)" = "$verdicts" ]
        [ "$(words "$record" feature)" = "$features" ]
    done
    # The target's record has the verdict of each feature under the feature's name.
    while read -r feature; do
        [ "$(words option_matrix "$feature")" = "$verdicts" ] || { echo "$feature"; false; }
    done <<<"${features//,/$'\n'}"
    [ "$(words check check)" = "$(list checks check)" ]
    [ "$(words rung feature)" = "$features" ]
    [ "$(words option_matrix severity)" = none,info,low,medium,high ]
    [ "$(words option_matrix cookies)" = yes,no,inconclusive ]
    # Each rung asks about a feature, each feature has a rung, and what it is held against is one.
    "$TCPPROBE" describe rungs --json >"$BATS_TEST_TMPDIR/rungs"
    [ "$(jq -rs 'map(.feature) | unique | join(",")' "$BATS_TEST_TMPDIR/rungs")" = "$(tr , '\n' <<<"$features" | sort | paste -sd,)" ]
    [ "$(jq -s 'map(.rung) as $rungs | ($rungs | length == (unique | length)) and all(.[].beside; IN($rungs[]))' "$BATS_TEST_TMPDIR/rungs")" = true ]
}

@test "options that commands share are told in the same words, and are in a group" {
    "$TCPPROBE" describe options --json >"$BATS_TEST_TMPDIR/options"
    run jq -s -r 'group_by(.name)[] | map(del(.command)) | unique | select(length > 1) | .[0].name' "$BATS_TEST_TMPDIR/options"
    # So many probes, so many numbers; a picture of either; data for one connection, or for checks; the
    # packets of a run, or some of a capture.
    [ "$output" = $'count\neach\nfail-on\nplot\nsend\nwrite' ]
    [ "$(jq -s 'map(select(.group == "" or .help == "")) | length' "$BATS_TEST_TMPDIR/options")" -eq 0 ]
    # What scripts were promised, on every command that probes.
    commands() { jq -s -c --arg name "$1" 'map(select(.name == $name) | .command) | unique' "$BATS_TEST_TMPDIR/options"; }
    for name in file all-addresses yes parallel rate interval ordered tstamp; do
        [ "$(commands "$name")" = '["handshake","isn","options","rtt"]' ] || { echo "$name"; false; }
    done
    # And where captures are read.
    for name in expect only plugin warning critical prometheus; do
        [ "$(commands "$name")" = '["handshake","isn","options","read","rtt"]' ] || { echo "$name"; false; }
    done
    for name in full fping-count; do
        [ "$(jq -s -c --arg name "$name" 'map(select(.name == $name) | .command) | unique' "$BATS_TEST_TMPDIR/options")" = '["rtt"]' ]
    done
    for name in quick long second-source from save deep baseline attack-rate attack-window; do
        [ "$(jq -s -c --arg name "$name" 'map(select(.name == $name) | .command) | unique' "$BATS_TEST_TMPDIR/options")" = '["isn"]' ]
    done
    for name in features repeat patience half-open no-hops; do
        [ "$(jq -s -c --arg name "$name" 'map(select(.name == $name) | .command) | unique' "$BATS_TEST_TMPDIR/options")" = '["options"]' ]
    done
    [ "$(jq -rs 'map(select(.command == "rtt" and .key)) | map(.key) | sort | join("")' "$BATS_TEST_TMPDIR/options")" = 46CVcfhinqvw ]
}

@test "every effect that a cell names is described" {
    known=$("$TCPPROBE" describe effects --json | jq -s -c 'map(.effect)')
    probe describe fsm --json
    [ "$(jq -s -c --argjson known "$known" 'map(.effects | split("|")[]) | unique - $known' <<<"$output")" = '[]' ]
}

@test "the machine as a graph" {
    probe describe fsm --format=dot
    is 0
    dot -Tsvg <<<"$output" >"$BATS_TEST_TMPDIR/fsm.svg"
    for state in $("$TCPPROBE" describe states --json | jq -r '.state | gsub("-"; "&#45;")'); do
        grep -q ">$state<" "$BATS_TEST_TMPDIR/fsm.svg"
    done
}

@test "nothing with -q" {
    probe describe fsm -q
    is 0
    [ -z "$output" ]
}
