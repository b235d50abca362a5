#!/usr/bin/env bash
# How long a developer waits for what goes over the wire, against an instance of ours on this machine, each figure the
# median of several whole commands:
#
#   cargo build --release && benches/protocol.sh [RUNS]
#
# Beside ours, in the same run, an installed official client where POS_CLI_OFFICIAL names one (Node 22 or newer). POS_CLI
# names another binary of ours. Needs bash 5 and curl.
set -euo pipefail

runs=${1:-11}
ours=$(realpath "${POS_CLI:-$(dirname "$0")/../target/release/pos-cli}")
official=${POS_CLI_OFFICIAL:+$(realpath "$POS_CLI_OFFICIAL")}
unset POS_CLI_OFFICIAL # our binary reads POS_CLI_* as its settings
folder=$(mktemp -d)
children=()
trap 'kill "${children[@]}" 2>/dev/null || true; wait; rm -rf "$folder"' EXIT

"$ours" run --instance "$folder/instance" --port 0 > /dev/null 2> "$folder/ready" &
children+=($!)
until url=$(grep -o 'url=http://[^ ]*' "$folder/ready" | cut -c5-) && [ -n "$url" ]; do sleep 0.05; done
export MPKIT_URL=$url MPKIT_EMAIL=dev@example.com MPKIT_TOKEN=local
export CI=true NO_UPDATE_NOTIFIER=1 NODE_OPTIONS=--unhandled-rejections=warn

# An app of so many files. FOLDER, COUNT
app() {
    mkdir -p "$1"/app/views/{pages,partials}
    for ((i = 0; i < $2 / 2; i++)); do
        echo "<h1>{{ 'page' | upcase }} $i</h1>{% render 'p$i', n: $i %}" > "$1/app/views/pages/page_$i.liquid"
        echo "<p>partial {{ n | plus: 1 }}</p>" > "$1/app/views/partials/p$i.liquid"
    done
}
app "$folder/small" 20
app "$folder/large" 2000

now() { echo "${EPOCHREALTIME/./}"; }
# The middle of the lines of a file, microseconds, as milliseconds.
median() { sort -n "$1" | awk '{ line[NR] = $1 } END { printf "%.0f ms", line[int((NR + 1) / 2)] / 1000 }'; }
# Runs a command with a change before each run. NAME, change, command …
times() {
    local name=$1 change=$2 began
    shift 2
    : > "$folder/times"
    for ((run = 0; run < runs; run++)); do
        eval "$change"
        began=$(now)
        "$@" > "$folder/printed" 2>&1 < /dev/null || { echo "$name failed:"; cat "$folder/printed"; exit 1; }
        echo $(($(now) - began)) >> "$folder/times"
    done
    printf '%-52s %10s\n' "$name" "$(median "$folder/times")"
}
# From a save to the line that says it is there. CLIENT
sync() {
    local began line
    "$1" sync > "$folder/sync" 2>&1 < /dev/null &
    children+=($!)
    local syncing=$!
    until grep -q 'Synchronizing' "$folder/sync"; do sleep 0.05; done
    sleep 1
    : > "$folder/times"
    for ((run = 0; run < runs; run++)); do
        line=$(grep -c 'Synced: ' "$folder/sync" || true)
        began=$(now)
        echo "<h1>$began</h1>" > app/views/pages/page_0.liquid
        until [ "$(grep -c 'Synced: ' "$folder/sync")" -gt "$line" ]; do sleep 0.002; done
        echo $(($(now) - began)) >> "$folder/times"
    done
    kill -INT "$syncing"
    wait "$syncing" 2> /dev/null || true
    printf '%-52s %10s\n' "sync: save to 'Synced'" "$(median "$folder/times")"
}
# From the start to the first line. CLIENT
first_log_line() {
    local began
    : > "$folder/times"
    for ((run = 0; run < runs; run++)); do
        began=$(now)
        # It goes on following: what it takes to notice that nobody reads is no part of the time.
        exec {lines}< <(exec "$1" logs 2> /dev/null < /dev/null)
        IFS= read -r _ <&"$lines"
        echo $(($(now) - began)) >> "$folder/times"
        kill "$!" 2> /dev/null || true
        exec {lines}<&-
    done
    printf '%-52s %10s\n' 'logs: first line' "$(median "$folder/times")"
}

measure() { # CLIENT
    cd "$folder/small"
    times 'deploy, 20 files, one changed' 'echo $RANDOM > app/views/pages/page_1.liquid' "$1" deploy
    times 'deploy, 20 files, nothing changed' : "$1" deploy
    sync "$1"
    times 'exec liquid' : "$1" exec liquid local '{{ 1 | plus: 2 }}'
    first_log_line "$1"
    times '--version' : "$1" --version
    cd "$folder/large"
    times 'deploy, 2,000 files, all changed' 'sed -i "s/$/ $RANDOM/" app/views/*/*.liquid' "$1" deploy
    times 'deploy, 2,000 files, one changed' 'echo $RANDOM > app/views/pages/page_1.liquid' "$1" deploy
    times 'deploy, 2,000 files, nothing changed' : "$1" deploy
}
cat > "$folder/small/.pos" <<< "{\"local\": {\"url\": \"$url/\", \"token\": \"local\", \"email\": \"dev@example.com\"}}"
cp "$folder/small/.pos" "$folder/large/.pos"

echo "ours ($runs runs each)"
measure "$ours"
if [ -n "$official" ]; then
    echo "the official client"
    measure "$official"
else
    echo "POS_CLI_OFFICIAL names no official client: nothing to compare with in this run"
fi
