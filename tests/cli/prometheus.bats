#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# --prometheus: a file for node_exporter's textfile collector.

setup() {
    load cli.bash
    needs_root
    FOLDER=$BATS_TEST_TMPDIR/folder
    FILE=$FOLDER/tcp.prom
    mkdir "$FOLDER"
}

# valid FILE: it is in the text exposition format, every series is there once
valid() {
    /usr/bin/python3 - "$1" <<'PYTHON'
import re, sys
sample = re.compile(r'^([a-z_:][a-z0-9_:]*)(\{([a-z_]+="([^"\\\n]|\\["\\n])*",?)*\})? (-?[0-9.e+-]+)$', re.I)
text = open(sys.argv[1], newline="").read()
assert text.endswith("\n") and "\r" not in text
kinds, helps, seen, last = {}, set(), set(), None
for line in text[:-1].split("\n"):
    if line.startswith("# HELP "):
        name = line.split(" ")[2]
        assert name not in helps, name
        helps.add(name)
    elif line.startswith("# TYPE "):
        name, kind = line.split(" ")[2:]
        assert name not in kinds and kind == "gauge", line
        kinds[name] = kind
    else:
        found = sample.match(line)
        assert found, line
        assert found[1] in kinds and found[1] in helps, line
        # A metric's samples stand together.
        assert found[1] == last or not any(key.split("{")[0] == found[1] for key in seen), line
        last = found[1]
        assert line.rsplit(" ", 1)[0] not in seen, line
        seen.add(line.rsplit(" ", 1)[0])
        float(found[5])
assert len(seen) > 10
PYTHON
}

@test "a valid file with the figures of each target, beside the report" {
    alone_probe rtt self 127.0.0.1:1 -n 3 -i 1ms --prometheus="$FILE" --json --fields=target,verdict,p50_ms,sent
    is 1
    [ "${#lines[@]}" -eq 2 ]
    valid "$FILE"
    grep -qE '^tcpprobe_rtt_verdict\{target="self",address="127.0.0.1",port="[0-9]+",family="IPv4",verdict="open"\} 1$' "$FILE"
    grep -qE '^tcpprobe_rtt_verdict\{target="127.0.0.1:1",address="127.0.0.1",port="1",family="IPv4",verdict="refused"\} 1$' "$FILE"
    grep -qE '^tcpprobe_rtt_sent\{target="self",.*\} 3$' "$FILE"
    grep -qF 'tcpprobe_targets{command="rtt",run="tcp",result="met"} 1' "$FILE"
    grep -qF 'tcpprobe_targets{command="rtt",run="tcp",result="unmet"} 1' "$FILE"
    # In seconds what the report has in milliseconds.
    /usr/bin/python3 - "$FILE" "$output" <<'PYTHON'
import json, re, sys
metrics = open(sys.argv[1]).read()
for line in sys.argv[2].splitlines():
    record = json.loads(line)
    found = re.search(r'^tcpprobe_rtt_p50_seconds\{target="%s",.*\} (.*)$' % re.escape(record["target"]), metrics, re.M)
    assert abs(float(found[1]) * 1000 - record["p50_ms"]) < 1e-6, (found[1], record)
PYTHON
}

@test "for handshake as well, with what is unknown left out" {
    alone_probe handshake self 127.0.0.1:1 --prometheus="$FILE" -q
    is 1
    valid "$FILE"
    grep -qE '^tcpprobe_handshake_rtt_seconds\{target="self",.*\} [0-9.e-]+$' "$FILE"
    grep -qE '^tcpprobe_handshake_connect_seconds\{target="self",' "$FILE"
    run ! grep -qE '^tcpprobe_handshake_connect_seconds\{target="127.0.0.1:1",' "$FILE"
}

@test "it is replaced whole: no reader ever sees a part, and readable for all" {
    echo old >"$FILE"
    chmod 600 "$FILE"
    inode=$(stat -c %i "$FILE")
    (umask 077 && alone "$TCPPROBE" handshake self --prometheus="$FILE" -q)
    [ "$(stat -c %a "$FILE")" = 644 ]
    [ "$(stat -c %i "$FILE")" != "$inode" ]
    valid "$FILE"
    # Nothing else is left behind.
    [ "$(find "$FOLDER" -type f | wc -l)" -eq 1 ]
}

@test "a full disk keeps the old file, and is a failure" {
    echo old >"$FILE"
    # shellcheck disable=SC2016
    run --separate-stderr alone bash -c 'trap "" XFSZ; ulimit -f 0; "$TCPPROBE" handshake self -q --prometheus="$1" 2>&1 | cat
        exit "${PIPESTATUS[0]}"' bash "$FILE"
    is 74
    [[ $output == "tcpprobe: '$FILE' cannot be written: "* ]]
    [ "$(cat "$FILE")" = old ]
    [ "$(find "$FOLDER" -type f | wc -l)" -eq 1 ]
}

@test "a file that cannot be written is known before anything is sent" {
    for file in "$FOLDER/none/x.prom" "$FOLDER" /dev/null/x ''; do
        # Endless: it would not come to an end.
        run --separate-stderr alone timeout 10 "$TCPPROBE" rtt self -n 0 --prometheus="$file"
        fault 74 "'$file' cannot be written"
    done
}

@test "a run that was ended leaves a file too" {
    # shellcheck disable=SC2016
    run --separate-stderr alone timeout --signal=INT 0.5 "$TCPPROBE" rtt self -n 0 -i 20ms -q --prometheus="$FILE"
    valid "$FILE"
    grep -qE '^tcpprobe_rtt_n\{target="self",.*\} [1-9]' "$FILE"
}

@test "a folder of somebody else's is no hindrance to root" {
    mkdir "$BATS_TEST_TMPDIR/theirs"
    chown 65534:65534 "$BATS_TEST_TMPDIR/theirs"
    chmod 755 "$BATS_TEST_TMPDIR/theirs" # as node_exporter's folder
    alone_probe rtt self -q -n 1 --prometheus="$BATS_TEST_TMPDIR/theirs/x.prom" --plot="$BATS_TEST_TMPDIR/theirs/x.svg"
    is 0
    valid "$BATS_TEST_TMPDIR/theirs/x.prom"
    [ -s "$BATS_TEST_TMPDIR/theirs/x.svg" ]
}
