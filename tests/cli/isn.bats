#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# The command isn with numbers out of files: forms of input and output, statuses, what is kept, compared,
# searched. Nothing is sent.
# shellcheck disable=SC2154

# Numbers of servers of known make, six columns each: one tuple and ever new ones by turns.
setup_file() {
    /usr/bin/python3 - "$BATS_FILE_TMPDIR" <<'END'
import hashlib, random, sys

MASK = 2**32 - 1
draw = random.Random(20010502)

def keyed(*words):
    return int.from_bytes(hashlib.sha256(repr(words).encode()).digest()[:4], "big")

def smoltcp():
    state = 2858101234 << 29 | 12345
    while True:
        yield state >> 29 - (state >> 61) & MASK
        state = (state * 0xbb2efcec3c39611d + 0x7590ef39) % 2**64

weak = smoltcp()
servers = {
    "constant": lambda at, port, src, count: 1000000,
    "counter": lambda at, port, src, count: 12345678 + 64000 * count,
    "clock": lambda at, port, src, count: at // 4000,
    "rfc6528": lambda at, port, src, count: keyed("secret", port, src) + at // 64,
    "again": lambda at, port, src, count: keyed("other secret", port, src) + at // 64,
    "random": lambda at, port, src, count: keyed("numbers", count),
    "smoltcp": lambda at, port, src, count: next(weak),
}
for name, server in servers.items():
    at = 1770000000000000000
    with open(f"{sys.argv[1]}/{name}", "w") as out:
        for count in range(400):
            at += int(draw.expovariate(1 / 20e6)) + 1000000
            fixed = count >= 64 and draw.random() < 0.5
            src = 0 if fixed or count % 4 else 1
            port = 40000 if fixed else 40001 + (count - src) * 7 % 20000 # the one before, from another source
            isn = server(at, port, src, count) & MASK
            print(at, port, isn, src, draw.getrandbits(32), 1460, file=out)
END
}

setup() {
    load cli.bash
    cd "$BATS_FILE_TMPDIR" || return
}

# The schema, and the judge of lines: how many there are, or what is wrong.
judge() {
    "$TCPPROBE" describe schema >"$BATS_TEST_TMPDIR/schema"
    /usr/bin/python3 -c '
import json, sys
from jsonschema import Draft202012Validator
validator = Draft202012Validator(json.load(open(sys.argv[1])))
lines = [json.loads(line) for line in sys.stdin]
for line in lines:
    validator.validate(line)
print(len(lines))' "$BATS_TEST_TMPDIR/schema"
}

@test "classes, severities and statuses" {
    while IFS='|' read -r name class severity code; do
        probe isn --from "$name" --json
        is "$code"
        [ "${#lines[@]}" -eq 1 ]
        [ "$(field '[.class, .severity, .target, .n, .verdict]')" = "[\"$class\",\"$severity\",\"$name\",400,\"open\"]" ] || {
            echo "$name: $output"
            return 1
        }
    done <<'ROWS'
constant|CONSTANT|critical|1
counter|COUNTER|critical|1
clock|CLOCK|critical|1
rfc6528|RFC6528|good|0
random|RANDOM|good|0
ROWS
}

@test "every record is as the JSON Schema says" {
    for name in constant counter clock rfc6528 random smoltcp; do
        "$TCPPROBE" isn --from "$name" --json || [ $? -eq 1 ]
    done >"$BATS_TEST_TMPDIR/all"
    "$TCPPROBE" isn --from /dev/null --json >>"$BATS_TEST_TMPDIR/all" || [ $? -eq 2 ]
    "$TCPPROBE" isn --from counter --json --baseline "$BATS_TEST_TMPDIR/all" >>"$BATS_TEST_TMPDIR/all" || [ $? -eq 1 ]
    [ "$(judge <"$BATS_TEST_TMPDIR/all")" -eq 8 ]
}

@test "what it says of a clock, a counter and a hash" {
    probe isn --from clock --json
    [ "$(field '.clock | .rate > 249990 and .rate < 250010 and .low <= .rate and .rate <= .high')" = true ]
    probe isn --from counter --json
    [ "$(field '[.increment.step, .cost.cross.n50, .cost.same.n50]')" = '[64000,1.0,1.0]' ] ||
        [ "$(field '[.increment.step, .cost.cross.n50, .cost.same.n50]')" = '[64000,1,1]' ]
    probe isn --from rfc6528 --json
    [ "$(field '.clock.ppm | fabs < 10')" = true ]
    [ "$(field '.tuple.hash_bits > 31 and .cost.cross.n50 == 2147483648 and .certified_bits > 10')" = true ]
    [ "$(field '.evidence | length > 0 and any(.supports) and all(.test != null)')" = true ]
}

@test "text: the verdict is one line, the page is as wide as COLUMNS says" {
    probe isn --from counter
    is 1
    [[ ${lines[0]} == 'critical: counter: COUNTER, '* ]]
    COLUMNS=80 probe isn --from rfc6528 --explain -v
    is 0
    [ "$(sed 1d <<<"$output" | wc -L)" -le 80 ]
    LC_ALL=C probe isn --from rfc6528
    run ! grep -P '[^\x00-\x7f]' <<<"$output"
}

@test "CSV and --fields: objects in objects have columns, too" {
    probe isn --from counter --csv --fields=target,class,cost_cross_n50,cost_window_window,clock_rate
    is 1
    [ "$(tr -d '\r' <<<"$output")" = $'target,class,cost_cross_n50,cost_window_window,clock_rate\ncounter,COUNTER,1,65535,' ]
    probe isn --from counter --csv --no-header
    is 1
    [ "${#lines[@]}" -eq 1 ]
    probe isn --from counter --json --fields=cost_same_n50,class
    [[ $output == '{"cost_same_n50":1'*',"class":"COUNTER"}' ]]
    probe isn --from counter --json --fields=cost_some_n50
    fault 64 'cost_some_n50'
    probe isn --from counter --csv --fields=evidence
    fault 64 'evidence'
    probe isn --from counter --format=dot
    fault 64 'there are no edges here'
}

@test "standard input, in three columns, CSV and JSON Lines" {
    # bats gives a test no standard input of its own.
    piped() { run --separate-stderr bash -c '"$@" | "$TCPPROBE" isn --from - --json' bash "$@"; }
    piped cat rfc6528
    is 0
    [ "$(field '[.target, .class]')" = '["standard input","RFC6528"]' ]
    piped cut -d ' ' -f 1-3 rfc6528
    is 0
    [ "$(field '[.class, .n]')" = '["RFC6528",400]' ]
    piped awk 'BEGIN { print "mss,cseq,src,isn,src_port,time_ns\r" }
        { print $6 "," $5 "," $4 "," $3 "," $2 "," $1 "\r" }' rfc6528
    is 0
    [ "$(field '[.class, .n, .tuple.source_matters]')" = '["RFC6528",400,"yes"]' ]
    piped sed 's/^\(.*\) \(.*\) \(.*\) 0 \(.*\) \(.*\)$/{"time_ns":\1,"src_port":\2,"isn":\3,"src":"192.0.2.1","cseq":\4,"mss":\5}/;
        s/^\(.*\) \(.*\) \(.*\) 1 \(.*\) \(.*\)$/{"mss":\5,"cseq":\4,"src":"2001:db8::1","isn":\3,"src_port":\2,"time_ns":\1}/' rfc6528
    is 0
    [ "$(field '[.class, .n, .tuple.source_matters]')" = '["RFC6528",400,"yes"]' ]
    piped true
    is 2
    [ "$(field '[.class, .severity, .n, .verdict]')" = '["INCONCLUSIVE","unknown",0,"inconclusive"]' ]
}

@test "too few numbers are inconclusive, but a constant is one" {
    head -n 1 random >"$BATS_TEST_TMPDIR/one"
    probe isn --from "$BATS_TEST_TMPDIR/one" --json
    is 2
    [ "$(field '[.class, .n]')" = '["INCONCLUSIVE",1]' ]
    head -n 31 random >"$BATS_TEST_TMPDIR/few"
    probe isn --from "$BATS_TEST_TMPDIR/few" --json
    is 2
    [ "$(field .why)" != null ]
    printf '# nothing\n\n' >"$BATS_TEST_TMPDIR/nothing"
    probe isn --from "$BATS_TEST_TMPDIR/nothing"
    is 2
}

@test "bad lines are told with their number, and the rest is used" {
    sed -e '3s/.*/what is this/' -e '10s/ [0-9]* / 70000 /' -e '20s/$/ 1/' rfc6528 >"$BATS_TEST_TMPDIR/bad"
    probe isn --from "$BATS_TEST_TMPDIR/bad" --json
    is 0 "*/bad:3: *what*/bad:10: src_port '70000': out of range*/bad:20: 7 columns: 3 or 6 are wanted"
    [ "$(field '[.class, .n, .findings[0].id]')" = '["RFC6528",397,"TP-ISN-LINES"]' ]
    probe isn --from "$BATS_TEST_TMPDIR/bad" -q
    is 0
    # Not a line for each of very many.
    seq 1000 >"$BATS_TEST_TMPDIR/worse"
    probe isn --from "$BATS_TEST_TMPDIR/worse" --json
    is 2 '*/worse: 990 more lines cannot be read'
    [ "$(wc -l <<<"$stderr")" -eq 11 ]
}

@test "binary rubbish does no harm" {
    head -c 100000 "$TCPPROBE" >"$BATS_TEST_TMPDIR/rubbish"
    probe isn --from "$BATS_TEST_TMPDIR/rubbish" --json
    is 2 '*'
    run ! grep -P '[\x00-\x08\x0b-\x1f\x7f]' <<<"$stderr"
}

@test "--fail-on, --expect, --only" {
    while IFS='|' read -r arguments code; do
        # shellcheck disable=SC2086
        probe isn -q --from $arguments
        is "$code"
    done <<'ROWS'
rfc6528 --fail-on=good|1
rfc6528 --fail-on=info|0
rfc6528 --fail-on=critical|0
counter --fail-on=critical|1
counter --expect=class=COUNTER|0
counter --expect=severity=critical|0
counter --expect=class=COUNTER --fail-on=high|1
counter --expect=n>=400|1
counter --expect=open|1
rfc6528 --expect=n>=400,cost_cross_n50>1000000000,clock_ppm<100|0
rfc6528 --expect=n>400|1
rfc6528 --expect=prng|1
rfc6528 --expect=!prng,clock,tuple_affine=no|0
counter --only=severity=good|1
/dev/null --expect=class=RANDOM|2
ROWS
    probe isn --from counter --only=severity=good
    is 1
    [ -z "$output" ]
    probe isn --from rfc6528 --expect='n>400' --json
    is 1 'tcpprobe: rfc6528: not met: n>400: n is 400'
    [ "$(field .unmet)" = 'n>400: n is 400' ]
    probe isn --from rfc6528 --fail-on=bad
    fault 64 "--fail-on 'bad': one of good, info, medium, high, critical is wanted"
}

@test "--plugin and --prometheus" {
    probe isn --from rfc6528 --plugin
    is 0
    [[ $output == 'TCP OK - rfc6528 RFC6528, severity good, n50 '*' | n=400;;;; certified_bits='* ]]
    probe isn --from counter --plugin -w cost_cross_n50=1000000: -c certified_bits=5:
    is 2
    [[ $output == 'TCP CRITICAL - counter COUNTER, severity critical'* ]]
    probe isn --from /dev/null --plugin
    is 3
    probe isn --from rfc6528 -q --prometheus="$BATS_TEST_TMPDIR/prom"
    is 0
    grep -qx 'tcpprobe_isn_class{target="rfc6528",class="RFC6528"} 1' "$BATS_TEST_TMPDIR/prom"
    grep -qx 'tcpprobe_isn_cost_cross_n50{target="rfc6528"} 2147483648' "$BATS_TEST_TMPDIR/prom"
    grep -qx 'tcpprobe_isn_cost_cross_seconds{target="rfc6528"} 21474.83648' "$BATS_TEST_TMPDIR/prom"
}

@test "--attack-rate and --attack-window change the price" {
    probe isn --from rfc6528 --attack-rate=2147483.648/s --attack-window=1000 --json
    is 0
    [ "$(field '[.attack_rate, .cost.cross.seconds, .cost.window.window] | map(. * 1000 | round)')" = '[2147483648,1000000,1000000]' ]
    for bad in attack-rate=0 attack-rate=x attack-window=0 attack-window=4294967296 count=31; do
        probe isn --from rfc6528 "--$bad"
        fault 64 "--${bad%=*}"
    done
}

@test "--save keeps the numbers, whole or not at all" {
    probe isn --from rfc6528 -q --save="$BATS_TEST_TMPDIR/kept"
    is 0
    diff <(grep -v '^#' "$BATS_TEST_TMPDIR/kept") rfc6528
    grep -qx '# time_ns src_port isn src cseq mss' "$BATS_TEST_TMPDIR/kept"
    # A gap is kept, for no recovery goes across.
    sed '200i # gap' rfc6528 >"$BATS_TEST_TMPDIR/gap"
    probe isn --from "$BATS_TEST_TMPDIR/gap" --json --fields=gaps --save="$BATS_TEST_TMPDIR/kept"
    is 0
    [ "$output" = '{"gaps":1}' ]
    [ "$(grep -c '^# gap$' "$BATS_TEST_TMPDIR/kept")" -eq 1 ]
    probe isn --from random --save="$BATS_TEST_TMPDIR/none/x"
    fault 74 'none/x'
    probe isn --from random --save=-
    fault 64 "'--save=-'"
    probe isn --from random -q --save=/dev/full
    fault 74 'no space left'
}

@test "--baseline tells what has changed, by target" {
    base=$BATS_TEST_TMPDIR/base
    "$TCPPROBE" isn --from rfc6528 --json >"$base"
    probe isn --from rfc6528 --json --baseline="$base"
    is 0
    [ "$(field '[.baseline.class_before, .baseline.changed, .findings]')" = '["RFC6528",[],[]]' ]
    # The same target, and another key: the class is the same, and so it should be.
    sed -i 's/"target":"rfc6528"/"target":"again"/' "$base"
    probe isn --from again --json --baseline="$base"
    [ "$(field '.baseline.changed')" = '[]' ]
    sed -i 's/"target":"again"/"target":"counter"/' "$base"
    probe isn --from counter --json --baseline="$base"
    is 1
    [ "$(field '.baseline.changed | map([.what, .before, .after])')" = \
        '[["class","RFC6528","COUNTER"],["severity","good","critical"]]' ]
    [ "$(field '.findings | map(.id)')" = '["TP-ISN-WORSE"]' ]
    probe isn --from counter --baseline="$base"
    [[ $output == *'class was RFC6528 and is COUNTER'* ]]
    # A clock that is another one, within the class.
    "$TCPPROBE" isn --from rfc6528 --json | jq -c '.clock.rate = 31250000 | .clock.low = 31249990 | .clock.high = 31250010' >"$base"
    probe isn --from rfc6528 --json --baseline="$base"
    is 0
    [ "$(field '[.baseline.changed[].what, .findings[].id]')" = '["clock_rate","TP-ISN-CHANGED"]' ]
    # A target that was not there.
    probe isn --from counter --json --baseline="$base"
    [ "$(field 'has("baseline") and .baseline == null')" = true ]
    [ "$stderr" = "tcpprobe: counter: no earlier record in --baseline '$base'" ]
    # A list is compared by the number of its entries.
    "$TCPPROBE" isn --from rfc6528 --json | jq -c '.front = [1, 2]' >"$base"
    probe isn --from rfc6528 --json --baseline="$base"
    [ "$(field '.findings[].text')" = 'entries of front were 2 and are 0' ]
    probe isn --from counter --baseline=/dev/null
    fault 74 'there is no record of an audit in it'
    probe isn --from counter --baseline=rfc6528
    fault 74 "line 1 is no JSON"
    probe isn --from counter --baseline=nowhere
    fault 74 "--baseline 'nowhere' cannot be opened"
}

@test "--deep finds a state of 64 bits that nothing else finds" {
    probe isn --from smoltcp --json
    is 0
    [ "$(field .class)" = RANDOM ]
    probe isn --from smoltcp --deep --json
    is 1
    [ "$(field '[.class, .severity, .prng.name, .prng.verified > 390]')" = '["WEAK_PRNG","critical","smoltcp, any random_seed",true]' ]
    # The next three, by the very generator.
    [ "$(field '[.prng.next[].isn]')" = "$(/usr/bin/python3 -c '
state = 2858101234 << 29 | 12345
numbers = []
for _ in range(403):
    numbers.append(state >> 29 - (state >> 61) & 2**32 - 1)
    state = (state * 0xbb2efcec3c39611d + 0x7590ef39) % 2**64
print(str(numbers[400:]).replace(" ", ""))')" ]
}

@test "--deep: an interrupt ends the search, and what is known is told" {
    # shellcheck disable=SC2016
    run --separate-stderr bash -c '
        "$TCPPROBE" isn --from random --deep --json & pid=$!
        for _ in $(seq 200); do
            [ "$(ls "/proc/$pid/task" 2>/dev/null | wc -l)" -lt 2 ] || break
            sleep 0.02
        done
        kill -TERM "$pid"
        wait "$pid"'
    is 0
    [ "$(field '[.class, (.evidence | any(.detail == "the search was interrupted"))]')" = '["RANDOM",true]' ]
}

@test "--plot" {
    if ! "$TCPPROBE" isn --from random --plot="$BATS_TEST_TMPDIR/x.svg" -q 2>"$BATS_TEST_TMPDIR/said" &&
        grep -q cairo "$BATS_TEST_TMPDIR/said"; then
        return # a build without pictures says so, which test_plot is about
    fi
    for kind in svg png pdf; do
        probe isn --from rfc6528 -q --plot="$BATS_TEST_TMPDIR/x.$kind"
        is 0
        [ "$(stat -c %s "$BATS_TEST_TMPDIR/x.$kind")" -gt 5000 ]
    done
    /usr/bin/python3 -c 'import sys, xml.dom.minidom; xml.dom.minidom.parse(sys.argv[1])' "$BATS_TEST_TMPDIR/x.svg"
    ln -s /dev/full "$BATS_TEST_TMPDIR/full.svg"
    probe isn --from random -q --plot="$BATS_TEST_TMPDIR/full.svg"
    fault 74 'no space left on device'
    probe isn --from random --plot=x.gif
    fault 64 '.svg, .png or .pdf'
}

@test "what makes no sense with a file, and files that are none" {
    while IFS='|' read -r arguments words; do
        # shellcheck disable=SC2086
        probe isn --from random $arguments
        fault 64 "$words"
    done <<'ROWS'
self|without a target and --file
--file=random|without a target and --file
--dry-run|without --dry-run and --write
--write=x.pcap|without --dry-run and --write
--count=100|without --count, --quick and --long
--quick|without --count, --quick and --long
--long|without --count, --quick and --long
--second-source=none|without --second-source
--second-source=nobody|this is no IPv4 or IPv6 address
ROWS
    probe isn --from nowhere
    fault 74 "'nowhere' cannot be opened"
    probe isn --from .
    fault 74 "'.' cannot be read"
}

@test "a target that cannot be sampled is unmeasured, unless that is expected" {
    needs_root
    alone_probe isn 127.0.0.1:1 --quick --json
    is 2
    [ "$(field '[.verdict, .class, .severity, .n]')" = '["refused",null,null,0]' ]
    [ "$(judge <<<"$output")" -eq 1 ]
    alone_probe isn 127.0.0.1:1 --quick --expect=refused -q
    is 0
    alone_probe isn 127.0.0.1:1 --quick --expect=open -q
    is 1
    alone_probe isn 127.0.0.1:1 --quick --expect=class=RFC6528 -q
    is 2
    alone_probe isn 127.0.0.1:1 127.0.0.1:2 --save="$BATS_TEST_TMPDIR/two"
    fault 64 "'--save' keeps the numbers of one target"
}

@test "neither privilege nor a socket is needed" {
    setup_for_anybody
    cp rfc6528 "$ANYBODYS/numbers"
    chmod 644 "$ANYBODYS/numbers"
    run --separate-stderr nobody -- "$PROGRAM" isn --from "$ANYBODYS/numbers" -q
    teardown_for_anybody
    is 0
    ASAN_OPTIONS=detect_leaks=0 strace -f -e trace=network -o "$BATS_TEST_TMPDIR/calls" "$TCPPROBE" isn --from rfc6528 -q
    run ! grep socket "$BATS_TEST_TMPDIR/calls"
}

@test "a reader that goes away is no failure, a full disk is one" {
    # shellcheck disable=SC2016
    run --separate-stderr bash -c 'set -o pipefail; "$TCPPROBE" isn --from rfc6528 | head -n 1'
    is 0
    [ "${#lines[@]}" -eq 1 ]
    # shellcheck disable=SC2016
    run --separate-stderr bash -c '"$TCPPROBE" isn --from rfc6528 --json >/dev/full'
    is 74 '*no space left*'
}

@test "describe classes and severities" {
    probe describe classes --json
    is 0
    [ "${#lines[@]}" -eq 21 ]
    [ "$(jq -s -c 'map(select(.class == "COUNTER")) | .[0] | [.severity, .summary]' <<<"$output")" = '["critical","a counter of connections"]' ]
    [ "$(jq -s 'all(.[]; [.meaning, .mend, .reference] | all(length > 5))' <<<"$output")" = true ]
    probe describe severities --json
    is 0
    [ "$(jq -s -c 'map(.severity)' <<<"$output")" = '["unknown","good","info","medium","high","critical"]' ]
}
