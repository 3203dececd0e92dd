# shellcheck shell=bash disable=SC2154
# SPDX-License-Identifier: GPL-3.0-or-later
# The audit of sequence numbers: what the analysis costs, how fast samples come beside nmap -O and
# hping3 -Q, what each says of weak servers, and the confusion matrices.
# What `run` has set: here, tools, program, format, rounds.

ISN_SCENES='analysis samples verdicts matrix'

# isn_analysis: of 2,048 samples and of a million, on one core.
isn_analysis() {
    local kind count round file class
    for kind in linux random bsd44 lcg; do
        for count in 2048 1000000; do
            file="$tools/isn-$kind-$count.txt"
            "${LAB_PYTHON[@]}" "$here/isn-samples.py" "$kind" "$count" 7 >"$file" || return
            for ((round = 1; round <= (count > 2048 ? 3 : 7); round++)); do
                "$tools/measure" -t 120 "$tools/isn.out" taskset -c 0 "$program" isn --json \
                    --from "$file" >"$tools/isn.cost" || return
                class=$(jq -r '.class' "$tools/isn.out" 2>/dev/null || echo none)
                jq -c --arg kind "$kind" --argjson count "$count" --arg class "$class" \
                    '. + {scene: "analysis", kind: $kind, count: $count, class: $class}' \
                    "$tools/isn.cost" >>"$tools/isn.runs" || return
            done
            rm -f "$file"
        done
    done
}

# isn_answers: SYN,ACKs that left the server since the last time, as its nft counts them.
isn_answers() {
    in_server nft reset counters table inet bench | awk '/packets/ { print $2 }'
}

# isn_sampled TOOL COMMAND...: one turn of a tool against port 80, and the answers it got.
isn_sampled() {
    local tool=$1
    shift
    isn_answers >/dev/null
    in_client "$tools/measure" -t 120 "$tools/isn.out" "$@" >"$tools/isn.cost" || return
    jq -c --arg tool "$tool" --argjson answers "$(isn_answers)" \
        '. + {scene: "samples", tool: $tool, answers: $answers}' \
        "$tools/isn.cost" >>"$tools/isn.runs"
}

# isn_samples: all against one Linux peer, in rotation.
isn_samples() {
    local round
    lab_up || return
    lab_start server listener "$tools/listen" 900 80 || return
    in_server nft -f - <<'RULES' || return
table inet bench {
    counter answers { }
    chain out {
        type filter hook output priority 0
        tcp flags & (syn|ack) == (syn|ack) counter name answers
    }
}
RULES
    for ((round = 1; round <= ${rounds:-3}; round++)); do
        isn_sampled 'tcpprobe isn --quick' "$program" isn --quick "$LAB_SERVER4:80" || return
        isn_sampled 'tcpprobe isn --quick -n 2048 --rate 5000' \
            "$program" isn --quick -n 2048 --rate 5000 "$LAB_SERVER4:80" || return
        isn_sampled 'nmap -O' nmap -n -Pn -O -p 80,9 "$LAB_SERVER4" || return
        isn_sampled 'hping3 -Q' hping3 -Q -S -p 80 -c 192 -i u20000 "$LAB_SERVER4" || return
        isn_sampled 'hping3 -Q --faster' \
            hping3 -Q -S -p 80 -c 2048 --faster "$LAB_SERVER4" || return
    done
    lab_down
}

# isn_verdicts: made-up servers, and what nmap and tcpprobe say of each.
isn_verdicts() {
    local kinds='constant counter clock4us uip bsd44 ticks honeyd mongoose crc fnet increments lcg
        rand_r xorshift half static-hash rfc6528 uniform'
    local kind port=2000 entries=() targets=() words
    lab_up || return
    for kind in $kinds; do
        port=$((port + 1))
        entries+=("$port=$kind")
        targets+=("198.18.0.3:$port")
    done
    lab_start server isn-server "${LAB_PYTHON[@]}" "$here/../lab/isn_server.py" --time 600 eth0 \
        198.18.0.3,2001:db8::3 "${entries[@]}" || return
    in_client timeout 120 "$program" isn --json --quick --ordered "${targets[@]}" \
        >"$tools/isn.records" 2>"$tools/isn.err"
    port=2000
    for kind in $kinds; do
        port=$((port + 1))
        words=$(in_client timeout 60 nmap -n -Pn -O -v -p "$port,9" 198.18.0.3 |
            sed -n 's/^TCP Sequence Prediction: Difficulty=//p')
        jq -c --arg kind "$kind" --arg nmap "${words:-nothing}" --argjson port "$port" '
            select(.port == $port) | {scene: "verdicts", kind: $kind, nmap: $nmap, class, severity,
            n50: .cost.cross.n50,
            predicted: (.predicted | if . then "\(.hits) of \(.of)" else null end)}' \
            "$tools/isn.records" >>"$tools/isn.runs" || return
    done
    lab_down
}

# isn_matrix: the confusion matrices of the classes, with their seeds.
isn_matrix() {
    local matrix="${TOP_BUILDDIR:-$here/../..}/tests/bench/isn_matrix"
    if [ ! -x "$matrix" ]; then
        echo "bench: there is no '$matrix': make tests/bench/isn_matrix" >&2
        return 1
    fi
    "$matrix" >"$tools/isn.matrix" || return
}

bench_isn() {
    local scene
    : >"$tools/isn.runs"
    for scene in ${BENCH_ISN:-$ISN_SCENES}; do
        case " $ISN_SCENES " in
        *" $scene "*) "isn_$scene" || return ;;
        *)
            echo "bench: there is no scene '$scene'" >&2
            return 1
            ;;
        esac
    done
    "${LAB_PYTHON[@]}" "$here/isn-report.py" "$format" "$tools/isn.runs" || return
    if [ -s "$tools/isn.matrix" ] && [ "$format" != --json ]; then
        cat "$tools/isn.matrix"
    fi
}
