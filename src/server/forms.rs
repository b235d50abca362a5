//! A request body to parameters: url-encoded and multipart forms, and JSON. Any other kind of body has none; the raw
//! text of every kind stays readable as `context.post_params`, because webhooks sign it byte for byte. The files of a
//! multipart form are kept as bytes, too, for those of our own routes that take some.

use axum::body::{Body, Bytes};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD as BASE64;
use serde_json::{Map, Value as Json};

use super::params;

/// Why a body cannot be read as what its content type says; each is a 400.
#[derive(Debug, thiserror::Error)]
pub(super) enum Error {
    #[error("the request body is not valid JSON: {source}")]
    Json { source: serde_json::Error },
    #[error("the request body is not a valid multipart form: {source}")]
    Multipart { source: multer::Error },
    #[error(transparent)]
    Params(#[from] params::Error),
}

/// What a body holds.
#[derive(Debug, Default)]
pub(super) struct Form {
    pub(super) params: Map<String, Json>,
    /// By the name of the field, as sent.
    pub(super) files: Vec<(String, Bytes)>,
}

/// Reads a body. An empty one holds nothing, whatever its type.
pub(super) async fn parse(content_type: &str, body: &Bytes) -> Result<Form, Error> {
    let of = |params| Form { params, files: Vec::new() };
    if body.is_empty() {
        return Ok(Form::default());
    }
    let essence = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    match essence.as_str() {
        "application/x-www-form-urlencoded" => Ok(of(params::nest(params::pairs(body))?)),
        "multipart/form-data" => multipart(content_type, body).await,
        json if json == "application/json" || json.ends_with("+json") => Ok(of(from_json(body)?)),
        _ => Ok(Form::default()),
    }
}

/// An object's members are the parameters, with their types. Anything else is the parameter `_json`, as in Rails.
fn from_json(body: &[u8]) -> Result<Map<String, Json>, Error> {
    let body = body.strip_prefix("\u{feff}".as_bytes()).unwrap_or(body);
    match serde_json::from_slice(body).map_err(|source| Error::Json { source })? {
        Json::Object(map) => Ok(map),
        other => Ok(Map::from_iter([("_json".to_owned(), other)])),
    }
}

async fn multipart(content_type: &str, body: &Bytes) -> Result<Form, Error> {
    let broken = |source| Error::Multipart { source };
    let boundary = multer::parse_boundary(content_type).map_err(broken)?;
    let mut form = multer::Multipart::new(Body::from(body.clone()).into_data_stream(), boundary);
    let (mut pairs, mut files) = (Vec::new(), Vec::new());
    while let Some(field) = form.next_field().await.map_err(broken)? {
        let Some(name) = field.name().map(str::to_owned) else { continue };
        let file = field.file_name().map(str::to_owned);
        let content_type = field.content_type().map(ToString::to_string);
        let bytes = field.bytes().await.map_err(broken)?;
        let value = match file {
            // A file input left empty is sent as a part without name and content.
            Some(file) if file.is_empty() && bytes.is_empty() => continue,
            Some(file) => {
                let described = upload(&file, content_type.as_deref(), &bytes);
                files.push((name.clone(), bytes));
                described
            }
            None => Json::String(String::from_utf8_lossy(&bytes).into_owned()),
        };
        pairs.push((name, value));
    }
    Ok(Form { params: params::nest(pairs)?, files })
}

/// What a template sees of a file: what it is, and its text if it is text. Liquid has no type for other bytes; a form that
/// stores the file finds them as base64.
fn upload(name: &str, content_type: Option<&str>, bytes: &[u8]) -> Json {
    let content = std::str::from_utf8(bytes).ok();
    let encoded = content.is_none().then(|| ("content_base64", Json::from(BASE64.encode(bytes))));
    let file = [
        ("filename", Json::from(name)),
        ("content_type", Json::from(content_type.unwrap_or("application/octet-stream"))),
        ("size", Json::from(bytes.len())),
        ("content", Json::from(content)),
    ];
    file.into_iter().chain(encoded).map(|(key, value)| (key.to_owned(), value)).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn parsed(content_type: &str, body: &'static str) -> Result<Json, String> {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let form = runtime.block_on(parse(content_type, &Bytes::from_static(body.as_bytes())));
        form.map(|form| Json::Object(form.params)).map_err(|error| error.to_string())
    }

    #[test]
    fn the_content_type_decides() {
        for (content_type, body, expected) in [
            ("application/x-www-form-urlencoded", "a[b]=1", json!({"a": {"b": "1"}})),
            ("application/x-www-form-urlencoded; charset=UTF-8", "a=1", json!({"a": "1"})),
            (
                "application/json",
                r#"{"n": 1, "b": true, "l": [null]}"#,
                json!({"n": 1, "b": true, "l": [null]}),
            ),
            ("Application/JSON; charset=utf-8", "\u{feff}[1]", json!({"_json": [1]})),
            ("application/vnd.api+json", r#"{"a":1.5}"#, json!({"a": 1.5})),
            ("application/json", "", json!({})),
            ("text/plain", "a=1", json!({})),
            ("", "a=1", json!({})),
        ] {
            assert_eq!(parsed(content_type, body), Ok(expected), "{content_type} {body}");
        }
    }

    #[test]
    fn multipart_gives_fields_and_what_is_known_of_files() {
        let body = "--x\r\nContent-Disposition: form-data; name=\"a[b]\"\r\n\r\n1\r\n\
                    --x\r\nContent-Disposition: form-data; name=\"f\"; filename=\"n.txt\"\r\nContent-Type: text/plain\r\n\r\nhi\r\n\
                    --x\r\nContent-Disposition: form-data; name=\"none\"; filename=\"\"\r\n\r\n\r\n--x--\r\n";
        let file = json!({"filename": "n.txt", "content_type": "text/plain", "size": 2, "content": "hi"});
        assert_eq!(parsed("multipart/form-data; boundary=x", body), Ok(json!({"a": {"b": "1"}, "f": file})));
    }

    #[test]
    fn a_body_that_is_not_what_it_says_is_refused() {
        for (content_type, body) in [
            ("application/json", "{"),
            ("application/json", "{} x"),
            ("multipart/form-data", "--x--"),
            ("multipart/form-data; boundary=x", "no boundary at all"),
            (
                "multipart/form-data; boundary=x",
                "--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\ncut",
            ),
        ] {
            let error = parsed(content_type, body).unwrap_err();
            assert!(error.starts_with("the request body is not"), "{error}");
        }
    }
}
