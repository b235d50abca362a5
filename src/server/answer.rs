//! What the synchronous side gives back: a response, and why it failed if it did, for the log.

use axum::body::Body;
use axum::http::header::{CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;

use crate::logs::LoggedError;

/// A response on its way to the client.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) response: Response,
    /// Set where something went wrong on our side or in the app (500): the message of the log line.
    pub(super) failure: Option<LoggedError>,
    /// The e-mail address of whoever was signed in, for the same line.
    pub(super) visitor: Option<String>,
}

impl Answer {
    pub(super) fn new(status: StatusCode, content_type: &str, body: impl Into<Body>) -> Self {
        let mut response = Response::new(body.into());
        *response.status_mut() = status;
        if let Ok(value) = HeaderValue::from_str(content_type) {
            response.headers_mut().insert(CONTENT_TYPE, value);
        }
        Self { response, failure: None, visitor: None }
    }

    /// One sentence of plain text.
    pub(super) fn sentence(status: StatusCode, sentence: &str) -> Self {
        let mut answer = Self::new(status, "text/plain; charset=utf-8", format!("{sentence}\n"));
        answer.response.headers_mut().insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        answer
    }

    /// A fault that is no template's.
    pub(super) fn failed(message: &str) -> Self {
        let failure = LoggedError { message: message.to_owned(), stack: Vec::new() };
        Self { failure: Some(failure), ..Self::sentence(StatusCode::INTERNAL_SERVER_ERROR, message) }
    }

    /// `{"error": "…"}`
    pub(super) fn json_error(status: StatusCode, message: &str) -> Self {
        Self::json(status, &serde_json::json!({ "error": message }))
    }

    pub(super) fn json(status: StatusCode, value: &impl serde::Serialize) -> Self {
        match serde_json::to_string(value) {
            Ok(text) => Self::new(status, "application/json", text),
            Err(error) => Self::failed(&format!("cannot write the answer as JSON: {error}")),
        }
    }
}

impl From<Response> for Answer {
    fn from(response: Response) -> Self {
        Self { response, failure: None, visitor: None }
    }
}
