//! The body of `post_multipart` and its kind: JSON that names files by field. Each file is fetched and becomes a part of a
//! form; a plain value becomes a field.

use serde_json::{Map, Value as Json};
use ureq::http::HeaderValue;
use uuid::Uuid;

use super::error::CallError;
use super::request::is_path;
use super::transport::{Incoming, MAX_BODY, Outgoing, Transport};
use crate::download::{File, has_web_scheme};
use crate::notifications::file_place::LocalFileError;
use crate::notifications::{FilePlace, Locate};

pub(super) struct Form {
    pub(super) content_type: String,
    pub(super) body: Vec<u8>,
}

struct Part {
    field: String,
    file: Option<FileHead>,
    content: Vec<u8>,
}

struct FileHead {
    name: String,
    content_type: String,
}

/// Fetches the files that `text` names.
///
/// # Errors
/// It is no JSON object of fields, a file cannot be had, or together they are too large.
pub(super) fn form(
    text: &str,
    transport: &Transport<'_>,
    locate: &mut Locate<'_>,
) -> Result<Form, CallError> {
    let mut parts = Vec::new();
    let mut left = MAX_BODY;
    for (field, value) in fields(text)? {
        let part = match value {
            Json::Object(file) => fetch(field, &file, left, transport, locate)?,
            Json::String(text) => Part { field, file: None, content: text.into_bytes() },
            other => Part { field, file: None, content: other.to_string().into_bytes() },
        };
        left = left.checked_sub(part.content.len() as u64).ok_or_else(too_large)?;
        parts.push(part);
    }
    let boundary = format!("pos-cli-{}", Uuid::new_v4().simple());
    let content_type = format!("multipart/form-data; boundary={boundary}");
    Ok(Form { content_type, body: encode(&parts, &boundary) })
}

fn too_large() -> CallError {
    CallError::Multipart {
        reason: format!("the files of the form are larger than {} MB together", MAX_BODY >> 20),
    }
}

fn fields(text: &str) -> Result<Map<String, Json>, CallError> {
    let reason = match serde_json::from_str(text) {
        Ok(Json::Object(fields)) => return Ok(fields),
        Ok(_) => "it is no object".to_owned(),
        Err(error) => error.to_string(),
    };
    Err(CallError::Multipart {
        reason: format!(
            r#"the body of a multipart call must be JSON of {{"field": {{"url": "…"}}}}: {reason}"#
        ),
    })
}

/// `{url, name, content_type}`; the last two are taken from the answer where they are not given. A file of our own is not
/// read if it is over `limit` bytes; others have the bounds of any answer.
fn fetch(
    field: String,
    file: &Map<String, Json>,
    limit: u64,
    transport: &Transport<'_>,
    locate: &mut Locate<'_>,
) -> Result<Part, CallError> {
    let failed =
        |reason: &dyn std::fmt::Display| CallError::Multipart { reason: format!("file `{field}`: {reason}") };
    let text =
        |key: &str| file.get(key).and_then(Json::as_str).map(str::trim).filter(|text| !text.is_empty());
    let url = text("url").ok_or_else(|| failed(&"it has no `url`"))?;
    if !has_web_scheme(url) && !is_path(url) {
        return Err(failed(&format_args!("`{url}` must begin with http:// or https://")));
    }
    let found = match locate(url) {
        FilePlace::Here(found) => match found.read(limit) {
            Ok(bytes) => Ok(File { bytes, content_type: found.content_type }),
            Err(LocalFileError::TooLarge) => return Err(too_large()),
            Err(error) => Err(CallError::NoAnswer { reason: error.to_string() }),
        },
        FilePlace::Page(url) => page(&url, transport),
        FilePlace::Elsewhere(url) => transport.download(&url),
        FilePlace::OffLimits(reason) => Err(CallError::NoAnswer { reason: reason.to_owned() }),
    };
    let found = found.map_err(|error| failed(&format_args!("{url}: {error}")))?;
    let told = found.content_type.as_deref();
    let content_type = text("content_type").or(told).unwrap_or("application/octet-stream").to_owned();
    if HeaderValue::from_str(&content_type).is_err() {
        return Err(failed(&"its `content_type` holds a character that HTTP does not allow"));
    }
    let name = text("name").unwrap_or_else(|| file_name(url)).to_owned();
    Ok(Part { file: Some(FileHead { name, content_type }), content: found.bytes, field })
}

/// A call like any other: a page that fetches itself must end somewhere.
fn page(url: &str, transport: &Transport<'_>) -> Result<File, CallError> {
    let outgoing = Outgoing { verb: "GET", url, headers: Vec::new(), body: None };
    let Incoming { status, headers, body } = transport.exchange(outgoing)?;
    if !(200..300).contains(&status) {
        return Err(CallError::NoAnswer { reason: format!("it answered with status {status}") });
    }
    let content_type = headers.into_iter().find(|(name, _)| name == "content-type").map(|(_, value)| value);
    Ok(File { bytes: body, content_type })
}

fn file_name(url: &str) -> &str {
    let path = url.split(['?', '#']).next().unwrap_or_default();
    path.rsplit('/').next().filter(|name| !name.is_empty()).unwrap_or("file")
}

fn encode(parts: &[Part], boundary: &str) -> Vec<u8> {
    let mut body = Vec::new();
    for part in parts {
        let mut head =
            format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{}\"", quoted(&part.field));
        if let Some(FileHead { name, content_type }) = &part.file {
            head.push_str(&format!("; filename=\"{}\"\r\nContent-Type: {content_type}", quoted(name)));
        }
        head.push_str("\r\n\r\n");
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(&part.content);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
    body
}

/// As browsers write names in a form: what would end the name is percent-encoded.
fn quoted(name: &str) -> String {
    name.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_written_as_a_browser_does() {
        let file = FileHead { name: "a\"b.txt".into(), content_type: "text/plain".into() };
        let parts = [
            Part { field: "n\r\nX: 1".into(), file: None, content: b"3".to_vec() },
            Part { field: "doc".into(), file: Some(file), content: b"\xff\r\n".to_vec() },
        ];
        let expected = b"--B\r\nContent-Disposition: form-data; name=\"n%0D%0AX: 1\"\r\n\r\n3\r\n\
            --B\r\nContent-Disposition: form-data; name=\"doc\"; filename=\"a%22b.txt\"\r\nContent-Type: text/plain\r\n\r\n\xff\r\n\r\n\
            --B--\r\n";
        assert_eq!(encode(&parts, "B"), expected);
    }

    #[test]
    fn name_of_a_file_is_the_end_of_its_path() {
        for (url, expected) in
            [("http://x/a/b.pdf?c=/d", "b.pdf"), ("http://x/", "file"), ("/up/1.png#x", "1.png")]
        {
            assert_eq!(file_name(url), expected);
        }
    }

    #[test]
    fn body_that_names_no_fields_is_refused() {
        for text in ["", "[]", "a=1"] {
            let error = fields(text).unwrap_err().to_string();
            assert!(error.starts_with("the body of a multipart call must be JSON of"), "{error}");
        }
    }
}
