//! What values print, equal and turn into, odd shapes included.

use super::*;

fn nested(levels: usize) -> Value {
    (0..levels).fold(Value::Nil, |inner, _| Value::array(vec![inner]))
}

#[test]
fn list_nested_a_million_levels_deep_is_dropped() {
    drop(nested(1_000_000));
}

#[test]
fn hash_that_contains_itself_prints_and_equals_itself() {
    let hash = Hash::default();
    let value = Value::Hash(hash.clone());
    hash.borrow_mut().insert(Arc::from("me"), value.clone());
    hash.borrow_mut().insert(Arc::from("again"), value.clone());

    let text = value.to_json_text();
    assert!(text.starts_with(r#"{"me":{"me":"#));
    assert!(value.equals(&value.clone()));
    assert!(value.deep_clone().0.to_json().is_object());

    hash.borrow_mut().clear();
}

#[test]
fn floats_print_as_ruby_prints_them() {
    let cases = [
        (333.0, "333.0"),
        (0.1, "0.1"),
        (1e16, "1.0e+16"),
        (1.5e-7, "1.5e-07"),
        (-0.0, "-0.0"),
        (f64::NAN, "NaN"),
        (f64::NEG_INFINITY, "-Infinity"),
    ];
    for (number, text) in cases {
        assert_eq!(Value::Float(number).to_text(), text);
    }
}

#[test]
fn blank_and_empty_equal_what_is_blank_or_empty() {
    let cases = [
        (Value::Nil, true, false),
        (Value::Bool(false), true, false),
        (Value::str(" \n"), true, false),
        (Value::str(""), true, true),
        (Value::array(Vec::new()), true, true),
        (Value::hash(Map::default()), true, true),
        (Value::Int(0), false, false),
    ];
    for (value, blank, empty) in cases {
        assert_eq!(value.equals(&Value::Blank), blank, "{value:?} == blank");
        assert_eq!(value.equals(&Value::Empty), empty, "{value:?} == empty");
    }
    assert!(!Value::Blank.equals(&Value::Empty));
}

#[test]
fn negative_index_counts_from_the_end() {
    let list = Value::array(vec![Value::Int(1), Value::Int(2)]);
    assert!(list.index(&Value::Int(-1)).equals(&Value::Int(2)));
    assert!(list.index(&Value::Int(-3)).is_nil());
    assert!(list.index(&Value::Int(i64::MIN)).is_nil());
}

#[test]
fn json_round_trip_keeps_order_and_types() {
    let json = serde_json::json!({"b": [1, 2.5, null, true], "a": {"k": "v"}});
    assert_eq!(Value::from_json(&json).to_json().to_string(), json.to_string());
}

#[test]
fn bytes_are_kept_unless_they_are_text() {
    let (text, binary) = (Value::bytes("zażółć".into()), Value::bytes(vec![0xff, b'<', 0]));

    assert!(matches!(text, Value::Str(_)));
    assert!(text.equals(&Value::str("zażółć")));
    assert_eq!(*binary.to_bytes(), [0xff, b'<', 0]);
    assert_eq!(binary.to_text(), "\u{fffd}<\0");
    assert_eq!(binary.to_json_text(), "\"\u{fffd}<\\u0000\"");
    assert_eq!((binary.type_name(), binary.is_blank()), ("String", false));
    assert!(binary.property("size").equals(&Value::Int(3)));
    assert!(binary.equals(&Value::bytes(vec![0xff, b'<', 0])));
    assert!(!binary.equals(&Value::str("\u{fffd}<\0")));
    assert_eq!(Value::str("a").compare(&binary), Some(std::cmp::Ordering::Less));
    assert_eq!(*Value::Int(12).to_bytes(), *b"12");
}
