//! The words in which a server says no. Ours has one sentence; a hosted instance one, several, or a place with them.

use serde_json::Value as Json;
use ureq::http::StatusCode;

use super::Error;

/// The server's own words, if it has any.
pub(super) fn read(url: &str, status: StatusCode, body: &[u8]) -> Error {
    let status = status.as_u16();
    let sentence = serde_json::from_slice(body).ok().and_then(|answer: Json| sentence(&answer));
    match sentence {
        Some(message) => Error::Refused { status, message },
        None => Error::Status { url: url.to_owned(), status },
    }
}

fn sentence(answer: &Json) -> Option<String> {
    let words = answer.get("error").and_then(words).or_else(|| answer.get("errors").and_then(words))?;
    let place = answer.pointer("/details/file_path").and_then(Json::as_str);
    Some(match place {
        Some(place) if !words.contains(place) => format!("{place}: {words}"),
        _ => words,
    })
}

/// A text, several, or an object around them; by field where there are fields.
fn words(said: &Json) -> Option<String> {
    match said {
        Json::String(text) => Some(text.clone()).filter(|text| !text.trim().is_empty()),
        Json::Array(several) => joined(several.iter().filter_map(words)),
        Json::Object(object) if object.contains_key("error") => sentence(said),
        Json::Object(fields) => joined(
            fields.iter().filter_map(|(field, said)| words(said).map(|words| format!("{field}: {words}"))),
        ),
        _ => None,
    }
}

fn joined(texts: impl Iterator<Item = String>) -> Option<String> {
    let texts: Vec<String> = texts.collect();
    (!texts.is_empty()).then(|| texts.join(", "))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::sentence;

    #[test]
    fn every_way_to_say_no_is_understood() {
        for (answer, expected) in [
            (json!({"error": "no"}), Some("no")),
            (json!({"errors": ["a", "b"]}), Some("a, b")),
            (json!({"errors": {"slug": ["is taken"]}}), Some("slug: is taken")),
            (json!({"error": "no", "details": {"file_path": "a.liquid"}}), Some("a.liquid: no")),
            (json!({"error": {"error": "no", "details": {"file_path": "b"}}}), Some("b: no")),
            (
                json!({"error": "a.liquid is odd", "details": {"file_path": "a.liquid"}}),
                Some("a.liquid is odd"),
            ),
            (json!({"error": " "}), None),
            (json!({"error": null, "errors": []}), None),
            (json!({}), None),
            (json!("no"), None),
        ] {
            assert_eq!(sentence(&answer).as_deref(), expected, "{answer}");
        }
    }
}
