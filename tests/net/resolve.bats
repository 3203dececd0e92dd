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
@test "five hundred at once" {
    names=()
    for i in $(seq 500); do names+=("n$i.example"); done
    resolve "$server" 10000 1 "${names[@]}"
    [ "$(grep -c 'example took_ms=[0-9]* 198\.18\.0\.7$' <<<"$output")" -eq 500 ]
}
