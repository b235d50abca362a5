#!/usr/bin/env bash
# Drives an installed official client, unmodified, through its commands against a throwaway instance of ours, and looks at
# what it prints, how it ends and what is served then.
#
#   POS_CLI_OFFICIAL=path/to/pos-cli tests/official_client.sh
#
# Needs Node 22 or newer, curl and bash 5; POS_CLI names our binary (default: target/debug/pos-cli). Without an official
# client it says so and ends with 0. Nothing leaves this machine but what the client sends elsewhere of its own accord.
set -uo pipefail

official=${POS_CLI_OFFICIAL:-}
if [ -z "$official" ]; then
    echo "skipped: POS_CLI_OFFICIAL names no official client"
    exit 0
fi
official=$(realpath "$official")
unset POS_CLI_OFFICIAL # our binary reads POS_CLI_* as its settings
ours=$(realpath "${POS_CLI:-$(dirname "$0")/../target/debug/pos-cli}")
node_major=$(node --version | sed 's/^v\([0-9]*\).*/\1/')
if [ "$node_major" -lt 22 ]; then
    echo "skipped: the official client needs Node 22 or newer, this is $(node --version)"
    exit 0
fi

folder=$(mktemp -d)
children=()
trap 'kill "${children[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$folder"' EXIT

"$ours" run --instance "$folder/instance" --port 0 > "$folder/server.log" 2> "$folder/ready" &
children+=($!)
for _ in $(seq 200); do
    url=$(grep -o 'url=http://[^ ]*' "$folder/ready" | head -1 | cut -c5-) && [ -n "$url" ] && break
    sleep 0.05
done
[ -n "$url" ] || { echo "the server did not start:"; cat "$folder/ready"; exit 1; }

# Usage reports of the client go to a host of its makers; offline they would end it after its work is done.
export NODE_OPTIONS=--unhandled-rejections=warn CI=true NO_UPDATE_NOTIFIER=1
export PARTNER_PORTAL_HOST=$url LOGS_PROXY_URL=$url CONFIRMATION_TEXT="CLEAN DATA"

app=$folder/app-of-a-developer
mkdir -p "$app"/app/{views/pages,views/partials,assets/images,schema} "$app"/modules/greeter/public/{views/partials,assets}
cd "$app" || exit 1
echo '<h1>first</h1>{% render "modules/greeter/hello" %}' > app/views/pages/index.liquid
printf 'name: todo\nproperties:\n  - name: title\n    type: string\n' > app/schema/todo.yml
echo 'body { color: red }' > app/assets/a.css
echo 'not really a picture' > app/assets/images/i.png
echo 'hello from <%= name =%> <%= version =%>' > modules/greeter/public/views/partials/hello.liquid
echo 'let a = 1' > modules/greeter/public/assets/m.js
echo '{"name": "Greeter", "machine_name": "greeter", "version": "1.0.0"}' > modules/greeter/pos-module.json

passed=0
failed=0
verdict() { # NAME, what went wrong or nothing
    if [ -z "$2" ]; then
        passed=$((passed + 1))
        echo "ok    $1"
    else
        failed=$((failed + 1))
        echo "FAIL  $1: $2"
        sed 's/^/      | /' "$folder/printed" | tail -15
    fi
}
# NAME, the exit code, a regular expression of what is printed; then the command's arguments.
expect() {
    local name=$1 code=$2 pattern=$3
    shift 3
    timeout 60 "$official" "$@" > "$folder/printed" 2>&1 < /dev/null
    local ended=$?
    if [ "$ended" != "$code" ]; then
        verdict "$name" "ended with $ended, not $code"
    elif ! grep -Eq -- "$pattern" "$folder/printed"; then
        verdict "$name" "printed nothing like /$pattern/"
    else
        verdict "$name" ""
    fi
}
# NAME, path, a regular expression of what is served there.
serves() {
    curl -s "$url$2" > "$folder/printed"
    if grep -Eq -- "$3" "$folder/printed"; then verdict "$1" ""; else verdict "$1" "$2 serves nothing like /$3/"; fi
}
# Waits until the file has a line like that. FILE, regular expression
appears() {
    for _ in $(seq 200); do
        grep -Eq -- "$2" "$1" && return 0
        sleep 0.1
    done
    return 1
}

expect env-add 0 'added|saved|Environment' env add local --url "$url" --email dev@example.com --token local
expect env-list 0 'local' env list
expect deploy 0 'Deploy succeeded' deploy local
serves deployed-page / '<h1>first</h1>'
serves deployed-module / 'hello from Greeter 1.0.0'
serves deployed-asset /assets/a.css 'color: red'
serves deployed-module-asset /assets/modules/greeter/m.js 'let a'
echo '<h1>second</h1>' > app/views/pages/index.liquid
expect deploy-dry-run 0 'Dry run completed' deploy local --dry-run
serves dry-run-changes-nothing / '<h1>first</h1>'
expect deploy-partial 0 'Deploy succeeded' deploy local -p
serves partial / '<h1>second</h1>'
echo '{% if %}' > app/views/pages/broken.liquid
expect deploy-broken 1 'Deploy failed|broken.liquid' deploy local
serves broken-changes-nothing / '<h1>second</h1>'
rm app/views/pages/broken.liquid
expect deploy-old 0 'Deploy succeeded' deploy local -o

echo '<h1>third</h1>' > app/views/pages/index.liquid
expect sync-file 0 'Synced: views/pages/index.liquid' sync local -f app/views/pages/index.liquid
serves synced-file / '<h1>third</h1>'
"$official" sync local > "$folder/sync" 2>&1 < /dev/null &
children+=($!)
syncing=$!
if appears "$folder/sync" 'Synchronizing changes'; then
    sleep 1 # its watcher tells nobody when it is ready
    echo '<h1>fourth</h1>' > app/views/pages/index.liquid
    echo 'body { color: blue }' > app/assets/a.css
    appears "$folder/sync" 'Synced: views/pages/index.liquid' && appears "$folder/sync" 'Synced asset'
fi
kill -INT "$syncing" 2> /dev/null
cp "$folder/sync" "$folder/printed"
serves sync-page / '<h1>fourth</h1>'
serves sync-asset /assets/a.css 'color: blue'
rm app/views/pages/index.liquid
echo '<h1>fifth</h1>' > app/views/pages/index.liquid
expect deploy-again 0 'Deploy succeeded' deploy local

expect exec-liquid 0 '^3$' exec liquid local '{{ 1 | plus: 2 }}
'
expect exec-liquid-error 1 'Liquid execution error' exec liquid local '{% if %}'
expect exec-graphql 0 '"total_entries": 0' exec graphql local '{ records(per_page: 1) { total_entries } }'
expect exec-graphql-error 1 'no_such_field' exec graphql local '{ no_such_field }'
timeout 20 "$official" logs local -i 300 > "$folder/logs" 2>&1 < /dev/null &
children+=($!)
logging=$!
"$official" exec liquid local "{% log 'heard by the client', type: 'case' %}" > /dev/null 2>&1
appears "$folder/logs" 'case: heard by the client'
kill "$logging" 2> /dev/null
cp "$folder/logs" "$folder/printed"
grep -q 'case: heard by the client' "$folder/logs" && verdict logs "" || verdict logs "the line did not come"
expect fetch-logs 0 'heard by the client' fetch-logs local

expect constants-set 0 'KEY' constants set --name KEY --value secret local
expect constants-list 0 'KEY' constants list local
expect constants-unset 0 'KEY' constants unset --name KEY local
expect migrations-generate 0 'seed' migrations generate local seed
expect migrations-list 0 'Name|Migrations|^$' migrations list local
expect data-export 0 'data.json|[Ee]xport' data export local -p data.json
expect data-import 0 '[Ii]mport' data import local -p data.json
expect data-export-zip 0 '[Ee]xport' data export local -p data.zip -z
expect data-import-zip 0 '[Ii]mport' data import local -p data.zip -z
expect modules-list 0 'greeter' modules list local
expect pull 0 '' pull local
expect reports 0 '' logsv2 reports --report r-4xx local
expect data-clean 0 '[Cc]lean' data clean local --auto-confirm
expect modules-remove 0 '' modules remove local greeter

port=$((20000 + RANDOM % 20000))
"$official" gui serve local -p "$port" > "$folder/gui" 2>&1 < /dev/null &
children+=($!)
for _ in $(seq 100); do curl -sf "http://localhost:$port/info" > /dev/null && break; sleep 0.1; done
curl -s "http://localhost:$port/graphql" -H 'content-type: application/json' \
    -d '{"query":"{ admin_tables(per_page: 5) { results { name } } }"}' > "$folder/printed"
grep -q '"data"' "$folder/printed" && verdict gui-serve "" || verdict gui-serve "it does not answer GraphQL"

echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
