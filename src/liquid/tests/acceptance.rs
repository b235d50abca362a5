//! The dialect in one table: a page, what it is given, and what it prints or fails with. Each row is a rule that apps rely
//! on; the rows of a kind are together, in the order the rules are usually told.

use super::rows::{check, fails, html, txt};
use super::*;

const CUT_SHORT: &[(&str, &str)] = &[("views/partials/p.liquid", "X{% break %}Y")];
const ASSIGNING: &[(&str, &str)] =
    &[("views/partials/q.liquid", "{% assign out = 'in' %}{% assign n = 1 %}")];

#[test]
fn literals_and_assignment() {
    check(&[
        html(r#"{% assign h = {"a": 1, "b": [true, nil]} %}{% print h %}"#, r#"{"a":1,"b":[true,null]}"#),
        html(
            r#"{% assign h = {} %}{% assign h.x = {} %}{% assign h.x["y"] = 2 %}{% print h %}"#,
            r#"{"x":{"y":2}}"#,
        ),
        html(r#"{% assign a = [] %}{% assign a << "p" %}{% assign a << 3 %}{% print a %}"#, r#"["p",3]"#),
        html(r#"{% assign k = "id" %}{% assign h = {k: 1} %}{% print h %}"#, r#"{"id":1}"#),
        txt(r#"{{ ["z"] }}"#, r#"["z"]"#),
        txt(r#"{% assign x = "say \"hi\"" %}{{ x }}"#, r"say \"),
        fails(r#"{% assign n = "Al" %}{{ "Hi {{ n | upcase }}" }}"#, "Liquid syntax error"),
        html(r#"{% assign n = "Al" %}{% assign g = "Hi {{ n | upcase }}" %}{{ g }}"#, "Hi AL"),
        html("{% assign m = h.missing.deep.key %}[{{ m }}]", "[]").given(json!({"h": {}})),
        html("{% liquid\nassign a = 1 # note\necho a\n%}", "1"),
    ]);
}

#[test]
fn escaping() {
    check(&[
        html("{{ v }}", "&lt;b&gt;&amp;").given(json!({"v": "<b>&"})),
        html("{{ v | html_safe }}", "<i>x</i>").given(json!({"v": "<i>x</i>"})),
        html("{% print v %}", "<i>x</i>").given(json!({"v": "<i>x</i>"})),
        html("{% capture c %}{{ v }}{% endcapture %}{% print c %}", "&lt;b&gt;").given(json!({"v": "<b>"})),
        html(r#"{% parse_json o %}{"n": {{ v | json }}}{% endparse_json %}{{ o.n | size }}"#, "3")
            .given(json!({"v": "a\"b"})),
    ]);
}

#[test]
fn conditions_and_loops() {
    check(&[
        html(
            r#"{% if "" %}T{% endif %}{% if "" == blank %}B{% endif %}{% if nope == blank %}N{% endif %}"#,
            "TBN",
        ),
        html("{% for p in h %}{{ p[0] }}={{ p[1] }};{% endfor %}", "a=1;b=2;")
            .given(json!({"h": {"a": 1, "b": 2}})),
        html("{% for i in (1..6) limit: 2 offset: 2 %}{{ i }}{% endfor %}", "34"),
        html("{% if x %}1{% else if y %}2{% endif %}", "2").given(json!({"x": null, "y": null})),
        html("{% unless false %}u{% endunless %}{% case 2 %}{% when 1, 2 %}c{% endcase %}", "uc"),
        html("{% increment c %}{% increment c %}{{ c }}", "012"),
    ]);
}

#[test]
fn partials_and_early_ends() {
    check(&[
        html("A{% break %}B", "A"),
        html("1{% render 'p' %}2", "1X2").with(CUT_SHORT),
        html("1{% include 'p' %}2", "1X").with(CUT_SHORT),
        html("{% assign out = 'o' %}{% include 'q' %}{{ out }}{{ n }}", "in").with(ASSIGNING),
        html("{% assign out = 'o' %}{% render 'q' %}{{ out }}{{ n }}", "o").with(ASSIGNING),
        html("{% function r = 'f' %}[{{ r }}]", "[v]").with(&[("lib/f.liquid", "txt{% return 'v' %}after")]),
        html(
            "{% try %}{% function r = 'nope' %}{% catch e %}{% if e.message contains \"can't find partial\" %}caught{% endif %}{% endtry %}",
            "caught",
        ),
        html("{% include 'e' %}{{ context.exports.n.v }}", "4")
            .given(json!({"v": 4}))
            .with(&[("views/partials/e.liquid", "{% export v, namespace: 'n' %}")]),
        html("{% content_for 't' %}A{% endcontent_for %}{% content_for 't' %}B{% endcontent_for %}", "AB|")
            .with(&[("views/layouts/application.liquid", "{% yield 't' %}|{{ content_for_layout }}")]),
    ]);
}

#[test]
fn filters() {
    check(&[
        html(r#"{% assign s = 5 | default: 1 %}{{ s }}{{ 0 | default: 7 }}{{ "" | default: 7 }}"#, "507"),
        html(r#"{{ "x,,y,," | split: "," | size }}"#, "3"),
        txt("{{ nil | hash_merge: a: 1 }}", r#"{"a":1}"#),
        html(r#"{{ "2024-01-31" | date_add: 1, "mo" }}"#, "2024-02-29"),
        html("{{ 90 | divided_by: 60 }} {{ 90 | divided_by: 60.0 }}", "1 1.5"),
        fails(r#"{{ "abc" | upcase: 1 }}"#, "wrong number of arguments (given 2, expected 1)"),
    ]);
}

#[test]
fn what_is_kept_and_what_is_unknown() {
    check(&[
        html("{% session a = 'q' %}{{ context.session.a }}{% session a = nil %}{{ context.session.a }}", "q"),
        fails("{% unknown %}", "Unknown tag 'unknown'"),
    ]);
    let app = Fixture::page("{% cache 'k', expire: 60 %}{{ 5 | random_string }}{% endcache %}");
    let (first, second) = (app.body(), app.body());
    assert_eq!((first.len(), &first), (5, &second));
}
