#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# The command isn with targets: what it says beforehand, what it does to its own listener, how it ends.
# All in network namespaces that have loopback and nothing else.
# shellcheck disable=SC2154

setup() { load cli.bash; }

# announced: the most SYNs that standard error speaks of
announced() { sed -n 's/.*: at most \([0-9]*\) SYNs .*/\1/p' <<<"$stderr"; }

@test "a dry run by nobody: the plan, and the first packet of each stage" {
    setup_for_anybody
    run --separate-stderr nobody -- "$PROGRAM" isn --dry-run --json --long 127.0.0.1:80
    teardown_for_anybody
    is 0 '*: 3 to begin with, 64 back to back, 1941 fixed and new ports, 8 proof of cookies, 16 after a pause, 16 after a long pause;*'
    [ "$(announced)" -eq 2060 ]
    [ "$(jq -sc 'map(.command) | unique' <<<"$output")" = '["isn"]' ]
    [ "$(jq -sc length <<<"$output")" -eq 6 ]
    jq -se 'all(.[]; .flags == "SYN" and (.source_port < 32768 or .source_port > 60999))' <<<"$output"
    # Cookies and what follows are asked for from the fixed port.
    jq -se '.[3].source_port == .[4].source_port and .[4].source_port == .[5].source_port' <<<"$output"
    jq -se '.[0].source_port != .[3].source_port' <<<"$output"
}

@test "how many SYNs are announced, by --count, --quick and --deep" {
    while IFS='|' read -r arguments most stages; do
        # shellcheck disable=SC2086
        run --separate-stderr alone "$TCPPROBE" isn --dry-run --json $arguments 127.0.0.1:80
        is 0 "*$stages*"
        [ "$(announced)" -eq "$most" ]
    done <<'END'
--quick|204|64 back to back, 117 fixed and new ports, 8 proof of cookies;
--count 32|36|3 to begin with, 10 back to back, 19 fixed and new ports;
--count 64|76|3 to begin with, 21 back to back, 32 fixed and new ports, 8 proof of cookies;
--count 4000 --deep|4012|768 back to back, 3205 fixed and new ports, 8 proof of cookies, 16 after a pause;
END
    run --separate-stderr alone "$TCPPROBE" isn --dry-run -q 127.0.0.1:80
    is 0
    [ -z "$output" ]
}

@test "self, both families: the class, the numbers that were foretold, no more than was announced" {
    needs_root
    for family in 4 6; do
        alone_probe isn -v --json --quick -$family self
        is 0 '*: at most 204 SYNs *'
        field '.class == "RFC6528" and .severity == "good" and .n == 192 and .lost == 0'
        field '.clock.nominal == 15625000 and (.clock.ppm | fabs) < 10'
        field '.predicted | .of == 3 and .hits == 3 and .same_tuple'
        field '.verdict == "open" and .findings == [] and .second_source == null'
        [ "$(field .sent)" -le 204 ]
        [[ $stderr == *'self: after '*' numbers: '* ]] # an early reading
    done
}

@test "the fixed tuple has the port of --source-port; --save keeps what was sampled" {
    needs_root
    alone_probe isn --json -n 128 --quick --source-port 20123 --save "$BATS_TEST_TMPDIR/kept" self
    is 0
    [ "$(grep -vc '^#' "$BATS_TEST_TMPDIR/kept")" -eq 128 ]
    [ "$(awk '$2 == 20123' "$BATS_TEST_TMPDIR/kept" | wc -l)" -eq "$(field .n_fixed)" ]
    [ "$(field .n_fixed)" -ge 20 ]
    probe isn --json --from "$BATS_TEST_TMPDIR/kept"
    is 0
    field '.class == "RFC6528" and .n == 128'
    alone_probe isn --quick --source-port 20123-20125 self
    is 64 '*one port*'
}

@test "nothing there: verdict and reason, no class, status 2; the others go on" {
    needs_root
    alone_probe isn --json --quick -n 128 127.0.0.1:9 self '[::1]:9'
    is 2
    [ "$(jq -sc 'map([.target, .verdict, .sent <= 140]) | sort' <<<"$output")" = \
        '[["127.0.0.1:9","refused",true],["[::1]:9","refused",true],["self","open",true]]' ]
    jq -se 'all(.[] | select(.verdict == "refused"); .class == null and .n == 0 and .sent == 3)' <<<"$output"
    [[ $(jq -r 'select(.target == "127.0.0.1:9") | .reason' <<<"$output") == *'refused 3 SYNs with an RST'* ]]
    alone_probe isn --quick --second-source 198.18.0.1 self
    is 2
    [[ $output == *"'198.18.0.1' is not an address of this machine"* ]]
}

@test "--fail-on good: self is that, status 1; the plugin's line" {
    needs_root
    alone_probe isn -q -n 128 --quick --fail-on good self
    is 1
    alone_probe isn -n 128 --quick --plugin self
    is 0
    [[ $output == 'TCP OK - self RFC6528'* ]]
}

@test "--deadline: what was sampled until then is audited, and that it ended is said" {
    needs_root
    alone_probe isn --json --deadline 4s self
    [ "$status" -ne 64 ]
    field '.n >= 32 and .n < 2048 and .sent == .n and .findings[0].id == "TP-ISN-ENDED"'
    [[ $(field '.findings[0].text') == *'the deadline has passed'* ]]
}

@test "--rate holds at any moment, in the burst, too" {
    needs_root
    alone_probe isn --json -n 64 --rate 50 --save "$BATS_TEST_TMPDIR/numbers" self
    is 0
    run awk '!/^#/ { if (n++ && (n == 2 || $1 - last < least)) least = $1 - last; last = $1 }
        END { print n, (least > 19000000) }' "$BATS_TEST_TMPDIR/numbers"
    [ "$output" = "64 1" ]
}

@test "SIGQUIT tells how far it is, SIGINT ends it with a report" {
    needs_root
    # shellcheck disable=SC2016
    run --separate-stderr alone sh -c '"$0" isn --json self & child=$!
        sleep 3; kill -QUIT $child; sleep 0.5; kill -INT $child; wait $child' "$TCPPROBE"
    [[ $stderr == *'tcpprobe: self: '*' numbers, '*' to come; '*' left; '*'fixed and new ports'* ]]
    field '.n >= 32 and .n < 2048'
    [[ $(field '.findings[0].text') == *': interrupted' ]]
}
