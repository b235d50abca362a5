//! Types as pages meet them: what is true, blank, printed, compared, contained, shared and escaped.

use super::rows::{check, fails, html, txt};
use super::*;

#[test]
fn only_nil_and_false_are_falsy() {
    check(&[
        txt("{% for v in a %}{% if v %}t{% else %}f{% endif %}{% endfor %}", "ttttfft")
            .given(json!({"a": ["", 0, [], {}, null, false, "false"]})),
        txt(
            "{% for v in a %}{% if v == blank %}b{% endif %}{% if v == empty %}e{% endif %};{% endfor %}",
            "b;b;be;b;be;be;;;",
        )
        .given(json!({"a": [null, false, "", " \n", [], {}, 0, "x"]})),
    ]);
}

#[test]
fn undefined_is_nil_and_has_no_parts() {
    check(&[
        txt("[{{ a }}{{ a.b }}{{ a.size }}{{ a.first }}{{ a[0] }}{{ a['x'][y].z }}]", "[]"),
        txt("[{{ n.size }}{{ n.first }}]", "[]").given(json!({"n": 5})),
    ]);
}

#[test]
fn size_first_and_last() {
    check(&[
        txt("{{ s.size }}{{ a.size }}{{ h.size }}", "321")
            .given(json!({"s": "żół", "a": [1, 2], "h": {"k": 1}})),
        txt("{{ a.first }}{{ a.last }}{{ h.first }}", r#"12["k",1]"#)
            .given(json!({"a": [1, 2], "h": {"k": 1}})),
        txt("{{ h.size }}{{ h.first }}", "1020").given(json!({"h": {"size": 10, "first": 20}})),
        txt("[{{ a.first }}{{ a.last }}]{{ a[-1] }}{{ a[5] }}", "[]").given(json!({"a": []})),
        txt("{% assign r = (3..5) %}{{ r.size }}{{ r.first }}{{ r.last }}", "335"),
    ]);
}

#[test]
fn values_print_as_the_platform_prints_them() {
    check(&[
        txt("{{ v }}", r#"[1,1.0,"a",null,true,{"b":[]}]"#)
            .given(json!({"v": [1, 1.0, "a", null, true, {"b": []}]})),
        txt("{{ nil }}{{ true }}{{ false }}{{ 1.0 }}{{ -2 }}{{ (1..3) }}", "truefalse1.0-21..3"),
        txt("{{ '2024-05-01' | to_date }}", "2024-05-01"),
        txt("{{ h | append: '' }}{{ a | join: ',' }}", r#"{"a":1}1,2"#)
            .given(json!({"h": {"a": 1}, "a": [1, [2]]})),
    ]);
}

#[test]
fn order_between_types_is_an_error_and_nil_is_never_less() {
    check(&[
        fails("{% if 'a' < 1 %}{% endif %}", "comparison of String with 1 failed"),
        fails("{% if 1 > 'a' %}{% endif %}", "comparison of Integer with String failed"),
        txt("{% if nil < 1 %}a{% endif %}{% if 1 < nil %}b{% endif %}{% if nil >= nil %}c{% endif %}", ""),
        txt("{% if 1 == 1.0 %}a{% endif %}{% if '1' == 1 %}b{% endif %}{% if 1 <> 2 %}c{% endif %}", "ac"),
        fails("{% if 1 = 1 %}{% endif %}", "Unknown operator ="),
    ]);
}

#[test]
fn contains_looks_into_strings_arrays_and_hashes() {
    check(&[
        txt("{% if s contains 9 %}a{% endif %}{% if s contains 'x' %}b{% endif %}", "a").given(json!({"s": "hel9lo"})),
        txt("{% if a contains 'x' %}a{% endif %}{% if a contains 2 %}b{% endif %}{% if a contains nil %}c{% endif %}", "ab")
            .given(json!({"a": ["x", 2]})),
        txt("{% if h contains 'k' %}a{% endif %}{% if h contains 'v' %}b{% endif %}", "a").given(json!({"h": {"k": "v"}})),
        txt("{% if nope contains 'k' %}a{% else %}b{% endif %}", "b"),
    ]);
}

#[test]
fn containers_are_shared_until_they_are_cloned() {
    const FILES: &[(&str, &str)] = &[("lib/f.liquid", "{% assign h.k = 1 %}{% assign h.l << 2 %}")];
    check(&[
        txt("{% assign e = c.errors %}{% hash_assign e['k'] = 1 %}{{ c }}", r#"{"errors":{"k":1}}"#)
            .given(json!({"c": {"errors": {}}})),
        txt("{% function _ = 'f', h: h %}{{ h }}", r#"{"l":[2],"k":1}"#).given(json!({"h": {"l": []}})).with(FILES),
        txt("{% include 'f' %}{{ h }}", r#"{"l":[2],"k":1}"#).given(json!({"h": {"l": []}})).with(FILES),
        txt("{% for x in a %}{% assign x.n = 1 %}{% endfor %}{{ a }}", r#"[{"n":1}]"#).given(json!({"a": [{}]})),
        txt("{% assign b = a | deep_clone %}{% assign b.x.y = 1 %}{{ a }}", r#"{"x":{}}"#).given(json!({"a": {"x": {}}})),
        txt("{% assign b = a | hash_merge: y: 1 %}{{ a }}", r#"{"x":1}"#).given(json!({"a": {"x": 1}})),
        txt("{% assign c = context %}{% hash_assign c['tests'] = true %}{{ context.tests }}{% render 'r', context: context %}", "truetrue")
            .with(&[("lib/r.liquid", "{{ context.tests }}")]),
    ]);
}

#[test]
fn html_is_escaped_once_and_other_formats_never() {
    const FILES: &[(&str, &str)] =
        &[("views/partials/p.liquid", "<i>{{ v }}</i>"), ("lib/f.liquid", "{% return '<f>' %}")];
    let v = || json!({"v": "<b>&\"'"});
    check(&[
        html("{{ v }}{% echo v %}", "&lt;b&gt;&amp;&quot;&#39;&lt;b&gt;&amp;&quot;&#39;").given(v()),
        txt("{{ v }}", "<b>&\"'").given(v()),
        html("{{ a }}", "[&quot;&lt;&quot;]").given(json!({"a": ["<"]})),
        html("{% include 'p' %}{% render 'p', v: 1 %}", "<i>&lt;b&gt;&amp;&quot;&#39;</i><i>1</i>")
            .given(v())
            .with(FILES),
        html("{% function r = 'f' %}{{ r }}", "&lt;f&gt;").with(FILES),
        html("{% capture c %}<b>{{ v }}{% endcapture %}{{ c }}", "&lt;b&gt;1").given(json!({"v": 1})),
        html("{{ '&lt;b&gt;' | html_safe }}{{ '&lt;b&gt;' | html_safe: raw_text: true }}", "<b>&lt;b&gt;"),
        html("{{ v | html_safe | append: '<' }}", "&lt;i&gt;&lt;").given(json!({"v": "<i>"})),
        html("{% parse_json j %}{\"v\": {{ v | json }}}{% endparse_json %}{% print j.v %}", "<b>&\"'")
            .given(v()),
    ]);
}

#[test]
fn escaping_can_be_switched_off() {
    let app = Fixture::of(&[
        ("config.yml", "escape_output_instead_of_sanitize: false\n"),
        ("views/pages/index.liquid", "{{ '<b>' }}"),
    ]);
    assert_eq!(app.body(), "<b>");
}
