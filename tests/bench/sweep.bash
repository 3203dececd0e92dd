# shellcheck shell=bash disable=SC2154
# SPDX-License-Identifier: GPL-3.0-or-later
# Sweeps: very many targets, in rotation with nmap, masscan and zmap.
# What `run` has set: here, tools, program, format, rounds.

SWEEP_SCENES='ports ports-relay hosts hosts-loss handshakes'
SWEEP_GATEWAY=02:00:00:00:00:02

# sweep_hosts: a whole /16 that answers, behind the server.
sweep_hosts() {
    ip -n "$(lab_namespace client)" route add 198.19.0.0/16 via 198.18.0.2 || return
    ip -n "$(lab_namespace server)" route add local 198.19.0.0/16 dev lo
}

# sweep_beat: a frame of no protocol ten times a second; masscan never ends where nothing arrives.
sweep_beat() {
    lab_start server beat "${LAB_PYTHON[@]}" -c '
import socket, time
link = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, 0)
print("READY", flush=True)
for _ in range(9000):
    link.sendto(bytes(46), ("eth0", 0x88B5, 0, 0, bytes.fromhex("020000000001")))
    time.sleep(0.1)'
}

# sweep_scene SCENE: the path, the listener; the server's queues are not what is measured.
sweep_scene() {
    local ports='22 80 443 1024 8080 8443 15000 27017 32768 49152 60000 65535'
    case " $SWEEP_SCENES " in
    *" $1 "*) ;;
    *)
        echo "bench: there is no scene '$1'" >&2
        return 1
        ;;
    esac
    case $1 in
    ports-relay) path_relay 10 || return ;;
    *) lab_up || return ;;
    esac
    case $1 in
    hosts*) sweep_hosts && ports=80 || return ;;
    handshakes)
        ports=10000-19999
        # masscan's own stack needs an address that the client's kernel does not own
        lab_neighbour server eth0 02:00:00:00:00:01 198.18.0.9 || return
        ;;
    esac
    if [ "$1" = hosts-loss ]; then
        # the server's hooks: every capture at the client's sees what came through
        middlebox_rule 'meta l4proto tcp numgen random mod 50 == 0 drop' || return
    fi
    lab_sysctl server core/somaxconn 65535
    lab_sysctl server ipv4/tcp_max_syn_backlog 65535
    # shellcheck disable=SC2086
    lab_start server listener "$tools/listen" 900 $ports && sweep_beat
}

bench_sweep() {
    local scene runs="$tools/sweep.json"
    : >"$runs"
    for scene in ${BENCH_SCENES:-$SWEEP_SCENES}; do
        sweep_scene "$scene" || return
        BENCH_LISTENER_OUTPUT="$LAB_DIR/listener.out" in_client "${LAB_PYTHON[@]}" \
            "$here/sweep.py" "$scene" "${rounds:-5}" "$tools" "$program" "$LAB_INTERFACE" \
            "$LAB_SERVER4" "$SWEEP_GATEWAY" "$(<"$LAB_DIR/listener.pid")" "$runs" || return
        if [ "$scene" = ports-relay ]; then
            path_relay_stop || return
        fi
        lab_down
    done
    "${LAB_PYTHON[@]}" "$here/sweep-report.py" "$format" "$runs"
}
