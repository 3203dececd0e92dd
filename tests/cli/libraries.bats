#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# A start loads no library that only a picture needs, and no large one for a few functions.
# shellcheck disable=SC2154

setup() { load cli.bash; }

built_with() { grep -q "^#define $1 1" "${TOP_BUILDDIR:?}/config.h"; }

# without_cairo COMMAND...: runs it where the library is there by name, but is none
without_cairo() {
    # shellcheck disable=SC2016
    alone unshare --mount bash -c '
        PATH=$PATH:/sbin:/usr/sbin
        mapfile -t libraries < <(ldconfig -p | sed -n "s/^[ \t]*libcairo[.]so[.]2 .*=> //p")
        for library in "${libraries[@]}"; do mount --bind "$0" "$library" || exit 99; done
        exec "$@"' "$BATS_TEST_TMPDIR/empty" "$@"
}

@test "the libraries of a start: nothing for pictures" {
    run ldd "$TCPPROBE"
    [ "$status" -eq 0 ]
    [[ $output == *libpcap.so* ]]
    for library in cairo fontconfig freetype pixman png X11; do
        [[ $output != *"lib$library"* ]] || { echo "$output"; false; }
    done
}

@test "the libraries of a start: GSL where configure found its archive only in there" {
    run ldd "$TCPPROBE"
    if grep -q '^GSL_LIBS = .*-l:libgsl[.]a' "${TOP_BUILDDIR:?}/Makefile"; then
        [[ $output != *libgsl* ]] || { echo "$output"; false; }
    else
        [[ $output == *libgsl.so* ]] || { echo "$output"; false; }
    fi
}

@test "a picture is drawn, in each form" {
    needs_root
    for name in x.svg x.png x.pdf; do
        alone_probe rtt self --count=3 --interval=10ms --plot="$BATS_TEST_TMPDIR/$name"
        if built_with HAVE_CAIRO; then
            is 0
        else
            fault 64 'this build has no cairo'
            [ ! -e "$BATS_TEST_TMPDIR/$name" ]
        fi
    done
    built_with HAVE_CAIRO || return 0
    [[ $(head -c 5 "$BATS_TEST_TMPDIR/x.svg") == '<?xml' ]]
    [[ $(head -c 4 "$BATS_TEST_TMPDIR/x.png" | tail -c 3) == PNG ]]
    [[ $(head -c 5 "$BATS_TEST_TMPDIR/x.pdf") == %PDF- ]]
}

@test "where cairo cannot be loaded --plot says so before a packet leaves, and all else works" {
    needs_root
    : >"$BATS_TEST_TMPDIR/empty"
    run --separate-stderr without_cairo "$TCPPROBE" rtt self --count=1 --plot="$BATS_TEST_TMPDIR/x.svg"
    if built_with HAVE_CAIRO; then
        fault 71 '--plot needs the library libcairo.so.2 (Debian: libcairo2), which cannot be loaded: '
    else
        fault 64 'this build has no cairo'
    fi
    [ ! -e "$BATS_TEST_TMPDIR/x.svg" ]
    run --separate-stderr without_cairo "$TCPPROBE" rtt self --count=1
    is 0
}
