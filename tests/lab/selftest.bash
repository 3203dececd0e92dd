# shellcheck shell=bash source-path=SCRIPTDIR
# SPDX-License-Identifier: GPL-3.0-or-later
# What the lab's tests of itself have in common: the kernel's client in the program's place.

bats_require_minimum_version 1.5.0
# shellcheck source=lab.bash
. "$(dirname "${BASH_SOURCE[0]}")/lab.bash"

# talk ADDRESS PORT [TEXT]: the kernel's client says a line and prints the line that it gets.
talk() {
    # shellcheck disable=SC2016
    in_client timeout 4 bash -c '
        exec 3<>"/dev/tcp/$1/$2" || exit
        [ -z "$3" ] || echo "$3" >&3
        read -r -t 3 line <&3 && echo "${line//[[:cntrl:]]}"' bash "$1" "$2" "${3-}"
}

# try_connect ADDRESS PORT [SECONDS]: prints 'open' or the kernel's words for why not.
try_connect() {
    in_client timeout "${3:-2}" /usr/bin/python3 -c '
import socket, sys
try:
    socket.create_connection((sys.argv[1], int(sys.argv[2]))).close()
    print("open")
except OSError as error:
    print(error.strerror)' "$1" "$2" || echo silence
}

# lone_syn ADDRESS [OPTION]...: a SYN by hping3, to port 80; the kernel resets what answers it.
lone_syn() {
    in_client timeout 0.4 hping3 -q -S -c 1 -p 80 "${@:2}" "$1" >/dev/null 2>&1 || true
}

# count FILTER [CAPTURE]: how many captured packets match.
count() {
    judge_count "$(capture_file "${2:-capture}")" "$1"
}

# first_frame FILTER FIELD...: the fields of the first captured packet that matches.
first_frame() {
    local filter=$1 field fields=()
    shift
    for field; do fields+=(-e "$field"); done
    judge_tshark "$(capture_file)" -Y "$filter" -T fields "${fields[@]}" | head -1
}

# all_frames FILTER FIELD: the numbers in all captured packets that match, each once.
all_frames() {
    judge_tshark "$(capture_file)" -Y "$1" -T fields -e "$2" | sort -nu | tr '\n' ' '
}

export SYN='tcp.flags.syn == 1 && tcp.flags.ack == 0 && !icmp && !icmpv6'
export SYN_ACK='tcp.flags.syn == 1 && tcp.flags.ack == 1 && !icmp && !icmpv6'
export ZERO_WINDOW='tcp.window_size_value == 0 && tcp.flags.reset == 0'
