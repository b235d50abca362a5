//! Static files of the app, byte for byte, at `/assets/…`. A name is looked up among the files the app has; no path is
//! ever built from it, so there is nothing to escape from.

use std::time::UNIX_EPOCH;

use axum::body::Body;
use axum::http::header::{
    ACCEPT_RANGES, CACHE_CONTROL, CONTENT_RANGE, CONTENT_TYPE, ETAG, IF_NONE_MATCH, IF_RANGE, RANGE,
    X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::response::Response;

use super::Area;
use super::answer::Answer;
use super::range::{Range, matches_any};
use super::request::Request;
use crate::app::App;

/// Answers `GET` and `HEAD` of one asset. Reads the file: runs on a blocking thread.
pub(super) fn answer(app: &App, request: &Request) -> Answer {
    if request.method != Method::GET && request.method != Method::HEAD {
        return Answer::sentence(StatusCode::METHOD_NOT_ALLOWED, "an asset can only be read");
    }
    let (_, name) = Area::of(&request.path);
    let Some(asset) = app.asset(name) else {
        return Answer::sentence(StatusCode::NOT_FOUND, &format!("no asset `{name}` in this app"));
    };
    let read = std::fs::read(&asset.file).and_then(|bytes| Ok((bytes, std::fs::metadata(&asset.file)?)));
    let (bytes, metadata) = match read {
        Ok(read) => read,
        // Deleted since the app was loaded: the next reload will not list it.
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return Answer::sentence(StatusCode::NOT_FOUND, &format!("no asset `{name}` in this app"));
        }
        Err(error) => return Answer::failed(&format!("cannot read asset `{name}`: {error}")),
    };
    let changed =
        metadata.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok()).unwrap_or_default();
    let etag = format!("\"{:x}-{:x}\"", changed.as_nanos(), bytes.len());
    Answer::from(file(name, bytes, &etag, &request.headers))
}

fn file(name: &str, bytes: Vec<u8>, etag: &str, headers: &HeaderMap) -> Response {
    let text = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    let mut response = Response::new(Body::empty());
    let out = response.headers_mut();
    if let Ok(etag) = HeaderValue::from_str(etag) {
        out.insert(ETAG, etag);
    }
    // The file may be saved at any moment: always ask, and be told quickly that nothing has changed.
    out.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    if text(IF_NONE_MATCH).is_some_and(|tags| matches_any(tags, etag)) {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        return response;
    }
    out.insert(CONTENT_TYPE, content_type(name));
    out.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    out.insert(ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    let size = bytes.len();
    let range = text(RANGE).filter(|_| text(IF_RANGE).is_none_or(|tag| tag == etag));
    match range.map_or(Range::Whole, |range| Range::parse(range, size)) {
        Range::Whole => *response.body_mut() = bytes.into(),
        Range::Part { first, last } => {
            *response.status_mut() = StatusCode::PARTIAL_CONTENT;
            if let Ok(place) = HeaderValue::from_str(&format!("bytes {first}-{last}/{size}")) {
                response.headers_mut().insert(CONTENT_RANGE, place);
            }
            *response.body_mut() = bytes.get(first..=last).unwrap_or_default().to_vec().into();
        }
        Range::Outside => {
            *response.status_mut() = StatusCode::RANGE_NOT_SATISFIABLE;
            if let Ok(place) = HeaderValue::from_str(&format!("bytes */{size}")) {
                response.headers_mut().insert(CONTENT_RANGE, place);
            }
        }
    }
    response
}

pub(super) fn content_type(name: &str) -> HeaderValue {
    let mime = mime_guess::from_path(name).first_or_octet_stream();
    let text = mime.type_() == "text" || matches!(mime.subtype().as_str(), "json" | "javascript");
    let value = if text { format!("{}; charset=utf-8", mime.essence_str()) } else { mime.to_string() };
    HeaderValue::from_str(&value).unwrap_or_else(|_| HeaderValue::from_static("application/octet-stream"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_utf_8_and_unknown_names_are_bytes() {
        for (name, expected) in [
            ("a.css", "text/css; charset=utf-8"),
            ("a.js", "text/javascript; charset=utf-8"),
            ("a.svg", "image/svg+xml"),
            ("a.png", "image/png"),
            ("a.woff2", "font/woff2"),
            ("a", "application/octet-stream"),
        ] {
            assert_eq!(content_type(name), expected, "{name}");
        }
    }
}
