#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# The JSON Schema: valid itself, and real output is as it says, judged by python3-jsonschema.

setup() {
    load cli.bash
    schema=$BATS_TEST_TMPDIR/schema.json
    "$TCPPROBE" describe schema >"$schema"
}

# judge: each line of standard input against the schema; prints how many there were, or what is wrong
judge() {
    /usr/bin/python3 -c '
import json, sys
from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match
schema = json.load(open(sys.argv[1]))
Draft202012Validator.check_schema(schema)
validator = Draft202012Validator(schema)
count = 0
for line in sys.stdin:
    error = best_match(validator.iter_errors(json.loads(line)))
    if error:
        sys.exit(f"line {count + 1}: {list(error.absolute_path)}: {error.message[:300]}")
    count += 1
print(count)' "$schema"
}

# accepted COMMAND...: its output has lines, and all are as the schema says
accepted() {
    "$@" >"$BATS_TEST_TMPDIR/lines" || { echo "status $? of $*"; return 1; }
    count=$(judge <"$BATS_TEST_TMPDIR/lines") || { echo "$*"; return 1; }
    [ "$count" -gt 0 ]
}
# refused LINE [WORDS]: the schema does not allow it
refused() {
    run judge <<<"$1"
    [ "$status" -ne 0 ] || { echo "accepted: $1"; return 1; }
    [[ "$output" == *"${2-line 1:}"* ]]
}

@test "as text and with --json the same; no other form" {
    probe describe schema --json
    is 0
    [ "$output" = "$(cat "$schema")" ]
    jq -e '."$schema" == "https://json-schema.org/draft/2020-12/schema"' "$schema"
    jq -e '.description | contains("complete record")' "$schema"
    probe describe schema --csv
    fault 64 "no format 'csv' for the schema: it is JSON"
    probe describe schema --format=dot
    fault 64 "no format 'dot' for the schema: it is JSON"
    probe describe schema --json --fields=type
    fault 64 'the schema has no fields to choose from'
    probe describe schema -q
    is 0
    [ -z "$output" ]
}

@test "it has every record and every field, each required, with its unit" {
    diff <("$TCPPROBE" describe fields --json | jq -r '[.record, .key, .unit] | join(" ")' | sort) \
        <(jq -r '."$defs" | to_entries[] | .key as $record | .value.required[] as $key |
            [$record, $key, .value.properties[$key]."x-unit" // ""] | join(" ")' "$schema" | sort)
    jq -e '."$defs" | all(.[]; (.properties | keys) == (.required | sort) and .additionalProperties == false)' "$schema"
    # No two lines are alike, so that each is one of them.
    jq -e '."$defs" as $all | [.oneOf[]."$ref" | ltrimstr("#/$defs/") | $all[.].required] | length == (unique | length)' "$schema"
    # Each record is a line or stands in one.
    jq -e '(."$defs" | keys) - [.. | objects | ."$ref"? // empty | ltrimstr("#/$defs/")] == []' "$schema"
}

@test "every table of describe is as it says" {
    for topic in $("$TCPPROBE" describe commands --json | jq -r 'select(.command == "describe") | .values | split(",") - ["schema"] | .[]'); do
        accepted "$TCPPROBE" describe "$topic" --json
    done
}

@test "handshakes are: with all, with data, refused, unmeasured, over both families" {
    needs_root
    accepted alone "$TCPPROBE" handshake self --json
    accepted alone "$TCPPROBE" handshake self -6 --json --send=hello --explain
    anyhow() { "$@" 2>/dev/null || [ $? -le 2 ]; }
    accepted anyhow alone "$TCPPROBE" handshake 127.0.0.1:9 192.0.2.1:80 --json
}

@test "series of round trips are, and each of their probes" {
    needs_root
    accepted alone "$TCPPROBE" rtt self --count=3 --interval=10ms --json
    accepted alone "$TCPPROBE" rtt self --count=3 --interval=10ms --full --json
    accepted alone "$TCPPROBE" rtt self --count=3 --interval=10ms --each --json
    anyhow() { "$@" 2>/dev/null || [ $? -le 2 ]; }
    accepted anyhow alone "$TCPPROBE" rtt 127.0.0.1:9 192.0.2.1:80 --count=2 --interval=10ms --json
}

@test "matrices of options are, and each of their rows; also of one that refuses" {
    needs_root
    accepted alone "$TCPPROBE" options self --rate=500 --repeat=1 --patience=100ms --json
    accepted alone "$TCPPROBE" options self -6 --rate=500 --repeat=1 --features=sack --half-open --each --json
    anyhow() { "$@" 2>/dev/null || [ $? -le 2 ]; }
    accepted anyhow alone "$TCPPROBE" options 127.0.0.1:9 192.0.2.1:80 --rate=500 --repeat=1 --json
}

@test "packets of a dry run are" {
    needs_root
    accepted alone "$TCPPROBE" handshake self --dry-run --json
    accepted alone "$TCPPROBE" handshake self -6 --dry-run --json --profile=windows
}

@test "wrong records are refused" {
    good='{"verdict":"open","meaning":"it is"}'
    [ "$(judge <<<"$good")" -eq 1 ]
    [ "$(judge <<<'{"verdict":null,"meaning":null}')" -eq 1 ]
    refused '{"verdict":"opened","meaning":"no such word"}'
    refused '{"verdict":"open"}'
    refused '{"verdict":"open","meaning":"it is","extra":1}'
    refused '{"verdict":"open","meaning":1}'
    refused '{"status":"0","name":"met","meaning":"a number as text"}'
    refused '{"status":1.5,"name":"met","meaning":"no whole number"}'
    refused '[]'
    refused '{}'
}

@test "a real record that is changed is refused" {
    needs_root
    alone "$TCPPROBE" handshake self --json >"$BATS_TEST_TMPDIR/good"
    [ "$(judge <"$BATS_TEST_TMPDIR/good")" -eq 1 ]
    for change in '.schema = 2' 'del(.rtt_ms)' '.rtt_ms = "1"' '.verdict = "Open"' '.port = 80.5' '.offered.sack = null' \
        '.offered.new = 1' '.segments = null' '.segments[0].direction = "up"' '.segments[0].seq = true' \
        'del(.findings)' '.steps[0].to = "OPEN"' '.family = 4'; do
        refused "$(jq -c "$change" "$BATS_TEST_TMPDIR/good")"
    done
    for change in '.rtt_ms = null' '.answered = null' '.segments = []' '.verdict = null'; do
        jq -c "$change" "$BATS_TEST_TMPDIR/good" | judge
    done
}
