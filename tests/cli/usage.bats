#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# Help, version, and command lines that cannot be used.

setup() { load cli.bash; }

@test "help in each of its forms" {
    for word in --help -h '-?' help; do
        probe "$word"
        is 0
        [[ ${lines[0]} == 'Usage: tcpprobe COMMAND'* ]]
        for command in $("$TCPPROBE" describe commands --json | jq -r .command); do
            [[ $output == *"  $command "* ]]
        done
    done
}

@test "help about a command lists each of its options" {
    for command in $("$TCPPROBE" describe commands --json | jq -r .command); do
        probe help "$command"
        is 0
        first=$output
        [[ ${lines[0]} == "Usage: tcpprobe $command "* ]]
        for name in $("$TCPPROBE" describe options --json | jq -r "select(.command == \"$command\") | .name"); do
            [[ $first == *"--$name"* ]]
        done
        for word in --help -h '-?'; do
            probe "$command" "$word"
            is 0
            [ "$output" = "$first" ]
        done
    done
}

@test "help has no blanks at the end of a line and no hole below a title" {
    for command in $("$TCPPROBE" describe commands --json | jq -r .command); do
        "$TCPPROBE" "$command" --help >"$BATS_TEST_TMPDIR/help"
        run grep -n ' $' "$BATS_TEST_TMPDIR/help"
        [ "$status" -eq 1 ]
        run grep -A1 '^ [A-Z].*:$' "$BATS_TEST_TMPDIR/help"
        [ "${#lines[@]}" -gt 2 ]
        [[ $output != *$':\n\n'* ]]
    done
}

@test "the version, everywhere" {
    probe --version
    is 0
    [[ ${lines[0]} =~ ^tcpprobe\ [0-9]+\.[0-9]+\.[0-9]+ ]]
    first=$output
    for words in -V 'handshake --version' 'handshake -V' 'describe -V'; do
        # shellcheck disable=SC2086
        probe $words
        is 0
        [ "$output" = "$first" ]
    done
}

@test "without arguments: the help and a fault, on standard error" {
    probe
    is 64 'Usage: *tcpprobe: a command is missing'
    [ -z "$output" ]
}

# Words of a command line, what is said about it.
rows() {
    cat <<'END'
handshak self|did you mean 'handshake'
frobnicate|there is no command 'frobnicate'
help frobnicate|there is no command 'frobnicate'
help descripe|did you mean 'describe'
--json handshake self|stands before the command
self|did you mean 'handshake self'
127.0.0.1:1|did you mean 'handshake 127.0.0.1:1'
handshake|a target is missing
handshake --jsn self|did you mean '--json'
handshake --frobnicate self|there is no option '--frobnicate'
handshake -Z self|'-Z'
handshake --close|argument
handshake --json=yes self|argument
handshake --t self|ambiguous: --ttl, --tos, --timeout, --time-wait, --tstamp begin so
handshake 127.0.0.1|the port is missing
handshake 127.0.0.1:|port
handshake 127.0.0.1:0|port
handshake 127.0.0.1:65536|port
handshake 127.0.0.1:5-4|5-4
handshake 127.0.0.1:x|target '127.0.0.1:x': not a whole number
handshake self 127.0.0.1:1,70000|target '127.0.0.1:1,70000': out of range
handshake http://127.0.0.1:1/|a URL is no target
handshake [::1:80|[::1:80
handshake ::1:80|[
handshake :80|:80
handshake self --interface=|--interface
handshake self --interface=a-name-that-is-too-long|--interface
handshake self --source=host|--source
handshake self --source=224.0.0.1|--source
handshake self --source-port=0|--source-port
handshake self --source-port=65536|--source-port
handshake self --options=mss|mss
handshake self --options=frob|frob
handshake self --options=raw:f|raw
handshake self --profile=linx|--profile
handshake self --flags=SYN,ACK|--flags
handshake self --flags=FIN|--flags
handshake self --flags=SYM|SYM
handshake self --seq=-1|--seq
handshake self --seq=4294967296|--seq
handshake self --window=65536|--window
handshake self --ttl=0|--ttl
handshake self --ttl=256|--ttl
handshake self --tos=256|--tos
handshake self --df=maybe|--df
handshake self --timeout=1x|--timeout
handshake self --timeout=0s|--timeout
handshake self --retries=21|--retries
handshake self --deadline=soon|--deadline
handshake self --send=\q|--send
handshake self --wait=-1s|--wait
handshake self --close=no|--close
handshake self --close-timeout=1x|--close-timeout
handshake self --time-wait=1y|--time-wait
handshake self --fast-open|--send
handshake self --half-close --close=rst|--half-close
handshake -4 self --source=::1|--source
handshake self --format=xml|--format
handshake self --format=dot|dot
handshake self --fields=|--fields
handshake self --fields=verdict|'--json' or '--csv' is wanted
handshake self --write=-|'--write=-' needs '--quiet'
handshake self --interface=a/b|--interface
handshake self --fields=verdct --json|did you mean 'verdict'
handshake self --color=pink|--color
describe|one topic is wanted
describe exit fields|one topic is wanted
describe feilds|did you mean 'fields'
describe exit --format=dot|dot
describe exit --fields=nothing --csv|nothing
handshake - self --file=-|standard input is named twice
handshake 10.0.0.0/8:80|means 16777216 probes: --yes is wanted
handshake 192.0.2.0/33:80|'33' is not in 0 to 32
handshake self --parallel=0|--parallel
handshake self --parallel=65537|--parallel
handshake self --rate=0|--rate
handshake self --rate=20M|--rate
handshake self --rate=fast|--rate
handshake self --rate=1e3|--rate
handshake self --rate=50/m|--rate
handshake self --interval=-1s|--interval
handshake self --source-port=5-4|range runs backwards
handshake self --source-port=4000-4003|for rtt
handshake self --count=3|there is no option '--count'
handshake self --tstamp=ptp|--tstamp
handshake self --expect=|a name is missing
handshake self --expect=rtt<|a value is missing
handshake self --expect=rtt<5ms,|a name is missing
handshake self --expect=rrt<5ms|did you mean 'rtt'
handshake self --expect=rtt<5%|not a duration for 'rtt'
handshake self --expect=ttl<5ms|not a plain number for 'ttl'
handshake self --expect=opn|did you mean 'open'
handshake self --expect=verdict<open|verdict
handshake self --only=verdict~|a value is missing
handshake self --only=p50<1ms|no field 'p50' in '--only'
handshake self -w 5ms|'-w' and '-c' are for '--plugin'
handshake self --critical=5ms|'-w' and '-c' are for '--plugin'
rtt|a target is missing
rtt self --count=-1|--count
rtt self --count=x|--count
rtt self --each|'--each' is for '--json' and '--csv'
rtt self -C 0|--fping-count
rtt self -C 5 --json|'-C' has a form of its own
rtt self -C 5 --only=open|without --only
rtt self -C 5 --source-port=4000-4003|'-C' shows one flow
rtt self --plot=x.gif|.svg, .png or .pdf
rtt self --plot=|.svg, .png or .pdf
rtt self --send=x|there is no option '--send'
rtt self --write=-|'--write=-' needs '--quiet'
rtt self --format=dot|dot
rtt self --json --fields=rtt_ms|no field 'rtt_ms' in 'rtt': did you mean 'p50_ms'
rtt self --each --json --fields=p50_ms|no field 'p50_ms' in 'rtt_probe'
rtt self --each --json --only=p50<1ms|no field 'p50' in '--only'
END
}

@test "what cannot be used is named, with status 64 and one line" {
    count=0 bad=
    while IFS='|' read -r words said; do
        read -ra arguments <<<"$words"
        # A line that is taken after all must not send anything anywhere.
        if [ "$(id -u)" -eq 0 ]; then
            run --separate-stderr timeout 5 unshare --net "$TCPPROBE" "${arguments[@]}"
        else
            probe "${arguments[@]}"
        fi
        fault 64 "$said" || { echo "in: $words"; bad=yes; }
        count=$((count + 1))
    done < <(rows)
    [ "$count" -eq "$(rows | wc -l)" ]
    [ -z "$bad" ]
}

@test "what was typed cannot drive the terminal" {
    probe $'\e[31m\a'
    fault 64 "command '?[31m?'"
    probe handshake self --profile=$'\e]0;x\xff'
    fault 64 "'?]0;x?'"
}

@test "options stand before and behind, long ones may be cut short, -- ends them" {
    probe describe --csv exit
    is 0
    first=$output
    probe describe exit --csv
    [ "$output" = "$first" ]
    probe describe --cs -- exit
    is 0
    [ "$output" = "$first" ]
    probe describe -- exit --csv
    fault 64 'one topic is wanted'
}
