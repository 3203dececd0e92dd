#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# `isn` live against made-up servers of known formulas (isn_server.py): the class, the next numbers
# foretold and checked, several targets at once, numbers kept and read again.

setup() {
    load isn.bash
    lab_require jq
}

teardown() { lab_down; }

# A row: port, formula, class, severity; those whose next three numbers must be foretold say so.
weak='
2001 constant    CONSTANT             critical foretold
2002 counter     COUNTER              critical foretold
2003 clock4us    CLOCK                critical foretold
2004 uip         CLOCK                critical foretold
2005 bsd44       CLOCK_COUNTER        critical foretold
2006 ticks       TICK_ACCUMULATOR     critical foretold
2007 honeyd      PERIODIC             critical foretold
2008 mongoose    TUPLE_FUNCTION       critical foretold
2009 crc         TUPLE_FUNCTION       critical
2010 fnet        RANDOM_INCREMENT     high
2011 increments  RANDOM_INCREMENT     high
2012 lcg         WEAK_PRNG            critical foretold
2013 rand_r      WEAK_PRNG            critical foretold
2014 xorshift    WEAK_PRNG            critical foretold
2015 half        REDUCED_ENTROPY      high
2016 static-hash STATIC_HASH          medium
2021 freebsd     SYN_COOKIE_FREEBSD   medium
'
sound='
2017 rfc6528     RFC6528              good
2018 openbsd     RFC6528_COUNTER      good
2019 uniform     RANDOM               good
2020 bernstein   SYN_COOKIE_BERNSTEIN info
'

# judge_classes TABLE: a record a row, each as the row says; all that are wrong are shown.
judge_classes() {
    local port formula class severity foretold wrong=0 seen
    while read -r port formula class severity foretold; do
        [ -n "$port" ] || continue
        seen=$(jq -r "select(.port == $port) | [.class, .severity,
            if .predicted.hits == 3 then \"foretold\" else \"\" end] | join(\" \")" \
            <"$LAB_DIR/record")
        case "$seen " in
        "$class $severity $foretold"*) ;;
        *)
            echo "$formula: '$seen', expected: '$class $severity $foretold'" >&2
            jq -c "select(.port == $port) | [.n, .reason, .predicted]" <"$LAB_DIR/record" >&2
            wrong=1
            ;;
        esac
    done <<<"$1"
    return "$wrong"
}

# audit_all STATUS TABLE: all its formulas at once, every other one over IPv6.
audit_all() {
    local expected=$1 port formula rest family=4
    local entries=() targets=()
    while read -r port formula rest; do
        [ -n "$port" ] || continue
        entries+=("$port=$formula")
        targets+=("$(peer_target "$family" "$port")")
        family=$((10 - family))
    done <<<"$2"
    isn_server "${entries[@]}" || return
    isn "$expected" --quick --ordered "${targets[@]}" || return
    [ "$(jq -s length <"$LAB_DIR/record")" -eq "${#targets[@]}" ] || return
    isn_server_stop && judge_classes "$2"
}

@test "weak servers, all at once: each gets its class, and predictable ones are foretold, 3 of 3" {
    lab_begins
    audit_all 1 "$weak"
    capture_stop
    judge_wellformed "$(capture_file)"
}

@test "sound servers and cookies, all at once: each gets its class, none is called weak" {
    lab_begins
    audit_all 0 "$sound"
    says '.predicted == null or .predicted.same_tuple or .predicted.hits == 0'
}

@test "a Mersenne Twister: its 19937 bits out of 800 numbers, and the next three" {
    lab_begins
    isn_server 80=mt19937
    isn 1 --quick -n 800 --deep --rate 1000 --write "$LAB_DIR/own.pcap" "$(peer_target 4 80)"
    says '.class == "WEAK_PRNG" and .prng.name == "MT19937" and .predicted.hits == 3' \
        '.nmap.words == "Good luck!"'
    capture_stop
    for filter in "$SYN" "$SYN_ACK"; do # what --write kept is what was on the wire
        [ "$(judge_count "$LAB_DIR/own.pcap" "$filter")" -eq \
            "$(judge_count "$(capture_file)" "$filter")" ]
    done
    isn_server_stop
}

@test "what --save kept gives the same class with --from, without any privilege" {
    lab_up
    isn_server 80=bsd44 81=rfc6528
    for row in '4 80 1 CLOCK_COUNTER' '6 81 0 RFC6528'; do
        read -r family port status class <<<"$row"
        isn "$status" --quick --save "$LAB_DIR/saved" "$(peer_target "$family" "$port")"
        says ".class == \"$class\""
        n=$(jq .n <"$LAB_DIR/record")
        [ "$(grep -c '^[^#]' "$LAB_DIR/saved")" -eq "$n" ]
        awk '!/^#/ && NF != 6 { exit 1 }' "$LAB_DIR/saved"
        run -"$status" setpriv --reuid 65534 --clear-groups --inh-caps=-all \
            "$TCPPROBE" isn --json --from - <"$LAB_DIR/saved"
        jq -e ".class == \"$class\" and .n == $n" <<<"$output"
    done
    isn_server_stop
}
