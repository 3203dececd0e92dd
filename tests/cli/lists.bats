#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# Where targets come from: arguments, files, standard input as it comes; very long lists, and bad ones.
# shellcheck disable=SC2154

setup() {
    load cli.bash
    needs_root
    cd "$BATS_TEST_TMPDIR" || return
}

# targets: of the CSV in $output, one a line
targets() { tr -d '\r' <<<"$output"; }
CSV=(--csv --no-header --fields=target)

@test "targets from arguments, files and standard input, mixed, in their order" {
    printf '127.0.0.1:1,3-4 # three\n\n# nothing\n  [::1]:5\t# one\r\n' >first
    printf '127.0.0.4/31:6' >second # without an end
    printf '\xef\xbb\xbf[::2/127]:7\n' >third
    run --separate-stderr alone sh -c 'printf "127.0.0.9:8\n" | "$0" "$@"' "$TCPPROBE" handshake \
        --ordered "${CSV[@]}" 127.0.0.1:9 - 127.0.0.1:10 -f first --file=second -f third
    [ "$status" -eq 1 ] || [ "$status" -eq 2 ]
    [ "$(targets | tr '\n' ' ')" = '127.0.0.1:9 127.0.0.9:8 127.0.0.1:10 127.0.0.1:1 127.0.0.1:3 127.0.0.1:4 [::1]:5 127.0.0.4:6 127.0.0.5:6 [::2]:7 [::3]:7 ' ]

    run --separate-stderr alone sh -c 'printf "self\n127.0.0.1:8\n" | "$0" "$@"' "$TCPPROBE" handshake \
        --ordered --csv --no-header --fields=verdict -f - self
    is 1
    [ "$(targets | tr '\n' ' ')" = 'open open refused ' ]
    alone_probe handshake --dry-run --ordered "${CSV[@]}" 127.0.0.0/30:1-2 '[::1]:4' self
    is 0
    [ "$(targets | wc -l)" -eq 10 ]
}

@test "standard input is read as it comes" {
    mkfifo fifo
    # shellcheck disable=SC2094
    alone "$TCPPROBE" handshake - --json --fields=target,verdict <fifo >out 2>err &
    pid=$!
    exec 8>fifo
    for number in 1 2 3; do
        printf '127.0.0.1:%d\n[::1]:%d' "$number" "$number" >&8 # the second has no end yet
        for _ in $(seq 60); do [ "$(wc -l <out)" -lt $((2 * number - 1)) ] || break; sleep 0.05; done
        [ "$(wc -l <out)" -eq $((2 * number - 1)) ]
        echo >&8
        for _ in $(seq 60); do [ "$(wc -l <out)" -lt $((2 * number)) ] || break; sleep 0.05; done
        [ "$(wc -l <out)" -eq $((2 * number)) ]
    done
    exec 8>&-
    status=0
    wait "$pid" || status=$?
    [ "$status" -eq 1 ]
    [ ! -s err ]
    jq -se 'length == 6 and all(.[]; .verdict == "refused")' out
}

@test "every kind of bad line is reported with its number; the others go on" {
    {
        echo '127.0.0.1:1'
        echo '127.0.0.1'
        echo '127.0.0.1:0'
        echo '127.0.0.1:65536'
        echo '127.0.0.1:9-3'
        echo '127.0.0.300:1'
        echo '127.0.0.1/33:1'
        echo '[::1:1'
        echo '[::1]'
        echo '[::zz]:1'
        echo '127.0.0.1:1 127.0.0.1:2'
        echo '-'
        echo '--json'
        printf '127.0.0.1:1\0x\n'
        printf '\033[31mred:1:\n'
        head -c 70000 /dev/zero | tr '\0' a
        echo ':1'
        echo '127.0.0.0/8:1-65535'
        echo '# 127.0.0.1:3'
        echo '127.0.0.1:2'
    } >list
    alone_probe handshake -f list "${CSV[@]}" --ordered
    [ "$status" -eq 1 ]
    [ "$(targets | tr '\n' ' ')" = '127.0.0.1:1 127.0.0.1:2 ' ]
    [ "$(sed 's/^tcpprobe: \(list:[0-9]*\): ..*/\1/' <<<"$stderr")" = "$(seq 2 17 | sed 's/^/list:/')" ]
    [[ $stderr != *$'\033'* ]]

    sed 's/127.0.0.1:[12]$/self/' list >other
    alone_probe handshake -f other "${CSV[@]}"
    [ "$status" -eq 2 ]
    [ "$(wc -l <<<"$output")" -eq 2 ]
    run --separate-stderr alone sh -c '"$0" handshake -q - <other' "$TCPPROBE"
    is 2
    run --separate-stderr alone sh -c '"$0" handshake - <other' "$TCPPROBE"
    [[ $stderr == 'tcpprobe: standard input:2: '* ]]

    # What stands on the command line is the user's own, and a slip there ends it.
    alone_probe handshake -f list 127.0.0.1
    [ "$status" -eq 64 ]
    alone_probe handshake self -f nowhere
    [ "$status" -eq 74 ]
    [ -z "$output" ]
    alone_probe handshake self -f . "${CSV[@]}"
    [ "$status" -eq 2 ]
    [[ $stderr == 'tcpprobe: .: '* ]]
    alone_probe handshake - -f -
    [ "$status" -eq 64 ]
}

@test "consent to more than 65536 probes from one written target" {
    for target in '127.0.0.0/15:1' '[2001:db8::/96]:443' '127.0.0.0/31:1-65535'; do
        alone_probe handshake "$target" --dry-run
        fault 64 yes
    done
    run --separate-stderr alone timeout 20 sh -c '"$0" "$@" | head -n 70000 | tail -n 1
        exit 0' "$TCPPROBE" handshake --yes --dry-run --rate 10M '127.0.0.0/16:1-65535' "${CSV[@]}"
    is 0
    [ "$(targets)" = 127.0.0.1:4465 ]
    alone_probe handshake 127.0.0.0/16:1 --dry-run --rate 10M -q # not more
    is 0
    alone_probe handshake --yes --dry-run '[2001:db8::/64]:443' # there is an end to it
    fault 64 'means at least 18446744073709551615 probes: 4294967296 are the most'
}

# memory COUNT ARGUMENT...: kB at the most for a list of so many lines
memory() {
    local count=$1
    shift
    # shellcheck disable=SC2016
    seq "$count" | awk '{ print "127." $1 % 250 ".0.1:" 1 + $1 % 60000 }' >list
    run --separate-stderr alone /usr/bin/python3 -c '
import resource, subprocess, sys
done = subprocess.run(sys.argv[1:], stdout=open("out", "w"), timeout=60)
print(done.returncode, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)' \
        "$TCPPROBE" handshake --file list --rate 10M --parallel 64 "${CSV[@]}" "$@"
    [ "$status" -eq 0 ] && [ -z "$stderr" ] && [ "$(wc -l <out)" -eq "$count" ]
    result=${output% *} kilobytes=${output#* }
}

@test "a list of a million lines needs no more memory than one of a thousand" {
    many=1000000 slack=1000
    if grep -q __asan_init "$TCPPROBE"; then # it keeps what was freed for a while, and is slow
        export ASAN_OPTIONS="${ASAN_OPTIONS:+$ASAN_OPTIONS:}quarantine_size_mb=1:malloc_context_size=0"
        many=100000 slack=10000
    fi
    memory 1000 --dry-run --deadline 50s
    small=$kilobytes
    [ "$result" -eq 0 ]
    memory "$many" --dry-run --deadline 50s
    [ "$result" -eq 0 ]
    [ "$kilobytes" -lt $((small + slack)) ]

    for arguments in '' '--ordered'; do
        # shellcheck disable=SC2086
        memory 2000 $arguments
        small=$kilobytes
        # shellcheck disable=SC2086
        memory 30000 $arguments
        [ "$result" -eq 1 ]
        [ "$kilobytes" -lt $((small + 3 * slack)) ]
    done
}

@test "-q prints nothing, whatever becomes of it" {
    printf 'nonsense\n127.0.0.1:1\n192.0.2.1:1\n' >list
    for command in handshake 'rtt --count=1'; do
        # shellcheck disable=SC2086
        alone_probe $command -f list -q
        is 1
        [ -z "$output" ]
        # shellcheck disable=SC2086
        alone_probe $command -f list -q --dry-run # no route to the last
        is 2
        [ -z "$output" ]
    done
}

@test "records of many targets through jq and a reader of CSV" {
    alone_probe handshake 127.0.0.1:1-50 self '[::1]:1-50' --json --expect 'refused,ttl>=64' --only open
    [ "$status" -eq 1 ]
    [ "$(jq -r '.verdict' <<<"$output")" = open ]
    [[ $stderr == 'tcpprobe: self'*': not met: '* ]]
    [ "$(wc -l <<<"$stderr")" -eq 1 ]
    alone_probe handshake 127.0.0.1:1-50 self '[::1]:1-50' --json --fields=target,verdict,port
    is 1
    [ "$(jq -cs 'group_by(.verdict) | map([.[0].verdict, length])' <<<"$output")" = '[["open",1],["refused",100]]' ]
    [ "$(jq -r 'keys_unsorted | join(",")' <<<"$output" | sort -u)" = target,verdict,port ]
    for header in '' --no-header; do
        # shellcheck disable=SC2086
        alone_probe handshake 127.0.0.1:1-50 self '[::1]:1-50' --csv --fields=target,reason,port $header
        is 1
        /usr/bin/python3 -c '
import csv, sys
rows = list(csv.reader(open(0, newline=""), strict=True))
if sys.argv[1:] != ["--no-header"]:
    assert rows.pop(0) == ["target", "reason", "port"]
assert len(rows) == 101 and all(len(row) == 3 and row[0].endswith(":" + row[2]) or row[0] == "self" for row in rows), rows' $header <<<"$output"
    done
}
