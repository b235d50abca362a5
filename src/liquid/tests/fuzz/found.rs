//! What fuzzing has found once, in its smallest form.

use serde_json::{Value as Json, json};

use super::{case_of, renders_or_points};

fn cases() -> Vec<(&'static str, Json)> {
    vec![
        // A key that is the hash itself was read while the hash was being written to.
        ("{% assign h = {} %}{{ h | hash_add_key: h, 1 | json }}{{ h | hash_delete_key: h }}", json!({})),
        ("{{ a | hash_add_key: a, a }}{% if a == a %}{{ a }}{% endif %}", json!({ "a": { "b": [1] } })),
    ]
}

#[test]
fn what_was_found_stays_mended() {
    for (template, data) in cases() {
        let outcome = renders_or_points(&case_of(template, data));
        assert!(outcome.is_ok(), "{template}: {outcome:?}");
    }
}
