#!/usr/bin/env bash
# How many cases a second `render --batch` answers: small templates with data, a partial or a mistake, one JSON line each.
#
#   cargo build --release && benches/batch.sh [COUNT]
#
# Prints the rate and whether it is the 10,000 promised; ends with 1 only if an answer is missing. POS_CLI names another
# binary. Needs bash 5.
set -euo pipefail

count=${1:-50000}
program=${POS_CLI:-$(cd "$(dirname "$0")/.." && pwd)/target/release/pos-cli}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# NUMBER is another one in each line.
cat > "$folder/kinds" <<'KINDS'
{"template": "{{ name | capitalize }} {{ n }}", "data": {"name": "ada", "n": NUMBER}}
{"template": "{% for i in (1..5) %}{% render 'row', i: i %}{% endfor %}{{ n }}", "data": {"n": NUMBER}, "templates": {"row": "<b>{{ i | times: 2 }}</b>"}}
{"template": "{% assign a = list | sort | join: ', ' %}{{ a }} {{ list | size }}", "data": {"list": [3, 1, NUMBER]}, "plain": true}
{"template": "{% if n > 100 %}many{% else %}few{% endif %} {{ n | nofilter }}", "data": {"n": NUMBER}}
KINDS
awk -v count="$count" '
    { kind[NR - 1] = $0 }
    END {
        for (i = 0; i < count; i++) {
            request = kind[i % NR]
            gsub(/NUMBER/, i, request)
            print request
        }
    }' "$folder/kinds" > "$folder/requests"

start=${EPOCHREALTIME/./}
"$program" render --batch < "$folder/requests" > "$folder/answers"
took=$((${EPOCHREALTIME/./} - start))

answered=$(wc -l < "$folder/answers")
if [ "$answered" -ne "$count" ]; then
    echo "only $answered of $count answered"
    exit 1
fi
awk -v count="$count" -v took="$took" 'BEGIN {
    rate = count / took * 1000000
    verdict = rate < 10000 ? "under 10,000" : "over 10,000"
    printf "%d cases in %.2f s: %.0f a second (%s)\n", count, took / 1000000, rate, verdict
}'
