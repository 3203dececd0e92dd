#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# TAP: the packages that configure.ac and README name are those that bootstrap installs.
set -u

top=${TOP_SRCDIR:-$(cd "$(dirname "$0")/.." && pwd)}
cd "$top" || exit 70

number=0
report() { # NAME WHAT-IS-MISSING
    number=$((number + 1))
    if [ -z "$2" ]; then
        echo "ok $number - $1"
    else
        echo "not ok $number - $1"
        printf '%s\n' "$2" | sed 's/^/# missing: /'
    fi
}

listed() { ./bootstrap packages "$@" | sort -u; }
words() { tr -cs 'a-z0-9.+-' '\n' | sed 's/[.]$//' | sort -u; }
lacking() { LC_ALL=C comm -23 <(LC_ALL=C sort -u) <(LC_ALL=C sort -u "$1"); }

from_configure=$(sed -nE 's/^TCPPROBE_(MODULE|LIBRARY)\(.*\[([a-z0-9.+-]+)\]\)$/\2/p;
    s/.*TCPPROBE_MISSING\(\[[^]]*\], \[([a-z0-9.+-]+)\].*/\1/p' configure.ac | sort -u)

echo 1..5
if [ "$(wc -l <<<"$from_configure")" -ge 8 ]; then
    report "configure.ac names its packages" ""
else
    report "configure.ac names its packages" "$from_configure"
fi
report "bootstrap installs what configure asks for" \
    "$(lacking <(listed run) <<<"$from_configure")"
report "configure asks for every library that bootstrap installs" \
    "$(listed run | grep -- '-dev$' | lacking <(printf '%s\n' "$from_configure"))"
report "README names every package that the program needs" \
    "$(listed run | lacking <(words <README))"
report "bootstrap installs what make check asks for" \
    "$({ echo libcmocka-dev; echo bats; } | lacking <(listed test))"
