//! What a server says where it does not do what it was asked. Ours and a platform say it in one of three forms.

use serde::Deserialize;
use serde_json::Value as Json;
use ureq::http::StatusCode;

use super::Error;

#[derive(Debug, Deserialize)]
struct Said {
    #[serde(default)]
    error: Json,
    #[serde(default)]
    errors: Json,
    #[serde(default)]
    details: Json,
}

/// The server's own words, if it has any.
pub(super) fn refusal(url: &str, status: StatusCode, body: &[u8]) -> Error {
    let status = status.as_u16();
    match serde_json::from_slice(body).ok().and_then(Said::message) {
        Some(message) => Error::Refused { status, message },
        None => Error::Status { url: url.to_owned(), status },
    }
}

impl Said {
    /// `None`: nothing that means anything to people.
    fn message(self) -> Option<String> {
        let message = match (self.error, self.errors) {
            (Json::String(error), _) => error,
            (_, Json::String(errors)) => errors,
            (_, Json::Array(errors)) => errors.iter().map(in_words).collect::<Vec<_>>().join(", "),
            _ => return None,
        };
        let file = self.details.get("file_path").and_then(Json::as_str);
        match file.filter(|file| !message.contains(file)) {
            Some(file) => Some(format!("{file}: {message}")),
            None => Some(message).filter(|message| !message.is_empty()),
        }
    }
}

fn in_words(error: &Json) -> String {
    match error {
        Json::String(error) => error.clone(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use ureq::http::StatusCode;

    use super::refusal;

    #[test]
    fn the_words_of_the_server_are_found_in_each_form() {
        for (body, expected) in [
            (r#"{"error": "no job 9"}"#, "no job 9"),
            (r#"{"errors": ["a", "b", {"c": 1}]}"#, r#"a, b, {"c":1}"#),
            (r#"{"error": "bad tag", "details": {"file_path": "app/a.liquid"}}"#, "app/a.liquid: bad tag"),
            (
                r#"{"error": "app/a.liquid is bad", "details": {"file_path": "app/a.liquid"}}"#,
                "app/a.liquid is bad",
            ),
            (r#"{"error": null}"#, "http://x/ answered with status 422"),
            (r#"{"error": ""}"#, "http://x/ answered with status 422"),
            ("[]", "http://x/ answered with status 422"),
            ("<html>", "http://x/ answered with status 422"),
            ("", "http://x/ answered with status 422"),
        ] {
            let error = refusal("http://x/", StatusCode::UNPROCESSABLE_ENTITY, body.as_bytes());
            assert_eq!(error.to_string(), expected, "{body}");
        }
    }
}
