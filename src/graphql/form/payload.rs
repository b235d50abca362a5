//! What is sent to a form, and what of it the form says itself, whether a page or a mutation sends it. Pure.

use serde_json::{Map, Value as Json};

/// What is said of a `default_payload` that prints something else.
pub(crate) const NO_OBJECT: &str = "default_payload is no JSON object";

/// What was sent, and over it what the `default_payload` has printed: a visitor cannot send that. `None` if that is no JSON
/// object.
pub(crate) fn with_default(sent: Map<String, Json>, printed: &str) -> Option<Map<String, Json>> {
    match serde_json::from_str(printed) {
        Ok(Json::Object(own)) => Some(merged(sent, as_sent(own))),
        _ => None,
    }
}

/// Clients write `properties` for what a form's inputs call `properties_attributes`.
pub(crate) fn as_sent(mut payload: Map<String, Json>) -> Map<String, Json> {
    let Some(properties) = payload.remove("properties") else { return payload };
    let sent = Map::from_iter([("properties_attributes".to_owned(), properties)]);
    merged(sent, payload)
}

/// A password is not for templates: they write logs and pages.
pub(crate) fn without_passwords(mut values: Map<String, Json>) -> Map<String, Json> {
    values.retain(|name, _| !name.starts_with("password"));
    values
}

/// Objects are merged, anything else is replaced.
fn merged(mut sent: Map<String, Json>, own: Map<String, Json>) -> Map<String, Json> {
    for (name, value) in own {
        let value = match (sent.remove(&name), value) {
            (Some(Json::Object(sent)), Json::Object(own)) => Json::Object(merged(sent, own)),
            (_, value) => value,
        };
        sent.insert(name, value);
    }
    sent
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_the_form_says_itself_wins_however_it_is_nested() {
        let object = |value: Json| value.as_object().cloned().unwrap();
        for (sent, own, expected) in [
            (json!({}), json!({"a": 1}), json!({"a": 1})),
            (
                json!({"a": 1, "b": {"c": 1, "d": 1}}),
                json!({"a": 2, "b": {"c": 2}}),
                json!({"a": 2, "b": {"c": 2, "d": 1}}),
            ),
            (json!({"a": {"b": 1}}), json!({"a": null}), json!({"a": null})),
            (
                json!({"properties_attributes": {"x": 1}}),
                json!({"properties": {"x": 2}}),
                json!({"properties_attributes": {"x": 2}}),
            ),
            (
                json!({"properties": {"x": 1, "y": 1}}),
                json!({"properties_attributes": {"x": 2}}),
                json!({"properties_attributes": {"x": 2, "y": 1}}),
            ),
        ] {
            let [sent, own] = [sent, own].map(|payload| as_sent(object(payload)));
            assert_eq!(Json::Object(merged(sent, own)), expected);
        }
    }
}
