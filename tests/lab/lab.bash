# shellcheck shell=bash source-path=SCRIPTDIR
# SPDX-License-Identifier: GPL-3.0-or-later
# The lab: private network namespaces with no way out, things started in them, captures; see README.

LAB_SOURCE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
LAB_PYTHON=(/usr/bin/python3 -B)
export PATH="$PATH:/usr/sbin:/sbin"

# Two stacks, a relay and a capture share the machine with other tests: once in some hundred tests a
# process is late by so much that segments come in another order, or a timer is first. A test may be
# tried once more, and the log tells; what is wrong fails twice.
export BATS_TEST_RETRIES=1
[ "${BATS_TEST_TRY_NUMBER:-1}" -eq 1 ] || echo "# second try: $BATS_TEST_DESCRIPTION" >&3

# Bats keeps account of every command, for the place of a failure: a third of a lab test's work. Of what
# the lab does itself it need not; the test's own line is still named.
! declare -F bats_add_debug_exclude_path >/dev/null || bats_add_debug_exclude_path "$LAB_SOURCE"

# shellcheck source=judge.bash
. "$LAB_SOURCE/judge.bash"
# shellcheck source=middlebox.bash
. "$LAB_SOURCE/middlebox.bash"
# shellcheck source=stacks.bash
. "$LAB_SOURCE/stacks.bash"

# lab_require [PROGRAM]...: skips the test, with the reason, where the lab cannot be built.
lab_require() {
    local program
    [ "$(id -u)" -eq 0 ] || skip "the lab needs root (network namespaces)"
    for program in ip nft tcpdump tshark ethtool ss "$@"; do
        command -v "$program" >/dev/null || skip "the lab needs '$program'"
    done
    if ! ip netns add "tcpprobe-$$-try" 2>/dev/null; then
        skip "no network namespace can be made here"
    fi
    ip netns del "tcpprobe-$$-try"
}

# --- namespaces -----------------------------------------------------------------------------------

# lab_namespace WHERE: the namespace's real name.
lab_namespace() {
    local where=$1
    [ "$where" != server ] || [ -z "${LAB_LOOPBACK_PORT:-}" ] || where=client
    printf 'tcpprobe-%s-%s' "$LAB_ID" "$where"
}

# lab_in WHERE COMMAND...: runs a command in client, server, router, ...
lab_in() {
    local where=$1
    shift
    ip netns exec "$(lab_namespace "$where")" "$@"
}
in_client() { lab_in client "$@"; }
in_server() { lab_in server "$@"; }
in_router() { lab_in router "$@"; }

# lab_sysctl WHERE KEY VALUE: key as a path below net/, as in ipv4/tcp_syncookies.
lab_sysctl() {
    # shellcheck disable=SC2016
    lab_in "$1" sh -c 'printf %s "$2" >"/proc/sys/net/$1"' sh "$2" "$3"
}

# lab_begin WHERE...: new empty namespaces, and a directory for what runs in them.
lab_begin() {
    local where
    LAB_ID="$$-$RANDOM"
    LAB_DIR=$(mktemp -d "${TMPDIR:-/tmp}/lab.XXXXXX") || return # bats may remove its own too early
    LAB_PLACES="$*"
    export LAB_ID LAB_DIR LAB_PLACES LAB_INTERFACE=eth0
    for where; do
        ip netns add "$(lab_namespace "$where")" || return
        lab_sysctl "$where" ipv6/conf/default/accept_dad 0
        lab_sysctl "$where" ipv6/conf/default/router_solicitations 0
        lab_sysctl "$where" ipv6/conf/all/accept_dad 0
        ip -n "$(lab_namespace "$where")" link set lo up || return
    done
    lab_watch
}

# lab_watch: takes the lab down when the test's process ends without having done so: bats does not run
# a teardown once it is killed itself. Ends within a second of lab_down.
lab_watch() {
    (
        trap - DEBUG ERR EXIT
        set +eET
        while [ -e "$LAB_DIR" ]; do
            [ -e "/proc/$$" ] || lab_down
            sleep 1
        done
    ) 3>&- 4>&- </dev/null >/dev/null 2>&1 &
    disown
}

# lab_link WHERE INTERFACE MAC WHERE INTERFACE MAC: a veth pair; no offloads: checksums are real.
lab_link() {
    ip link add "$2" netns "$(lab_namespace "$1")" address "$3" type veth \
        peer name "$5" netns "$(lab_namespace "$4")" address "$6" || return
    lab_plain "$1" "$2" && lab_plain "$4" "$5" || return
}

# lab_plain WHERE INTERFACE: offloads off, interface up.
lab_plain() {
    lab_in "$1" ethtool -K "$2" tx off rx off sg off tso off gso off gro off >/dev/null 2>&1
    ip -n "$(lab_namespace "$1")" link set "$2" up
}

# lab_address WHERE INTERFACE ADDRESS/LENGTH...
lab_address() {
    local namespace interface=$2 address
    namespace=$(lab_namespace "$1")
    shift 2
    for address; do
        case $address in
        *:*) ip -n "$namespace" addr add "$address" dev "$interface" nodad || return ;;
        *) ip -n "$namespace" addr add "$address" dev "$interface" || return ;;
        esac
    done
}

# lab_neighbour WHERE INTERFACE MAC ADDRESS...: known beforehand: the first packet is not late.
lab_neighbour() {
    local namespace interface=$2 mac=$3 address
    namespace=$(lab_namespace "$1")
    shift 3
    for address; do
        ip -n "$namespace" neigh replace "$address" lladdr "$mac" dev "$interface" \
            nud permanent || return
    done
}

# lab_set_addresses CLIENT4 CLIENT6 SERVER4 SERVER6: what client_address, target, ... say.
lab_set_addresses() {
    export LAB_CLIENT4=$1 LAB_CLIENT6=$2 LAB_SERVER4=$3 LAB_SERVER6=$4
}

# lab_up: client - server, one link.
lab_up() {
    lab_begin client server || return
    lab_set_addresses 198.18.0.1 2001:db8::1 198.18.0.2 2001:db8::2
    lab_link client eth0 02:00:00:00:00:01 server eth0 02:00:00:00:00:02 || return
    lab_addresses_of_one_link || return
    lab_warm 4 && lab_warm 6
}

lab_addresses_of_one_link() {
    lab_address client eth0 198.18.0.1/24 2001:db8::1/64 || return
    lab_address server eth0 198.18.0.2/24 2001:db8::2/64 || return
    lab_neighbour client eth0 02:00:00:00:00:02 198.18.0.2 2001:db8::2 || return
    lab_neighbour server eth0 02:00:00:00:00:01 198.18.0.1 2001:db8::1 || return
}

# lab_up_routed: client - router - server; the middlebox functions work in the router.
lab_up_routed() {
    lab_begin client router server || return
    lab_set_addresses 198.18.1.1 2001:db8:1::1 198.18.2.2 2001:db8:2::2
    lab_link client eth0 02:00:00:00:01:01 router left 02:00:00:00:01:fe || return
    lab_link router right 02:00:00:00:02:fe server eth0 02:00:00:00:02:02 || return
    lab_address client eth0 198.18.1.1/24 2001:db8:1::1/64 || return
    lab_address router left 198.18.1.254/24 2001:db8:1::fe/64 || return
    lab_address router right 198.18.2.254/24 2001:db8:2::fe/64 || return
    lab_address server eth0 198.18.2.2/24 2001:db8:2::2/64 || return
    lab_neighbour client eth0 02:00:00:00:01:fe 198.18.1.254 2001:db8:1::fe || return
    lab_neighbour router left 02:00:00:00:01:01 198.18.1.1 2001:db8:1::1 || return
    lab_neighbour router right 02:00:00:00:02:02 198.18.2.2 2001:db8:2::2 || return
    lab_neighbour server eth0 02:00:00:00:02:fe 198.18.2.254 2001:db8:2::fe || return
    lab_sysctl router ipv4/ip_forward 1
    lab_sysctl router ipv6/conf/all/forwarding 1
    ip -n "$(lab_namespace client)" route add default via 198.18.1.254 || return
    ip -n "$(lab_namespace client)" route add default via 2001:db8:1::fe || return
    ip -n "$(lab_namespace server)" route add default via 198.18.2.254 || return
    ip -n "$(lab_namespace server)" route add default via 2001:db8:2::fe || return
    lab_warm 4 && lab_warm 6
}

# lab_up_hops: client - near - router - far - server; the middlebox functions work in the router.
lab_up_hops() {
    local places=(client near router far server) link next
    lab_begin "${places[@]}" || return
    lab_set_addresses 198.18.1.1 2001:db8:1::1 198.18.4.2 2001:db8:4::2
    for link in 1 2 3 4; do
        next=${places[link]}
        lab_link "${places[link - 1]}" "$([ "$link" -eq 1 ] && echo eth0 || echo right)" \
            "02:00:00:00:0$link:01" "$next" "$([ "$link" -eq 4 ] && echo eth0 || echo left)" \
            "02:00:00:00:0$link:02" || return
    done
    for link in 1 2 3 4; do
        lab_hop "${places[link - 1]}" "$([ "$link" -eq 1 ] && echo eth0 || echo right)" "$link" 1 2 &&
            lab_hop "${places[link]}" "$([ "$link" -eq 4 ] && echo eth0 || echo left)" "$link" 2 1 ||
            return
    done
    for next in near router far; do
        lab_sysctl "$next" ipv4/ip_forward 1
        lab_sysctl "$next" ipv6/conf/all/forwarding 1
    done
    lab_way client 0/0 ::/0 1 2 && lab_way near 198.18.4.0/24 2001:db8:4::/64 2 2 &&
        lab_way router 198.18.4.0/24 2001:db8:4::/64 3 2 &&
        lab_way router 198.18.1.0/24 2001:db8:1::/64 2 1 &&
        lab_way far 198.18.0.0/16 2001:db8::/32 3 1 && lab_way server 0/0 ::/0 4 1 || return
    lab_warm 4 && lab_warm 6
}

# lab_hop WHERE INTERFACE LINK END OTHER: this end's address of a link, and the other's neighbour.
lab_hop() {
    lab_address "$1" "$2" "198.18.$3.$4/24" "2001:db8:$3::$4/64" &&
        lab_neighbour "$1" "$2" "02:00:00:00:0$3:0$5" "198.18.$3.$5" "2001:db8:$3::$5"
}

# lab_way WHERE NET4 NET6 LINK END: a route through that end of a link.
lab_way() {
    ip -n "$(lab_namespace "$1")" route add "$2" via "198.18.$4.$5" &&
        ip -n "$(lab_namespace "$1")" route add "$3" via "2001:db8:$4::$5"
}

# hop_address HOP FAMILY: the router's address that its ICMP errors come from: where the SYN came in.
hop_address() { if [ "$2" = 4 ]; then echo "198.18.$1.2"; else echo "2001:db8:$1::2"; fi; }

# lab_up_relay [RULE]...: client - relay.py - server, addresses as in lab_up; rules in relay.py.
# The rules count from here on: the warming up goes through an empty relay first.
lab_up_relay() {
    local where
    lab_begin client relay server || return
    lab_set_addresses 198.18.0.1 2001:db8::1 198.18.0.2 2001:db8::2
    for where in all default; do # the relay's own kernel stays silent
        lab_sysctl relay "ipv6/conf/$where/disable_ipv6" 1
    done
    lab_link client eth0 02:00:00:00:00:01 relay left 02:00:00:00:00:0a || return
    lab_link relay right 02:00:00:00:00:0b server eth0 02:00:00:00:00:02 || return
    lab_addresses_of_one_link || return
    lab_start relay relay "${LAB_PYTHON[@]}" "$LAB_SOURCE/relay.py" left right || return
    lab_warm 4 && lab_warm 6 || return
    lab_stop relay || return
    lab_start relay relay "${LAB_PYTHON[@]}" "$LAB_SOURCE/relay.py" left right "$@"
}

# lab_up_tun: client - server, joined by TUN devices (tun0 on either side): no link layer at all.
lab_up_tun() {
    local where
    lab_begin client wire server || return
    export LAB_INTERFACE=tun0
    lab_set_addresses 198.18.0.1 2001:db8::1 198.18.0.2 2001:db8::2
    lab_start wire wire "${LAB_PYTHON[@]}" "$LAB_SOURCE/tun.py" left right || return
    ip -n "$(lab_namespace wire)" link set left netns "$(lab_namespace client)" name tun0 || return
    ip -n "$(lab_namespace wire)" link set right netns "$(lab_namespace server)" name tun0 || return
    for where in client server; do
        lab_plain "$where" tun0
    done
    lab_address client tun0 198.18.0.1/24 2001:db8::1/64 || return
    lab_address server tun0 198.18.0.2/24 2001:db8::2/64 || return
    lab_warm 4 && lab_warm 6
}

# lab_up_loopback PORT: client and server in one namespace, on lo; what goes to PORT counts as sent
# by the client.
lab_up_loopback() {
    lab_begin client || return
    lab_set_addresses 127.0.0.1 ::1 127.0.0.1 ::1
    export LAB_LOOPBACK_PORT=$1 LAB_INTERFACE=lo
    lab_warm 4 && lab_warm 6
}

# relay_stop: prints what the relay did; fails when a rule never hit (the test did not test it).
relay_stop() {
    lab_stop relay
}

# client_address FAMILY, server_address FAMILY, target FAMILY PORT: as given to the program.
client_address() { if [ "$1" = 4 ]; then echo "$LAB_CLIENT4"; else echo "$LAB_CLIENT6"; fi; }
server_address() { if [ "$1" = 4 ]; then echo "$LAB_SERVER4"; else echo "$LAB_SERVER6"; fi; }
target() {
    if [ "$1" = 4 ]; then echo "$LAB_SERVER4:$2"; else echo "[$LAB_SERVER6]:$2"; fi
}

# lab_warm FAMILY: true when the path works, proved by the refusal at a closed port; at most 2 s.
lab_warm() {
    local address attempt
    address=$(server_address "$1")
    for attempt in 1 2 3 4 5; do
        if lab_in client timeout 0.4 bash -c ": <'/dev/tcp/$address/9'" 2>&1 | grep -q refused; then
            return 0
        fi
    done
    echo "lab: no way from the client to $address (after $attempt attempts)" >&2
    return 1
}

# --- things that run in the background ------------------------------------------------------------

# lab_start WHERE NAME COMMAND...: starts it and waits, 5 s at most, until it is ready: until
# $LAB_READY (default: a line READY) is in its output. Output: $LAB_DIR/NAME.out and NAME.err.
lab_start() {
    local where=$1 name=$2 base="$LAB_DIR/$2"
    shift 2
    rm -f "$base".{pid,status,out,err}
    : >"$base.out"
    : >"$base.err"
    (
        # the shell has background commands ignore SIGINT, which a test may want to send
        ip netns exec "$(lab_namespace "$where")" env --default-signal=INT,QUIT "$@" \
            >"$base.out" 2>"$base.err" </dev/null &
        echo $! >"$base.pid.new"
        mv "$base.pid.new" "$base.pid"
        status=0
        wait $! || status=$?
        echo "$status" >"$base.status.new"
        mv "$base.status.new" "$base.status"
    ) 3>&- 4>&- >/dev/null 2>&1 &
    disown
    lab_until 5 lab_is_ready "$name" "${LAB_READY-^READY}" && return
    echo "lab: '$name' is not ready: $*" >&2
    lab_output "$name" >&2
    return 1
}

lab_is_ready() {
    [ -e "$LAB_DIR/$1.pid" ] || return
    [ -z "$2" ] || grep -qs -- "$2" "$LAB_DIR/$1.out" "$LAB_DIR/$1.err"
}

# lab_until SECONDS COMMAND...: repeats the command until it succeeds, for so long at most.
lab_until() {
    local end=$((${EPOCHREALTIME/./} + $1 * 1000000))
    shift
    until "$@"; do
        [ "${EPOCHREALTIME/./}" -lt "$end" ] || return 1
        sleep 0.01
    done
}

# lab_output NAME: what it printed so far.
lab_output() {
    cat "$LAB_DIR/$1.out" "$LAB_DIR/$1.err"
}

# lab_wait NAME [SECONDS]: waits for its own end, prints its output; its exit status, 124 when it
# does not end in time.
lab_wait() {
    lab_until "${2:-10}" [ -e "$LAB_DIR/$1.status" ] || return 124
    lab_output "$1"
    return "$(<"$LAB_DIR/$1.status")"
}

# lab_saw NAME TEXT [SECONDS]: true as soon as its output has a line that matches.
lab_saw() {
    lab_until "${3:-3}" grep -qs -- "$2" "$LAB_DIR/$1.out" "$LAB_DIR/$1.err"
}

# lab_stop NAME [SIGNAL]: asks it to end, makes it after 3 s; prints its output; its exit status.
lab_stop() {
    local base="$LAB_DIR/$1"
    [ -e "$base.pid" ] || return 0
    [ -e "$base.status" ] || kill "-${2:-TERM}" "$(<"$base.pid")" 2>/dev/null || true
    if ! lab_until 3 [ -e "$base.status" ]; then
        kill -KILL "$(<"$base.pid")" 2>/dev/null || true
        lab_until 3 [ -e "$base.status" ] || true
    fi
    lab_wait "$1" 1
}

# lab_down: ends all that the lab started, deletes its namespaces; at any time, and again.
lab_down() {
    local base pid place
    [ -n "${LAB_ID:-}" ] || return 0
    for base in "$LAB_DIR"/*.pid; do
        if [ -e "$base" ] && [ ! -e "${base%.pid}.status" ]; then
            kill "$(<"$base")" 2>/dev/null || true
        fi
    done
    for place in $LAB_PLACES; do # whatever else lives in a namespace that is ours alone
        for pid in $(ip netns pids "$(lab_namespace "$place")" 2>/dev/null); do
            kill -KILL "$pid" 2>/dev/null || true
        done
        ip netns del "$(lab_namespace "$place")" 2>/dev/null || true
    done
    for base in "$LAB_DIR"/*.pid; do
        if [ -e "$base" ]; then
            lab_until 3 [ -e "${base%.pid}.status" ] || true
        fi
    done
    rm -rf "${LAB_DIR:?}"
    unset LAB_ID LAB_DIR LAB_PLACES LAB_LOOPBACK_PORT LAB_INTERFACE LAB_STACK_FAMILIES
    return 0
}

# --- servers, peers, captures ---------------------------------------------------------------------

# server_start FAMILY MODE PORT [OPTION]...: a kernel server, see server.py; named server-PORT.
server_start() {
    local family=$1 mode=$2 port=$3
    shift 3
    lab_start server "server-$port" "${LAB_PYTHON[@]}" "$LAB_SOURCE/server.py" "$@" \
        "$mode" "$(server_address "$family")" "$port"
}

# peer_start FAMILY PORT [OPTION]... <SCRIPT: a scripted peer at peer_address (peer.py); named peer.
peer_start() {
    local family=$1 port=$2
    shift 2
    cat >"$LAB_DIR/peer.script"
    lab_start server peer "${LAB_PYTHON[@]}" "$LAB_SOURCE/peer.py" "$@" \
        eth0 "$(peer_address "$family")" "$port" "$LAB_DIR/peer.script"
}

# peer_wait [SECONDS]: 0 when the script went through to its end.
peer_wait() { lab_wait peer "${1:-10}"; }

# peer_address FAMILY, peer_target FAMILY PORT: an address that no kernel owns.
peer_address() { if [ "$1" = 4 ]; then echo 198.18.0.3; else echo 2001:db8::3; fi; }
peer_target() {
    if [ "$1" = 4 ]; then echo "198.18.0.3:$2"; else echo "[2001:db8::3]:$2"; fi
}

# capture_start [NAME [WHERE [INTERFACE]]]: an independent tcpdump into capture_file NAME; all that
# the client's interface sees, unless told otherwise.
capture_start() {
    local name=${1:-capture} where=${2:-client} interface=${3:-$LAB_INTERFACE}
    printf '%s %s\n' "$where" "$interface" >"$LAB_DIR/$name.where"
    LAB_READY='listening on' lab_start "$where" "$name" timeout 120 tcpdump -i "$interface" \
        --nano -U --immediate-mode -B "${LAB_CAPTURE_KIB:-4096}" -s 0 -n -p -Z root -w "$(capture_file "$name")"
}

capture_file() { echo "$LAB_DIR/${1:-capture}.pcap"; }

# capture_stop [NAME]: a marker frame behind the last packet shows that all of it is in the file.
capture_stop() {
    local name=${1:-capture} where interface
    read -r where interface <"$LAB_DIR/$name.where"
    if lab_in "$where" "${LAB_PYTHON[@]}" - "$interface" <<'PYTHON' 2>/dev/null; then
import socket, sys
sock = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, 0)
sock.sendto(b"end of the lab's capture", (sys.argv[1], 0x88B5, 0, 0, b"\2\0\0\0\0\0"))
PYTHON
        lab_until 3 grep -qa "end of the lab's capture" "$(capture_file "$name")" ||
            echo "lab: the capture '$name' may be incomplete" >&2
    else
        sleep 0.3 # the interface has vanished: no marker can follow
    fi
    lab_stop "$name" INT >/dev/null
}

# --- the program ----------------------------------------------------------------------------------

# probe ARGUMENT...: the program under test ($TCPPROBE) in the client's namespace, at most 30 s.
probe() {
    in_client timeout -k 1 30 "${TCPPROBE:?the program to test}" "$@"
}

# judge_all RSTS [NAME]: ends the capture; exactly so many RSTs left the client's side, all that it
# sent is well-formed, and nothing is left behind.
judge_all() {
    capture_stop "${2:-capture}" &&
        judge_no_stray_rst "$(capture_file "${2:-capture}")" "$1" &&
        judge_wellformed "$(capture_file "${2:-capture}")" &&
        judge_no_leftover
}
