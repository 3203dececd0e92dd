# shellcheck shell=bash
# SPDX-License-Identifier: GPL-3.0-or-later
# TCP stacks that are not the kernel's, each on a TAP in the client's namespace: LAB_STACK_FAMILIES
# says which families it speaks; server_address and target lead to it; port 80 echoes, 9 discards,
# 13 greets and closes first, 81 is closed.

# stack_base: the client's namespace, and the server's for real servers behind the stack.
stack_base() {
    lab_begin client server || return
    lab_set_addresses 198.18.0.1 2001:db8::1 198.18.0.2 2001:db8::2
    export LAB_INTERFACE=tap0
}

# stack_answers FAMILY: true when the open port echoes a kernel client's data; leaves no TIME-WAIT.
stack_answers() {
    lab_in client timeout 2 "${LAB_PYTHON[@]}" - "$(server_address "$1")" 2>/dev/null <<'PYTHON'
import socket, struct, sys
with socket.create_connection((sys.argv[1], 80), 1) as sock:
    sock.sendall(b"lab")
    same = sock.recv(3, socket.MSG_WAITALL) == b"lab"
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
sys.exit(not same)
PYTHON
}

stack_ready() {
    local family
    for family in $LAB_STACK_FAMILIES; do
        if ! lab_until 5 stack_answers "$family"; then
            echo "lab: the stack does not answer over IPv$family" >&2
            cat "$LAB_DIR"/*.err >&2
            return 1
        fi
    done
}

# stack_lwip_up: lwIP on a TAP; IPv4 and IPv6. LWIP_ECHO names the built program, otherwise it is
# compiled here.
stack_lwip_up() {
    local program=${LWIP_ECHO:-}
    stack_base || return
    export LAB_STACK_FAMILIES='4 6'
    if [ -z "$program" ]; then
        program="$LAB_DIR/lwip-echo"
        # shellcheck disable=SC2046
        ${CC:-cc} -o "$program" "$LAB_SOURCE/lwip-echo.c" $(pkg-config --cflags --libs lwip) ||
            return
    fi
    ip -n "$(lab_namespace client)" tuntap add dev tap0 mode tap || return
    lab_plain client tap0
    lab_start client stack env PRECONFIGURED_TAPIF=tap0 "$program" || return
    lab_address client tap0 198.18.0.1/24 2001:db8::1/64 || return
    stack_ready
}

# stack_far_side ADDRESS: the real servers behind slirp and passt.
stack_far_side() {
    local server=("${LAB_PYTHON[@]}" "$LAB_SOURCE/server.py" --time 60)
    lab_start server "echo-$1" "${server[@]}" echo "$1" 80 &&
        lab_start server "discard-$1" "${server[@]}" sink "$1" 9 &&
        lab_start server "greet-$1" "${server[@]}" greet-close "$1" 13
}

# stack_slirp_up: libslirp (4.4BSD's TCP), by slirp4netns; IPv4. Far side: the server's namespace.
stack_slirp_up() {
    stack_base || return
    export LAB_STACK_FAMILIES=4
    stack_far_side 127.0.0.1 || return
    LAB_READY='' lab_start server stack timeout 60 slirp4netns --configure \
        --cidr=198.18.0.0/24 --disable-dns \
        --netns-type=path "/run/netns/$(lab_namespace client)" tap0 || return
    lab_until 5 stack_has_interface || return
    stack_ready
    # its own address is .100, the gateway .2
    export LAB_CLIENT4=198.18.0.100
}

# stack_passt_up: passt's TCP, by pasta; IPv4 and IPv6. Far side: the server's namespace, whose
# default route leads into a third namespace without addresses: no way out.
stack_passt_up() {
    lab_begin client server nowhere || return
    lab_set_addresses 198.18.0.1 2001:db8::1 198.18.0.2 2001:db8::2
    export LAB_INTERFACE=tap0 LAB_STACK_FAMILIES='4 6'
    lab_link server eth0 02:00:00:00:00:02 nowhere eth0 02:00:00:00:00:03 || return
    lab_address server eth0 198.18.0.1/24 2001:db8::1/64 || return
    ip -n "$(lab_namespace server)" route add default via 198.18.0.2 || return
    ip -n "$(lab_namespace server)" route add default via 2001:db8::2 || return
    stack_far_side 127.0.0.1 || return
    stack_far_side ::1 || return
    LAB_READY='' lab_start server stack timeout 60 pasta --runas 0:0 -f -q --config-net -I tap0 \
        -a 198.18.0.1 -n 24 -g 198.18.0.2 -a 2001:db8::1 -g 2001:db8::2 \
        -t none -u none -T none -U none --netns "/run/netns/$(lab_namespace client)" || return
    lab_until 5 stack_has_interface || return
    stack_ready
}

stack_has_interface() {
    ip -n "$(lab_namespace client)" -4 addr show dev tap0 2>/dev/null | grep -q 'inet '
}
