#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# net/resolve with a hosts file and name servers of the test's own, in a namespace with nothing but loopback.

setup() {
    . "$(dirname "$BATS_TEST_FILENAME")/net.bash"
    [ "$(id -u)" -eq 0 ] || skip 'needs root'
    printf '127.0.0.1 localhost\n::1 localhost\n198.18.0.9 twice\n198.18.0.9 twice\n2001:db8::9 twice\n' \
        >"$BATS_TEST_TMPDIR/hosts"
    printf 'nameserver 127.0.0.1\n' >"$BATS_TEST_TMPDIR/resolv.conf"
}

# resolve SERVER|- MILLISECONDS FAMILY NAME...
resolve() {
    # shellcheck disable=SC2016
    run timeout 20 unshare --net --mount sh -c '
        ip link set lo up
        mount --bind "$1/hosts" /etc/hosts
        mount --bind "$1/resolv.conf" /etc/resolv.conf
        tool=$2 server=$3
        shift 3
        if [ "$server" != - ]; then
            /usr/bin/python3 -B "$server" 3>&- >"$1" & pid=$!
            for attempt in 1 2 3 4 5 6 7 8 9 10; do
                ss -Hlun | grep -q . && break
                sleep 0.1
            done
        fi
        shift
        "$tool" resolve "$@"
        status=$?
        [ "$server" = - ] || kill $pid
        exit $status' sh "$BATS_TEST_TMPDIR" "$TOOL" "$1" "$BATS_TEST_TMPDIR/served" "${@:2}"
    echo "$output"
}
server="$(dirname "$BATS_TEST_FILENAME")/name_server.py"

@test "localhost and names in the hosts file need no name server; duplicates are removed" {
    resolve - 2000 0 localhost twice
    [ "$status" -eq 0 ]
    grep -Eq '^localhost took_ms=[0-9]+( 127\.0\.0\.1| ::1){2}$' <<<"$output"
    grep -Eq '^twice took_ms=[0-9]+( 198\.18\.0\.9| 2001:db8::9){2}$' <<<"$output"
    [[ "$output" == *end ]]
}
@test "one family" {
    resolve - 2000 1 twice
    grep -Eq '^twice took_ms=[0-9]+ 198\.18\.0\.9$' <<<"$output"
    resolve - 2000 2 twice
    grep -Eq '^twice took_ms=[0-9]+ 2001:db8::9$' <<<"$output"
}
@test "no name server that answers the door: said at once" {
    resolve - 3000 0 www.example
    grep -Eq "^www.example took_ms=[0-9]{1,3} fault=a name cannot be resolved what=no name server can be reached, or none will answer, for 'www.example'$" <<<"$output"
}
@test "answers of a name server: addresses, no such name, no address of the family, failure" {
    resolve "$server" 3000 0 both.example none.example fails.example
    grep -Eq '^both.example took_ms=[0-9]+( 198\.18\.0\.7| 198\.18\.0\.8| 2001:db8::7){3}$' <<<"$output"
    [[ "$output" == *"what=there is no name 'none.example'"* ]]
    [[ "$output" == *"what=no name server can be reached, or none will answer, for 'fails.example'"* ]]
    resolve "$server" 3000 2 four.example
    [[ "$output" == *"what=name 'four.example' has no address of the kind that is wanted"* ]]
}
@test "a silent name server: each query has its own bound, and others go on" {
    resolve "$server" 700 0 silent.example both.example
    grep -Eq "^silent.example took_ms=7[0-9]{2} fault=a name cannot be resolved what=no answer from the name servers for 'silent.example' in time$" <<<"$output"
    grep -Eq '^both.example took_ms=[0-9]{1,2} [12]' <<<"$output"
    # Nothing goes on for the query that nobody waits for any more.
    [[ "$output" == *end ]]
}
@test "a lost answer is asked for again" {
    resolve "$server" 4000 1 second.example
    grep -Eq '^second.example took_ms=1[0-9]{3} 198\.18\.0\.7$' <<<"$output"
}
# names COUNT PREFIX: so many names, each behind its prefix
names() { seq "$1" | sed "s/.*/$2&.example/"; }
# milliseconds: what the whole took
milliseconds() { sed -n 's/^ms=\([0-9]*\) .*/\1/p' <<<"$output"; }

@test "five thousand at once, over both families, and no descriptor is left" {
    # shellcheck disable=SC2046
    resolve "$server" 10000 1 $(names 5000 n) >/dev/null
    [ "$(grep -c 'example took_ms=[0-9]* 198\.18\.0\.7$' <<<"$output")" -eq 5000 ]
    [ "$(sed 's/ .*//' <<<"$output" | grep -c example)" -eq 5000 ]
    [ "$(sed 's/ .*//' <<<"$output" | grep example | sort -u | wc -l)" -eq 5000 ]
    grep -q ' left=0$' <<<"$output"
    # Each counts from when it was its turn: no answer took as long as all of them.
    echo "all: $(milliseconds) ms"
    longest=$(sed -n 's/.* took_ms=\([0-9]*\) .*/\1/p' <<<"$output" | sort -n | tail -n 1)
    echo "one: $longest ms"
    [ "$longest" -lt 3000 ]
    # shellcheck disable=SC2046
    resolve "$server" 10000 0 $(names 1000 n) >/dev/null
    [ "$(grep -c 'example took_ms=[0-9]* 198\.18\.0\.7$' <<<"$output")" -eq 1000 ]
}
@test "no more questions are out at once than 256, and limits count from when they go out" {
    # shellcheck disable=SC2046
    resolve "$server" 500 1 $(names 600 silent.) both.example
    [ "$(grep -c "took_ms=5[0-9][0-9] .* in time$" <<<"$output")" -eq 600 ]
    # 256, 256, and the rest: three times half a second.
    [ "$(milliseconds)" -ge 1500 ]
    [ "$(milliseconds)" -lt 2400 ]
    grep -Eq '^both.example took_ms=[0-9]{1,3} 198' <<<"$output"
}
@test "a name that is being asked for, or was answered, is not asked for again" {
    # The server answers once, then never more.
    # shellcheck disable=SC2046
    resolve "$server" 1000 1 once.example once.example never.example once.example + once.example \
        never.example $(names 300 n) + once.example never.example once.example
    [ "$(grep -c '^once.example took_ms=[0-9]* 198\.18\.0\.7$' <<<"$output")" -eq 6 ]
    [ "$(grep -c "^never.example took_ms=[0-9]* .*there is no name 'never.example'$" <<<"$output")" -eq 3 ]
    [[ "$output" != *early* ]]
    # Another family is another question.
    resolve "$server" 700 0 once.example + once.example
    [ "$(grep -c '^once.example' <<<"$output")" -eq 2 ]
}
@test "what is remembered has a bound: the one longest unused is forgotten" {
    # shellcheck disable=SC2046
    resolve "$server" 400 1 once.example + $(names 4000 n) + once.example + $(names 90 m) + once.example >/dev/null
    [ "$(grep -c '^once.example took_ms=[0-9]* 198\.18\.0\.7$' <<<"$output")" -eq 3 ]
    # shellcheck disable=SC2046
    resolve "$server" 400 1 once.example + $(names 4200 n) + once.example >/dev/null
    [ "$(grep -c '^once.example took_ms=[0-9]* 198\.18\.0\.7$' <<<"$output")" -eq 1 ]
    [ "$(grep -c '^once.example .* in time$' <<<"$output")" -eq 1 ]
}
@test "a time-out is not remembered" {
    resolve "$server" 1000 1 second.example + second.example
    [ "$(grep -c '^second.example took_ms=1[0-9]* .* in time$' <<<"$output")" -eq 1 ]
    [ "$(grep -c '^second.example took_ms=[0-9]* 198\.18\.0\.7$' <<<"$output")" -eq 1 ]
}
@test "the resolver may be freed from within an answer, in the middle" {
    # shellcheck disable=SC2046
    resolve "$server" 5000 0 stop=700 $(names 2000 n) silent.example >/dev/null
    [ "$(grep -c '^n.*took_ms' <<<"$output")" -eq 700 ]
    grep -q ' left=0$' <<<"$output"
    [[ "$output" == *end ]]
}
