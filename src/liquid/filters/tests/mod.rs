//! Rules of the filters as tables: a call and what comes of it. Values are written as JSON, and the number of
//! arguments is checked first, as the evaluator does.

mod containers;
mod dates;
mod documented;
mod numbers;
mod properties;
mod text;

use std::sync::Arc;

use jiff::ZonedDateTime;
use serde_json::{Value as Json, json};

use super::{Arguments, Rejection, Surroundings, find, names};
use crate::app::App;
use crate::liquid::limits::Limits;
use crate::liquid::value::{Cycles, Value};

pub(super) fn call(
    input: &Value,
    filter: &str,
    positional: Vec<Value>,
    named: &Json,
) -> Result<Value, Rejection> {
    let named = named.as_object().into_iter().flatten();
    let named = named.map(|(key, value)| (key.as_str().into(), Value::from_json(value))).collect();
    call_with(input, filter, &Arguments { positional, named })
}

/// A call of `filter` in a render without app that began in May 2024.
fn call_with(input: &Value, filter: &str, arguments: &Arguments) -> Result<Value, Rejection> {
    let app = Arc::new(App::of_texts(&[], &[]));
    let now: ZonedDateTime = "2024-05-15T12:30:00+00:00[UTC]".parse().unwrap();
    let mut surroundings = Surroundings {
        app: &app,
        language: "en",
        base_url: "http://127.0.0.1:3000",
        now: &now,
        keeps_json: false,
        offline: false,
        limits: &Limits::new(None, None),
        cycles: &Cycles::default(),
        plain: false,
        data: None,
    };
    let filter = find(filter).unwrap_or_else(|| panic!("no filter {filter}"));
    filter.call(&mut surroundings, input, arguments)
}

/// Checks rows of input, call and result; the call is a JSON array of positional arguments, with named ones in
/// a trailing `{"named": {…}}`.
pub(super) fn check(rows: &[(Json, &str, Json, Json)]) {
    for (input, filter, arguments, expected) in rows {
        let result = call_json(input, filter, arguments);
        let shown = format!("{input} | {filter}: {arguments}");
        assert_eq!(result.map(|value| value.to_json()), Ok(expected.clone()), "{shown}");
    }
}

/// Checks that calls are rejected with a text.
pub(super) fn check_rejections(rows: &[(Json, &str, Json, &str)]) {
    for (input, filter, arguments, expected) in rows {
        let result = call_json(input, filter, arguments);
        let shown = format!("{input} | {filter}: {arguments}");
        assert_eq!(result.map(|value| value.to_json()), Err(Rejection::argument(*expected)), "{shown}");
    }
}

pub(super) fn call_json(input: &Json, filter: &str, arguments: &Json) -> Result<Value, Rejection> {
    let arguments = arguments.as_array().expect("arguments are written as an array");
    let named = arguments.last().and_then(|last| last.get("named")).cloned().unwrap_or_default();
    let positional = arguments.iter().filter(|argument| argument.get("named").is_none());
    call(&Value::from_json(input), filter, positional.map(Value::from_json).collect(), &named)
}

#[test]
fn names_are_sorted_and_claimed_once() {
    let names: Vec<_> = names().collect();
    assert!(names.is_sorted_by(|a, b| a < b), "{names:?}");
    assert!(find("upcase").is_some());
    assert!(find("Upcase").is_none());
}

#[test]
fn wrong_numbers_of_arguments_are_told_in_rubys_words() {
    check_rejections(&[
        (json!("abc"), "upcase", json!([1]), "wrong number of arguments (given 2, expected 1)"),
        (json!("abc"), "append", json!([]), "wrong number of arguments (given 1, expected 2)"),
        (json!("abc"), "append", json!([1, 2]), "wrong number of arguments (given 3, expected 2)"),
        (json!("abc"), "truncate", json!([1, 2, 3]), "wrong number of arguments (given 4, expected 1..3)"),
        (json!({}), "hash_dig", json!([]), "wrong number of arguments (given 1, expected 2+)"),
        (
            json!("a"),
            "upcase",
            json!([{"named": {"x": 1}}]),
            "wrong number of arguments (given 2, expected 1)",
        ),
    ]);
}

#[test]
fn questions_answer_false_when_refused() {
    assert!(find("matches").unwrap().refused().equals(&Value::Bool(false)));
    assert!(find("upcase").unwrap().refused().equals(&Value::str("")));
}

#[test]
fn growth_is_charged_before_it_happens() {
    let long = Value::str("a".repeat(1 << 20));
    let rows = [
        ("replace", vec![Value::str("a"), long.clone()]),
        ("replace", vec![Value::str(""), long.clone()]),
        ("pad_left", vec![Value::Int(i64::MAX)]),
        ("replace_regex", vec![Value::str("a"), long.clone()]),
    ];
    for (filter, arguments) in rows {
        let result = call(&long, filter, arguments, &json!({}));
        assert!(matches!(result, Err(Rejection::Limit(_))), "{filter}");
    }
    let endless = Value::Range(0, i64::MAX);
    for filter in ["join", "reverse", "sum", "array_shuffle"] {
        assert!(matches!(call(&endless, filter, vec![], &json!({})), Err(Rejection::Limit(_))), "{filter}");
    }
    assert!(matches!(
        call(&Value::Int(i64::MAX), "random_string", vec![], &json!({})),
        Err(Rejection::Limit(_))
    ));
}
