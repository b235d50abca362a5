//! A file that has come, on disk and not yet known to anybody: it is handed to whom it is for. What goes to the app is
//! refused in JSON, which clients of the platform print; the rest is told in the words of S3.

use axum::http::header::{ETAG, LOCATION};
use axum::http::{HeaderValue, StatusCode};
use jiff::Timestamp;

use super::super::answer::Answer;
use super::super::asset_intake;
use super::super::request::Request;
use super::super::state::State;
use super::data;
use super::destination::Destination;
use super::xml::{self, Refusal};
use crate::records::{Draft, Upload};

#[derive(Debug)]
pub(in crate::server) struct Received {
    pub(super) draft: Draft,
    pub(super) upload: Upload,
    pub(super) way: Way,
}

/// How it came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    Form,
    Put,
}

/// The file is there from now on, or part of the app. Writes to the store: runs on a blocking thread.
pub(in crate::server) fn store(
    state: &State,
    request: &Request,
    received: Result<Received, Refusal>,
) -> Answer {
    let received = match received {
        Ok(received) => received,
        Err(refusal) => return refusal.into(),
    };
    let location = format!("{}{}", request.base_url(), received.upload.key.url_path());
    let tag = received.draft.name().to_owned();
    let Received { draft, upload, way } = received;
    let taken = match Destination::of(&upload.key) {
        Destination::AssetsArchive => asset_intake::take_archive(state, draft.path()),
        Destination::Asset(name) => asset_intake::take(state, name, draft.path()),
        Destination::File | Destination::DataImport => {
            match data(state).store_upload(draft, &upload, Timestamp::now()) {
                Ok(()) => Ok(()),
                Err(error) => return Refusal::from(error).into(),
            }
        }
    };
    match (taken, way) {
        (Ok(()), Way::Form) => xml::created(&upload.key, &location, &tag),
        (Ok(()), Way::Put) => put(&location, &tag),
        (Err(error), _) => error.into(),
    }
}

/// The answer to a PUT has no body.
fn put(location: &str, tag: &str) -> Answer {
    let mut answer = Answer::new(StatusCode::CREATED, "text/plain", "");
    let headers = answer.response.headers_mut();
    for (name, value) in [(LOCATION, location), (ETAG, &format!("\"{tag}\""))] {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(name, value);
        }
    }
    answer
}
