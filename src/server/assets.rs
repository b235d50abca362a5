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

/// What part of a file is asked for. Browsers need parts to seek in audio and video.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Range {
    Whole,
    /// Both ends are included.
    Part {
        first: usize,
        last: usize,
    },
    Outside,
}

impl Range {
    /// One range of bytes; several, other units and nonsense ask for the whole file, as HTTP allows.
    fn parse(header: &str, size: usize) -> Self {
        let Some((first, last)) =
            header.strip_prefix("bytes=").and_then(|range| range.trim().split_once('-'))
        else {
            return Self::Whole;
        };
        let number = |digits: &str| digits.trim().parse::<usize>().ok();
        match (first.trim(), last.trim()) {
            ("", last) => match number(last) {
                Some(0) => Self::Outside,
                Some(_) if size == 0 => Self::Outside,
                Some(count) => Self::Part { first: size.saturating_sub(count), last: size - 1 },
                None => Self::Whole,
            },
            (first, last) => {
                let Some(first) = number(first) else { return Self::Whole };
                let Some(last) = (if last.is_empty() { Some(usize::MAX) } else { number(last) }) else {
                    return Self::Whole;
                };
                if last < first {
                    Self::Whole
                } else if first >= size {
                    Self::Outside
                } else {
                    Self::Part { first, last: last.min(size - 1) }
                }
            }
        }
    }
}

fn matches_any(tags: &str, etag: &str) -> bool {
    tags.split(',').map(str::trim).any(|tag| tag == "*" || tag.strip_prefix("W/").unwrap_or(tag) == etag)
}

fn content_type(name: &str) -> HeaderValue {
    let mime = mime_guess::from_path(name).first_or_octet_stream();
    let text = mime.type_() == "text" || matches!(mime.subtype().as_str(), "json" | "javascript");
    let value = if text { format!("{}; charset=utf-8", mime.essence_str()) } else { mime.to_string() };
    HeaderValue::from_str(&value).unwrap_or_else(|_| HeaderValue::from_static("application/octet-stream"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_range_is_answered_and_the_rest_is_the_whole_file() {
        for (header, size, expected) in [
            ("bytes=0-0", 10, Range::Part { first: 0, last: 0 }),
            ("bytes=2-", 10, Range::Part { first: 2, last: 9 }),
            ("bytes=2-99", 10, Range::Part { first: 2, last: 9 }),
            ("bytes=-3", 10, Range::Part { first: 7, last: 9 }),
            ("bytes=-30", 10, Range::Part { first: 0, last: 9 }),
            ("bytes=10-", 10, Range::Outside),
            ("bytes=0-", 0, Range::Outside),
            ("bytes=-1", 0, Range::Outside),
            ("bytes=-0", 10, Range::Outside),
            ("bytes=3-2", 10, Range::Whole),
            ("bytes=0-1,4-5", 10, Range::Whole),
            ("bytes=x-", 10, Range::Whole),
            ("lines=1-2", 10, Range::Whole),
            ("bytes=99999999999999999999999-", 10, Range::Whole),
        ] {
            assert_eq!(Range::parse(header, size), expected, "{header} of {size}");
        }
    }

    #[test]
    fn a_copy_that_is_still_good_is_not_sent_again() {
        for (tags, matches) in
            [("\"a-1\"", true), ("W/\"a-1\"", true), ("\"x\", \"a-1\"", true), ("*", true), ("\"a\"", false)]
        {
            assert_eq!(matches_any(tags, "\"a-1\""), matches, "{tags}");
        }
    }

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
