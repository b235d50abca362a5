//! Any input: the parser answers with a tree or an error, in time linear to the input, and what it says of places is
//! inside the file.

use std::sync::LazyLock;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

use super::{source, template};
use crate::liquid::syntax::ast::{Node, Span};
use crate::liquid::syntax::parser::compile_body;
use crate::liquid::tests::fuzz::mutation::fixtures;

/// A page as people write it: every construct once.
const PAGE: &str = r#"<h1>{{ page.title | upcase | default: 'x', allow_false: true }}</h1>
{% liquid
  assign items = {"a": [1, -2.5, "b\"c"], k: context.params.q | default: 1, "z": nil} # note
  function r = 'lib/commands/create',
    user_id: user.id,
    range: (1..items.size)
  if r.errors != blank and r.valid? or items contains 'a';
    log r.errors, type: 'error'
  else
    background source_name: 'x', delay: 0.5
      include 'emails/welcome', user: user
    endbackground
  endif
%}
{%- for item in items reversed limit: 3 -%}
  {% if item['k'][0] <> "Hi {{ name | append: '!' }}" %}{{ item.name }}{% else %}-{% endif %}
{%- endfor -%}
{% comment %}{% raw %}{% endcomment %}{% endraw %}{% endcomment %}
{% background job = 'jobs/a', id: item.id | append: '-', data: [item] %}
{% raw %}{{ raw }}{% endraw %}{%- # inline -%}{% doc %} @param {string} a {% enddoc %}
{% capture c %}größe 😀{% endcapture %}
"#;

/// The words of the language, and what lies at their edges.
const FRAGMENTS: [&str; 55] = [
    "{{",
    "}}",
    "{%",
    "%}",
    "{{-",
    "-}}",
    "{%-",
    "-%}",
    "{",
    "}",
    "[",
    "]",
    "(",
    ")",
    "..",
    ".",
    ",",
    ":",
    ";",
    "|",
    "'",
    "\"",
    "\\",
    "#",
    "\n",
    "\r\n",
    " ",
    "-",
    "=",
    "==",
    "<<",
    "<>",
    "?",
    "1",
    "-1.5",
    "99999999999999999999",
    "a",
    "ä",
    "\u{feff}",
    "\u{a0}",
    " tablerow a in b ",
    " cycle ",
    "\0",
    " if ",
    " endif ",
    " liquid ",
    " comment ",
    " endcomment ",
    " raw ",
    " endraw ",
    " and ",
    " or ",
    " background ",
    " endbackground ",
    " assign ",
];

static FIXTURES: LazyLock<Vec<String>> = LazyLock::new(fixtures);

/// A change to a text: `length` of it from `at` on become `with`.
#[derive(Debug, Clone)]
struct Splice {
    at: Index,
    length: usize,
    with: &'static str,
}

fn splices() -> impl Strategy<Value = Vec<Splice>> {
    let splice = (any::<Index>(), 0..40_usize, select(&FRAGMENTS[..]));
    vec(splice.prop_map(|(at, length, with)| Splice { at, length, with }), 1..6)
}

fn mutated(text: &str, splices: &[Splice]) -> String {
    let mut text = text.to_owned();
    for Splice { at, length, with } in splices {
        let start = text.floor_char_boundary(at.index(text.len() + 1));
        let end = text.floor_char_boundary((start + length).min(text.len()));
        text.replace_range(start..end, with);
    }
    text
}

/// Compiles `text`, whatever it is, and checks what is said about it.
fn check(text: &str) -> Result<(), TestCaseError> {
    match template(text) {
        Ok(template) => {
            let mut last = 0;
            for node in &template.nodes {
                let span = span(node);
                prop_assert!(last <= span.start && span.start <= span.end, "{span:?} after {last}");
                prop_assert!(text.get(span.start as usize..span.end as usize).is_some(), "{span:?}");
                last = span.start;
            }
        }
        Err(error) => {
            let place = error.place().expect("a syntax error has a place");
            let line = text.split('\n').nth(place.line as usize - 1);
            prop_assert!(line.is_some(), "{}", error.report());
            prop_assert!(place.col as usize <= line.map_or(0, |line| line.chars().count()) + 1);
        }
    }
    Ok(())
}

fn span(node: &Node) -> Span {
    match node {
        Node::Text(span) | Node::Raw(span) | Node::Tag(span, _) => *span,
        Node::Output(filtered) => filtered.span,
    }
}

/// Bytes the compiler looked at to read `text`, or to refuse it.
fn looked_at(text: &str) -> usize {
    let source = source(text);
    drop(compile_body(&source, 0));
    source.looked_at.get()
}

#[test]
fn page_of_every_construct_compiles() {
    assert!(template(PAGE).is_ok(), "{}", template(PAGE).expect_err("not ok").report());
}

proptest! {
    #[test]
    fn any_bytes_are_answered(bytes in vec(any::<u8>(), 0..400)) {
        check(&String::from_utf8_lossy(&bytes))?;
    }

    #[test]
    fn any_fragments_are_answered(fragments in vec(select(&FRAGMENTS[..]), 0..120)) {
        check(&fragments.concat())?;
        check(&format!("{{% liquid {} %}}", fragments.concat()))?;
        check(&format!("{{% assign a = {} %}}", fragments.concat()))?;
    }

    #[test]
    fn any_change_to_a_page_is_answered(splices in splices()) {
        check(&mutated(PAGE, &splices))?;
    }

    #[test]
    fn any_change_to_a_template_of_an_app_is_answered(
        file in any::<Index>(),
        other in any::<Index>(),
        (cut, from) in any::<(Index, Index)>(),
        splices in splices(),
    ) {
        let (text, other) = (file.get(&FIXTURES), other.get(&FIXTURES));
        check(&mutated(text, &splices))?;
        // The beginning of one and the end of another: blocks that never open, blocks that never close.
        let beginning = &text[..text.floor_char_boundary(cut.index(text.len() + 1))];
        let end = &other[other.floor_char_boundary(from.index(other.len() + 1))..];
        check(&format!("{beginning}{end}"))?;
    }

    #[test]
    fn text_without_braces_is_itself(text in "[^{]*") {
        let template = template(&text).expect("there is nothing to get wrong");
        let shown: String = template.nodes.iter().map(|node| {
            let span = span(node);
            text.get(span.start as usize..span.end as usize).expect("spans are in the file")
        }).collect();
        prop_assert_eq!(shown, text.trim_start_matches('\u{feff}'));
    }
}

#[test]
fn reading_takes_linear_time() {
    let hostile = [
        "{",
        "{{",
        "{%",
        "{{{",
        "{ {",
        "}}",
        "%}",
        "{{ a",
        "{{ a }}",
        "{%- -%}",
        "{% raw %}",
        "{% comment %}",
        "{% comment %}{% raw %}",
        "{% doc %}{% ",
        "{% liquid\n",
        "{% liquid a\n",
        "   \n",
        "{% if a %}",
        "{{ 'a",
        "{% # \n",
        "{% assign a = ",
        "{% background a: b %}{% endbackground %}",
        "{% background %}{% background %}{% endbackground %}\n{% endbackground %}",
    ];
    let inside = [
        "@param {\n",
        "a.",
        "a[",
        "[",
        "{",
        "(",
        "'",
        "\"",
        "'a' ",
        "a ",
        "a,",
        "a:",
        "a: b ",
        "a: b, ",
        ", ",
        "| ",
        "| upcase ",
        "a | upcase: ",
        "a or ",
        "a == (",
        "(a) ",
        "| | ",
        "a == ",
        "\"{{",
        "\"{{ a }}",
        "\"a\\\"b, ",
        "1",
        "1.",
        "-",
        " ",
        "\\",
        "# ",
        "#\n",
        "a,\n",
        "'\n",
        ",\n\n",
        "[\n",
        "a#",
        "[\" \\\"",
        "\\\" ",
    ];
    let wrapped = inside.iter().flat_map(|piece| {
        [
            ("{% assign a = ", " %}"),
            ("{% include ", " %}"),
            ("{% if ", " %}"),
            ("{% liquid\nassign a = [", "\n%}"),
            ("{% liquid\n", "%}"),
            ("{% comment %}{% ", ""),
            ("{% doc %}@param ", "{% enddoc %}"),
            ("{% tablerow x in xs ", "%}{% endtablerow %}"),
            ("{% for i in xs %}{% cycle ", "%}{% endfor %}"),
        ]
        .map(|(open, close)| (open, *piece, close))
    });
    let cases = hostile.iter().map(|piece| ("", *piece, "")).chain(wrapped);

    for (open, piece, close) in cases {
        let of = |times: usize| looked_at(&format!("{open}{}{close}", piece.repeat(times)));
        let (small, large) = (of(500), of(2000));
        // Four times the input; a constant part may hide a little, a square would show as sixteen times.
        assert!(large <= small * 5 + 1000, "{open}{piece}{close}: {small} bytes looked at, then {large}");
    }
}
