//! Values, filters, conditions and argument lists: what is written and what is read.

use super::{list, markup, show, show_condition, show_filtered, show_path, source};
use crate::liquid::syntax::ast::{Argument, Span};
use crate::liquid::syntax::{Interpolation, Markup};

/// What the whole of `text` reads as, or the message of its error.
fn value(text: &str) -> String {
    let mut markup = markup(text);
    match markup.filtered().and_then(|filtered| markup.finish().map(|()| filtered)) {
        Ok(filtered) => show_filtered(&filtered),
        Err(error) => format!("error: {}", error.text()),
    }
}

fn condition(text: &str) -> String {
    markup(text).condition().map_or_else(|error| format!("error: {}", error.text()), |c| show_condition(&c))
}

fn arguments(text: &str) -> String {
    let mut markup = markup(text);
    match markup.arguments().and_then(|arguments| markup.finish().map(|()| arguments)) {
        Ok(arguments) => list(&arguments, |Argument { name, value, .. }| format!("{name}={}", show(value))),
        Err(error) => format!("error: {}", error.text()),
    }
}

#[track_caller]
fn table(read: fn(&str) -> String, rows: &[(&str, &str)]) {
    for (text, expected) in rows {
        assert_eq!(read(text), *expected, "{text}");
    }
}

#[test]
fn strings_end_at_the_next_quote() {
    table(
        value,
        &[
            ("''", "''"),
            (r"'\'", r"'\'"),
            (r#""a\"b""#, r"'a\'"),
            (r#""say \"hi, you\"" | upcase"#, r"('say \' | upcase())"),
            (r"'it\' | size", r"('it\' | size())"),
            ("\"a'b\"", "'a'b'"),
            ("'größe'", "'größe'"),
            ("'a", "error: String was never closed"),
            ("'a' 'b'", "error: Unexpected '''"),
        ],
    );
}

#[test]
fn double_quotes_interpolate() {
    table(
        value,
        &[
            (r#""Hi {{ n | upcase }}!""#, "<'Hi ', (n | upcase()), '!'>"),
            (r#""{{ a }}{{b.c}}""#, "<a, b.c>"),
            (r#""{{ }}x""#, "<'x'>"),
            (r#""{{ a""#, "<'{{ a'>"),
            ("'{{ a }}'", "'{{ a }}'"),
            (r#""{{ a b }}""#, "error: Unexpected 'b'"),
            (r#"{"k": "{{ a }}\n"}"#, "{'k': <a, '\n'>}"),
        ],
    );
}

#[test]
fn double_quotes_are_plain_where_the_app_says_so() {
    let text = r#""{{ a }}" ["{{ b"]"#;
    let mut plain = source(text);
    plain.interpolation = Interpolation::Off;
    let mut markup = Markup::new(&plain, Span::of(0, text.len()));

    assert_eq!(markup.quoted(), Some("{{ a }}"));
    assert_eq!(markup.expression().map(|array| show(&array)).expect("an array"), "['{{ b']");
}

#[test]
fn numbers_keep_their_size() {
    table(
        value,
        &[
            ("12", "12"),
            ("-12", "-12"),
            ("1.5", "1.5"),
            ("-0.25", "-0.25"),
            ("9223372036854775807", "9223372036854775807"),
            ("9223372036854775808", "big 9223372036854775808"),
            ("-99999999999999999999", "big -99999999999999999999"),
            ("1.", "error: Unexpected '.'"),
            ("- 1", "error: Unexpected '-'"),
            ("1 + 2", "error: Unexpected '+'"),
        ],
    );
    assert_eq!(value(&"9".repeat(1001)), "error: Number too long: more than 1000 digits");
}

#[test]
fn paths_mix_dots_and_brackets() {
    table(
        value,
        &[
            ("a.b['c'][d][-1]", "a.b['c'][d][-1]"),
            ("h ['k'] . x", "h['k'].x"),
            ("a[b[0].c]", "a[b[0].c]"),
            ("valid?", "valid?"),
            ("a.valid?.b", "a.valid?.b"),
            ("some-thing", "some-thing"),
            ("2fa", "2fa"),
            ("empty", "empty"),
            ("nil.size", "nil.size"),
            ("null", "nil"),
            ("truest", "truest"),
            ("a.0", "error: Unexpected '0'"),
            ("a..b", "error: Unexpected '..'"),
            ("a.['b']", "error: Unexpected '['"),
            ("a[0]b", "error: Unexpected 'b'"),
            ("a[0", "error: Unexpected end of markup"),
            ("-a", "error: Unexpected '-a'"),
            ("@a", "error: Unexpected '@'"),
            ("a b", "error: Unexpected 'b'"),
            ("", "nil"),
        ],
    );
}

#[test]
fn ranges_take_values_as_ends() {
    table(
        value,
        &[
            ("(1..5)", "(1..5)"),
            ("(1.4..5)", "(1.4..5)"),
            ("( a.b .. -c )", "error: Unexpected '-c'"),
            ("( a.b .. c.d[0] )", "(a.b..c.d[0])"),
            ("(1...5)", "(1..5)"),
            ("(1....5)", "error: Unexpected '.'"),
            ("(1..", "error: Unexpected end of markup"),
            ("(a and b)", "error: Unexpected 'and'"),
        ],
    );
}

#[test]
fn json_literals_nest() {
    table(
        value,
        &[
            ("[]", "[]"),
            ("{}", "{}"),
            (r#"[1, "b", [c.d], nil]"#, "[1, 'b', [c.d], nil]"),
            (r#"{ "k": v, bare: { "x": [true] } }"#, "{'k': v, bare: {'x': [true]}}"),
            (r#"{"a\"b\u00e4\ud83d\ude00": "\t\/"}"#, "{'a\"bä😀': '\t/'}"),
            (r#"{"a": x | append: "y", "b": 2}"#, "{'a': (x | append('y')), 'b': 2}"),
            (r#"{"a": x | default: 1, b: 2}"#, "{'a': (x | default(1)), b: 2}"),
            (r#"["a" | append: "b", "c" | upcase]"#, "[('a' | append('b')), ('c' | upcase())]"),
            ("[1, 2] | size", "([1, 2] | size())"),
            ("['a']", "error: Unexpected '''"),
            (r#"{"a": 1,}"#, "error: Unexpected '}'"),
            ("[1,]", "error: Unexpected ']'"),
            (r#"["a]"#, "error: String was never closed"),
            (r#"["\x"]"#, "error: Invalid escape in a JSON string"),
            (r#"["\ud83d"]"#, "error: Invalid escape in a JSON string"),
            (r#"{"a" 1}"#, "error: Unexpected '1'"),
        ],
    );
}

#[test]
fn filters_take_positional_and_named_arguments() {
    table(
        value,
        &[
            ("a | upcase | append: 'x'", "((a | upcase()) | append('x'))"),
            ("'H' | append, ' w'", "('H' | append(' w'))"),
            ("x | default: allow_false: true, \"b\"", "(x | default('b', allow_false: true))"),
            ("'k' | t: a: b.c, d: 1", "('k' | t(a: b.c, d: 1))"),
            ("'k' | t: {\"a\": 1}", "('k' | t({'a': 1}))"),
            ("a | default: 'x',", "(a | default('x'))"),
            ("a | default:", "(a | default())"),
            ("a == b | default: c", "((a == b) | default(c))"),
            ("a | capitalise", "error: Unknown filter 'capitalise'"),
            ("a | 'x'", "error: Unexpected '''"),
            ("a |", "a"),
            ("a | | upcase |", "(a | upcase())"),
            ("| upcase", "(nil | upcase())"),
            ("a || upcase", "error: Unexpected '|'"),
            (
                "a | default: {\"a\": b | upcase}",
                "error: Filters are not allowed inside the literal of an argument",
            ),
        ],
    );
}

#[test]
fn filter_of_an_argument_leaves_the_next_argument_alone() {
    table(
        arguments,
        &[
            ("id: x | default: 1, page: p", "id=(x | default(1)), page=p"),
            ("id: x | upcase, page: p", "id=(x | upcase()), page=p"),
            ("a: 'k' | t: count: 1, b: 2", "a=('k' | t(count: 1)), b=2"),
            ("a: x | append: 'y' | append: 'z', b: 2", "a=((x | append('y')) | append('z')), b=2"),
        ],
    );
}

#[test]
fn argument_lists_are_lax_about_commas() {
    table(
        arguments,
        &[
            ("", ""),
            (", a: 1, b: 'x',", "a=1, b='x'"),
            ("a: 1 b: (1..3)\n c-d: [1]", "a=1, b=(1..3), c-d=[1]"),
            ("a : 1", "a=1"),
            ("a: 1, a: 2", "a=1, a=2"),
            (r#"a: "x\"y", b: 2"#, r"a='x\', b=2"),
            ("a: , b: 2", "error: Unexpected ','"),
            ("a: 1, 'b'", "error: Unexpected '''"),
            ("a: \"b", "error: String was never closed"),
        ],
    );
}

#[test]
fn conditions_group_to_the_right() {
    table(
        condition,
        &[
            ("a or b and c", "(a or (b and c))"),
            ("a and b or c", "(a and (b or c))"),
            ("a==1 and b contains 'x'", "((a == 1) and (b contains 'x'))"),
            ("a <> b", "(a != b)"),
            ("a <= b or a>=c", "((a <= b) or (a >= c))"),
            ("android", "android"),
            ("contains", "contains"),
            ("a endswith b", "error: Unknown operator endswith"),
            ("a = b", "error: Unknown operator ="),
            ("a && b", "error: Unknown operator &&"),
            ("a || b", "error: Unknown operator ||"),
            ("not a", "error: Unknown operator not"),
            ("a | size > 1", "error: Filters are not allowed in conditions"),
            ("a ==", "(a == nil)"),
            ("a == or b !=", "((a == nil) or (b != nil))"),
            ("a and", "error: Unexpected end of markup"),
            ("a == 1 or (b == 2 and c == 3) or false", "((a == 1) or ((b == 2) and ((c == 3) or false)))"),
            ("((a)) == (b", "(a == b)"),
            ("(1..3) contains a and (1..2) == ((1..2))", "(((1..3) contains a) and ((1..2) == (1..2)))"),
            ("a..3", "error: Unknown operator .."),
            ("()", "error: Unexpected ')'"),
            ("", "error: Unexpected end of markup"),
        ],
    );
}

#[test]
fn condition_of_any_length_is_refused_before_it_costs_the_stack() {
    assert!(condition(&["a"; 500].join(" or ")).starts_with("(a or (a"));
    assert_eq!(condition(&["a"; 501].join(" or ")), "error: Condition too long: more than 500 comparisons");
}

#[test]
fn targets_take_no_whitespace_inside() {
    let target = |text: &str| {
        markup(text).target().map_or_else(
            |error| format!("error: {}", error.text()),
            |target| format!("{} {:?}", show_path(&target.path), target.write),
        )
    };
    for (text, expected) in [
        ("x = 1", "x Set"),
        ("x.k[\"j\"].l[0] << 1", "x.k['j'].l[0] Append"),
        ("123 = 1", "123 Set"),
        ("some-thing= 1", "some-thing Set"),
        ("h ['k'] = 1", "error: Unexpected '['"),
        ("foo? = 1", "error: Unexpected '?'"),
        ("x == 1", "error: Unexpected '=='"),
        ("-x = 1", "error: Unexpected '-x'"),
        ("x", "error: Unexpected end of markup"),
    ] {
        assert_eq!(target(text), expected, "{text}");
    }
}

#[test]
fn target_is_told_from_arguments() {
    for (text, expected) in [
        ("g = 'file', k: v", true),
        ("g.a << 'file'", true),
        ("g, k: v", false),
        ("task: 'x'", false),
        ("'label', k: v", false),
        ("g", false),
        ("", false),
    ] {
        assert_eq!(markup(text).is_target(), expected, "{text}");
    }
}

#[test]
fn literals_and_brackets_nest_to_a_hundred_levels() {
    let nested = |levels: usize| "[".repeat(levels) + &"]".repeat(levels);

    assert!(value(&nested(100)).starts_with("[["));
    assert!(value(&nested(101)).starts_with("error: Nesting too deep"));
    assert!(value(&"(".repeat(1_000_000)).starts_with("error: Nesting too deep"));
    assert!(value(&"a[".repeat(1_000_000)).starts_with("error: Nesting too deep"));
}
