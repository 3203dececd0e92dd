#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# The command read with small captures of known content: what is reported of which connection, statuses,
# damaged files, pipes, and what does not go together. Nothing is sent.
# shellcheck disable=SC2016,SC2154

setup_file() {
    export CAPTURES=$TOP_SRCDIR/tests/cli/captures.py
    cd "$BATS_FILE_TMPDIR" || return
    capture three >three.pcap
    capture counter 300 >counter.pcap
    capture many 1000 >many.pcap
    capture none >none.pcap
    capture arp >arp.pcap
}

setup() {
    load cli.bash
    cd "$BATS_FILE_TMPDIR" || return
}

capture() { /usr/bin/python3 "$CAPTURES" "$@"; }

# lines PATTERN...: so many lines of standard output, each with its pattern
lines() {
    local i=0 pattern
    mapfile -t got <<<"${output//$'\r'/}"
    [ "${#got[@]}" -eq $# ] || { echo "${#got[@]} lines, not $#"; echo "$output"; return 1; }
    for pattern in "$@"; do
        # shellcheck disable=SC2053
        [[ ${got[i]} == $pattern ]] || { echo "line $i: ${got[i]}"; return 1; }
        i=$((i + 1))
    done
}
# field_lines FILTER: what jq makes of each line, in one
field_lines() { jq -rc "$1" <<<"$output" | xargs; }

# ---- what is reported ----

@test "a line for each connection, and what the capture holds" {
    probe read three.pcap
    is 0 'tcpprobe: three.pcap: 15 frames, 3 connections: 1 open, 1 refused, 1 filtered'
    lines '*client*server*verdict*' '*1 *198.18.0.1:40000 *198.18.0.2:80 *open*3 ms*closed*' \
        '*2 *198.18.0.2:81 *refused*' '*3 *198.18.0.3:82 *filtered*'
    probe read three.pcap --no-header
    lines '*1 *' '*2 *' '*3 *'
    probe read three.pcap -q
    is 0
    [ -z "$output" ]
}

@test "the same as JSON and CSV, without segments" {
    probe read three.pcap --json
    is 0
    [ "$(field_lines '[.connection, .verdict, .rtt_ms, .server_rtt_ms, .client_rtt_ms, .ending, .segment_count, (.segments | length)] | join("/")')" \
        = '1/open/3/2/1/closed/9/0 2/refused//1//refused/2/0 3/filtered////unanswered/4/0' ]
    probe read three.pcap --csv --fields=connection,verdict,client_state
    is 0
    lines connection,verdict,client_state '1,open,TIME-WAIT' '2,refused,CLOSED' '3,filtered,SYN-SENT'
    probe read three.pcap --csv --no-header --fields=connection
    lines 1 2 3
    probe read none.pcap --csv --fields=connection
    is 0 'tcpprobe: none.pcap: there is no packet in it'
    lines connection
}

@test "all that --json writes is as the schema says" {
    "$TCPPROBE" describe schema >"$BATS_TEST_TMPDIR/schema"
    for way in '' --ladder --explain --each --capture --isn --early; do
        # shellcheck disable=SC2086
        probe read three.pcap counter.pcap --json $way
        [ "$status" -eq 0 ]
        [ -n "$output" ]
        /usr/bin/python3 -c '
import json, sys
from jsonschema import Draft202012Validator
validator = Draft202012Validator(json.load(open(sys.argv[1])))
for line in sys.stdin:
    validator.validate(json.loads(line))' "$BATS_TEST_TMPDIR/schema" < <(head -n 12 <<<"$output")
    done
}

@test "--connection: pages for these, and status 2 for one that is not there" {
    probe read three.pcap --connection 2
    is 0 '*3 connections*'
    [[ $output == *'connection 2:'*'RST,ACK'* && $output != *'connection 1:'* ]]
    probe read three.pcap --connection=1-2,3 --json
    is 0
    [ "$(field_lines '.connection, (.segments | length)')" = '1 9 2 2 3 4' ]
    probe read three.pcap --connection 3,7 --summary
    is 2 '*there is no connection 7: it has 3'
    lines '*server*' '*3 *'
    for bad in 0 2-1 x 1,,2 '' 18446744073709551616; do
        probe read three.pcap --connection "$bad"
        fault 64 --connection
    done
}

@test "--filter leaves packets out as if they were not there" {
    probe read three.pcap --filter 'port 81'
    is 0 '*15 frames, 13 of them left out by the filter, 1 connection: 1 refused'
    [[ $output == *'connection 1:'*'RST,ACK'* ]]
    probe read three.pcap --filter 'port 80' --summary --json
    [ "$(field_lines .port)" = 80 ]
    probe read three.pcap --filter 'port 9'
    is 0 '*none of its 15 frames passes the filter'
    probe read "$TOP_SRCDIR/tests/captures/lab/linux.pcap" --filter 'not tcp'
    is 0 '*there is no TCP connection in the 4 of its 196 frames that the filter lets through'
    probe read three.pcap --filter 'port port'
    fault 64 'port port'
}

@test "--server chooses by the server's address and port" {
    count() { probe read counter.pcap --json --server "$1" && wc -l <<<"$output"; }
    [ "$(count 198.18.0.2)" -eq 300 ]
    [ "$(count 198.18.0.9:443)" -eq 6 ]
    [ "$(count :443)" -eq 6 ]
    probe read counter.pcap --server 198.18.0.1 # the client
    is 0 '*306 connections*none of its 306 connections is to 198.18.0.1'
    [ -z "$output" ]
    probe read counter.pcap --server :444 --json
    is 0 '*none of its 306 connections is to a server at port 444'
    probe read counter.pcap --server '[2001:db8::1]:1' --isn -q
    is 0 ''
    for bad in '' x 198.18.0.2: 198.18.0.2:0 198.18.0.2:http '[198.18.0.2' example.net:80 2001:db8::1:x; do
        probe read three.pcap --server "$bad"
        fault 64 --server
    done
}

@test "--ladder and --explain show pages, --summary lines" {
    probe read three.pcap --ladder
    is 0 '*3 connections*'
    [ "$(grep -c 'tcpprobe read three.pcap connection' <<<"$output")" -eq 3 ]
    [[ $output == *ESTABLISHED*FIN-WAIT-1*TIME-WAIT* ]]
    plain=$(wc -l <<<"$output")
    probe read three.pcap --explain
    [ "$(wc -l <<<"$output")" -gt "$plain" ]
    [[ $output == *'RFC 9293'* ]]
    probe read three.pcap --explain --summary
    [ "$(wc -l <<<"$output")" -eq 4 ] || [ "$(grep -c connection <<<"$output")" -eq 0 ]
    probe read three.pcap --explain --json
    [ "$(jq -rs '.[0].segments | map(select(.why == null)) | length' <<<"$output")" -eq 0 ]
    probe read three.pcap --ladder --json
    [ "$(jq -rs '.[0].segments | map(select(.why != null)) | length' <<<"$output")" -eq 0 ]
    [ "$(jq -rs '.[0].steps | length' <<<"$output")" -gt 3 ]
}

@test "--each: a record a segment as it passes" {
    probe read three.pcap --each
    is 0 '*15 frames*'
    [[ $output == 'frame time (UTC)      # from > to segment  client'* ]]
    [ "$(wc -l <<<"$output")" -eq 16 ]
    probe read three.pcap three.pcap --each --only 'flags~FIN'
    lines three.pcap 'frame *' '*FIN*' '*FIN*' '' three.pcap 'frame *' '*FIN*' '*FIN*'
    probe read three.pcap --each --no-header
    [ "$(wc -l <<<"$output")" -eq 15 ]
    probe read three.pcap --each --json
    [ "$(field_lines .connection)" = '1 1 1 1 1 1 1 1 1 2 2 3 3 3 3' ]
    [ "$(field_lines .frame)" = "$(seq 15 | xargs)" ]
    probe read three.pcap --each --csv --fields=flags,state,server_state --connection 2
    is 0
    lines flags,state,server_state 'SYN,SYN-SENT,*' '"RST,ACK",CLOSED,CLOSED'
    probe read three.pcap --each --json --only 'length>0'
    [ "$(field_lines .length)" = '3 6' ]
}

@test "--capture: a record a file" {
    probe read --capture three.pcap
    is 0
    [[ $output == *'15 frames'* ]]
    probe read --capture three.pcap arp.pcap none.pcap --json
    is 0
    [ "$(field_lines '[.file, .frames, .connections, .open, .not_ip] | join("/")')" = 'three.pcap/15/3/1/0 arp.pcap/1/0/0/1 none.pcap/0/0/0/0' ]
    probe read --capture three.pcap none.pcap --json --expect 'refused=0'
    is 1 'tcpprobe: three.pcap: not met: refused=0: refused is 1'
}

@test "--early reports once the opening is decided" {
    probe read three.pcap --early --json
    is 0
    [ "$(field_lines '[.connection, .verdict, .early, .ending] | join("/")')" = \
        '1/open/true/open 2/refused/true/refused 3/filtered/true/unanswered' ]
}

@test "several files: each for itself, or joined" {
    head -c 461 three.pcap >part1
    { head -c 24 three.pcap; tail -c +462 three.pcap; } >part2
    probe read part1 part2
    is 0 '*part1: 6 frames, 1 connection: 1 open*part2: 9 frames, 3 connections*'
    lines part1 '*verdict*' '*1 *' '' part2 '*verdict*' '*1 *' '*2 *' '*3 *'
    probe read --join part1 part2 --json
    is 0
    whole=$("$TCPPROBE" read three.pcap --json | jq -c 'del(.file)')
    [ "$(jq -c 'del(.file)' <<<"$output")" = "$whole" ]
    probe read --join part1 part2
    is 0 'tcpprobe: part1 and 1 more: 15 frames, 3 connections*'
    [ "$(wc -l <<<"$output")" -eq 4 ]
}

@test "--by-interface and --most" {
    capture tap >tap.pcapng
    probe read tap.pcapng --json
    is 0
    field '.interface == "east" and .verdict == "open" and .segment_count == 9'
    probe read tap.pcapng --by-interface --json
    is 0
    [ "$(field_lines '[.interface, .segment_count, .one_way] | join("/")')" = 'east/6/true west/3/true' ]
    probe read tap.pcapng --capture --json
    [ "$(field '[.format, (.interfaces[] | .name, .frames)] | join("/")')" = pcapng/east/6/west/3 ]
    probe read many.pcap --most 16 --capture --json
    is 0
    field '.connections == 1000 and .open_most <= 16'
    for bad in 15 x 16777217; do
        probe read three.pcap --most "$bad"
        fault 64 --most
    done
}

@test "--isn writes what isn --from reads, in each format" {
    probe read counter.pcap --isn
    is 0 '*306 connections*numbers of 2 servers*--server: 198.18.0.2:80 (300), 198.18.0.9:443 (6)'
    [ "$(grep -vc '^#' <<<"$output")" -eq 307 ]
    for form in text csv json; do
        "$TCPPROBE" read counter.pcap --isn --server :80 --format=$form 2>/dev/null >numbers
        probe isn --from numbers --json --fields=class,n
        is 1
        [ "$(field '[.class, .n] | join("/")')" = COUNTER/300 ]
    done
    "$TCPPROBE" read -q --isn counter.pcap
}

@test "--compare: what differs between two captures" {
    probe read --compare three.pcap three.pcap --json
    is 0
    [ "$(field_lines .verdict | xargs -n1 | sort -u)" = same ]
    probe read --compare three.pcap counter.pcap --json --fields=verdict,connection_a
    is 0
    [ "$(field_lines .verdict | xargs -n1 | sort -u | xargs)" != same ]
    probe read --compare three.pcap three.pcap --expect 'verdict=same'
    is 0 '*'
    # few pairs have pages, many a line each, and --summary always
    probe read --compare three.pcap three.pcap
    is 0 '*of 3 connections: 3 same'
    [ "$(grep -c '^tcpprobe read --compare' <<<"$output")" -eq 3 ]
    probe read --compare three.pcap three.pcap --summary --only 'connection_a=2'
    is 0 '*'
    lines '# in A*' ' *2 *2 *198.18.0.2:81 *same *the same in both captures*'
    probe read --compare counter.pcap counter.pcap --no-header
    is 0 '*of 306 connections: 306 same (--filter*)'
    [ "$(wc -l <<<"$output")" -eq 306 ]
    probe read --compare counter.pcap counter.pcap --filter 'port 443'
    [ "$(grep -c '^tcpprobe read --compare' <<<"$output")" -eq 6 ]
    probe read --compare three.pcap none.pcap -q --expect 'verdict=same'
    is 1
    probe read --compare three.pcap nothing.pcap
    is 74 '*nothing.pcap*'
}

@test "--write keeps the frames of what was chosen" {
    probe read three.pcap --connection 2 --write two.pcap --summary
    is 0 '*'
    probe read two.pcap --json
    [ "$(field_lines '.verdict, .segment_count')" = 'refused 2' ]
    probe read three.pcap --filter 'port 80' --write one.pcap -q
    is 0
    cmp one.pcap <(head -c "$(stat -c %s one.pcap)" three.pcap)
    "$TCPPROBE" read three.pcap --server :82 --write - -q | "$TCPPROBE" read - --json >last
    [ "$(jq -r .port last)" -eq 82 ]
    cp three.pcap same.pcap
    probe read same.pcap --connection 1 --write same.pcap
    fault 64 'is the capture that is read'
    cmp same.pcap three.pcap
    probe read three.pcap --write all.pcap
    fault 64 '--connection, --server or --filter'
    probe read three.pcap --connection 1 --write nowhere/x.pcap
    [ "$status" -eq 74 ]
}

# ---- scripts ----

@test "--expect judges connections, --only chooses what is printed" {
    probe read three.pcap --expect open
    is 1 '*3 connections*'
    probe read three.pcap --expect 'open|refused|filtered'
    is 0 '*'
    probe read three.pcap --expect 'open|refused' -q
    is 1
    { cat none.pcap; tail -c +25 three.pcap | head -c 74; } >one.pcap # a SYN and no more
    probe read one.pcap --expect open
    is 2 '*1 inconclusive*'
    probe read one.pcap --expect inconclusive -q
    is 0
    probe read three.pcap --expect 'rtt<50ms' --connection 1 -q
    is 0
    probe read three.pcap --expect open --json --only open
    is 1 '*connection 2, 198.18.0.2:81: not met: *'
    [ "$(field_lines .connection)" = 1 ]
    probe read three.pcap --expect open --each -q
    is 1
    probe read three.pcap --expect 'nosuch>1'
    fault 64 nosuch
    probe read none.pcap --expect open -q
    is 2
    probe read three.pcap --only 'refused' --summary
    lines '*verdict*' '*2 *'
}

@test "--plugin and --prometheus are about captures" {
    probe read --capture --plugin three.pcap
    is 0
    [[ $output == 'TCP OK - three.pcap, connections 3'*'| connections=3;;;;'*refused=1* ]]
    probe read --capture --plugin -c refused=0 three.pcap
    is 2
    probe read --capture --plugin -w refused=0 three.pcap none.pcap
    is 1
    probe read --capture --plugin three.pcap nothing.pcap
    [ "$status" -eq 3 ]
    probe read --plugin three.pcap
    [ "$status" -eq 3 ]
    [[ $output == 'TCP UNKNOWN'*--capture* ]]
    probe read --prometheus=x three.pcap
    fault 64 --capture
    probe read --capture --prometheus="$BATS_TEST_TMPDIR/read.prom" three.pcap -q
    is 0
    grep -qF 'tcpprobe_capture_connections{file="three.pcap"} 3' "$BATS_TEST_TMPDIR/read.prom"
}

@test "what does not go together" {
    together() {
        probe read three.pcap "$@"
        fault 64 ''
    }
    together --each --capture
    together --isn --each
    together --early --capture
    together --summary --ladder
    together --summary --each
    together --capture --server :80
    together --capture --connection 1
    together --compare
    together --compare three.pcap --join
    together --compare three.pcap --server :80
    together --format=dot
    together --fields=verdict
    together --json --fields=nosuch
    together - -
    probe read
    fault 64 'a capture is missing'
    probe read --nosuch
    fault 64 'no option'
    probe read three.pcap --color=never
    is 0 '*'
    probe read three.pcap --color=always
    [[ $output == *$'\e['* ]]
}

# ---- files ----

@test "what is no capture: status 74, and the others are read" {
    : >empty
    gzip -kf three.pcap
    for bad in empty . nosuch.pcap /dev/null three.pcap.gz "$TCPPROBE" "$CAPTURES"; do
        probe read "$bad"
        fault 74 ''
    done
    probe read three.pcap.gz
    fault 74 "zcat 'three.pcap.gz' | tcpprobe read -"
    probe read nosuch.pcap three.pcap empty
    is 74 "*nosuch.pcap*three.pcap: 15 frames*empty*"
    [[ $output == *198.18.0.3:82* ]]
    probe read nosuch.pcap three.pcap -q
    is 74 '*nosuch.pcap*'
    [ "$(wc -l <<<"$stderr")" -eq 1 ]
}

@test "a file that nobody may read" {
    needs_root
    setup_for_anybody
    cp three.pcap "$ANYBODYS"
    chmod 644 "$ANYBODYS/three.pcap"
    run --separate-stderr nobody -- "$PROGRAM" read "$ANYBODYS/three.pcap" --json
    is 0
    chmod 600 "$ANYBODYS/three.pcap"
    run --separate-stderr nobody -- "$PROGRAM" read "$ANYBODYS/three.pcap"
    fault 74 'ermission denied'
    # Root may, whosever it is.
    chown 65534 "$ANYBODYS/three.pcap"
    probe read "$ANYBODYS/three.pcap" "$ANYBODYS/three.pcap" -q
    is 0
    teardown_for_anybody
}

@test "a file cut anywhere: what stands before is read, and status 2" {
    size=$(stat -c %s three.pcap)
    for ((cut = 25; cut < size; cut += 37)); do
        head -c "$cut" three.pcap >cut.pcap
        probe read cut.pcap --json
        case $cut in
        98 | 172) is 0 ;; # between two packets
        *) is 2 '*cut.pcap: damaged at byte *' ;;
        esac
    done
    head -c 500 three.pcap >cut.pcap
    probe read cut.pcap
    is 2 '*damaged at byte 461: *6 frames*' || is 2 '*6 frames*damaged at byte 461: *'
    probe read cut.pcap -q
    is 2
    probe read cut.pcap three.pcap --capture --json
    is 2 '*damaged at byte 461*'
    [ "$(field_lines .damage)" = 'cut none' ]
    probe read cut.pcap --expect refused -q
    is 1
    for ((cut = 1; cut < 24; cut++)); do
        head -c "$cut" three.pcap >cut.pcap
        probe read cut.pcap
        fault 74 cut.pcap
    done
}

@test "bytes changed at random: an answer within the time, and never a crash" {
    /usr/bin/python3 - three.pcap <<'END'
import random, sys
whole = open(sys.argv[1], "rb").read()
draw = random.Random(6)
for number in range(60):
    bad = bytearray(whole)
    for _ in range(draw.randint(1, 12)):
        bad[draw.randrange(len(bad))] = draw.randrange(256)
    open(f"bad{number}.pcap", "wb").write(bad)
END
    for file in bad*.pcap; do
        for way in --ladder --explain --each --capture --isn; do
            run timeout 20 "$TCPPROBE" read "$file" "$way" --json
            [[ $status =~ ^(0|2|74)$ ]] || { echo "$file $way: $status"; cat "$file" >&2; return 1; }
        done
    done
}

# ---- pipes ----

@test "standard input, and a reader that goes away" {
    run --separate-stderr bash -c '"$TCPPROBE" read - <three.pcap'
    is 0 'tcpprobe: standard input: 15 frames*'
    run --separate-stderr bash -c 'cat three.pcap | "$TCPPROBE" read - three.pcap --json'
    is 0
    [ "$(field_lines .connection)" = '1 2 3 1 2 3' ]
    run bash -c 'cat many.pcap | { "$TCPPROBE" read - --json; echo "$?" >gone; } | head -n 1'
    [ "$status" -eq 0 ]
    [ "$(cat gone)" -eq 0 ]
    run --separate-stderr bash -c '"$TCPPROBE" read three.pcap >/dev/full'
    is 74 '*no space left*'
}

# waits_for PATTERN FILE
waits_for() {
    for _ in $(seq 200); do
        ! grep -qs "$1" "$2" || return 0
        sleep 0.05
    done
    echo "no '$1' in $2"
    return 1
}

@test "a pipe is followed: lines come while it is still being written; SIGQUIT asks, SIGINT ends" {
    rm -f pipe hold
    mkfifo pipe hold
    sleep 60 >hold 3>&- &
    sleeper=$!
    capture slow 3 <hold >pipe 3>&- &
    writer=$!
    "$TCPPROBE" read pipe >lines 2>told &
    reader=$!
    waits_for ' 3 .*refused' lines
    kill -0 "$writer" # has not ended
    kill -QUIT "$reader"
    waits_for 'pipe: 3 connections, . of them open; 6 frames' told
    kill -INT "$reader"
    wait "$reader"
    waits_for 'pipe: 6 frames, 3 connections: 3 refused' told
    kill "$sleeper" "$writer" || true
}

@test "a pipe with --each and --early is followed at once" {
    for way in --each --early; do
        rm -f pipe hold
        mkfifo pipe hold
        sleep 60 >hold 3>&- &
        sleeper=$!
        capture slow 1 <hold >pipe 3>&- &
        writer=$!
        "$TCPPROBE" read - "$way" --json <pipe >lines 2>told &
        reader=$!
        waits_for '"connection":1' lines
        kill -0 "$writer"
        kill -TERM "$reader"
        wait "$reader"
        kill "$sleeper" "$writer" || true
    done
}

@test "an interrupt tells what is open" {
    rm -f pipe
    mkfifo pipe
    { head -c 200 three.pcap; sleep 60; } >pipe 3>&- &
    writer=$!
    "$TCPPROBE" read pipe --json >lines 2>told &
    reader=$!
    sleep 1
    [ ! -s lines ]
    kill -INT "$reader"
    wait "$reader"
    [ "$(jq -r .verdict lines)" = inconclusive ]
    kill "$writer"
}

@test "an interrupt in the middle of files: what was not read was not measured" {
    # shellcheck disable=SC2046
    "$TCPPROBE" read $(yes many.pcap | head -n 2000) --json >lines 2>told &
    reader=$!
    waits_for '"connection":900,' lines
    kill -QUIT "$reader"
    waits_for '% of 0.6 MB, [0-9]* connections, [0-9]* of them open; [0-9]* frames; [0-9]* MB/s' told
    kill -INT "$reader"
    status=0
    wait "$reader" || status=$?
    [ "$status" -eq 2 ]
    grep -q 'the reading was ended before [0-9]* of 2000 files had been read to their end' told
    jq -e .connection lines >/dev/null # no half line
}

@test "progress is shown on a terminal, and taken away" {
    # shellcheck disable=SC2046
    script -qec "'$TCPPROBE' read $(yes many.pcap | head -n 1500 | xargs) >/dev/null" /dev/null >screen </dev/null
    tr '\r' '\n' <screen | grep -q 'file [0-9]* of 1500: [0-9]* % of 0.6 MB, '
    [ "$(tr '\r' '\n' <screen | sed 's/\x1b\[K//' | grep . | tail -n 1)" = 'tcpprobe: many.pcap: 9000 frames, 1000 connections: 1000 open' ]
}
