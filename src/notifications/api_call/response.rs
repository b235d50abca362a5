//! The answer to a call, as templates and mutations see it.

use serde_json::{Map, Value as Json, json};

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Response {
    pub(crate) status: u16,
    /// Names in lower case, in the order sent.
    pub(crate) headers: Vec<(String, String)>,
    /// Text whatever it was: bytes that are no UTF-8 are replaced.
    pub(crate) body: String,
}

impl Response {
    pub(crate) fn to_json(&self) -> Json {
        json!({ "status": self.status, "body": self.body, "headers": self.headers_json() })
    }

    /// A header that came more than once has all its values, in one text.
    pub(crate) fn headers_json(&self) -> Json {
        let mut headers = Map::new();
        for (name, value) in &self.headers {
            let known = headers.get(name).and_then(Json::as_str);
            let value = known.map_or_else(|| value.clone(), |known| format!("{known}, {value}"));
            headers.insert(name.clone(), Json::String(value));
        }
        Json::Object(headers)
    }
}
