//! Templates without an app around them, through `render --batch`: data and partials come with each, and none goes on for
//! ever. The dialect itself is tested rule by rule beside the engine.

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
fn data_and_partials_come_with_the_request() {
    check(
        "txt",
        &[
            prints("{{ h }}{{ h.a[1] }}", r#"{"a":[1,2.5],"b":null}2.5"#)
                .given(json!({"h": {"a": [1, 2.5], "b": null}})),
            prints("{{ context.params.a }}{{ x }}", "12").given(json!({"context": {"params": {"a": 1}}, "x": 2})),
            prints("{{ context.page.metadata.t }}{{ context.page.metadata.u.v }}", "5plain").given(json!({
                "context": {"params": {"q": 5}, "page": {"metadata": {"t": "{{ context.params.q }}", "u": {"v": "plain"}}}}
            })),
            prints("{% function r = 'f' %}{% include 'ui/card', n: r %}{% render 'ui/card' %}", "[1][]")
                .with(&[("f", "{% return 1 %}"), ("ui/card", "[{{ n }}]")]),
            prints("{% theme_render_rc 'q', k: 1 %}", "1").with(&[("q", "{{ k }}")]),
            prints("{% cache 'k', expire: 60 %}a{% endcache %}{% cache 'k' %}b{% endcache %}", "aa"),
            prints("{% background j = 'p', a: 1 %}{{ j }}A{% background %}B{% endbackground %}C", "1AC"),
            prints("{% session a = 1 %}{{ context.session.a }}{% context language: 'de' %}{{ context.language }}", "1de"),
        ],
    );
}

#[test]
fn format_decides_about_escaping() {
    let data = || json!({"v": "<b>&"});
    check("html", &[prints("{{ v }}{% print v %}", "&lt;b&gt;&amp;<b>&").given(data())]);
    check("txt", &[prints("{{ v }}{% print v %}", "<b>&<b>&").given(data())]);
}

#[test]
fn errors_name_the_template_or_the_partial() {
    check(
        "txt",
        &[
            fails("a\n{% function r = 'nope' %}", "Liquid error (template:2): can't find partial 'nope'"),
            fails("{% include 'p' %}", "Liquid error (views/partials/p.liquid:2): divided by 0")
                .with(&[("p", "gone\n{{ 1 | divided_by: 0 }}")]),
            fails(
                "{% render 'p' %}",
                "Liquid syntax error (views/partials/p.liquid:1): 'if' tag was never closed",
            )
            .with(&[("p", "{% if x %}")]),
            fails("{% background task: 'x' %}", "'background' tag was never closed"),
            fails("{% capture x %}{% endcomment %}", "Liquid syntax error (template:1)"),
            fails("{% trigger_event %}", "trigger_event needs the name of an event"),
            fails("{% graphql g = 'a/b', x: 1 %}", "Liquid error (template:1): can't find query 'a/b'"),
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
