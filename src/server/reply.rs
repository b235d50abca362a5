//! A response while its headers may still change: status, headers and body of a page.

use axum::http::header::{CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, SET_COOKIE, TRANSFER_ENCODING};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::Response;

use super::answer::Answer;
use crate::logs::{Log, LoggedError, NewEntry};

/// Headers that belong to the connection.
const FRAMING: [HeaderName; 3] = [CONTENT_LENGTH, TRANSFER_ENCODING, CONNECTION];

#[derive(Debug)]
pub(super) struct Reply {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Vec<u8>,
    /// For the log line, where rendering failed.
    pub(super) failure: Option<LoggedError>,
}

impl Reply {
    pub(super) fn new(status: StatusCode, content_type: &'static str, body: Vec<u8>) -> Self {
        let headers = HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static(content_type))]);
        Self { status, headers, body, failure: None }
    }

    /// Headers an app asks for. What is no header, or would say where the body ends, is left out with a warning.
    pub(super) fn add_headers(&mut self, headers: Vec<(String, String)>, log: &Log) {
        for (name, value) in headers {
            match (HeaderName::from_bytes(name.as_bytes()), HeaderValue::from_str(&value)) {
                (Ok(name), Ok(value)) if !FRAMING.contains(&name) => drop(self.headers.insert(name, value)),
                _ => log.append(NewEntry::log(
                    "warning",
                    &format!("response header '{name}' cannot be sent"),
                    None,
                )),
            }
        }
    }

    pub(super) fn set_cookies(&mut self, cookies: Vec<HeaderValue>) {
        for cookie in cookies {
            self.headers.append(SET_COOKIE, cookie);
        }
    }

    pub(super) fn into_answer(self) -> Answer {
        let mut response = Response::new(self.body.into());
        *response.status_mut() = self.status;
        *response.headers_mut() = self.headers;
        if matches!(self.status, StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED) {
            *response.body_mut() = axum::body::Body::empty();
            response.headers_mut().remove(CONTENT_TYPE);
        }
        Answer { response, failure: self.failure, visitor: None }
    }
}
