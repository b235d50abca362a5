//! The platformOS dialect through `render --batch`: what each template prints, or the error it ends with.

use serde_json::{Map, Value as Json, json};

use crate::harness::Cli;

/// A template and what comes of it.
struct Case {
    template: &'static str,
    data: Json,
    /// Partials by name.
    partials: &'static [(&'static str, &'static str)],
    expected: Expected,
}

enum Expected {
    Output(&'static str),
    /// Part of the message.
    Error(&'static str),
}

fn prints(template: &'static str, output: &'static str) -> Case {
    Case { template, data: json!({}), partials: &[], expected: Expected::Output(output) }
}

fn fails(template: &'static str, message: &'static str) -> Case {
    Case { template, data: json!({}), partials: &[], expected: Expected::Error(message) }
}

impl Case {
    fn given(self, data: Json) -> Self {
        Self { data, ..self }
    }

    fn with(self, partials: &'static [(&'static str, &'static str)]) -> Self {
        Self { partials, ..self }
    }
}

/// Renders all cases as files of `format` and shows every one that came out otherwise.
fn check(format: &str, cases: &[Case]) {
    let requests = cases.iter().map(|case| {
        let partials: Map<String, Json> =
            case.partials.iter().map(|(name, source)| ((*name).to_owned(), json!(source))).collect();
        let request =
            json!({"template": case.template, "data": case.data, "templates": partials, "format": format});
        format!("{request}\n")
    });
    let finished = Cli::new(["render", "--batch"]).stdin(requests.collect::<String>()).run().exits(0);
    let answers = finished.lines();
    assert_eq!(answers.len(), cases.len(), "one answer for each case");
    let wrong: Vec<String> =
        cases.iter().zip(answers).filter_map(|(case, answer)| case.wrong(answer)).collect();
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

impl Case {
    fn wrong(&self, answer: &str) -> Option<String> {
        let json: Json = serde_json::from_str(answer).unwrap();
        let (right, expected) = match self.expected {
            Expected::Output(output) => (json["output"] == output, output),
            Expected::Error(part) => {
                (json["error"]["message"].as_str().is_some_and(|m| m.contains(part)), part)
            }
        };
        (!right).then(|| format!("{}\n  expected: {expected}\n  actual:   {answer}", self.template))
    }
}

#[test]
fn literals_and_assignment() {
    check(
        "txt",
        &[
            prints(
                r#"{% assign h = {"a": 1, "b": [true, nil]} %}{% print h %}"#,
                r#"{"a":1,"b":[true,null]}"#,
            ),
            prints(
                r#"{% assign h = {} %}{% assign h.x = {} %}{% assign h.x["y"] = 2 %}{{ h }}"#,
                r#"{"x":{"y":2}}"#,
            ),
            prints(r#"{% assign a = [] %}{% assign a << "p" %}{% assign a << 3 %}{{ a }}"#, r#"["p",3]"#),
            prints(r#"{% assign k = "id" %}{% assign h = {k: 1, new: 2} %}{{ h }}"#, r#"{"id":1,"new":2}"#),
            prints(r#"{{ ["z"] }}"#, r#"["z"]"#),
            prints(r#"{% assign x = "say \"hi\"" %}{{ x }}"#, r"say \"),
            prints(r#"{% assign n = "Al" %}{% assign g = "Hi {{ n | upcase }}" %}{{ g }}"#, "Hi AL"),
            fails(r#"{{ "Hi {{ n | upcase }}" }}"#, "Liquid syntax error (template:1)"),
            prints("{% assign m = h.missing.deep.key %}[{{ m }}]", "[]").given(json!({"h": {}})),
            prints("{% assign h = {} %}{% assign h[0] = 1 %}{{ h }}", r#"{"0":1}"#),
            prints("{% assign a = [1] %}{% assign a[2] = 3 %}{{ a }}", "[1,null,3]"),
            prints("{% assign x = a == 1 and b != 2 %}{{ x }}", "true").given(json!({"a": 1, "b": 3})),
            fails("{% assign h = 0 %}{% assign h.x = 1 %}", "h is 0, expected Hash or Array"),
            fails(
                "{% assign a = [] %}{% assign a['k'] = 1 %}",
                "a is an Array, expected index, key was provided",
            ),
            fails("{% assign data = {} %}{% assign data << 1 %}", "data is {}, expected Array"),
            fails("{% hash_assign h.k = 1 %}", "Liquid syntax error"),
        ],
    );
}

#[test]
fn containers_are_shared_by_reference() {
    check(
        "txt",
        &[
            prints("{% assign e = c.errors %}{% hash_assign e['k'] = 1 %}{{ c }}", r#"{"errors":{"k":1}}"#)
                .given(json!({"c": {"errors": {}}})),
            prints("{% assign h = {} %}{% function _ = 'f', h: h %}{{ h }}", r#"{"k":1}"#)
                .with(&[("f", "{% hash_assign h['k'] = 1 %}")]),
            prints("{% assign c = context %}{% hash_assign c['tests'] = true %}{{ context.tests }}", "true"),
        ],
    );
}

#[test]
fn html_is_escaped_once() {
    let data = || json!({"v": "<b>&"});
    check(
        "html",
        &[
            prints("{{ v }}", "&lt;b&gt;&amp;").given(data()),
            prints("{% echo v %}", "&lt;b&gt;&amp;").given(data()),
            prints("{{ v | html_safe }}", "<b>&").given(data()),
            prints("{% print v %}", "<b>&").given(data()),
            prints("{% capture c %}{{ v }}{% endcapture %}{% print c %}", "&lt;b&gt;&amp;").given(data()),
            prints("{% include 'p' %}", "<i>&lt;b&gt;&amp;</i>")
                .given(data())
                .with(&[("p", "<i>{{ v }}</i>")]),
            prints(r#"{% parse_json o %}{"n": {{ v | json }}}{% endparse_json %}{{ o.n | size }}"#, "3")
                .given(json!({"v": "a\"b"})),
            prints(
                "{% content_for 't' %}A{% endcontent_for %}{% content_for 't' %}<b>{% endcontent_for %}{% yield 't' %}",
                "A<b>",
            ),
        ],
    );
}

#[test]
fn conditions_and_loops() {
    check(
        "txt",
        &[
            prints(
                "{% if '' %}T{% endif %}{% if '' == blank %}B{% endif %}{% if nope == blank %}N{% endif %}",
                "TBN",
            ),
            prints("{% if x %}1{% else if y %}2{% endif %}", "2"),
            prints("{% unless false %}u{% endunless %}{% case 2 %}{% when 1, 2 %}c{% endcase %}", "uc"),
            prints("{% for p in h %}{{ p[0] }}={{ p[1] }};{% endfor %}", "a=1;b=2;")
                .given(json!({"h": {"a": 1, "b": 2}})),
            prints("{% for i in (1..6) limit: 2 offset: 2 %}{{ i }}{% endfor %}", "34"),
            prints("{% for i in (1..9223372036854775807) reversed limit: 2 %}{{ i }}{% endfor %}", "21"),
            prints("{% assign a = [1] %}{% for x in a %}{% assign a << x %}{% endfor %}{{ a }}", "[1,1]"),
            prints("{% increment c %}{% increment c %}{{ c }}", "012"),
            prints("{% liquid\n  assign a = 1 # note\n  echo a\n%}", "1"),
            prints("{% tablerow i in nil %}x{% endtablerow %}", ""),
            fails("{% if 'a' < 1 %}{% endif %}", "comparison of String with 1 failed"),
            fails("{% unknown %}", "Unknown tag 'unknown'"),
        ],
    );
}

#[test]
fn break_ends_the_page_or_the_partial_it_stands_in() {
    let partial = &[("p", "X{% break %}Y")];
    check(
        "txt",
        &[
            prints("A{% break %}B", "A"),
            prints("1{% render 'p' %}2", "1X2").with(partial),
            prints("1{% include 'p' %}2", "1X").with(partial),
            prints("1{% function r = 'p' %}2", "12").with(partial),
            prints("{% for i in (1..3) %}{{ i }}{% include 'p' %}{% endfor %}2", "1X2").with(partial),
            prints("{% include 'r' %}2", "a2").with(&[("r", "a{% return 1 %}b")]),
        ],
    );
}

#[test]
fn scope_of_partials() {
    let partial = &[("q", "{% assign out = 'in' %}{% assign n = 1 %}{{ k }}")];
    check(
        "txt",
        &[
            prints("{% assign out = 'o' %}{% include 'q', k: 2 %}{{ out }}{{ n }}{{ k }}", "2in")
                .with(partial),
            prints("{% assign out = 'o' %}{% render 'q', k: 2 %}{{ out }}{{ n }}{{ k }}", "2o").with(partial),
            prints("{% function r = 'f' %}[{{ r }}]", "[v]").with(&[("f", "txt{% return 'v' %}after")]),
            prints("{% assign x = [] %}{% function x << 'f' %}{{ x }}", "[1]")
                .with(&[("f", "{% return 1 %}")]),
            prints("{% include 'a/b' with 3 as n %}{% include 'a/b' for list %}", "34,5,")
                .given(json!({"list": [4, 5], "n": ""}))
                .with(&[("a/b", "{{ n }}{% if b %}{{ b }},{% endif %}")]),
            prints("{% assign v = 4 %}{% include 'e' %}{{ context.exports.n.v }}", "4")
                .with(&[("e", "{% export v, namespace: 'n' %}")]),
            prints("{% theme_render_rc 'q', k: 1 %}", "1").with(partial),
        ],
    );
}

#[test]
fn errors_name_their_place_and_are_caught() {
    check(
        "txt",
        &[
            fails("a\n{% function r = 'nope' %}", "Liquid error (template:2): can't find partial 'nope'"),
            prints(
                "{% try %}{% function r = 'nope' %}{% catch e %}{{ e.message }}{% endtry %}",
                "Liquid error (template:1): can't find partial 'nope'",
            ),
            prints(
                "{% try %}a{% render 'p' %}b{% catch e %}{{ e.message }}{% endtry %}",
                "aLiquid error (views/partials/p.liquid:2): divided by 0",
            )
            .with(&[("p", "gone\n{{ 1 | divided_by: 0 }}")]),
            prints("{% try %}a{% catch %}b{% endtry %}", "a"),
            fails("{{ 'abc' | upcase: 1 }}", "wrong number of arguments (given 2, expected 1)"),
            fails(
                "{% render 'p' %}",
                "Liquid syntax error (views/partials/p.liquid:1): 'if' tag was never closed",
            )
            .with(&[("p", "{% if x %}")]),
            fails("{% background task: 'x' %}", "'background' tag was never closed"),
            fails("{% capture x %}{% endcomment %}", "Liquid syntax error (template:1)"),
            fails("{% trigger_event %}", "trigger_event needs the name of an event"),
            fails(
                "{% graphql g = 'a/b', x: 1 %}",
                "Liquid error (template:1): graphql 'a/b' is not yet supported",
            ),
            fails("{% graphql g %}query { a }{% endgraphql %}", "graphql is not yet supported"),
            fails("{% rollback %}", "rollback outside of a transaction"),
            fails("{% response_headers 'x' %}", "expected a JSON object"),
        ],
    );
}

#[test]
fn nothing_a_template_does_goes_on_for_ever() {
    check(
        "txt",
        &[
            fails("{% include 'l' %}", "over 100 partials within each other")
                .with(&[("l", "{% include 'l' %}")]),
            fails(
                "{% assign s = 'aaaaaaaaaa' %}{% for i in (1..99) %}{% assign s = s | append: s %}{% endfor %}",
                "over 50 MB",
            ),
            fails(
                "{% capture c %}{% for i in (1..9999999) %}aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa{% endfor %}{% endcapture %}",
                "over 50 MB",
            ),
            fails("{% assign a = [] %}{% assign a[1000000000] = 1 %}", "over 50 MB"),
            fails("{% try %}{% include 'l' %}{% catch %}caught{% endtry %}", "over 100 partials")
                .with(&[("l", "{% include 'l' %}")]),
            prints("{% assign h = {} %}{% assign h.h = h %}{{ h | json | size }}", "604"),
            prints(
                "{% assign a = nil %}{% for i in (1..300000) %}{% assign a = [a] %}{% endfor %}done",
                "done",
            ),
        ],
    );
}

#[test]
fn context_and_its_neighbours() {
    check(
        "txt",
        &[
            prints("{{ context.params.a }}", "1").given(json!({"context": {"params": {"a": 1}}})),
            prints("{{ context.page.metadata.t }}{{ context.page.metadata.u.v }}", "5plain").given(json!({
                "context": {"params": {"q": 5}, "page": {"metadata": {"t": "{{ context.params.q }}", "u": {"v": "plain"}}}}
            })),
            prints("{% context language: 'de' %}{{ context.language }}", "de"),
            prints("{% session a = 'q' %}{{ context.session.a }}{% session a = nil %}{{ context.session.a }}", "q"),
            prints("{% cache 'k', expire: 60 %}a{% endcache %}{% cache 'k' %}b{% endcache %}", "aa"),
            prints("{% background j = 'p', a: 1 %}{{ j }}A{% background %}B{% endbackground %}C", "1AC"),
            prints("{% transaction %}a{% rollback %}b{% endtransaction %}c", "ac"),
        ],
    );
}
