//! Lists, hashes, and their text forms.

use serde_json::json;

use super::{call, check, check_rejections};
use crate::liquid::value::Value;

#[test]
fn lists_are_picked_from_by_property_and_by_pairs() {
    let people = json!([{"n": "a", "x": {"y": 1}}, {"n": "b", "x": {"y": 2}}, {"n": "a", "x": null}]);
    let (a, b) = (people[0].clone(), people[1].clone());
    check(&[
        (people.clone(), "map", json!(["x.y"]), json!([1, 2, null])),
        (people.clone(), "where", json!(["n", "b"]), json!([b])),
        (people.clone(), "where", json!(["x.y", 1]), json!([a])),
        (people.clone(), "find_index", json!(["n", "b"]), json!(1)),
        (people.clone(), "has", json!(["n", "z"]), json!(false)),
        (people.clone(), "array_select", json!([{"named": {"n": "b"}}]), json!([b])),
        (people.clone(), "select", json!([{"n": "b"}]), json!([b])),
        (people.clone(), "array_reject", json!([{"named": {"n": "a"}}]), json!([b])),
        (people.clone(), "reject", json!(["n", "a"]), json!([b])),
        (people.clone(), "detect", json!([{"named": {"n": "a"}}]), a.clone()),
        (people.clone(), "array_detect", json!([{"named": {"n": "z"}}]), json!(null)),
        (people.clone(), "array_find_index", json!([{"named": {"n": "a"}}]), json!([0, 2])),
        (people.clone(), "array_group_by", json!(["n"]), json!({"a": [a, people[2]], "b": [b]})),
        (people.clone(), "array_map", json!(["n"]), json!(["a", "b", "a"])),
        (people.clone(), "map_attributes", json!(["n", "z"]), json!([["a", null], ["b", null], ["a", null]])),
        (people, "uniq", json!(["n"]), json!([a, b])),
        (json!(null), "array_select", json!([{"named": {"n": 1}}]), json!([])),
        (json!([1, 2]), "array_any", json!([2]), json!(true)),
        (json!([1, 2]), "any", json!([[3, 2]]), json!(true)),
        (json!(["1"]), "array_include", json!([1]), json!(false)),
    ]);
    check_rejections(&[
        (json!([1]), "map", json!(["a"]), "cannot select the property 'a'"),
        (json!("x"), "array_any", json!(["x"]), "expected an array, got String"),
        (json!([]), "array_detect", json!(["x"]), "expected the conditions as `key: value`"),
    ]);
}

#[test]
fn arrays_are_changed_in_copies() {
    check(&[
        (json!([1]), "array_add", json!([2]), json!([1, 2])),
        (json!([1]), "add_to_array", json!([{"named": {"a": 1}}]), json!([1, {"a": 1}])),
        (json!([1]), "array_prepend", json!([[2]]), json!([[2], 1])),
        (json!([1, 2, 1]), "array_delete", json!([1]), json!([2])),
        (json!([1, 2, 3]), "array_delete_at", json!([-1]), json!([1, 2])),
        (json!([1, 2, 3]), "array_delete_at", json!([i64::MIN]), json!([1, 2, 3])),
        (json!([1, 2, 3]), "array_in_groups_of", json!([2]), json!([[1, 2], [3, null]])),
        (json!([1, 2, 3]), "in_groups_of", json!([3]), json!([[1, 2, 3]])),
        (json!([1, 2]), "array_index_of", json!([2]), json!(1)),
        (json!([1, 2, 2, "1"]), "array_intersect", json!([[2, 1]]), json!([1, 2])),
        (json!([1, 2, 2, "1", {}]), "array_subtract", json!([[2, {}]]), json!([1, "1"])),
        (json!([1, 2, 3]), "limit", json!([2]), json!([1, 2])),
        (json!([1, 2, 3]), "rotate", json!([]), json!([2, 3, 1])),
        (json!([1, 2, 3]), "array_rotate", json!([-4]), json!([3, 1, 2])),
        (json!([]), "array_rotate", json!([5]), json!([])),
        (json!([1, [2, [3]]]), "array_flatten", json!([]), json!([1, 2, 3])),
        (json!([null, false, "", [], {}, " ", 0]), "array_compact", json!([]), json!([0])),
        (json!([1, "2", 1.5]), "array_sum", json!([]), json!(4.5)),
        (json!([1, 2]), "concat", json!([[[3]]]), json!([1, 2, [3]])),
    ]);
    check_rejections(&[
        (json!(null), "array_add", json!([1]), "expected an array, got NilClass"),
        (json!("x"), "array_add", json!([1]), "expected an array, got String"),
        (json!([1]), "array_in_groups_of", json!([0]), "group size must be a positive integer"),
        (json!([1]), "concat", json!([1]), "concat filter requires an array argument"),
    ]);
    let original = Value::from_json(&json!([1]));
    call(&original, "array_add", vec![Value::Int(2)], &json!({})).unwrap();
    assert!(original.equals(&Value::from_json(&json!([1]))));
}

#[test]
fn sorting_is_exact_and_never_panics() {
    let near = 1_i64 << 53;
    check(&[
        (json!([3, 1.5, null, 2]), "sort", json!([]), json!([1.5, 2, 3, null])),
        (json!([near + 1, near as f64, near]), "sort", json!([]), json!([near as f64, near, near + 1])),
        (json!([{"k": 2}, {}, {"k": 1}]), "sort_by", json!(["k"]), json!([{"k": 1}, {"k": 2}, {}])),
        (json!(["b", "A", "a", "B"]), "sort_natural", json!([]), json!(["A", "a", "b", "B"])),
        (json!([true]), "sort", json!([]), json!([true])),
    ]);
    check_rejections(&[
        (json!([1, "2"]), "sort", json!([]), "cannot sort values of incompatible types"),
        (json!([true, false]), "sort", json!([]), "cannot sort values of incompatible types"),
    ]);
    let not_a_number = Value::array(vec![Value::Float(f64::NAN), Value::Int(1), Value::Float(f64::NAN)]);
    assert!(call(&not_a_number, "sort", vec![], &json!({})).is_err());
}

#[test]
fn containers_that_contain_themselves_end() {
    let Value::Array(array) = Value::array(vec![Value::Int(1)]) else { panic!("an array") };
    let cycle = Value::Array(array.clone());
    array.borrow_mut().extend([cycle.clone(), cycle.clone()]);
    for filter in ["join", "uniq", "reverse", "array_flatten"] {
        assert!(call(&cycle, filter, vec![], &json!({})).is_err(), "{filter}");
    }
    let hash = Value::from_json(&json!({"a": 1}));
    call(&hash, "hash_add_key", vec![Value::str("self"), hash.clone()], &json!({})).unwrap();
    assert!(call(&hash, "querify", vec![], &json!({})).is_ok());
    assert!(call(&hash, "hash_diff", vec![hash.clone()], &json!({})).is_ok());
}

#[test]
fn hashes_merge_dig_and_mutate_where_templates_rely_on_it() {
    check(&[
        (json!(null), "hash_merge", json!([{"named": {"a": 1}}]), json!({"a": 1})),
        (json!({"a": 1, "b": 2}), "hash_merge", json!([{"a": 3, "c": 4}]), json!({"a": 3, "b": 2, "c": 4})),
        (json!({"a": [{"b": 1}]}), "hash_dig", json!(["a", 0, "b"]), json!(1)),
        (json!({"a": 1}), "dig", json!(["a", "b", "c"]), json!(null)),
        (json!(null), "hash_fetch", json!(["a"]), json!(null)),
        (json!({"a": 1}), "fetch", json!(["size"]), json!(null)),
        (json!({"b": 1, "a": 2}), "hash_sort", json!([]), json!({"a": 2, "b": 1})),
        (json!({"b": 1, "a": 2}), "hash_keys", json!([]), json!(["b", "a"])),
        (json!({"b": 1, "a": 2}), "hash_values", json!([]), json!([1, 2])),
        (json!({"a": 1, "b": 2, "c": 3}), "hash_except", json!([["a", "c"]]), json!({"b": 2})),
        (
            json!({"a": 1, "b": {"c": 1}, "d": 1}),
            "hash_diff",
            json!([{"b": {"c": 2}, "d": 1, "e": 5}]),
            json!([["-", "a", 1], ["~", "b.c", 1, 2], ["+", "e", 5]]),
        ),
    ]);
    check_rejections(&[
        (json!({}), "hash_merge", json!([1]), "expected a hash, got Integer"),
        (json!([]), "hash_keys", json!([]), "expected a hash, got Array"),
        (json!("x"), "hash_add_key", json!(["a", 1]), "expected a hash, got String"),
    ]);
    let hash = Value::from_json(&json!({"a": 1}));
    let same = call(&hash, "hash_add_key", vec![Value::str("b"), Value::Int(2)], &json!({})).unwrap();
    let removed = call(&hash, "remove_hash_key", vec![Value::str("a")], &json!({})).unwrap();
    assert!(removed.equals(&Value::Int(1)));
    assert_eq!(same.to_json(), json!({"b": 2}));
    assert_eq!(hash.to_json(), json!({"b": 2}));
}

#[test]
fn json_and_csv_go_both_ways() {
    check(&[
        (json!("{\"a\":[1,null]}"), "parse_json", json!([]), json!({"a": [1, null]})),
        (json!("{&quot;a&quot;:&quot;&lt;&quot;}"), "to_hash", json!([]), json!({"a": "<"})),
        (json!("\"&lt;\""), "parse_json", json!([{"named": {"raw_text": true}}]), json!("&lt;")),
        (json!(null), "parse_json", json!([]), json!(null)),
        (json!({"a": 1}), "parse_json", json!([]), json!({"a": 1})),
        (json!(null), "json", json!([]), json!("null")),
        (json!({"b": [1.5, "ż"]}), "to_json", json!([]), json!("{\"b\":[1.5,\"ż\"]}")),
        (
            json!([["a", 1, null], ["x,y", "q\"", ""]]),
            "to_csv",
            json!([]),
            json!("a,1,\n\"x,y\",\"q\"\"\",\"\"\n"),
        ),
        (
            json!("a,b\r\n1,\"x\n\"\"y\"\"\"\n"),
            "parse_csv",
            json!([]),
            json!([["a", "b"], ["1", "x\n\"y\""]]),
        ),
        (json!("a;b"), "parse_csv", json!([{"named": {"col_sep": ";"}}]), json!([["a", "b"]])),
        (json!("a,\n\n,\n"), "parse_csv", json!([]), json!([["a", null], [], [null, null]])),
        (
            json!("a,b\n1"),
            "parse_csv",
            json!([{"named": {"convert_to_hash": true}}]),
            json!([{"a": "1", "b": null}]),
        ),
        (json!(""), "parse_csv", json!([]), json!([])),
    ]);
    check_rejections(&[
        (json!("a\n\"b"), "parse_csv", json!([]), "unclosed quoted field in line 2"),
        (json!("{"), "parse_json", json!([]), "invalid JSON: EOF while parsing an object at line 1 column 1"),
    ]);
    let deep = Value::str("[".repeat(100_000));
    assert!(call(&deep, "parse_json", vec![], &json!({})).is_err());
}

#[test]
fn defaults_replace_what_is_missing() {
    check(&[
        (json!(0), "default", json!([5]), json!(0)),
        (json!(""), "default", json!([5]), json!(5)),
        (json!([]), "default", json!([5]), json!(5)),
        (json!(false), "default", json!([5]), json!(5)),
        (json!(false), "default", json!([5, {"named": {"allow_false": true}}]), json!(false)),
        (json!("żó"), "size", json!([]), json!(2)),
        (json!(12), "size", json!([]), json!(0)),
        (json!(null), "type_of", json!([]), json!("null")),
        (json!(true), "type_of", json!([]), json!("Boolean")),
    ]);
}
