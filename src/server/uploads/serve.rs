//! `GET /_uploads/…`: a file as it was stored. What visitors upload must not act in the name of our pages, so whatever is
//! shown as a page of its own is shown without scripts, and its type is never guessed.

use std::fs::File;
use std::io;

use axum::body::Body;
use axum::http::header::{
    ACCEPT_RANGES, CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_RANGE, CONTENT_SECURITY_POLICY, CONTENT_TYPE,
    ETAG, IF_NONE_MATCH, IF_RANGE, RANGE, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use axum::response::Response;
use jiff::Timestamp;

use super::super::Area;
use super::super::answer::Answer;
use super::super::range::{Range, matches_any};
use super::super::request::Request;
use super::super::state::State;
use super::data;
use super::file_body::FileBody;
use super::xml::Refusal;
use crate::records::{Acl, Key, Permission, StoredUpload, Upload};

/// Answers `GET` and `HEAD`. Asks the store: runs on a blocking thread.
pub(in crate::server) fn answer(state: &State, request: &Request) -> Answer {
    found(state, request)
        .and_then(|(stored, file)| response(&stored, file, &request.headers))
        .unwrap_or_else(Answer::from)
}

/// The file, opened, if the request may read it: it can be read to its end though it be replaced meanwhile.
fn found(state: &State, request: &Request) -> Result<(StoredUpload, File), Refusal> {
    if request.method != Method::GET && request.method != Method::HEAD {
        let message = "a file can only be read; a form posts one to /_uploads".to_owned();
        let status = StatusCode::METHOD_NOT_ALLOWED;
        return Err(Refusal { status, code: "MethodNotAllowed", message });
    }
    let (_, name) = Area::of(&request.path);
    let key = Key::parse(name).map_err(|_| Refusal::no_file(name))?;
    let mut data = data(state);
    let stored = data.upload(&key)?.ok_or_else(|| Refusal::no_file(name))?;
    let is_admitted = match stored.upload.acl {
        Acl::Public => true,
        Acl::Private => data.upload_signer()?.admits(Permission::Get, &key, &request.query, Timestamp::now()),
    };
    if !is_admitted {
        return Err(Refusal::denied("this file is private: its URL needs a signature that is still good"));
    }
    match File::open(&stored.path) {
        // Replaced since it was looked up.
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let stored = data.upload(&key)?.ok_or_else(|| Refusal::no_file(name))?;
            let file = File::open(&stored.path).map_err(|error| unreadable(&key, &error))?;
            Ok((stored, file))
        }
        opened => Ok((stored, opened.map_err(|error| unreadable(&key, &error))?)),
    }
}

fn unreadable(key: &Key, error: &io::Error) -> Refusal {
    Refusal::failed(format!("cannot read the file `{key}`: {error}"))
}

fn response(stored: &StoredUpload, file: File, asked: &HeaderMap) -> Result<Answer, Refusal> {
    let text = |name| asked.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    let tag = format!("\"{}\"", stored.tag);
    let mut response = Response::new(Body::empty());
    set(&mut response, ETAG, &tag);
    set(&mut response, CACHE_CONTROL, stored.upload.cache_control.as_deref().unwrap_or("no-cache"));
    if text(IF_NONE_MATCH).is_some_and(|tags| matches_any(tags, &tag)) {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        return Ok(response.into());
    }
    let failed = |error: io::Error| unreadable(&stored.upload.key, &error);
    let size = file.metadata().map_err(failed)?.len();
    describe(&mut response, &stored.upload);
    let range = text(RANGE).filter(|_| text(IF_RANGE).is_none_or(|known| known == tag));
    let whole = usize::try_from(size).unwrap_or(usize::MAX);
    let (first, length) = match range.map_or(Range::Whole, |range| Range::parse(range, whole)) {
        Range::Whole => (0, size),
        Range::Part { first, last } => {
            *response.status_mut() = StatusCode::PARTIAL_CONTENT;
            set(&mut response, CONTENT_RANGE, &format!("bytes {first}-{last}/{size}"));
            (first as u64, (last - first) as u64 + 1)
        }
        Range::Outside => {
            *response.status_mut() = StatusCode::RANGE_NOT_SATISFIABLE;
            set(&mut response, CONTENT_RANGE, &format!("bytes */{size}"));
            (0, 0)
        }
    };
    *response.body_mut() = Body::new(FileBody::new(file, first, length).map_err(failed)?);
    Ok(response.into())
}

/// What the file is, and what it may not do.
fn describe(response: &mut Response, upload: &Upload) {
    set(response, CONTENT_TYPE, "application/octet-stream");
    set(response, CONTENT_TYPE, &upload.content_type);
    set(response, X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(response, ACCEPT_RANGES, "bytes");
    if let Some(disposition) = &upload.content_disposition {
        set(response, CONTENT_DISPOSITION, disposition);
    }
    // Browsers show no PDF in a sandbox, and run none of its scripts in our name either.
    if upload.content_type != "application/pdf" {
        set(response, CONTENT_SECURITY_POLICY, "sandbox");
    }
}

/// What cannot be said in a header is left out.
fn set(response: &mut Response, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_bytes(value.as_bytes()) {
        response.headers_mut().insert(name, value);
    }
}
