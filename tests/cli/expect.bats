#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# --expect and --only: what is expected of targets, what is said of those that do not meet it, and the
# status that scripts get.
# shellcheck disable=SC2154

setup() {
    load cli.bash
    needs_root
}

# Arguments, the status that they make. 127.0.0.1:1 is closed, nosuch.invalid cannot be resolved.
rows() {
    cat <<'ROWS'
handshake self|0
handshake self --expect=open|0
handshake self --expect=state=open,mss>=1400,sack,wscale,ts|0
handshake self --expect=rtt<5s,connect<5s,ttl=64|0
handshake self --expect=rtt<1ns|1
handshake self --expect=rtt<0.001us|1
handshake self --expect=rtt<=5000|0
handshake self --expect=mss=65495|0
handshake self --expect=mss==65495,mss!=1460|0
handshake self --expect=mss>64KiB|1
handshake self --expect=!sack|1
handshake self --options=none --expect=!sack,!wscale,!ts|0
handshake self --options=none --expect=sack|1
handshake self --expect=answered_options~wscale|0
handshake self --expect=answered_options~frob|1
handshake self --expect=segments<50,findings=0|0
handshake self --expect=closed=both|0
handshake self --expect=closed=none|1
handshake self --close=none --expect=closed=none|0
handshake self -6 --expect=family=6|0
handshake self -4 --expect=family=IPv6|1
handshake 127.0.0.1:1|1
handshake 127.0.0.1:1 --expect=refused|0
handshake 127.0.0.1:1 --expect=closed|0
handshake 127.0.0.1:1 --expect=open|filtered|1
handshake 127.0.0.1:1 --expect=open|refused|0
handshake 127.0.0.1:1 --expect=verdict!=open|0
handshake 127.0.0.1:1 --expect=!open|0
handshake 127.0.0.1:1 --expect=rtt<5s|1
handshake 127.0.0.1:1 --expect=refused,rtt<5s|0
handshake 127.0.0.1:1 --expect=refused,sack|1
handshake nosuch.invalid:1|2
handshake nosuch.invalid:1 --expect=refused|2
handshake nosuch.invalid:1 --expect=inconclusive|0
handshake self nosuch.invalid:1|2
handshake 127.0.0.1:1 nosuch.invalid:1|1
handshake self 127.0.0.1:1 nosuch.invalid:1|1
handshake self 127.0.0.1:1 --expect=open|refused|0
handshake self nosuch.invalid:1 --expect=rtt<1ns|1
rtt self -n 3 -i 1ms --expect=n=3,loss=0,p50<5s,p99<5s,lost_forward=0|0
rtt self -n 3 -i 1ms --expect=rtt<5s|0
rtt self -n 3 -i 1ms --expect=loss>0|1
rtt self -n 3 -i 1ms --expect=sent>=4|1
rtt 127.0.0.1:1 -n 2 -i 1ms|1
rtt 127.0.0.1:1 -n 2 -i 1ms --expect=refused=2|1
rtt 127.0.0.1:1 -n 2 -i 1ms --expect=refused,refused=2|0
rtt nosuch.invalid:1 -n 1 --expect=loss<5%|2
ROWS
}

@test "the status says whether it was met, and -q prints nothing at all" {
    bad=
    while read -r row; do
        wanted=${row##*|}
        read -ra arguments <<<"${row%|*}"
        alone_probe "${arguments[@]}" -q
        [ "$status,$output$stderr" = "$wanted," ] || { bad=yes; printf '%s: %s\n' "$row" "$status,$output$stderr"; }
    done < <(rows)
    [ -z "$bad" ]
}

@test "failed clauses stand in the record and on standard error, with what was seen" {
    alone_probe handshake self --expect='mss<100, sack, wscale=7' --json --fields=target,unmet
    is 1 'tcpprobe: self: not met: mss<100: in_effect_mss is 65495; wscale=7: in_effect_wscale is *'
    [[ $output == '{"target":"self","unmet":"mss<100: in_effect_mss is 65495; wscale=7: in_effect_wscale is '* ]]
    alone_probe rtt self -n 2 -i 1ms --expect='loss>1%' --csv --fields=target,unmet
    is 1 'tcpprobe: self: not met: loss>1%: loss_percent is 0'
    [ "$(tr -d '\r' <<<"${lines[1]}")" = 'self,loss>1%: loss_percent is 0' ]
}

@test "without a clause about the verdict, open is expected" {
    alone_probe handshake 127.0.0.1:1 --expect='rtt<5s' --json --fields=unmet
    is 1 'tcpprobe: 127.0.0.1:1: not met: verdict=open: verdict is refused'
    [ "$(field .unmet)" = 'verdict=open: verdict is refused' ]
}

@test "text shows it below the verdict, and not on standard error" {
    for command in handshake 'rtt -n 2 -i 1ms'; do
        # shellcheck disable=SC2086
        alone_probe $command self --expect='ttl>64'
        is 1
        [[ ${lines[-1]} == 'not met: ttl>64: ttl is 64'* ]]
        [[ ${lines[-2]} == 'open: self answered '* ]]
        # shellcheck disable=SC2086
        alone_probe $command self --expect='ttl=64'
        is 0
        [[ $output != *'not met'* ]]
    done
}

@test "without --expect the field is null, whatever the verdict" {
    alone_probe handshake self 127.0.0.1:1 --json --fields=unmet
    is 1
    [ "$output" = $'{"unmet":null}\n{"unmet":null}' ]
}

@test "--only chooses what is printed, not what counts" {
    alone_probe handshake self 127.0.0.1:1-3 --only=refused --ordered --csv --no-header --fields=target
    is 1
    [ "$(tr -d '\r' <<<"$output" | xargs)" = '127.0.0.1:1 127.0.0.1:2 127.0.0.1:3' ]
    alone_probe handshake self 127.0.0.1:1-3 --only='open,rtt<5s' --json --fields=target
    is 1
    [ "$output" = '{"target":"self"}' ]
    alone_probe handshake self nosuch.invalid:1 --only=inconclusive --json --fields=target
    is 2
    [ "$output" = '{"target":"nosuch.invalid:1"}' ]
    alone_probe handshake self --only=filtered
    is 0
    [ -z "$output" ]
    # It is about the records that are printed: here the probes.
    alone_probe rtt self -n 4 -i 1ms --each --only='number>2' --json --fields=number
    is 0
    [ "$output" = $'{"number":3}\n{"number":4}' ]
}
