#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# --plugin: the line and the codes that Nagios, Icinga and their kin want.

setup() { load cli.bash; }
setup_file() { load cli.bash && setup_for_anybody; }
teardown_file() { load cli.bash && teardown_for_anybody; }

# Arguments, the code, the beginning of the line, what stands in it, separated by blanks.
rows() {
    cat <<'ROWS'
handshake self|0|TCP OK - self open, rtt |
handshake self --warning=10s --critical=20s|0|TCP OK - self open, rtt |;10;20;0;
handshake self -w rtt=10s -c connect=20s|0|TCP OK|;10;;0; ;;20;0;
handshake self -w 1ns -c 20s|1|TCP WARNING - self open|is~warning ;20;0;
handshake self -w 1ns -c 1ns|2|TCP CRITICAL - self open|is~critical
handshake self -w 10s:20s|1|TCP WARNING|10s:20s ;10:20;
handshake self -w 10s:|1|TCP WARNING|10s:
handshake self -w ~:10s|0|TCP OK|;~:10;;
handshake self -w @0:10s|1|TCP WARNING|;@10;;
handshake self -w @10s:20s|0|TCP OK|;@10:20;;
handshake self -w mss=1400:|0|TCP OK|mss=65495
handshake self -c mss=100|2|TCP CRITICAL|mss~65495
handshake self --expect=sack|0|TCP OK|
handshake self --expect=!sack|2|TCP CRITICAL|unmet:~!sack
handshake 127.0.0.1:1|2|TCP CRITICAL - 127.0.0.1:1 refused|
handshake 127.0.0.1:1 --expect=refused|0|TCP OK - 127.0.0.1:1 refused|
handshake nosuch.invalid:1|3|TCP UNKNOWN - nosuch.invalid:1 inconclusive|not~measured
rtt self -n 3 -i 1ms|0|TCP OK - self open, rtt |p50= p95= max= loss=0%;;;0;100
rtt self -n 3 -i 1ms -w 10s,loss=5% -c 20s,loss=20%|0|TCP OK|loss=0%;5;20;0;100
rtt self -n 3 -i 1ms -w loss=5% -c p95=1ns|2|TCP CRITICAL|p95
rtt self -n 3 -i 1ms -w n=10:|1|TCP WARNING|n~3~is~warning:~range~10: n=3;10:;;;
rtt 127.0.0.1:1 -n 2 -i 1ms|2|TCP CRITICAL - 127.0.0.1:1 refused|
handshake self -w loss=5%|3|TCP UNKNOWN - no field 'loss'|
handshake self -w 5x|3|TCP UNKNOWN - not a duration|
handshake self -w 10:5|3|TCP UNKNOWN - range runs backwards|
handshake self --json|3|TCP UNKNOWN - '--plugin' has a form of its own|
handshake 127.0.0.1|3|TCP UNKNOWN - target '127.0.0.1': the port is missing|
handshake|3|TCP UNKNOWN - a target is missing|
handshake self --frob|3|TCP UNKNOWN - there is no option '--frob'|
rtt self -C 3|3|TCP UNKNOWN - '-C' has a form of its own|
ROWS
}

@test "one target: a line, performance data, a code" {
    needs_root
    bad=
    while IFS='|' read -r words code beginning parts; do
        read -ra arguments <<<"$words"
        alone_probe "${arguments[@]}" --plugin
        good=yes
        [[ $status -eq $code && -z $stderr && ${#lines[@]} -eq 1 && $output == "$beginning"* ]] || good=
        for part in $parts; do
            [[ $output == *"${part//\~/ }"* || $output == *"$part"* ]] || good=
        done
        [ -n "$good" ] || { bad=yes; printf '%s: %s, %s %s\n' "$words" "$status" "$output" "$stderr"; }
    done < <(rows)
    [ -z "$bad" ]
}

@test "the performance data are as the guidelines ask" {
    needs_root
    alone_probe rtt self -n 3 -i 1ms --plugin -w 10s -c loss=20%
    is 0
    /usr/bin/python3 - "$output" <<'PYTHON'
import re, sys
text, data = sys.argv[1].split(" | ")
assert "|" not in data
number = r"-?[0-9]+(\.[0-9]+)?"
bounds = rf"(@?(~|{number})?:?({number})?)?"
form = re.compile(rf"^('[^'=]+'|[^ '=]+)={number}(s|%|B|c)?;{bounds};{bounds};({number})?;({number})?$")
for item in data.split(" "):
    assert form.match(item), item
assert [item.split("=")[0] for item in data.split(" ")] == ["p50", "p95", "max", "loss"], data
PYTHON
}

@test "several targets: a sum, then the worst first; the worst counts" {
    needs_root
    alone_probe handshake self 127.0.0.1:1 nosuch.invalid:1 --plugin
    is 2
    [[ ${lines[0]} == 'TCP CRITICAL - 1 of 3 critical, 1 unknown: 127.0.0.1:1 refused'*' | critical=1;;;0;3 warning=0;;;0;3 unknown=1;;;0;3 ok=1;;;0;3' ]]
    [[ ${lines[1]} == '[CRITICAL] 127.0.0.1:1 '* ]]
    [[ ${lines[2]} == '[UNKNOWN] nosuch.invalid:1 '* ]]
    [[ ${lines[3]} == '[OK] self open, '*' | 127.0.0.1:1_rtt='* ]]
    alone_probe handshake self nosuch.invalid:1 --plugin
    is 3
    alone_probe handshake self self --plugin
    is 0
    [[ ${lines[0]} == 'TCP OK - 2 of 2 ok | '* ]]
}

@test "a bad line of a list is UNKNOWN, and nothing but the report is written" {
    needs_root
    printf 'self\nfrob\n' >"$BATS_TEST_TMPDIR/list"
    alone_probe handshake --file="$BATS_TEST_TMPDIR/list" --plugin
    is 3
    [[ ${lines[0]} == 'TCP UNKNOWN - 1 of 2 unknown'* ]]
}

@test "no privilege is UNKNOWN too" {
    run --separate-stderr nobody -- "$PROGRAM" handshake self --plugin
    is 3
    [ "${#lines[@]}" -eq 1 ]
    [[ $output == 'TCP UNKNOWN - '*cap_net_raw* ]]
}

@test "-q leaves the code alone" {
    needs_root
    while read -r target code; do
        alone_probe handshake "$target" --plugin -q
        is "$code"
        [ -z "$output" ]
    done <<'ROWS'
self 0
127.0.0.1:1 2
nosuch.invalid:1 3
ROWS
    alone_probe handshake self --plugin -q -c 1ns
    is 2
    [ -z "$output" ]
}
