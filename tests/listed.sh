#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# TAP: every source file and every test in the tree stands in Makefile.am, so that none is left out.
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
        printf '%s\n' "$2" | sed 's/^/# not in Makefile.am: /'
    fi
}

listed=$(awk '!/^#/ { for (i = 1; i <= NF; i++) print $i }' Makefile.am)
# unlisted: of the names on standard input, those that Makefile.am does not hold as a word
unlisted() {
    LC_ALL=C sort | LC_ALL=C comm -23 - <(printf '%s\n' "$listed" | LC_ALL=C sort -u)
}

# test_files: all below tests/ but what a build in the source folder, a fuzzer or Python makes
test_files() {
    find tests \( -name .deps -o -name __pycache__ -o -path tests/fuzz/found \) -prune -o -type f \
        ! -name '*.o' ! -name '*.a' ! -name '*.log' ! -name '*.trs' ! -name .dirstamp \
        ! -name '*.gcno' ! -name '*.gcda' ! -path 'tests/fuzz/crash-*' -print
}
# unshipped: of the names on standard input, those that neither stand in Makefile.am themselves, nor
# a folder above them, nor the program that is made from them
unshipped() {
    local name above
    while IFS= read -r name; do
        above=$name
        while [ "$above" != . ]; do
            case $'\n'$listed$'\n' in
            *$'\n'"$above"$'\n'* | *$'\n'"${above%.c}"$'\n'*) continue 2 ;;
            esac
            above=$(dirname "$above")
        done
        echo "$name"
    done
}

echo 1..6
report "every source file is built and shipped" \
    "$(find src -type f \( -name '*.[ch]' -o -name '*.def' \) | unlisted)"
report "every unit test is run" \
    "$(find tests/unit -name 'test_*.c' | sed 's/\.c$//' | unlisted)"
report "every fuzz target is replayed" \
    "$(find tests/fuzz -name 'fuzz_*.c' | sed 's/\.c$//' | unlisted)"
report "every bats file is run" "$(find tests -name '*.bats' | unlisted)"
report "every test script is run" "$(find tests -maxdepth 1 -name '*.sh' | unlisted)"
report "every file of the tests is shipped" "$(test_files | unshipped)"
