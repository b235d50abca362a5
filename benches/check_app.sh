#!/usr/bin/env bash
# How long `check` takes on an app of 2,000 files: makes the app in a temporary folder, warms the file
# caches with one run, and times the whole command from start to exit.
#
#   cargo build --release && benches/check_app.sh [FILES] [RUNS]
#
# Prints the number of files and the fastest, median and slowest run in milliseconds, and whether the median is within
# the 300 ms promised; ends with 1 only if the app is not found right. POS_CLI names another binary. Needs bash 5.
set -euo pipefail

files=${1:-2000}
runs=${2:-21}
program=${POS_CLI:-$(cd "$(dirname "$0")/.." && pwd)/target/release/pos-cli}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
mkdir -p app/views/pages app/views/layouts app/views/partials app/lib/queries app/graphql app/schema app/translations
echo '<main>{{ content_for_layout }}</main>' > app/views/layouts/application.liquid

page() {
    cat > "app/views/pages/page$1.liquid" <<LIQUID
---
slug: section/$1/:id
metadata:
  title: Page $1
---
{% liquid
  function items = 'queries/find$1', id: context.params.id, limit: 20
  assign total = 0
  for item in items
    assign total = total | plus: item.price
    unless item.tags contains "hidden"
      render 'card$1', title: item.title, price: item.price
    endunless
  endfor
%}
<h1>{{ 'page$1.title' | t: name: context.current_user.first_name }}</h1>
{% if total > 100 and items.size > 2 %}
  <p>{{ total | pricify_cents: 'USD' }} {{ "now" | to_time | strftime: "%Y-%m-%d" }}</p>
{% else %}
  {% background source_name: 'report$1', id: context.params.id %}
    {% function report = 'queries/find$1', id: id, limit: 1 %}
    {% log report, type: 'report' %}
  {% endbackground %}
{% endif %}
LIQUID
}
card() {
    cat > "app/views/partials/card$1.liquid" <<LIQUID
{% doc %}
  @param {string} title - what the card is called
  @param {number} [price] - in cents
{% enddoc %}
<article class="card">
  <h2>{{ title | escape | truncate: 60 }}</h2>
  {% if price %}<p>{{ price | pricify_cents }}</p>{% endif %}
  {% assign classes = "a,b,c" | split: "," | array_add: "d" %}
  {% for class in classes %}<i class="{{ class }}">{{ forloop.index }}</i>{% endfor %}
</article>
LIQUID
}
find() {
    cat > "app/lib/queries/find$1.liquid" <<LIQUID
{% doc %}
  @param {string} id - of the record
  @param {number} limit - how many
{% enddoc %}
{% graphql g = 'records/find$1', id: id, limit: limit %}
{% assign records = g.records.results | array_compact %}
{% return records %}
LIQUID
}
query() {
    mkdir -p app/graphql/records
    cat > "app/graphql/records/find$1.graphql" <<'GRAPHQL'
query find($id: ID, $limit: Int = 20) {
  records(per_page: $limit, filter: { id: { value: $id }, table: { value: "order" } }) {
    results { id created_at properties total: property(name: "total") }
  }
}
GRAPHQL
}
table() { printf 'name: table%s\nproperties:\n- name: title\n- name: total\n  type: integer\n' "$1" > "app/schema/table$1.yml"; }
texts() { printf 'en:\n  page%s:\n    title: "Hello %%{name}"\n' "$1" > "app/translations/page$1.yml"; }

for ((i = 0; i < files / 6; i++)); do
    page "$i"; card "$i"; find "$i"; query "$i"; table "$i"; texts "$i"
done
made=$(command find app -type f | wc -l)

"$program" check > report 2>&1 || { cat report; exit 1; }
for ((i = 0; i < runs; i++)); do
    from=${EPOCHREALTIME/./}
    "$program" check > /dev/null 2>&1
    echo $((${EPOCHREALTIME/./} - from))
done | sort -n > times
awk -v made="$made" '
    { t[NR] = $1 / 1000 }
    END {
        median = t[int((NR + 1) / 2)]
        printf "check of %d files, %d runs: fastest %.0f ms, median %.0f ms, slowest %.0f ms\n", made, NR, t[1], median, t[NR]
        print median <= 300 ? "within 300 ms" : "NOT within 300 ms"
    }' times
