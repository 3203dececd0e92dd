#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# What a script relies on: lists of targets, order, fields, statuses of many targets, closed pipes.
# shellcheck disable=SC2154,SC2016

setup() {
    load cli.bash
    needs_root
    LIST=$BATS_TEST_TMPDIR/list
}

csv() { tr -d '\r' <<<"$output" | xargs; }

@test "targets from files, from standard input, from arguments, each once" {
    printf '# a comment\n\n  127.0.0.1:1  \n127.0.0.1:2 # closed, too\r\n' >"$LIST"
    printf '127.0.0.1:3\n127.0.0.1:4' >"$LIST.more" # without an end of line
    for words in "-f $LIST --file=$LIST.more 127.0.0.1:5" "--file $LIST 127.0.0.1:5 -f $LIST.more"; do
        # shellcheck disable=SC2086
        alone_probe handshake $words --csv --no-header --fields=target
        is 1
        [ "$(tr -d '\r' <<<"$output" | sort | xargs)" = '127.0.0.1:1 127.0.0.1:2 127.0.0.1:3 127.0.0.1:4 127.0.0.1:5' ]
    done
    for words in - '-f -' '--file=-'; do
        # shellcheck disable=SC2016,SC2086
        run --separate-stderr alone sh -c 'list=$1; shift; "$TCPPROBE" handshake --csv --no-header --fields=target "$@" <"$list"' \
            sh "$LIST" $words
        is 1
        [ "$(csv)" = '127.0.0.1:1 127.0.0.1:2' ]
    done
}

@test "a bad line is named with its number, the others go on, and it was not measured" {
    printf 'self\nfrob\n127.0.0.1:0\nhttp://x/\nself\n' >"$LIST"
    alone_probe handshake -f "$LIST" --csv --no-header --fields=verdict
    [ "$status" -eq 2 ]
    [ "$(csv)" = 'open open' ]
    [ "${#stderr_lines[@]}" -eq 3 ]
    for at in 2 3 4; do
        [[ $stderr == *"tcpprobe: $LIST:$at: target '"* ]]
    done
    # Failed beats unmeasured.
    alone_probe handshake -f "$LIST" 127.0.0.1:1 -q
    is 1
    # shellcheck disable=SC2016
    run --separate-stderr alone sh -c 'printf "\n#\nfrob\n" | "$TCPPROBE" handshake -'
    is 2 'tcpprobe: standard input:3: *'
    [ -z "$output" ]
}

@test "an empty list is no success, and a list that is not there a failure" {
    : >"$LIST"
    for command in 'handshake' 'rtt' 'handshake --dry-run'; do
        # shellcheck disable=SC2086
        alone_probe $command -f "$LIST"
        is 2 'tcpprobe: there was no target: the list is empty'
        [ -z "$output" ]
    done
    alone_probe handshake -q -f "$LIST"
    is 2
    [ -z "$output" ]
    alone_probe handshake -f "$LIST.none"
    fault 74 "cannot be opened"
}

@test "standard input is read as it comes" {
    # The second line is written only when the first target's record is there.
    # shellcheck disable=SC2016
    run --separate-stderr alone timeout 20 bash -c '
        coproc LIST { "$TCPPROBE" handshake - --csv --no-header --fields=target; }
        echo 127.0.0.1:1 >&"${LIST[1]}"; read -r first <&"${LIST[0]}"
        echo 127.0.0.1:2 >&"${LIST[1]}"; read -r second <&"${LIST[0]}"
        pid=$LIST_PID
        exec {LIST[1]}>&-
        wait "$pid"; echo "$first $second $?"'
    [ "$(tr -d '\r' <<<"$output")" = '127.0.0.1:1 127.0.0.1:2 1' ]
}

@test "prefixes, lists and ranges of ports; --ordered keeps their order" {
    alone_probe handshake 127.0.0.0/30:1,3-4 self --ordered --csv --no-header --fields=target
    is 1
    [ "$(csv)" = "$(for host in 0 1 2 3; do for port in 1 3 4; do printf '127.0.0.%s:%s ' "$host" "$port"; done; done)self" ]
    alone_probe rtt '[::1/128]:1-3' -n 2 -i 1ms --ordered --json --fields=target
    is 1
    [ "$(jq -s -c 'map(.target)' <<<"$output")" = '["[::1]:1","[::1]:2","[::1]:3"]' ]
    # The slowest first.
    alone_probe handshake self 127.0.0.1:1 --wait=300ms --ordered --csv --no-header --fields=target
    is 1
    [ "$(csv)" = 'self 127.0.0.1:1' ]
    alone_probe handshake self 127.0.0.1:1 --wait=300ms --csv --no-header --fields=target
    is 1
    [ "$(csv)" = '127.0.0.1:1 self' ]
}

@test "very many probes from one target want a word of consent" {
    for words in 127.0.0.0/15:80 '[2001:db8::/96]:80' 127.0.0.0/24:1-1000; do
        run --separate-stderr unshare --net "$TCPPROBE" handshake "$words" --dry-run
        fault 64 '--yes is wanted'
    done
    run --separate-stderr unshare --net timeout 30 sh -c '"$TCPPROBE" handshake 127.0.0.0/15:80 --yes --dry-run --json 2>/dev/null | head -3 | wc -l'
    [ "$output" -le 3 ]
}

@test "--all-addresses probes each address of a name" {
    printf '127.0.0.1 both.test\n::1 both.test\n' >"$BATS_TEST_TMPDIR/hosts"
    # shellcheck disable=SC2016
    run --separate-stderr alone unshare --mount sh -c 'mount --bind "$1" /etc/hosts
        "$TCPPROBE" handshake both.test:1 --all-addresses --json --fields=target,address,addresses' sh "$BATS_TEST_TMPDIR/hosts"
    is 1
    [ "$(jq -s -c 'map([.target, .address, .addresses]) | sort' <<<"$output")" = \
        '[["both.test:1","127.0.0.1",2],["both.test:1","::1",2]]' ]
    # shellcheck disable=SC2016
    run --separate-stderr alone unshare --mount sh -c 'mount --bind "$1" /etc/hosts
        "$TCPPROBE" rtt both.test:1 -n 1 --json --fields=target,addresses' sh "$BATS_TEST_TMPDIR/hosts"
    is 1
    [ "$output" = '{"target":"both.test:1","addresses":2}' ]
    # fping's line names the address where the name has several lines
    # shellcheck disable=SC2016
    run --separate-stderr alone unshare --mount sh -c 'mount --bind "$1" /etc/hosts
        "$TCPPROBE" rtt both.test:1 127.0.0.1:1 -C 1 --all-addresses
        "$TCPPROBE" rtt both.test:1 -C 1' sh "$BATS_TEST_TMPDIR/hosts"
    is 1
    [ "$(awk -F ' : ' '{ print $1 }' <<<"$output" | sort | tr '\n' '|')" = \
        '127.0.0.1:1|both.test:1|both.test:1 (127.0.0.1)|both.test:1 (::1)|' ]
}

@test "--rate is for all addresses of a name together" {
    local seconds
    printf '127.0.0.1 both.test\n::1 both.test\n' >"$BATS_TEST_TMPDIR/hosts"
    # shellcheck disable=SC2016
    run --separate-stderr alone unshare --mount sh -c 'mount --bind "$1" /etc/hosts
        for all in "" --all-addresses; do
            "$TCPPROBE" options both.test:1 $all --dry-run --json --features sack --patience 0 --half-open --rate 10
        done' sh "$BATS_TEST_TMPDIR/hosts"
    [ "$status" -eq 0 ]
    # one that is climbed alone, and two at once, each at half the rate or less
    mapfile -t seconds < <(sed -n 's/^tcpprobe: both.test:1: about .* SYNs in \([0-9]*\) s,.*/\1/p' <<<"$stderr")
    [ "${#seconds[@]}" -eq 3 ]
    [ "${seconds[0]}" -gt 1 ]
    [ "${seconds[1]}" -ge $((2 * seconds[0] - 1)) ]
    [ "${seconds[2]}" -eq "${seconds[1]}" ]
}

@test "--parallel and --interval: one after the other, with a pause" {
    alone_probe handshake 127.0.0.1:1-4 --parallel=1 --csv --no-header --fields=target
    is 1
    [ "$(csv)" = '127.0.0.1:1 127.0.0.1:2 127.0.0.1:3 127.0.0.1:4' ]
    began=$EPOCHREALTIME
    alone_probe handshake 127.0.0.1:1-4 --interval=100ms -q
    ended=$EPOCHREALTIME
    is 1
    [ $(((${ended/./} - ${began/./}) / 1000)) -ge 290 ]
}

@test "the reader of a pipe may leave at any time; a full disk is a failure" {
    for command in 'handshake self self self' 'rtt self self self -n 2 -i 1ms' 'rtt self -n 50 -i 1ms --each'; do
        # shellcheck disable=SC2016,SC2086
        run --separate-stderr alone bash -c '"$TCPPROBE" "$@" --json | head -1 | wc -l; exit "${PIPESTATUS[0]}"' bash $command
        is 0
        [ "$output" -eq 1 ]
        # shellcheck disable=SC2086
        run --separate-stderr alone sh -c '"$TCPPROBE" "$@" --json >/dev/full' sh $command
        [ "$status" -eq 74 ]
        [[ $stderr == 'tcpprobe: '*'no space left on device'* ]]
    done
}

@test "SIGINT ends a list with the summary and the right status" {
    mkfifo "$BATS_TEST_TMPDIR/pipe"
    # shellcheck disable=SC2016
    run --separate-stderr alone bash -c '
        "$TCPPROBE" handshake - --csv --no-header --fields=target <"$1" & pid=$!
        exec 3>"$1"
        printf "127.0.0.1:1\n127.0.0.1:2\n127.0.0.1:3\n" >&3
        sleep 0.7
        kill -INT "$pid"; wait "$pid"' bash "$BATS_TEST_TMPDIR/pipe"
    [ "$status" -eq 1 ]
    [ "$(csv)" = '127.0.0.1:1 127.0.0.1:2 127.0.0.1:3' ]
    [[ $stderr == *'the run was ended before all targets were read'* ]]
    [[ $stderr == *'3 refused'* ]]
}
