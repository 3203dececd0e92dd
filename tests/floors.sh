#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# TAP: src/ keeps to its floors: who includes what, who prints, and who touches the world.
#
# Each rule is first tried on a small tree that breaks it, then on the real one.
set -u

top=${TOP_SRCDIR:-$(cd "$(dirname "$0")/.." && pwd)}

# Which rooms a room may include, itself understood. main.c stands above all.
rooms_below() {
    case $1 in
    base) echo ;;
    wire) echo base ;;
    tcp | stat) echo base wire ;;
    report | net) echo base wire tcp stat ;;
    probe) echo base wire tcp stat report net ;;
    cmd) echo base wire tcp stat report net probe ;;
    main.c) echo base wire tcp stat report net probe cmd ;;
    esac
}

# Which headers of the system a room may include, as shell patterns.
pure='assert.h ctype.h errno.h inttypes.h limits.h stdalign.h stdarg.h stdbool.h stddef.h stdint.h
    stdio.h stdlib.h string.h strings.h sysexits.h'
# Names and layouts of the wire, values only: the functions behind them are another rule's.
formats='arpa/inet.h endian.h netinet/*.h net/ethernet.h linux/if_ether.h'
values='float.h math.h'
system_headers() {
    case $1 in
    base) echo "$pure $values locale.h obstack.h" ;;
    wire) echo "$pure $formats" ;;
    tcp) echo "$pure" ;;
    stat) echo "$pure $values gsl/*.h complex.h" ;;
    report)
        echo "$pure $values arpa/inet.h netinet/in.h cairo.h cairo-*.h dlfcn.h fcntl.h" \
            "jansson.h langinfo.h locale.h obstack.h sys/stat.h time.h unistd.h wchar.h"
        ;;
    probe) echo "$pure $values $formats ev.h obstack.h signal.h time.h ut*.h" ;;
    cmd | main.c)
        echo "$pure $values arpa/inet.h netinet/in.h argp.h fcntl.h fnmatch.h jansson.h langinfo.h" \
            "locale.h malloc.h obstack.h pthread.h signal.h stdatomic.h sys/ioctl.h sys/resource.h sys/stat.h time.h unistd.h" \
            "ut*.h wchar.h"
        ;;
    net) echo '*' ;;
    esac
}

# What a room may not call or name, as an extended regular expression of whole words.
prints_anywhere='printf|vprintf|puts|putchar|putchar_unlocked|perror|psignal|warn|warnx|vwarn|err|errx|verr|error|dprintf|vdprintf|syslog|vsyslog|stdout|stderr'
prints_to_file='fprintf|vfprintf|fputs|fputc|putc|fwrite|fputs_unlocked|fputc_unlocked'
ends_program='exit|_exit|_Exit|quick_exit|abort'
clock='time|clock|clock_gettime|gettimeofday|timespec_get|ev_time|localtime|nanosleep|usleep|sleep'
entropy='rand|rand_r|srand|random|srandom|drand48|lrand48|getrandom|getentropy|arc4random|arc4random_buf|arc4random_uniform'
sockets='socket|socketpair|bind|connect|accept|accept4|listen|send|sendto|sendmsg|recv|recvfrom|recvmsg|getsockopt|setsockopt|getaddrinfo|getnameinfo|gethostbyname|fork|system|popen'
memory='malloc|calloc|realloc|reallocarray|free|strdup|strndup|asprintf|vasprintf'
loading='dlopen|dlmopen|dlsym|dlvsym'
files='fopen|freopen|fdopen|open|openat|creat|read|write|close|mmap|getenv|setlocale'

# One line a call: FILE:LINE: word, comments and literals left out.
calls() { # WORDS FILE...
    local words=$1
    shift
    [ $# -gt 0 ] || return 0
    awk -v words="$words" '
        FNR == 1 { in_comment = 0 }
        {
            line = $0; code = ""
            while (line != "") {
                if (in_comment) {
                    end = index(line, "*/")
                    if (!end) { line = ""; break }
                    line = substr(line, end + 2); in_comment = 0; continue
                }
                if (!match(line, /"([^"\\]|\\.)*"|\047([^\047\\]|\\.)*\047|\/\*|\/\//)) {
                    code = code line; break
                }
                token = substr(line, RSTART, RLENGTH)
                code = code substr(line, 1, RSTART - 1) " "
                line = substr(line, RSTART + RLENGTH)
                if (token == "//") break
                if (token == "/*") in_comment = 1
            }
            rest = code
            while (match(rest, /[A-Za-z_][A-Za-z_0-9]*/)) {
                before = substr(rest, 1, RSTART - 1)
                word = substr(rest, RSTART, RLENGTH)
                rest = substr(rest, RSTART + RLENGTH)
                # A member of that name is no call of the library.
                if (before ~ /(->|\.)[ \t]*$/) continue
                stream = word == "stdout" || word == "stderr"
                if (word ~ ("^(" words ")$") && (stream || rest ~ /^[ \t]*\(/))
                    print FILENAME ":" FNR ": " word
            }
        }' "$@"
}

room_files() { # ROOM: in src
    if [ "$1" = main.c ]; then
        [ ! -f main.c ] || echo main.c
    elif [ -d "$1" ]; then
        find "$1" -type f \( -name '*.[ch]' -o -name '*.def' \) | sort
    fi
}

# includes ROOM: "FILE:LINE kind name", kind is < or "
includes() {
    local file
    room_files "$1" | while IFS= read -r file; do
        awk -v file="$file" '
            match($0, /^[ \t]*#[ \t]*include/) {
                rest = substr($0, RLENGTH + 1); sub(/^[ \t]*/, "", rest)
                kind = substr(rest, 1, 1); name = substr(rest, 2)
                sub(/[">].*/, "", name)
                print file ":" FNR, kind, name
            }' "$file"
    done
}

every_room='base wire tcp stat report net probe cmd main.c'

# The rules. Each prints its violations, one a line, with src/ as the working folder.

rule_form() {
    local room place kind name
    for room in $every_room; do
        includes "$room" | while read -r place kind name; do
            case $kind in
            '<') continue ;;
            '"') [[ $name =~ ^[a-z]+(/[a-z0-9_]+)+\.(h|def)$ && -f $name ]] && continue ;;
            esac
            echo "$place: $kind$name is no \"floor/file.h\" of src/"
        done
    done
}

rule_rooms() {
    local room place kind name
    for room in $every_room; do
        includes "$room" | while read -r place kind name; do
            [ "$kind" = '"' ] || continue
            case " $room $(rooms_below "$room") " in
            *" ${name%%/*} "*) ;;
            *) echo "$place: $room may not know $name" ;;
            esac
        done
    done
    # A file that stands in no room would escape every rule.
    find . -type f \( -name '*.[ch]' -o -name '*.def' \) | sed 's|^\./||' | while IFS= read -r name; do
        case " $every_room " in
        *" ${name%%/*} "*) ;;
        *) echo "$name: stands on no floor" ;;
        esac
    done
}

rule_headers() {
    local room place kind name pattern patterns
    for room in $every_room; do
        # Patterns stay patterns here.
        set -f
        # shellcheck disable=SC2046
        set -- $(system_headers "$room")
        set +f
        patterns=("$@")
        includes "$room" | while read -r place kind name; do
            [ "$kind" = '<' ] || continue
            for pattern in "${patterns[@]}"; do
                # shellcheck disable=SC2254
                case $name in $pattern) continue 2 ;; esac
            done
            echo "$place: <$name> is not for $room"
        done
    done
}

rule_calls() { # WORDS ROOM...
    local words=$1 room list
    shift
    for room in "$@"; do
        mapfile -t list < <(room_files "$room")
        calls "$words" "${list[@]}"
    done
}

rule_printing() {
    rule_calls "$prints_anywhere" base wire tcp stat report net probe
    rule_calls "$prints_to_file" base wire tcp stat probe
}
rule_ending() { rule_calls "$ends_program" base wire tcp stat report net probe cmd; }
rule_world() {
    rule_calls "$clock|$entropy|$sockets|ioctl" base wire tcp stat report probe
    rule_calls "$entropy|$sockets" cmd
}
# Only the pictures' library waits until it is wanted.
rule_loading() {
    # shellcheck disable=SC2086
    rule_calls "$loading" $every_room | grep -v '^report/plot_cairo\.c:'
}
rule_pure() { rule_calls "$memory|$files" tcp; }
rule_licence() {
    find . -type f \( -name '*.[ch]' -o -name '*.def' \) | sed 's|^\./||' | sort |
        while IFS= read -r file; do
            [ "$(head -n 1 "$file")" = '/* SPDX-License-Identifier: GPL-3.0-or-later */' ] ||
                echo "$file:1: no SPDX line"
            case $(sed -n 2p "$file") in
            '/*'*) ;;
            *) echo "$file:2: no sentence that says what the file is" ;;
            esac
        done
}

number=0
result() { # NAME VIOLATIONS
    number=$((number + 1))
    if [ -z "$2" ]; then
        echo "ok $number - $1"
    else
        echo "not ok $number - $1"
        printf '%s\n' "$2" | sed 's|^|# src/|'
    fi
}

# detects RULE FILE LINE: the rule must object to a file of that one line, and to nothing without it
detects() {
    local rule=$1 file=$2 line=$3 sample found before
    sample=$(mktemp -d) || exit 70
    mkdir -p "$sample"/{base,wire,tcp,stat,report,net,probe,cmd}
    for room in base wire tcp stat report net probe cmd; do
        printf '/* SPDX-License-Identifier: GPL-3.0-or-later */\n/* A sample. */\n' >"$sample/$room/a.h"
    done
    before=$(cd "$sample" && "$rule")
    mkdir -p "$(dirname "$sample/$file")"
    printf '/* A comment */\n%s\n' "$line" >"$sample/$file"
    found=$(cd "$sample" && "$rule")
    rm -rf "$sample"
    if [ -n "$before" ] || [ -z "$found" ]; then
        result "${rule#rule_} objects to '$line' in $file" "$file: ${before:-not seen}"
    else
        result "${rule#rule_} objects to '$line' in $file" ""
    fi
}

echo 1..28
detects rule_form cmd/x.c '#include "err.h"'
detects rule_form cmd/x.c '#include "../base/a.h"'
detects rule_rooms base/x.c '#include "wire/a.h"'
detects rule_rooms tcp/x.c '  #  include "stat/a.h"'
detects rule_rooms net/x.c '#include "report/a.h"'
detects rule_rooms probe/x.h '#include "cmd/a.h"'
detects rule_rooms extra/x.c 'int x;'
detects rule_headers wire/x.c '#include <sys/socket.h>'
detects rule_headers probe/x.c '#include <pcap/pcap.h>'
detects rule_headers cmd/x.c '#include <libnet.h>'
detects rule_headers tcp/x.c '#include <time.h>'
detects rule_printing net/x.c 'void f(void) { /* a */ printf("x"); }'
detects rule_printing report/x.c 'void f(void) { fputs("\"", stdout); }'
detects rule_printing wire/x.c "void f(FILE *g) { fputc('\"', g); }"
detects rule_ending cmd/x.c 'void f(void) { exit (1); }'
detects rule_world probe/x.c 'long f(void) { return time(0); }'
detects rule_world base/x.c 'int f(void) { return rand(); }'
detects rule_loading report/x.c 'void *f(void) { return dlopen("x", 1); }'
detects rule_pure tcp/x.c 'void *f(void) { return malloc(1); }'
detects rule_licence wire/x.h 'int x;'

cd "$top/src" || exit 70
result "project includes have the form \"floor/file.h\"" "$(rule_form)"
result "no floor knows a higher one, nor its neighbour" "$(rule_rooms)"
result "each floor includes only its own system headers" "$(rule_headers)"
result "nothing below cmd/ prints; report/ writes where it is told" "$(rule_printing)"
result "nothing but main.c ends the program" "$(rule_ending)"
result "only net/ has sockets, clock and entropy; tcp/ is pure" "$(rule_world; rule_pure)"
result "only report/plot_cairo.c loads a library while the program runs" "$(rule_loading)"
result "each source file begins with its licence and its purpose" "$(rule_licence)"
