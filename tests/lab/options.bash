# shellcheck shell=bash source-path=SCRIPTDIR
# SPDX-License-Identifier: GPL-3.0-or-later
# What the tests of `options` in the lab share: servers with a setting each, a run at the lab's pace,
# and questions to its records. What is expected is written from the standard or the set-up.

bats_require_minimum_version 1.5.0
# shellcheck source=isn.bash
. "$(dirname "${BASH_SOURCE[0]}")/isn.bash"

# So a climb takes some two seconds. Options given later win.
LAB_PACE=(--timeout 200ms --patience 1500ms)
LAB_RATE=300 # SYNs a second to each target; empty: the program's own

scope=true # a jq filter: the records that are asked

# --- servers, each with settings of its own -------------------------------------------------------

# servers_up NAME...: one client, and a namespace for each server, on a link of its own. The n-th is
# 198.18.n.2 and 2001:db8:n::2. All else works as after lab_up; the client's interfaces are eth1 ….
servers_up() {
    local name number=0
    lab_begin client "$@" || return
    SERVERS=("$@")
    for name; do
        number=$((number + 1))
        lab_link client "eth$number" "02:00:00:00:$number:01" "$name" eth0 \
            "02:00:00:00:$number:02" || return
        lab_address client "eth$number" "198.18.$number.1/24" "2001:db8:$number::1/64" || return
        lab_address "$name" eth0 "198.18.$number.2/24" "2001:db8:$number::2/64" || return
        lab_neighbour client "eth$number" "02:00:00:00:$number:02" "198.18.$number.2" \
            "2001:db8:$number::2" || return
        lab_neighbour "$name" eth0 "02:00:00:00:$number:01" "198.18.$number.1" \
            "2001:db8:$number::1" || return
    done
}

# server_number NAME, address_at NAME FAMILY
server_number() {
    local number
    for number in "${!SERVERS[@]}"; do
        [ "${SERVERS[number]}" != "$1" ] || echo $((number + 1))
    done
}
address_at() {
    if [ "$2" = 4 ]; then
        echo "198.18.$(server_number "$1").2"
    else
        echo "2001:db8:$(server_number "$1")::2"
    fi
}

# listen_at NAME MODE PORT [OPTION]...: server.py there, for both families. all_listen: they are
# ready; climb waits for that too.
listen_at() {
    local name=$1 mode=$2 port=$3 family
    shift 3
    for family in 4 6; do
        LAB_READY='' lab_start "$name" "listener-$name-$port-$family" "${LAB_PYTHON[@]}" \
            "$LAB_SOURCE/server.py" --time 90 "$@" "$mode" "$(address_at "$name" "$family")" \
            "$port" || return
    done
}
all_listen() {
    local base
    for base in "$LAB_DIR"/listener-*.pid; do
        [ -e "$base" ] || continue
        base=$(basename "$base" .pid)
        lab_until 5 lab_is_ready "$base" '^READY' && continue
        echo "lab: '$base' is not ready" >&2
        lab_output "$base" >&2
        return 1
    done
}

# listen MODE PORT [OPTION]...: server.py in the one server of lab_up, lab_up_routed and the like, for
# both families. sinks PORT...: many ports of it that say nothing, one for each thing on the way.
listen() {
    local mode=$1 port=$2 family
    shift 2
    for family in 4 6; do
        LAB_READY='' lab_start server "listener-$port-$family" "${LAB_PYTHON[@]}" \
            "$LAB_SOURCE/server.py" --time 90 "$@" "$mode" "$(server_address "$family")" "$port" ||
            return
    done
}
sinks() {
    LAB_READY='' lab_start server listener-sinks "${LAB_PYTHON[@]}" "$LAB_SOURCE/many_server.py" \
        --time 90 "$@"
}

# target_at NAME FAMILY PORT: as given to the program.
target_at() {
    if [ "$2" = 4 ]; then echo "$(address_at "$1" 4):$3"; else echo "[$(address_at "$1" 6)]:$3"; fi
}

# targets_at PORT NAME...: both targets of each, as given to the program, into $targets.
targets_at() {
    local port=$1 name
    shift
    targets=()
    for name; do
        targets+=("$(target_at "$name" 4 "$port")" "$(target_at "$name" 6 "$port")")
    done
}

# both PORT...: the targets of the one server of lab_up, lab_up_routed and the like, into $targets.
both() {
    local port
    targets=()
    for port; do targets+=("$(target 4 "$port")" "$(target 6 "$port")"); done
}

# --- the run --------------------------------------------------------------------------------------

# climb STATUS ARGUMENT...: runs it at the lab's pace and keeps its records; exit status as expected.
# Both families, and several servers, are best given in one run: it measures them side by side.
climb() {
    local expected=$1 status=0
    shift
    scope=true
    at_once "$@"
    all_listen || return
    in_client timeout -k 1 "${OPTIONS_SECONDS:-60}" "${TCPPROBE:?the program to test}" options \
        --json "${LAB_PACE[@]}" "${pace[@]}" "$@" >"$LAB_DIR/record" 2>"$LAB_DIR/diagnostics" ||
        status=$?
    [ "$status" -eq "$expected" ] && return
    echo "options $*: exit status $status, $expected expected" >&2
    show_record
    return 1
}

# climb_start NAME ARGUMENT...: the same in the background, where the test does something meanwhile.
climb_start() {
    local name=$1
    shift
    at_once "$@"
    all_listen || return
    LAB_READY='' lab_start client "$name" "${TCPPROBE:?the program to test}" options \
        --json "${LAB_PACE[@]}" "${pace[@]}" "$@"
}

# at_once ARGUMENT...: all targets among these at the same time, each at the lab's rate: $pace. What
# is said by --rate holds for the whole run.
at_once() {
    local argument count=0
    for argument; do
        if [[ $argument =~ ^(\[.*\]|[0-9.]+):[0-9]+$|^self$ ]]; then
            count=$((count + 1))
        fi
    done
    [ "$count" -gt 0 ] || count=1
    pace=(--parallel "$count")
    [ -z "$LAB_RATE" ] || pace+=(--rate "$((LAB_RATE * count))")
}

# climb_end NAME STATUS [SIGNAL]: its end by itself, or by a signal; then its records are asked.
climb_end() {
    local status=0
    scope=true
    if [ -n "${3:-}" ]; then
        lab_stop "$1" "$3" >/dev/null || status=$?
    else
        lab_wait "$1" 60 >/dev/null || status=$?
    fi
    cp "$LAB_DIR/$1.out" "$LAB_DIR/record"
    cp "$LAB_DIR/$1.err" "$LAB_DIR/diagnostics"
    [ "$status" -eq "$2" ] && return
    echo "options: exit status $status, $2 expected" >&2
    show_record
    return 1
}

# --- questions to the records ---------------------------------------------------------------------

# about ADDRESS...: what follows is asked of these records alone, which there are. about all: of all.
about() {
    local address wanted=''
    scope=true
    [ "$1" != all ] || return 0
    for address; do wanted+="${wanted:+,}\"$address\""; done
    scope="(.address | IN($wanted))"
    holds "map(.address) | sort == ([$wanted] | sort)"
}

# on PORT...: about the records of these ports, both families.
on() {
    local ports
    ports=$(IFS=, && echo "$*")
    scope="(.port | IN($ports))"
    holds "length == 2 * $#"
}

# at NAME...: about both addresses of these servers.
at() {
    local name addresses=()
    for name; do addresses+=("$(address_at "$name" 4)" "$(address_at "$name" 6)"); done
    about "${addresses[@]}"
}

# holds FILTER: of the array of the records in scope.
holds() {
    jq -se "map(select($scope)) | length > 0 and ($1)" <"$LAB_DIR/record" >/dev/null && return
    echo "the records where $scope do not say: $1" >&2
    show_record
    return 1
}

# each_says FILTER...: all are true of each record in scope. One jq, for there are many questions.
each_says() {
    local filter all=true
    for filter; do all+=" and ($filter)"; done
    jq -se "map(select($scope)) | length > 0 and all(.[]; $all)" <"$LAB_DIR/record" >/dev/null
}

# fact FILTER...: each jq filter is true of every record in scope: fact '.clock.rate_hz > 999'
fact() {
    local filter
    each_says "$@" && return
    for filter; do
        each_says "$filter" || echo "a record where $scope does not say: $filter" >&2
    done
    show_record
    return 1
}

# entry LIST KEY VALUE FILTER...: what listed asks, as a filter.
entry() {
    local list=$1 key=$2 value=$3 filter all=true
    shift 3
    for filter; do all+=" and ($filter)"; done
    echo "([.${list}[] | select(.$key == \"$value\")] | length == 1 and all(.[]; $all))"
}

# listed LIST KEY VALUE FILTER...: the one entry of that list has these; else it is printed.
listed() {
    local list=$1 key=$2 value=$3 filter
    each_says "$(entry "$@")" && return
    shift 3
    {
        for filter; do
            each_says "$(entry "$list" "$key" "$value" "$filter")" ||
                echo "the entry of $list: $value does not say: $filter"
        done
        jq -c "select($scope) | [.address, .port, (.${list}[] | select(.$key == \"$value\"))]" \
            <"$LAB_DIR/record"
        cat "$LAB_DIR/diagnostics"
    } >&2
    return 1
}

# row FEATURE VERDICT [FILTER]...: the matrix' row, and the field of that name in the record.
row() {
    local feature=$1 verdict=$2
    shift 2
    listed matrix feature "$feature" ".verdict == \"$verdict\"" "$@" &&
        fact ".$feature == \"$verdict\""
}

# rows VERDICT FEATURE...
rows() {
    local verdict=$1 feature all=()
    shift
    for feature; do
        all+=("$(entry matrix feature "$feature" ".verdict == \"$verdict\"")"
            ".$feature == \"$verdict\"")
    done
    each_says "${all[@]}" && return
    for feature; do row "$feature" "$verdict" || return; done
}

# untouched [FEATURE]...: but for these, the rows are those of the lab's Linux without Fast Open and
# MPTCP, behind a way that touches nothing: by its documents (ip-sysctl, tcp_ecn of 2), and by the
# standards where it knows nothing of it. Who signs nothing drops what is signed (net/ipv4/tcp.c).
untouched() {
    local verdict feature features wanted
    while read -r verdict features; do
        wanted=()
        for feature in $features; do
            case " $* " in *" $feature "*) continue ;; esac
            wanted+=("$feature")
        done
        rows "$verdict" "${wanted[@]}" || return
    done <<'WORDS'
supported bare mss wscale sack timestamps sets order padding full ecn
declined fastopen accecn mptcp uto edo unknown malformed reserved data checksum
breaks md5
WORDS
}

# rung NAME FILTER...; check NAME OUTCOME [FILTER]...; front TEST SAYS [FILTER]...
rung() { listed rungs rung "$@"; }
check() {
    local name=$1 outcome=$2
    shift 2
    listed checks check "$name" ".outcome == \"$outcome\"" "$@"
}
front() {
    local name=$1 says=$2
    shift 2
    listed front test "$name" ".says == \"$says\"" "$@"
}

# finding ID...: each is among the findings. no_finding ID...: none is.
finding() {
    local id all=()
    for id; do all+=(".findings | any(.id == \"$id\")"); done
    fact "${all[@]}"
}
no_finding() {
    local id all=()
    for id; do all+=(".findings | all(.id != \"$id\")"); done
    fact "${all[@]}"
}

# no_finding_from SEVERITY: none of it or above.
no_finding_from() {
    local severity above=''
    for severity in high medium low info; do
        above+="${above:+,}\"$severity\""
        [ "$severity" != "$1" ] || break
    done
    fact "[.findings[] | select(.severity | IN($above))] == []"
}

show_record() {
    jq -c 'del(.matrix, .rungs, .checks, .front, .quoted)' <"$LAB_DIR/record" >&2
    jq -r '.address as $a | (.matrix[]? | [$a, .feature, .verdict, .in_effect, .evidence]),
        (.checks[]? | [$a, .check, .outcome, .detail]), (.front[]? | [$a, .test, .says, .detail]) |
        @tsv' <"$LAB_DIR/record" >&2
    head -c 4000 "$LAB_DIR/diagnostics" >&2
}
