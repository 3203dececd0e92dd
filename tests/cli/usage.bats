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
handshake --t self|ambiguous: --ttl, --tos, --timeout, --time-wait begin so
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
END
}

@test "what cannot be used is named, with status 64 and one line" {
    count=0 bad=
    while IFS='|' read -r words said; do
        read -ra arguments <<<"$words"
        probe "${arguments[@]}"
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
