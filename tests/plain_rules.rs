//! The rules of Ruby's Liquid at their edges, through `render --batch` in plain mode: a template, its data, what it prints.

use serde_json::{Value as Json, json};

use crate::harness::Cli;

/// Renders all templates in one run and compares; `error: text` is expected of a template that must fail so.
fn check(rows: &[(&str, Json, &str)]) {
    let requests = rows.iter().map(|(template, data, _)| {
        json!({ "template": template, "data": data, "templates": partials(), "plain": true }).to_string()
            + "\n"
    });
    let finished = Cli::new(["render", "--batch"]).stdin(requests.collect::<String>()).run().exits(0);
    let answers = finished.lines();
    assert_eq!(answers.len(), rows.len(), "one answer for each template");
    for ((template, _, expected), answer) in rows.iter().zip(answers) {
        let answer: Json = serde_json::from_str(answer).unwrap();
        let shown = match answer["output"].as_str() {
            Some(output) => output.to_owned(),
            None => format!("error: {}", answer["error"]["message"].as_str().unwrap_or_default()),
        };
        assert_eq!(shown, *expected, "{template}");
    }
}

fn partials() -> Json {
    json!({ "item": "[{{ item }}]" })
}

#[test]
fn containers_are_inspected_where_text_is_wanted() {
    let data = json!({
        "list": [1, "a", null, [2.5, true]],
        "hash": { "k": "v\"\\", "n": { "a": null } },
        "odd": ["\n\t\u{1}#{x}#x é"],
    });
    check(&[
        ("{{ list }}|{{ hash }}", data.clone(), r#"1a2.5true|{"k"=>"v\"\\", "n"=>{"a"=>nil}}"#),
        ("{{ list | append: '!' }}", data.clone(), r#"[1, "a", nil, [2.5, true]]!"#),
        ("{{ 'x' | prepend: hash }}", data.clone(), r#"{"k"=>"v\"\\", "n"=>{"a"=>nil}}x"#),
        ("{{ list | upcase }}", data.clone(), r#"[1, "A", NIL, [2.5, TRUE]]"#),
        ("{{ list | replace: ',', ';' }}", data.clone(), r#"[1; "a"; nil; [2.5; true]]"#),
        ("{{ hash | slice: 0, 6 }}", data.clone(), r#"{"k"=>"#),
        ("{{ list | slice: 0, 2 }}", data.clone(), "1a"),
        ("{{ list | join: '-' }}", data.clone(), "1-a--2.5-true"),
        ("{{ odd | strip }}", data, r##"["\n\t\u0001\#{x}#x é"]"##),
    ]);
}

#[test]
fn text_has_a_first_and_a_last_character() {
    check(&[
        ("{{ 'été' | first }}{{ 'été' | last }}{{ s.first }}{{ s.last }}", json!({"s": "ab"}), "ééab"),
        ("[{{ '' | first }}{{ '' | last }}{{ 12 | first }}]", json!({}), "[]"),
    ]);
}

#[test]
fn size_first_and_last_are_properties_after_a_dot_only() {
    let data = json!({ "list": [7, 8], "hash": { "first": "key" }, "name": "size" });
    check(&[
        ("{{ list.size }}{{ list.first }}{{ list.last }}", data.clone(), "278"),
        ("[{{ list['size'] }}{{ list['first'] }}{{ list[name] }}{{ hash['size'] }}]", data.clone(), "[]"),
        ("{{ hash['first'] }}{{ hash.first }}{{ hash.size }}", data.clone(), "keykey1"),
        ("[{{ hash | map: 'size' }}]", data, "[]"),
    ]);
}

#[test]
fn division_and_zero_keep_the_sign_of_decimals() {
    check(&[
        (
            "{{ 1 | divided_by: 0.0 }} {{ -1.5 | divided_by: 0 }} {{ 0.0 | divided_by: 0 }}",
            json!({}),
            "Infinity -Infinity NaN",
        ),
        ("{{ 0 | times: -2.5 }} {{ 0 | divided_by: -2.5 }} {{ -0.0 | plus: 0 }}", json!({}), "-0.0 -0.0 0.0"),
        ("{{ -0.0 | round }} {{ -0.0 | ceil }} {{ -0.4 | ceil }}", json!({}), "0 0 0"),
        ("{{ 1 | divided_by: 0 }}", json!({}), "error: Liquid error (template:1): divided by 0"),
        ("{{ 1.0 | modulo: 0 }}", json!({}), "error: Liquid error (template:1): divided by 0"),
    ]);
}

#[test]
fn cut_text_counts_as_ruby_counts() {
    check(&[
        ("{{ 'a b ' | truncatewords: 2 }}|{{ 'a b' | truncatewords: 2 }}", json!({}), "a b...|a b"),
        ("{{ '' | truncate: -1 }}|{{ '' | truncate: 0 }}|{{ 'ab' | truncate: 2 }}", json!({}), "...||ab"),
    ]);
}

#[test]
fn bound_of_a_range_is_an_integer() {
    check(&[
        (
            "{{ (1.9..3) | join: '' }}|{{ (a..b) | join: '' }}|{{ (n..2) | join: '' }}",
            json!({"a": "1x", "b": 3}),
            "123|123|012",
        ),
        ("{{ (1..f) }}", json!({"f": 2.5}), "error: Liquid error (template:1): invalid integer"),
        ("{{ (l..2) }}", json!({"l": [1]}), "error: Liquid error (template:1): invalid integer"),
    ]);
}

#[test]
fn options_of_loops_are_read_strictly_by_for_and_loosely_by_tablerow() {
    let cell = "<tr class=\"row1\">\n<td class=\"col1\">1</td></tr>\n";
    check(&[
        (
            "{% for i in nil limit: 'x' %}{% endfor %}",
            json!({}),
            "error: Liquid error (template:1): invalid integer",
        ),
        ("{% for i in l limit: n %}{{ i }}{% endfor %}", json!({"l": [1, 2]}), "12"),
        (
            "{% tablerow i in l limit: '1x' offset: 'x' junk reversed: 1 %}{{ i }}{% endtablerow %}",
            json!({"l": [1, 2]}),
            cell,
        ),
        ("{% tablerow i in l limit: 1.9 %}{{ i }}{% endtablerow %}", json!({"l": [1, 2]}), cell),
        (
            "{% tablerow i in l limit: nil %}{{ i }}{% endtablerow %}",
            json!({"l": [1, 2]}),
            "<tr class=\"row1\">\n</tr>\n",
        ),
        (
            "{% tablerow i in l cols: true %}{% endtablerow %}",
            json!({"l": [1]}),
            "error: Liquid error (template:1): invalid integer",
        ),
        ("{% tablerow i in nil limit: true %}{% endtablerow %}", json!({}), ""),
        ("{% for i in l %}{{ forloop }}{% endfor %}", json!({"l": [1]}), "Liquid::ForloopDrop"),
    ]);
}

#[test]
fn partial_that_is_handed_an_array_runs_once_an_item() {
    let data = json!({ "list": [1, 2], "hash": { "a": 1 } });
    check(&[
        ("{% include 'item' with list %}", data.clone(), "[1][2]"),
        ("{% include 'item' for list %}", data.clone(), "[1][2]"),
        ("{% render 'item' with list %}", data.clone(), "[12]"),
        ("{% render 'item' for hash %}", data, "[a1]"),
    ]);
}

#[test]
fn cycle_with_a_variable_shares_its_turn_with_none() {
    check(&[
        ("{% cycle 'a', 'b' %}{% cycle 'a', 'b' %}{% cycle 'a', 'b' %}", json!({}), "aba"),
        ("{% cycle x, 'b' %}{% cycle x, 'b' %}", json!({"x": "a"}), "aa"),
        (
            "{% for i in (1..3) %}{% cycle x, 'b' %}{% cycle x, 'b' %}{% endfor %}",
            json!({"x": "a"}),
            "aabbaa",
        ),
        ("{% cycle x: 'a', 'b' %}{% cycle x: 'a', 'b' %}", json!({"x": "g"}), "ab"),
    ]);
}

#[test]
fn empty_and_blank_equal_neither_themselves_nor_each_other() {
    let ask = |condition: &str| format!("{{% if {condition} %}}yes{{% else %}}no{{% endif %}}");
    let conditions = ["empty == empty", "blank == blank", "empty == blank", "l == empty", "l == blank"];
    let templates: Vec<String> = conditions.iter().map(|condition| ask(condition)).collect();
    let rows: Vec<(&str, Json, &str)> = templates
        .iter()
        .zip(["no", "no", "no", "yes", "yes"])
        .map(|(template, answer)| (template.as_str(), json!({"l": []}), answer))
        .collect();
    check(&rows);
}

#[test]
fn raw_text_is_no_blank_body() {
    check(&[
        ("{% if true %} {% raw %} {% endraw %} {% endif %}|", json!({}), "   |"),
        ("{% if true %} {% raw %}{% endraw %} {% endif %}|", json!({}), "|"),
        ("{% raw %}a {% endraw %}{%- assign v = 1 -%}|", json!({}), "a |"),
        ("{% if true %} {% ifchanged %}{% endifchanged %} {% endif %}|", json!({}), "|"),
        (
            "{% if true %} {% tablerow i in (1..1) %}{% endtablerow %} {% endif %}|",
            json!({}),
            "<tr class=\"row1\">\n<td class=\"col1\"></td></tr>\n|",
        ),
        (
            "{% case 1 %}x{% when 1 %} {% endcase %}|{% case 1 %} {% when 1 %} {% endcase %}|",
            json!({}),
            " ||",
        ),
    ]);
}

#[test]
fn integer_has_the_size_of_its_bytes() {
    check(&[("{{ 42 | size }}|{{ 4.2 | size }}|{{ true | size }}", json!({}), "8|0|0")]);
}

#[test]
fn counter_may_have_any_name() {
    check(&[
        ("{% increment a.b %}{% increment a.b %}{% decrement 'x y' %}", json!({}), "01-1"),
        (
            "{% increment %}",
            json!({}),
            "error: Liquid syntax error (template:1): increment needs the name of a counter",
        ),
    ]);
}
