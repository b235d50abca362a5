//! Documents against JSON, mistakes against their places, bombs against the limits.

use serde_json::{Value as Json, json};

use super::builder::MAX_DEPTH;
use super::*;

fn json(text: &str) -> Json {
    parse(text, 1).unwrap_or_else(|error| panic!("{text:?}: {error:?}")).to_json()
}

#[test]
fn documents_become_json() {
    let cases = [
        ("", json!(null)),
        ("# only a comment\n", json!(null)),
        ("a: 1\nb: [x, 'yes', yes]\n", json!({"a": 1, "b": ["x", "yes", true]})),
        ("a: 1\r\nb: two\r\n", json!({"a": 1, "b": "two"})),
        ("\u{feff}a: 1", json!({"a": 1})),
        ("a: 1\na: 2\n", json!({"a": 2})),
        ("a: |\n  x\n  y\nb: >\n  x\n  y\n", json!({"a": "x\ny\n", "b": "x y\n"})),
        ("a: !!str 5\nb: ! 5", json!({"a": "5", "b": "5"})),
        ("1: x\nyes: y\n", json!({"1": "x", "yes": "y"})),
        ("a: &d {x: 1}\nb: *d\n", json!({"a": {"x": 1}, "b": {"x": 1}})),
        (
            "d: &d {x: 1, y: 2}\ne:\n  x: 0\n  <<: *d\n  y: 3\n",
            json!({"d": {"x": 1, "y": 2}, "e": {"x": 1, "y": 3}}),
        ),
        ("&k a: b\nc: *k\n*k : d\n", json!({"a": "d", "c": "a"})),
        ("a: 1\n---\nb: [\n", json!({"a": 1})),
        ("a:\nb: ~\n", json!({"a": null, "b": null})),
    ];
    for (text, expected) in cases {
        assert_eq!(json(text), expected, "{text:?}");
    }
}

#[test]
fn mistakes_are_placed() {
    let cases = [
        ("a: b: c\n", (1, 5)),
        ("a: 1\n b: 2\n", (2, 3)),
        ("a: [1, 2\n", (1, 9)),
        ("a: *nobody\n", (1, 4)),
        ("a: &a [*a]\n", (1, 8)),
        ("a: {{ context.params.x }}\n", (1, 5)),
        ("a: 1\nb: {<<: 5}\n", (2, 5)),
    ];
    for (text, (line, col)) in cases {
        let error = parse(text, 1).unwrap_err();
        assert_eq!((error.mark.line, error.mark.col), (line, col), "{text:?}: {error:?}");
    }
}

#[test]
fn lines_count_from_where_the_text_begins_in_its_file() {
    let node = parse("a: 1\nb: 2\n", 10).unwrap();
    let mapping = node.into_mapping().unwrap();
    assert_eq!(mapping["b"].key_mark, Mark { line: 11, col: 1 });
    assert_eq!(mapping["b"].node.mark, Mark { line: 11, col: 4 });
}

#[test]
fn alias_bomb_is_refused() {
    let mut text = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for level in 1..10 {
        let aliases = vec![format!("*a{}", level - 1); 10].join(", ");
        text.push_str(&format!("a{level}: &a{level} [{aliases}]\n"));
    }
    assert!(parse(&text, 1).unwrap_err().message.contains("200000 values"));
}

#[test]
fn depth_is_bounded_also_through_aliases() {
    let nested = |levels: usize, core: &str| "[".repeat(levels) + core + &"]".repeat(levels);
    assert!(parse(&nested(MAX_DEPTH, "x"), 1).is_ok());
    assert!(parse(&nested(MAX_DEPTH + 1, "x"), 1).is_err());
    let chained = format!("a: &a {}\nb: {}\n", nested(40, "x"), nested(40, "*a"));
    assert!(parse(&chained, 1).unwrap_err().message.contains("levels deep"));
}

proptest::proptest! {
    #[test]
    fn no_text_panics(text in "[-a-c:\\[\\]{}&*!|>#'\" \n\t,<0-9?%]{0,60}") {
        let _ = parse(&text, 1);
    }
}
