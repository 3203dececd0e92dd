#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# The command options: what it takes and refuses, its forms, its statuses, against its own listener.
# All in network namespaces that have loopback and nothing else.
# shellcheck disable=SC2154

setup() { load cli.bash; }

# quick ARGUMENT...: a climb of self that does not take long
quick() { alone_probe options --rate 500 --timeout 200ms --patience 300ms "$@"; }

@test "what cannot be asked is refused, with the words that can" {
    while IFS='|' read -r arguments words; do
        # shellcheck disable=SC2086
        run --separate-stderr alone "$TCPPROBE" options $arguments
        fault 64 "$words" || { echo "of: $arguments"; return 1; }
    done <<'END'
|a target is missing
--features sak self|--features 'sak': 'sak' is none of them, which are bare, mss, wscale, sack,
--features sack,,ecn self|--features 'sack,,ecn': '' is none of them
--features sack, self|'' is none of them
--repeat 0 self|--repeat
--repeat 101 self|--repeat
--patience 2h self|--patience
--patience soon self|--patience
--fail-on bad self|--fail-on 'bad': one of info, low, medium, high is wanted
--half-open --send x self|'--send' is for connections that are opened whole
--source-port 4000 self|each SYN of the ladder has a new port
--retries 1 self|no SYN of the ladder is sent again: --repeat
--expect sakc self|did you mean 'sack'
--expect sack=yes self|no value 'yes' of 'sack'
--fields nosuch --json self|nosuch
--format dot self|there are no edges here
--plot x.svg self|there is no option '--plot'
END
}

@test "a dry run by nobody: each rung's SYN once, and none is sent" {
    setup_for_anybody
    run --separate-stderr nobody -- "$PROGRAM" options --dry-run --json 127.0.0.1:80
    teardown_for_anybody
    is 0 'tcpprobe: 127.0.0.1:80: about * SYNs in *'
    [ "$(jq -sc 'map(.command) | unique' <<<"$output")" = '["options"]' ]
    [ "$(jq -sc length <<<"$output")" -ge 85 ]
    jq -se 'any(.[]; .options == "" and .flags == "SYN") and any(.[]; .options | test("wscale 15"))' <<<"$output"
    jq -se 'any(.[]; .flags == "SYN,ECE,CWR") and any(.[]; .flags == "SYN,ECE,CWR,AE")' <<<"$output"
    jq -se 'any(.[]; .options | test("mptcp capable v1"))' <<<"$output"
}

@test "--features chooses the SYNs, and what they are held against" {
    run --separate-stderr alone "$TCPPROBE" options --dry-run --json -q --features sack 127.0.0.1:80
    is 0
    run --separate-stderr alone "$TCPPROBE" options --dry-run --json --features sack '[::1]:80'
    is 0 '*: about * SYNs in *'
    jq -se 'length >= 3 and length <= 6 and any(.[]; .options | test("sackOK")) and all(.[]; .family == "IPv6")' <<<"$output"
}

@test "self, both families: a current Linux' matrix, no finding that fails, status 0" {
    needs_root
    for family in 4 6; do
        quick --json -$family self
        is 0
        field '.command == "options" and .verdict == "open" and .unmet == null and .ended == null'
        field '.sack == "supported" and .timestamps == "supported" and .wscale == "supported" and .mss == "supported"'
        field '.fastopen == "declined" and .mptcp == "declined" and .unknown == "declined" and .uto == "declined"'
        field '.cookies == "no" and .severity != "medium" and .severity != "high"'
        field '.matrix | length == 21 and all(.[]; .evidence != null and .sent > 0)'
        field '.rungs | length >= 87'
        field '[.checks[] | select(.outcome == "works") | .check] | contains(["timestamps", "sack"])'
        field '.header.ttl == 64 and .capture_dropped == 0'
    done
}

@test "text: the verdict first, a row an option; --explain tells what verdicts prove; -v the rungs" {
    needs_root
    quick --features sack,ecn self
    is 0
    [[ ${lines[0]} == open:* ]]
    grep -q '^ *sack  *supported' <<<"$output"
    [ "$(grep -c '^ *mptcp ' <<<"$output")" -eq 0 ]
    [ "$(awk '{ if (length($0) > 80) n++ } END { print n + 0 }' < <(tail -n +2 <<<"$output"))" -eq 0 ]
    plain=${#output}
    quick --features sack,ecn -v self
    [ "$status" -eq 0 ]
    grep -q 'linux-no-sack\|ecn-linux' <<<"$output"
    quick --features sack,ecn --explain self
    is 0
    [ "${#output}" -gt "$plain" ]
    quick --features sack -q self
    is 0
    [ -z "$output" ]
}

@test "CSV, and --each: one row an option, with the target in each" {
    needs_root
    quick --csv --features sack,timestamps self
    is 0
    [[ ${lines[0]} == schema,command,time,target,address,port,feature,verdict,* ]]
    [ "$(grep -c ',self,127.0.0.1,' <<<"$output")" -eq $((${#lines[@]} - 1)) ]
    [ "$(grep -c ',sack,supported,' <<<"$output")" -eq 1 ]
    quick --json --each --features sack,timestamps --only 'verdict=supported' --fields feature,verdict self
    is 0
    grep -qx '{"feature":"sack","verdict":"supported"}' <<<"$output"
    run ! grep -q declined <<<"$output"
}

@test "a target that is not open has a row, too: which says why" {
    needs_root
    quick --csv --ordered --features sack --fields target,feature,verdict,reset,evidence 127.0.0.1:9 self
    is 2 '*'
    [ "${lines[1]}" = $'127.0.0.1:9,,,6,127.0.0.1:9 refused 6 of 6 SYNs with an RST\r' ]
    [[ ${lines[2]} == self,sack,supported,* ]]
    quick --json --each --features sack 127.0.0.1:9
    is 2 '*'
    field '.target == "127.0.0.1:9" and .feature == null and .verdict == null'
}

@test "--expect takes the options' names: met, not met, not measured" {
    needs_root
    quick -q --features sack,mptcp --expect 'sack,!mptcp,sack=supported' self
    is 0
    quick --json --features sack,mptcp --expect 'mptcp' self
    is 1 'tcpprobe: self: not met: mptcp: mptcp is declined'
    field '.unmet == "mptcp: mptcp is declined"'
    quick -q --features sack --expect 'mptcp' self # which was not asked
    is 2
    quick -q --features mss --expect 'mss_bytes<100' self
    is 1
}

@test "--fail-on: from which finding on the status is 1" {
    needs_root
    quick --json --features sack,timestamps self
    is 0
    worst=$(field .severity)
    quick -q --features sack,timestamps --fail-on info self
    if [ "$worst" = '"none"' ] || [ "$worst" = none ]; then is 0; else is 1; fi
    quick -q --features sack,timestamps --fail-on high self
    is 0
}

@test "a port that refuses, one that is silent: no matrix, status 2; the others go on" {
    needs_root
    quick --json --features sack 127.0.0.1:9 self '[::1]:9'
    is 2
    [ "$(jq -sc 'map([.target, .verdict]) | sort' <<<"$output")" = \
        '[["127.0.0.1:9","refused"],["[::1]:9","refused"],["self","open"]]' ]
    jq -se 'all(.[] | select(.verdict == "refused"); .sack == null and .matrix == [] and .sent == 6 and .severity == null)' <<<"$output"
    quick -q --features sack --expect refused 127.0.0.1:9
    is 0
    run --separate-stderr beside silent "$TCPPROBE" options --rate 500 --timeout 100ms --patience 0 --json --features sack 127.0.0.1:5000
    is 2
    field '.verdict == "filtered" and .answered == 0 and .sent == 6' || { echo "$output"; return 1; }
}

@test "--half-open opens nothing whole, --patience 0 holds nothing, --repeat 1 asks each once" {
    needs_root
    alone_probe options --json --rate 500 --timeout 200ms --half-open --patience 0 --repeat 1 --features sack self
    [ "$status" -ne 64 ]
    field '.connections == 0 and .repeats == null and .repeat == 1'
    field '.rungs | all(.[]; .sent <= 1 or .rung == "bare" or .rung == "mss")'
}

@test "--send makes the listener speak: its segments are no larger than our MSS" {
    needs_root
    quick --json --features mss --no-hops --send "$(printf 'x%.0s' {1..4000})" self
    is 0
    field '.checks[] | select(.check == "mss") | .outcome == "works"'
}

@test "--plugin, --prometheus, --ordered" {
    needs_root
    quick --features sack --plugin --prometheus "$BATS_TEST_TMPDIR/metrics.prom" self
    is 0
    [[ $output == 'TCP OK - self open, worst finding '* ]]
    grep -q '^tcpprobe_option_matrix_sack{.*value="supported".*} 1\|^tcpprobe_option_matrix_sack{.*supported.*} 1' "$BATS_TEST_TMPDIR/metrics.prom"
    quick --ordered --json --features sack --half-open --patience 0 127.0.0.1:9 self
    is 2
    [ "$(jq -sc 'map(.target)' <<<"$output")" = '["127.0.0.1:9","self"]' ]
}

@test "--deadline and SIGINT: what was measured until then is told, and that it ended" {
    needs_root
    alone_probe options --json --deadline 3s --patience 0 self
    is 2
    field '.ended | test("deadline")'
    field '.sent >= 5 and .sent < 100 and .findings[0].id != null and .matrix != []'
    # shellcheck disable=SC2016
    run --separate-stderr alone sh -c '"$0" options --json self & child=$!
        sleep 3; kill -QUIT $child; sleep 0.5; kill -INT $child; wait $child' "$TCPPROBE"
    [[ $stderr == *'tcpprobe: self: '*' SYNs, '*' to come'*'; '*' left; '* ]] || { echo "$stderr"; return 1; }
    [ "$status" -eq 2 ]
    field '.ended | test("interrupted")'
    field '.sent >= 10 and .sent < 100'
}
