//! The parameters that `{% doc %}` declares.

use super::template;
use crate::liquid::syntax::doc::{Param, Presence};

/// Every parameter as `name: type`, with a `?` if it is optional; `none` without `{% doc %}`.
fn declared(text: &str) -> String {
    let template = template(text).expect(text);
    let Some(doc) = &template.doc else { return "none".to_owned() };
    let show = |Param { name, kind, presence, span }: &Param| {
        assert_eq!(text.get(span.start as usize..span.end as usize), Some(&**name));
        let mark = if *presence == Presence::Optional { "?" } else { "" };
        kind.as_ref().map_or_else(|| format!("{name}{mark}"), |kind| format!("{name}{mark}: {kind}"))
    };
    doc.params.iter().map(show).collect::<Vec<_>>().join(", ")
}

#[test]
fn parameters_are_read_line_by_line() {
    for (body, expected) in [
        ("", ""),
        ("@param {string} name", "name: string"),
        (
            "\n  @param {string} name - the name\n  @param {object} [user] - who\n",
            "name: string, user?: object",
        ),
        ("@param name - no type", "name"),
        ("@param [name]", "name?"),
        ("@param [ name = 5 ] - default", "name?"),
        ("@param {} a\r\n@param{ string[] }b", "a, b: string[]"),
        ("@param {string|nil} some-thing", "some-thing: string|nil"),
        ("@description a @param b\n@example\n  {% render 'p', a: 1 %}", ""),
        ("@params a\n@param\n@param {string}\n@param {string a\n@param - a", ""),
        ("@param a\n@param a", "a, a"),
        ("@param {größe} größe", "gr: größe"),
    ] {
        assert_eq!(declared(&format!("{{% doc %}}{body}{{% enddoc %}}")), expected, "{body}");
    }
}

#[test]
fn file_has_the_parameters_of_all_its_doc_tags() {
    assert_eq!(declared("text"), "none");
    assert_eq!(declared("{% doc %}@param a{% enddoc %}x{% doc %}@param b{% enddoc %}"), "a, b");
    assert_eq!(declared("{% liquid\n doc\n @param {string} a\n enddoc\n echo a\n%}"), "a: string");
    assert_eq!(declared("{% if a %}{% doc %}@param a{% enddoc %}{% endif %}"), "a");
    assert_eq!(declared("{% comment %}{% doc %}@param a{% enddoc %}{% endcomment %}"), "none");
}
