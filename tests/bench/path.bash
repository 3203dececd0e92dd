# shellcheck shell=bash disable=SC2154
# SPDX-License-Identifier: GPL-3.0-or-later
# The long path: client - relay - server.
# What `run` has set: tools.

# path_relay MS: each frame so much late each way; addresses as in lab_up.
path_relay() {
    local where
    lab_begin client relay server || return
    lab_set_addresses 198.18.0.1 2001:db8::1 198.18.0.2 2001:db8::2
    for where in all default; do # the relay's own kernel stays silent
        lab_sysctl relay "ipv6/conf/$where/disable_ipv6" 1
    done
    lab_link client eth0 02:00:00:00:00:01 relay left 02:00:00:00:00:0a || return
    lab_link relay right 02:00:00:00:00:0b server eth0 02:00:00:00:00:02 || return
    lab_addresses_of_one_link || return
    lab_start relay relay "$tools/relay" 3600 "$1" left right || return
    lab_warm 4
}

# path_relay_stop: the relay must not have been what lost something.
path_relay_stop() {
    lab_stop relay >"$LAB_DIR/relay.said" || return
    if grep -v '^READY$\| lost 0$' "$LAB_DIR/relay.said" >&2; then
        echo "bench: the relay lost frames" >&2
    fi
}
