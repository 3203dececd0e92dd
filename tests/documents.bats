#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# The documents are those of this program: generated anew they are the same, their samples are what it
# prints, and they leave no option out.

bats_require_minimum_version 1.5.0

setup() { cd "$TOP_SRCDIR" || return; }

options() { "$TCPPROBE" describe options --json | jq -r .name | sort -u; }

# fresh KIND FILE: the document made now is the one that is shipped
fresh() {
    man/generate "$1" "$TCPPROBE" >"$BATS_TEST_TMPDIR/new"
    diff -u "$2" "$BATS_TEST_TMPDIR/new" || { echo "$2 is stale: make docs"; return 1; }
}

@test "the man page is not stale" { fresh man man/tcpprobe.1; }
@test "the diagram is not stale" { fresh dot man/fsm.dot; }
@test "the JSON Schema is not stale" { fresh schema man/tcpprobe.schema.json; }
@test "the completion for bash is not stale" { fresh bash completions/tcpprobe.bash; }
@test "the completion for zsh is not stale" { fresh zsh completions/_tcpprobe; }
@test "the completion for fish is not stale" { fresh fish completions/tcpprobe.fish; }

@test "mandoc and man find no fault in the man page" {
    run mandoc -Tlint -Wwarning man/tcpprobe.1
    [ "$status" -eq 0 ]
    [ -z "$output" ]
    run --separate-stderr man --warnings -E UTF-8 -l man/tcpprobe.1
    [ "$status" -eq 0 ]
    # shellcheck disable=SC2154
    [ -z "$stderr" ] || { echo "$stderr"; false; }
    # No sample but a verdict or a plugin's line, which stay whole, runs over the edge of a terminal.
    [ "$(MANWIDTH=80 man -E UTF-8 -l man/tcpprobe.1 2>/dev/null | col -bx | grep -Ev '^ *(TCP [A-Z]* -|critical:) ' | wc -L)" -le 84 ]
}

@test "the man page has its sections, in their order" {
    [ "$(sed -n 's/^\.SH //p' man/tcpprobe.1 | xargs)" = "NAME SYNOPSIS DESCRIPTION COMMANDS TARGETS OPTIONS ROUND TRIPS\
 ISN AUDIT OPTIONS OF A PEER READING CAPTURES SCRIPTS OUTPUT VERDICTS FINDINGS STATES EXIT STATUS EXAMPLES PIPELINES SIGNALS ENVIRONMENT PRIVILEGES SECURITY NOTES BUGS SEE ALSO" ]
}

@test "the man page has every option, field, verdict, finding, event and status" {
    page=$(man -E UTF-8 -l man/tcpprobe.1 2>/dev/null | col -bx)
    has() { grep -qE -- "^ +($1)" <<<"$page" || { echo "not in the man page: $1"; return 1; }; }
    for name in $(options); do has "(-., )?--$name\\b"; done
    for record in handshake options segment step finding rtt flow bin rtt_probe packet \
        isn isn_{rtt,clock,per_connection,tuple,number,prng,cookie,backend,increment,entropy,price,window,cost} \
        isn_{evidence,test,estimate,battery,nmap,phase,foretold,predicted,front,change,baseline} \
        option_matrix matrix_row option_row rung check front_test quoted syn_ack_header ts_clock synack_repeat{s,} \
        read read_{end,segment,row,isn,interface} capture compare difference; do
        for key in $("$TCPPROBE" describe fields --json | jq -r "select(.record == \"$record\") | .key"); do
            has "$key \\("
        done
    done
    for word in $("$TCPPROBE" describe verdicts --json | jq -r .verdict); do has "$word"; done
    for word in $("$TCPPROBE" describe outcomes --json | jq -r .outcome); do has "$word"; done
    for word in $("$TCPPROBE" describe events --json | jq -r .event); do has "$word"; done
    for word in $("$TCPPROBE" describe doubts --json | jq -r .doubt); do has "$word"; done
    for word in $("$TCPPROBE" describe endings --json | jq -r .ending); do has "$word"; done
    for word in $("$TCPPROBE" describe classes --json | jq -r .class); do has "$word \\("; done
    for word in $("$TCPPROBE" describe severities --json | jq -r .severity); do has "$word"; done
    for word in $("$TCPPROBE" describe matrix --json | jq -r .verdict); do has "$word"; done
    for word in $("$TCPPROBE" describe features --json | jq -r .feature); do has "$word \\("; done
    for word in $("$TCPPROBE" describe checks --json | jq -r .check); do has "$word \\("; done
    for word in $("$TCPPROBE" describe findings --json | jq -r .id); do has "$word \\("; done
    for word in $("$TCPPROBE" describe fsm --json | jq -r .event | sort -u); do has "$word \\("; done
    for word in $("$TCPPROBE" describe exit --json | jq -r .status); do has "$word  "; done
}

@test "the ladder has as many rungs as they say" {
    rungs=$("$TCPPROBE" describe rungs --json | wc -l)
    for text in README NEWS man/tcpprobe.1; do
        grep -q "\b$rungs SYNs" "$text" || { echo "$text does not speak of $rungs SYNs"; false; }
    done
}

@test "every option is used by a test" {
    for name in $(options); do
        grep -qE -- "--$name\b" tests/cli/*.bats tests/lab/*.bats tests/net/*.bats ||
            { echo "no test uses --$name"; false; }
    done
}

@test "the man page's examples are what the program prints" {
    [ "$(id -u)" -eq 0 ] || skip 'needs root'
    [ "$(man/samples list man/tcpprobe.1.in "$TCPPROBE" | wc -l)" -ge 34 ]
    run man/samples check man/tcpprobe.1.in "$TCPPROBE"
    echo "$output"
    run ! grep '^not ok' <<<"$output"
}

# cron_lines FILE: the commands of the lines of a crontab that stand in it
cron_lines() { sed -nE 's|^ *\*/5 \* \* \* \* root (.*)|\1|p' "$1" | sed 's/\\-/-/g'; }

@test "the lines for cron say nothing while all is well, and something when not" {
    [ "$(id -u)" -eq 0 ] || skip 'needs root'
    mkdir "$BATS_TEST_TMPDIR/bin"
    ln -s "$(realpath "$TCPPROBE")" "$BATS_TEST_TMPDIR/bin/tcpprobe"
    for file in man/tcpprobe.1.in README; do
        [ "$(cron_lines "$file" | wc -l)" -ge 1 ]
        while read -r line; do
            run env PATH="$BATS_TEST_TMPDIR/bin:$PATH" sh -c "$line"
            [ "$output" = 'db: 1' ]
            run env PATH="$BATS_TEST_TMPDIR/bin:$PATH" sh -c "${line/127.0.0.1:1/self}"
            [ "$status" -eq 0 ]
            [ -z "$output" ]
        done < <(cron_lines "$file")
    done
}

@test "the check for monitoring is a command that works" {
    [ "$(id -u)" -eq 0 ] || skip 'needs root'
    line=$(sed -n 's/.*"tcpprobe \(rtt $HOSTADDRESS\$:443 .*\)" .*/\1/p' man/tcpprobe.1.in | sed 's/\\-/-/g; s/$HOSTADDRESS\$:443/self/')
    read -ra words <<<"$line"
    [ "${#words[@]}" -gt 8 ]
    run "$TCPPROBE" "${words[@]}"
    [ "$status" -eq 0 ]
    [[ $output == 'TCP OK - self open'* ]]
}

@test "README's examples are what the program prints" {
    [ "$(id -u)" -eq 0 ] || skip 'needs root'
    [ "$(man/samples list README "$TCPPROBE" | wc -l)" -ge 14 ]
    run man/samples check README "$TCPPROBE"
    echo "$output"
    run ! grep '^not ok' <<<"$output"
}

@test "a sample that is wrong is found" {
    [ "$(id -u)" -eq 0 ] || skip 'needs root'
    sed 's/^open: self answered the/shut: self answered the/' man/tcpprobe.1.in >"$BATS_TEST_TMPDIR/wrong.in"
    run man/samples check "$BATS_TEST_TMPDIR/wrong.in" "$TCPPROBE"
    [ "$(grep -c '^not ok' <<<"$output")" -eq 1 ]
}

@test "README tells the two commands first" {
    head -n 12 README | grep -qF 'sudo ./bootstrap run'
    head -n 60 README | grep -qF 'sudo ./bootstrap check'
}

@test "the diagram can be drawn, with every state in it" {
    dot -Tsvg man/fsm.dot >"$BATS_TEST_TMPDIR/fsm.svg"
    for state in $("$TCPPROBE" describe states --json | jq -r '.state | gsub("-"; "&#45;")'); do
        grep -qF ">$state<" "$BATS_TEST_TMPDIR/fsm.svg"
    done
}

# The words that a shell offers for a command line: shell and expected words in what, after the words.
rows() {
    commands=$("$TCPPROBE" describe commands --json | jq -r .command | xargs)
    topics=$("$TCPPROBE" describe commands --json | jq -r 'select(.command == "describe") | .values | gsub(","; " ")')
    profiles=$("$TCPPROBE" describe options --json | jq -r 'select(.name == "profile") | .values | gsub(","; " ")')
    formats=$("$TCPPROBE" describe options --json | jq -rs 'map(select(.name == "format"))[0].values | gsub(","; " ")')
    interfaces=$(find /sys/class/net -mindepth 1 -printf '%f ')
    cat <<END
tcpprobe |$commands help
tcpprobe help |$commands
tcpprobe describe |$topics
tcpprobe describe ver|verdicts
tcpprobe handshake s|self
tcpprobe rtt s|self
tcpprobe handshake --profile=|$profiles
tcpprobe handshake --profile=w|windows
tcpprobe handshake --format=|$formats
tcpprobe handshake --interface=|$interfaces
tcpprobe handshake --write=COPY|COPYING
tcpprobe handshake --file=COPY|COPYING
tcpprobe handshake -f COPY|COPYING
tcpprobe rtt --plot=COPY|COPYING
tcpprobe rtt --prometheus=COPY|COPYING
tcpprobe rtt --tstamp=|host adapter
tcpprobe rtt --tstamp=a|adapter
tcpprobe describe o|options outcomes
tcpprobe read COPY|COPYING
tcpprobe handshake --send=@COPY|COPYING
END
}
sorted() { tr -s ' ' '\n' | sed '/^$/d; s/^@//' | sort | xargs; }

# offers FUNCTION: what it prints for each row's words, one a line, is what the row has
offers() {
    local words expected bad=
    while IFS='|' read -r words expected; do
        "$1" "$words" | sorted >"$BATS_TEST_TMPDIR/offer" || return 1
        [ "$(cat "$BATS_TEST_TMPDIR/offer")" = "$(sorted <<<"$expected")" ] ||
            { bad=yes; printf '%s: %s; wanted: %s\n' "$words" "$(cat "$BATS_TEST_TMPDIR/offer")" "$expected"; }
    done < <(rows)
    [ -z "$bad" ]
}

bash_offers() {
    # shellcheck disable=SC2016
    env -i PATH="$PATH" bash --norc --noprofile -c '
        . completions/tcpprobe.bash
        [ "$(complete -p tcpprobe)" = "complete -F _tcpprobe tcpprobe" ] || exit 1
        COMP_LINE=$1 COMP_POINT=${#1}
        # As readline cuts them: "=" is a word of its own.
        words=${1//=/ = }
        read -ra COMP_WORDS <<<"$words"
        [[ $words != *" " || $1 == *= ]] || COMP_WORDS+=("")
        COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
        _tcpprobe
        printf "%s\n" "${COMPREPLY[@]}"' bash "$1" | grep -v '^--'
    return 0
}

fish_offers() {
    env -i PATH="$PATH" HOME="$BATS_TEST_TMPDIR" LC_ALL=C.UTF-8 fish --no-config -c \
        'source completions/tcpprobe.fish; complete -C $argv[1]' "$1" | cut -f 1 | sed 's/^--[a-z-]*=//' | grep -v '^-'
    return 0
}

zsh_offers() {
    env -i PATH="$PATH" HOME="$BATS_TEST_TMPDIR" LC_ALL=C.UTF-8 timeout 60 zsh -f tests/documents/complete.zsh "$PWD/completions" "$1"
}

@test "bash completes commands, options, values, files, interfaces" { offers bash_offers; }
@test "fish completes commands, options, values, files, interfaces" { offers fish_offers; }
@test "zsh completes commands, options, values, files, interfaces" { offers zsh_offers; }

@test "each completion knows every option of every command, and no others" {
    for command in $("$TCPPROBE" describe commands --json | jq -r .command); do
        wanted=$("$TCPPROBE" describe options --json | jq -r "select(.command == \"$command\") | \"--\" + .name" | sort | xargs)
        # shellcheck disable=SC2016
        in_bash=$(env -i PATH="$PATH" bash --norc --noprofile -c '. completions/tcpprobe.bash
            COMP_WORDS=(tcpprobe "$1" --) COMP_CWORD=2; _tcpprobe; printf "%s\n" "${COMPREPLY[@]%=}"' bash "$command" | sort | xargs)
        in_fish=$(env -i PATH="$PATH" HOME="$BATS_TEST_TMPDIR" fish --no-config -c \
            "source completions/tcpprobe.fish; complete -C 'tcpprobe $command --'" | cut -f 1 | sed 's/=$//' | sort | xargs)
        in_zsh=$(zsh_offers "tcpprobe $command --" | sed 's/=$//' | sort | xargs)
        [ "$in_bash" = "$wanted" ]
        [ "$in_fish" = "$wanted" ]
        [ "$in_zsh" = "$wanted" ]
    done
}
