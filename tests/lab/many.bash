# shellcheck shell=bash source-path=SCRIPTDIR
# SPDX-License-Identifier: GPL-3.0-or-later
# What the tests of many targets in the lab share: a server for all of them, lists, questions to records and to the capture.

bats_require_minimum_version 1.5.0
# shellcheck source=lab.bash
. "$(dirname "${BASH_SOURCE[0]}")/lab.bash"

# The captures' ring: 65,536 frames.
export LAB_CAPTURE_KIB=131072

# many_net: the server owns all of 198.18.64.0/18 and 2001:db8:64::/64 too.
many_net() {
    local here=client next4=198.18.0.2 next6=2001:db8::2
    case " $LAB_PLACES " in *" router "*) here=router next4=$LAB_SERVER4 next6=$LAB_SERVER6 ;; esac
    ip -n "$(lab_namespace server)" route add local 198.18.64.0/18 dev lo
    ip -n "$(lab_namespace server)" route add local 2001:db8:64::/64 dev lo
    ip -n "$(lab_namespace "$here")" route add 198.18.64.0/18 via "$next4"
    ip -n "$(lab_namespace "$here")" route add 2001:db8:64::/64 via "$next6"
    lab_sysctl server core/somaxconn 65535
    lab_sysctl server ipv4/tcp_max_syn_backlog 65535
}

# many_server PORT...: takes every connection, at every address; 'lab_stop many' says what it saw.
many_server() {
    lab_start server many "${LAB_PYTHON[@]}" "$LAB_SOURCE/many_server.py" "$@"
}

# many_list FAMILY PORT COUNT: so many addresses of the server's, a target a line.
many_list() {
    if [ "$1" = 4 ]; then
        seq "$3" | awk -v port="$2" '{ print "198.18." 64 + int($1 / 256) "." $1 % 256 ":" port }'
    else
        seq "$3" | awk -v port="$2" '{ printf "[2001:db8:64::%x]:%s\n", $1, port }'
    fi
}

# judges CHECK ARGUMENT...: what many.py asks the capture.
judges() {
    "${LAB_PYTHON[@]}" "$LAB_SOURCE/many.py" "$(capture_file)" "$LAB_CLIENT4,$LAB_CLIENT6" "$@"
}

# many STATUS ARGUMENT...: the program in the client's namespace; $LAB_DIR/out, $LAB_DIR/err.
many() {
    local expected=$1 status=0
    shift
    probe "$@" >"$LAB_DIR/out" 2>"$LAB_DIR/err" || status=$?
    [ "$status" -eq "$expected" ] && return
    echo "tcpprobe $*: exit status $status, $expected expected" >&2
    tail -n 20 "$LAB_DIR/out" "$LAB_DIR/err" >&2
    return 1
}

# records COUNT FILTER...: so many JSON records, and each filter is true of all of them.
records() {
    local count filter
    count=$(jq -s length <"$LAB_DIR/out") || return
    if [ "$count" -ne "$1" ]; then
        echo "$count records, not $1" >&2
        return 1
    fi
    shift
    for filter; do
        jq -se "all(.[]; $filter)" <"$LAB_DIR/out" >/dev/null && continue
        echo "not all records say: $filter" >&2
        jq -c "select(($filter) | not) | del(.segments, .steps)" <"$LAB_DIR/out" | head -3 >&2
        return 1
    done
}

# told PATTERN: standard error matches this (a pattern of [[ ]]); nothing: it is empty.
told() {
    local seen
    seen=$(<"$LAB_DIR/err")
    # shellcheck disable=SC2053
    [[ $seen == ${1:-} ]] && return
    printf 'on standard error: %s\n' "$seen" >&2
    return 1
}

# many_names: a name server for the client (names.py), and 'named' in the place of 'many'.
many_names() {
    printf 'nameserver 127.0.0.1\n' >"$LAB_DIR/resolv.conf"
    printf '127.0.0.1 localhost\n' >"$LAB_DIR/hosts"
    lab_start client names "${LAB_PYTHON[@]}" "$LAB_SOURCE/names.py"
}

# named_program: the program with that name server and no hosts file.
named_program() {
    cat >"$LAB_DIR/named" <<EOF
#!/bin/sh
exec unshare --mount sh -c 'mount --bind "$LAB_DIR/hosts" /etc/hosts &&
    mount --bind "$LAB_DIR/resolv.conf" /etc/resolv.conf && exec "$TCPPROBE" "\$@"' sh "\$@"
EOF
    chmod 755 "$LAB_DIR/named"
}

# named STATUS ARGUMENT...: as many, with that name server.
named() {
    named_program
    TCPPROBE="$LAB_DIR/named" many "$@"
}

# named_start NAME ARGUMENT...: in the background
named_start() {
    local name=$1
    shift
    named_program
    LAB_READY='' lab_start client "$name" "$LAB_DIR/named" "$@"
}

# milliseconds: of a clock that goes on.
milliseconds() { echo $((${EPOCHREALTIME/./} / 1000)); }

# values FIELD: that of each JSON record, a line each.
values() { jq -r ".$1" <"$LAB_DIR/out"; }

# judge_no_server_connection: none is left on the server, in a second.
judge_no_server_connection() {
    lab_until 1 server_is_clean && return
    in_server ss -Htan >&2
    return 1
}
server_is_clean() { ! in_server ss -Htan | grep -qvE '^(LISTEN|TIME-WAIT)'; }
