#!/usr/bin/env bash
# How soon a follower in a pipe shows what happens: from before a request that logs a line to the line behind
# `logs --tail | grep --line-buffered`. The request and the commit with its fsync are in it, so it is an upper bound.
#
#   cargo build --release && benches/log_latency.sh [COUNT] [PAUSE in seconds]
#
# Prints p50, p99 and the slowest in milliseconds, and whether p99 is within the 50 ms promised; ends with 1 only if a
# line did not come. POS_CLI names another binary. Needs bash 5 and curl.
set -euo pipefail

count=${1:-500}
pause=${2:-0.01}
program=${POS_CLI:-$(cd "$(dirname "$0")/.." && pwd)/target/release/pos-cli}
folder=$(mktemp -d)
children=()
trap 'kill "${children[@]}" 2>/dev/null || true; wait; rm -rf "$folder"' EXIT

mkdir -p "$folder/app/views/pages"
echo "{% log context.params.at, type: 'latency' %}" > "$folder/app/views/pages/index.liquid"
cd "$folder"
"$program" run --port 0 > /dev/null 2> ready &
children+=($!)
until url=$(grep -o 'http://[^ ]*' ready); do
    kill -0 "${children[0]}" || { cat ready; exit 1; }
    sleep 0.05
done

# Arrival minus the time in the line, in microseconds.
delays() {
    grep --line-buffered 'latency' | while read -r line; do
        now=${EPOCHREALTIME/./}
        echo $((now - ${line##* }))
    done
}
# Not a pipeline: the follower is to be the child, so that the rest ends with it.
"$program" logs --tail -n 0 > >(delays > delays) &
children+=($!)

# The follower is ready once it shows a line of ours.
until [ -s delays ]; do
    curl -s "$url/?at=${EPOCHREALTIME/./}" > /dev/null
    sleep 0.1
done
warm=$(wc -l < delays)
for _ in $(seq "$count"); do
    curl -s "$url/?at=${EPOCHREALTIME/./}" > /dev/null
    sleep "$pause"
done
for _ in $(seq 100); do
    [ "$(wc -l < delays)" -ge $((warm + count)) ] && break
    sleep 0.05
done

tail -n "$count" delays | sort -n | awk -v wanted="$count" '
    { delay[NR] = $1 / 1000 }
    END {
        if (NR < wanted) { printf "only %d of %d lines came\n", NR, wanted; exit 1 }
        p99 = delay[int((NR * 99 + 99) / 100)]
        verdict = p99 < 50 ? "within 50 ms" : "over 50 ms"
        printf "%d lines: p50 %.1f ms, p99 %.1f ms (%s), slowest %.1f ms\n", NR, delay[int((NR + 1) / 2)], p99, verdict, delay[NR]
    }'
