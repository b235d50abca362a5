//! What a background block takes along from the page around it.

use super::template;
use crate::liquid::syntax::captured;

/// The names a block would take along.
fn taken(body: &str) -> String {
    let template = template(body).expect(body);
    captured(&template.nodes).into_iter().collect::<Vec<_>>().join(" ")
}

#[test]
fn block_takes_along_what_it_passes_on() {
    for (body, expected) in [
        ("{% assign y = x %}{% log y %}", "x"),
        ("{% log x %}{{ x }}{% if x %}{{ x | append: z }}{% endif %}", ""),
        ("{% include 'a', id: user.id, email: user.email %}", "user"),
        ("{% function r = 'a', data: contact %}{% if r.errors %}{% log r.errors %}{% endif %}", "contact"),
        ("{% assign a = a %}{% assign b = a %}", "a"),
        ("{% assign a = 1 %}{% assign b = a %}{% assign c = d | append: e %}", "d e"),
        ("{% for i in items %}{% assign k = i %}{% endfor %}{% assign z = i %}", "i items"),
        ("{% for i in (1..n) %}{% assign f = forloop.index %}{% endfor %}", "n"),
        ("{% assign seconds = forloop.index | append: 1 %}", "forloop"),
        ("{% assign q = params.q %}{% assign u = context.current_user %}", ""),
        ("{% assign q = context[key] %}", "key"),
        ("{% assign h = {\"k\": v, bare: [w]} %}", "bare v w"),
        ("{% assign s = \"{{ a }} {{ b | append: c }}\" %}", "a b c"),
        ("{% if x %}{% assign own = 1 %}{% endif %}{% assign y = own %}", ""),
        ("{% capture c %}{{ x }}{% endcapture %}{% assign y = c %}", ""),
        ("{% assign b = l == r and other %}", "l other r"),
        ("{% background delay: d %}{% assign y = inner %}{% endbackground %}", "d inner"),
        ("{% include consumer.path %}", "consumer"),
        ("{% graphql g = 'q', id: a | dig: b, k: c %}{% assign y = g %}", "a b c"),
        ("{% graphql g, id: a %}query { b }{% endgraphql %}{% assign y = g %}", "a"),
        ("{% execute_query 'q', result_name: 'g', id: a %}{% assign y = g %}", "a"),
        ("plain text", ""),
    ] {
        assert_eq!(taken(body), expected, "{body}");
    }
}
