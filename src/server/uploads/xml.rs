//! Answers as S3 gives them: XML for what was posted and for what was refused.

use axum::http::StatusCode;
use axum::http::header::LOCATION;
use axum::http::{HeaderValue, header};

use super::super::answer::Answer;
use super::super::body::PATIENCE;
use crate::records::{DataError, Key};

const CONTENT_TYPE: &str = "application/xml";

/// What is told to who asked; `code` is a word of S3's.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::server) struct Refusal {
    pub(super) status: StatusCode,
    pub(super) code: &'static str,
    pub(super) message: String,
}

impl Refusal {
    /// The request makes no sense.
    pub(super) fn invalid(code: &'static str, message: impl Into<String>) -> Self {
        Self { status: StatusCode::BAD_REQUEST, code, message: message.into() }
    }

    pub(super) fn denied(message: impl Into<String>) -> Self {
        Self { status: StatusCode::FORBIDDEN, code: "AccessDenied", message: message.into() }
    }

    pub(super) fn no_file(key: &str) -> Self {
        let message = format!("there is no file `{key}`");
        Self { status: StatusCode::NOT_FOUND, code: "NoSuchKey", message }
    }

    /// The client sends nothing more.
    pub(super) fn too_slow() -> Self {
        let message = format!("the file stopped coming: nothing for {} s", PATIENCE.as_secs());
        Self { status: StatusCode::REQUEST_TIMEOUT, code: "RequestTimeout", message }
    }

    /// A fault of ours or of the machine.
    pub(super) fn failed(message: impl Into<String>) -> Self {
        Self { status: StatusCode::INTERNAL_SERVER_ERROR, code: "InternalError", message: message.into() }
    }
}

impl From<DataError> for Refusal {
    fn from(error: DataError) -> Self {
        let cause = std::error::Error::source(&error).map_or_else(String::new, |cause| format!(": {cause}"));
        let failed = Self::failed(format!("{error}{cause}"));
        if error.is_busy() {
            return Self { status: StatusCode::SERVICE_UNAVAILABLE, code: "SlowDown", ..failed };
        }
        failed
    }
}

impl From<Refusal> for Answer {
    fn from(refusal: Refusal) -> Self {
        let Refusal { status, code, message } = refusal;
        let body = document("Error", &[("Code", code), ("Message", &message)]);
        let answer = Self::new(status, CONTENT_TYPE, body);
        if status.is_server_error() {
            Self { failure: Self::failed(&message).failure, ..answer }
        } else {
            answer
        }
    }
}

/// The file is there.
pub(super) fn created(key: &Key, location: &str, tag: &str) -> Answer {
    let fields = [
        ("Location", location),
        ("Bucket", "uploads"),
        ("Key", key.as_str()),
        ("ETag", &format!("\"{tag}\"")),
    ];
    let mut answer = Answer::new(StatusCode::CREATED, CONTENT_TYPE, document("PostResponse", &fields));
    let headers = answer.response.headers_mut();
    if let Ok(location) = HeaderValue::from_str(location) {
        headers.insert(LOCATION, location);
    }
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    answer
}

fn document(root: &str, fields: &[(&str, &str)]) -> String {
    let mut xml = format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<{root}>");
    for (name, value) in fields {
        let value = quick_xml::escape::escape(*value);
        xml.push_str(&format!("<{name}>{value}</{name}>"));
    }
    xml.push_str(&format!("</{root}>\n"));
    xml
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_told_is_escaped() {
        assert_eq!(
            document("Error", &[("Code", "NoSuchKey"), ("Message", "no `<b>&`")]),
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>NoSuchKey</Code>\
             <Message>no `&lt;b&gt;&amp;`</Message></Error>\n"
        );
    }
}
