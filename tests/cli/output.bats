#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# The forms of output: JSON, CSV, text; colour, width, alphabet.

setup() { load cli.bash; }

@test "JSON: every key there is, with the type that 'describe fields' gives" {
    needs_root
    for target in self 127.0.0.1:1 nosuch.invalid:1; do
        alone_probe handshake "$target" --json --send=hello --wait=50ms
        [ -z "$stderr" ]
        [ "${#lines[@]}" -eq 1 ]
        "$TCPPROBE" describe fields --json | jq -s . >"$BATS_TEST_TMPDIR/fields"
        run jq -c -n --slurpfile fields "$BATS_TEST_TMPDIR/fields" --argjson result "$output" '
            {offered: "options", answered: "options", in_effect: "options",
             segments: "segment", steps: "step", findings: "finding"} as $records |
            def wrong($record; $value):
                ($fields[0] | map(select(.record == $record))) as $known |
                (($value | keys) - ($known | map(.key)) | map($record + "." + . + " is not described")[]),
                ($known[] | . as $field |
                    if $value | has($field.key) | not then "\($record).\($field.key) is missing" else
                        $value[$field.key] as $member | ($member | type) as $type |
                        if $type == "null" then empty
                        elif $type != ($field.type | if . == "integer" then "number" else . end) then
                            "\($record).\($field.key) is a \($type)"
                        elif $field.type == "integer" and ($member != ($member | floor)) then
                            "\($record).\($field.key) is \($member)"
                        elif ($field.values // "") != "" and $type == "string" and
                            ([$member] - ($field.values | split(",")) | length > 0) then
                            "\($record).\($field.key) is \($member)"
                        elif $type == "array" then $member[] | wrong($records[$field.key]; .)
                        elif $type == "object" then wrong($records[$field.key]; $member)
                        else empty end
                    end);
            [wrong("handshake"; $result)]'
        [ "$output" = '[]' ] || { echo "$target: $output"; false; }
    done
}

@test "JSON: the keys that scripts were promised" {
    needs_root
    alone_probe handshake self --json
    is 0
    for key in schema command time target host address port family source source_port interface verdict reason from \
        ttl attempts rtt_ms rtt_source lost_forward lost_reverse isn_client isn_server offered answered in_effect \
        segments steps closed findings; do
        [ "$(jq "has(\"$key\")" <<<"$output")" = true ] || { echo "no key $key"; false; }
    done
    for list in offered answered in_effect; do
        [ "$(field ".$list | [has(\"mss\", \"wscale\", \"sack\", \"timestamps\", \"fastopen\", \"ecn\", \"mptcp\", \"options\")] | all")" = true ]
    done
    [ "$(field '[.segments[] | [has("t_ms", "direction", "flags", "seq", "ack", "window", "length", "ttl", "options")] | all] | all')" = true ]
    [ "$(field '[.steps[] | [has("t_ms", "from", "event", "to")] | all] | all')" = true ]
    [ "$(field .schema)" = 1 ]
    [ "$(field .command)" = handshake ]
    [ "$(field .verdict)" = open ]
    [ "$(field '.rtt_ms > 0 and .rtt_ms < 1000')" = true ]
    [ "$(field '.attempts == 1 and .lost_forward == 0 and .lost_reverse == 0')" = true ]
    [ "$(field '.segments[0].seq == .isn_client and .segments[1].seq == .isn_server')" = true ]
    [[ "$(field .time)" =~ ^20[0-9][0-9]-[01][0-9]-[0-3][0-9]T[0-9:.]+Z$ ]]
    # Each step begins where the one before it ended.
    [ "$(field '[.steps[0].from] + [.steps[].to] | .[0] == "CLOSED" and .[-1] == "CLOSED"')" = true ]
    [ "$(field '. as $r | [range(1; .steps | length) | $r.steps[.].from == $r.steps[. - 1].to] | all')" = true ]
}

@test "JSON: a line for each target" {
    needs_root
    alone_probe handshake self 127.0.0.1:1-3 --json
    is 1
    [ "${#lines[@]}" -eq 4 ]
    [ "$(jq -s -c 'map(.target) | sort' <<<"$output")" = '["127.0.0.1:1","127.0.0.1:2","127.0.0.1:3","self"]' ]
}

@test "CSV: one header, as many cells in each line, null is empty; --no-header" {
    needs_root
    alone_probe handshake self 127.0.0.1:1 nosuch.invalid:1 --csv
    is 1
    /usr/bin/python3 - "$output" <<'END'
import csv, io, sys
rows = list(csv.DictReader(io.StringIO(sys.argv[1])))
assert len(rows) == 3, rows
assert all(None not in row and None not in row.values() for row in rows)
found = {row["target"]: row for row in rows}
assert found["self"]["verdict"] == "open" and found["self"]["in_effect_sack"] == "true"
assert found["127.0.0.1:1"]["isn_server"] == "" and found["127.0.0.1:1"]["verdict"] == "refused"
assert found["nosuch.invalid:1"]["address"] == ""
END
    alone_probe handshake 127.0.0.1:1 --csv --no-header --fields=verdict,target
    is 1
    [ "$(tr -d '\r' <<<"$output")" = refused,127.0.0.1:1 ]
}

@test "--fields: these, in this order, in JSON and CSV" {
    needs_root
    alone_probe handshake 127.0.0.1:1 --json --fields=port,verdict,target
    is 1
    [ "$output" = '{"port":1,"verdict":"refused","target":"127.0.0.1:1"}' ]
    alone_probe handshake 127.0.0.1:1 --format=csv --fields=port,verdict
    is 1
    [ "$(tr -d '\r' <<<"$output")" = $'port,verdict\n1,refused' ]
    # A format given twice: the last holds.
    alone_probe handshake 127.0.0.1:1 --csv --format=json --fields=port
    [ "$output" = '{"port":1}' ]
}

@test "the sentence names the target, and of a name the address" {
    needs_root
    alone_probe handshake -4 localhost:1 --json --fields=reason
    is 1
    [[ $output == *'"localhost:1 (127.0.0.1) refused the connection: RST,ACK after '*', TTL 64"'* ]]
    alone_probe handshake '[::1]:1' --json --fields=reason
    is 1
    [[ $output == *'"[::1]:1 refused the connection: RST,ACK after '*', TTL 64"'* ]]
    alone_probe handshake '[fe80::1]:1' --json --fields=reason,rtt_source
    is 2
    [[ $output == *'"[fe80::1]:1 was not measured: '*'"rtt_source":null'* ]]
}

@test "text: UTF-8 where the locale has it, ASCII where not" {
    needs_root
    LC_ALL=C.UTF-8 alone_probe handshake self
    is 0
    [[ $output == *─* ]]
    LC_ALL=C alone_probe handshake self --explain -v
    is 0
    run ! grep -P '[^\x00-\x7f]' <<<"$output"
    LC_ALL=C alone_probe handshake self --json
    is 0
    [ "$(field .verdict)" = open ]
}

@test "text: as wide as COLUMNS says" {
    needs_root
    for width in 60 80 120 200; do
        COLUMNS=$width alone_probe handshake self --explain
        is 0
        # The sentence at the end stays whole, to be copied.
        [ "$(sed '$d' <<<"$output" | wc -L)" -le "$width" ]
    done
    COLUMNS=60 alone_probe handshake self
    narrow=$(sed '$d' <<<"$output" | wc -L)
    COLUMNS=120 alone_probe handshake self
    [ "$(sed '$d' <<<"$output" | wc -L)" -gt "$narrow" ]
    # Nonsense is no width.
    COLUMNS=x alone_probe handshake self
    is 0
}

@test "colour: on a terminal, not in a file; NO_COLOR, TERM, --color" {
    needs_root
    escape=$'\e['
    coloured() { [[ $output == *"$escape"* ]]; }
    on_terminal() { # ENVIRONMENT ARGUMENT...
        run alone env "$1" script -qec "$TCPPROBE handshake self $2" /dev/null
    }
    alone_probe handshake self
    run ! coloured
    alone_probe handshake self --color=always
    coloured
    on_terminal TERM=xterm ''
    coloured
    on_terminal TERM=dumb ''
    run ! coloured
    on_terminal TERM=xterm --color=never
    run ! coloured
    on_terminal NO_COLOR=1 ''
    run ! coloured
    NO_COLOR=1 alone_probe handshake self --color=always
    coloured
    alone_probe handshake self --color=always --json
    run ! coloured
}

@test "text ends with the verdict; --explain gives the sections; -v more; -q nothing" {
    needs_root
    alone_probe handshake self
    is 0
    [[ ${lines[-1]} == 'open: self '* ]]
    plain=${#output}
    run ! grep -q 'RFC 9293' <<<"$output"
    alone_probe handshake self --explain
    is 0
    grep -q 'RX_SYN_ACK' <<<"$output"
    grep -q 'RFC 9293' <<<"$output"
    alone_probe handshake self --verbose
    is 0
    [ "${#output}" -gt "$plain" ]
    alone_probe handshake 127.0.0.1:1 --quiet
    is 1
    [ -z "$output" ]
}
