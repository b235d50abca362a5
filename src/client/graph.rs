//! A GraphQL document at a server.

use serde::Deserialize;
use serde_json::{Map, Value as Json, json};

use super::{Client, Error, TIMEOUT};

#[derive(Debug, Deserialize)]
struct Answer {
    #[serde(default)]
    data: Option<Map<String, Json>>,
    #[serde(default)]
    errors: Vec<Message>,
}

#[derive(Debug, Deserialize)]
struct Message {
    message: String,
}

impl Client {
    /// The `data` of the answer.
    ///
    /// # Errors
    /// The server has found errors in the document or while running it; the first is a refusal in its words.
    pub(crate) fn graph(&self, document: &str, variables: &Json) -> Result<Map<String, Json>, Error> {
        let asked = json!({ "query": document, "variables": variables });
        let Answer { data, errors } = self.post_json("/api/graph", &asked, TIMEOUT)?;
        match errors.into_iter().next() {
            Some(Message { message }) => Err(Error::Refused { status: 200, message }),
            None => Ok(data.unwrap_or_default()),
        }
    }
}
