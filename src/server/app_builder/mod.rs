//! The platform's API for its clients, `/api/app_builder/…`, as JSON. What a user can put right is answered with 422 and
//! `{"error": "…"}`, which clients print; other statuses some of them take for a fault of the server.

mod assets_manifest;
mod backups;
mod data_clean;
mod data_updates;
mod exports;
mod imports;
mod instance;
mod liquid_exec;
mod logs;
mod migrations;
mod modules;
mod releases;
mod sync;
mod working_tree;

use std::sync::Arc;
use std::time::Duration;

use axum::http::{Method, StatusCode};
use jiff::Timestamp;
use serde_json::Value as Json;

use super::answer::Answer;
use super::request::{Request, Unreadable};
use super::state::State;
use super::transfers::{Busy, Kind, Product, Progress};
use super::uploads;
use crate::protocol::{IMPORT_LIMIT, Status, Transfer};
use crate::records::{DataError, Key, Permission};

/// Largest body: an import is one request. The platform's own limit is 50 MB.
pub(super) const BODY_LIMIT: usize = IMPORT_LIMIT;
/// One instance would send another its files and data by itself; what does the same in steps is there.
const NO_CLONES: &str = "instances do not clone each other here: bring the app with `deploy`, the data with `data export -z` \
                         from the one and `data import -z` to the other";
pub(super) const PREFIX: &str = "/api/app_builder";
/// How long the URL of an export or of a backup is good for.
const READABLE: Duration = Duration::from_secs(60 * 60);

pub(super) fn answer(state: &State, request: &Request, read: Result<(), Unreadable>) -> Answer {
    if let Err(error) = read {
        return Answer::json_error(error.status(), &error.to_string());
    }
    let path = request.path.strip_prefix(PREFIX).unwrap_or_default().trim_matches('/');
    let parts: Vec<&str> = path.split('/').collect();
    let is_get = request.method == Method::GET || request.method == Method::HEAD;
    let is_post = request.method == Method::POST;
    let is_put = request.method == Method::PUT;
    let is_delete = request.method == Method::DELETE;
    match parts.as_slice() {
        ["instance"] if is_get => instance::show(state),
        ["logs"] if is_get => logs::list(state, request),
        ["liquid_exec"] if is_post => liquid_exec::run(state, request),
        ["migrations"] if is_get => migrations::list(state),
        ["migrations"] if is_post => migrations::generate(state, request),
        ["migrations", "run"] if is_post => migrations::run(state, request),
        ["imports"] if is_post => imports::begin(state, request),
        ["imports", id] if is_get => transfer(state, request, Kind::Import, id),
        ["exports"] if is_post => exports::begin(state, request),
        ["exports", id] if is_get => transfer(state, request, Kind::Export, id),
        ["data_clean"] if is_post => data_clean::begin(state, request),
        ["data_clean", id] if is_get => transfer(state, request, Kind::Clean, id),
        ["data_updates"] if is_post => data_updates::store(state, request),
        ["assets_manifest"] if is_post => assets_manifest::settle(state, request),
        ["marketplace_releases"] if is_post => releases::begin(state, request),
        ["marketplace_releases", "backup"] if is_post => backups::begin(state, request),
        ["marketplace_releases", "sync"] if is_put => sync::save(state, request),
        ["marketplace_releases", "sync"] if is_delete => sync::delete(state, request),
        ["marketplace_releases", id] if is_get => releases::show(state, request, id),
        ["installed_modules"] if is_get => modules::list(state),
        ["installed_modules"] if is_delete => modules::remove(state, request),
        ["instance_clone_imports" | "instance_clone_exports", ..] => unprocessable(NO_CLONES),
        ["instance" | "logs" | "liquid_exec"]
        | ["migrations" | "imports" | "exports" | "data_clean" | "data_updates" | "assets_manifest"]
        | ["marketplace_releases" | "installed_modules"]
        | ["migrations", "run"]
        | ["imports" | "exports" | "data_clean" | "marketplace_releases", _] => Answer::json_error(
            StatusCode::METHOD_NOT_ALLOWED,
            &format!("{} does not answer {}", request.path, request.method),
        ),
        _ => Answer::json_error(
            StatusCode::NOT_FOUND,
            &format!("{} of the platform is not served yet", request.path),
        ),
    }
}

/// A parameter of the query or the body as text; numbers are written as such. Nothing for an empty one.
fn parameter(request: &Request, name: &str) -> Option<String> {
    let text = match request.params.get(name)? {
        Json::String(text) => text.trim().to_owned(),
        Json::Number(number) => number.to_string(),
        _ => return None,
    };
    (!text.is_empty()).then_some(text)
}

/// A parameter that is true, or `true` or `1` as text.
fn flag(request: &Request, name: &str) -> bool {
    match request.params.get(name) {
        Some(Json::Bool(flag)) => *flag,
        Some(Json::String(text)) => text == "true" || text == "1",
        _ => false,
    }
}

/// How an import, an export or a clean is getting on.
fn transfer(state: &State, request: &Request, kind: Kind, id: &str) -> Answer {
    let Some(progress) = state.transfers.progress(kind, id) else { return missing(kind, id) };
    let status = |name: &str| Transfer {
        status: Status::Name(name.to_owned()),
        error: Json::Null,
        data: Json::Null,
        zip_file_url: None,
        imported: None,
    };
    let transfer = match progress {
        Progress::Pending => status("pending"),
        Progress::Failed(message) => Transfer { error: Json::from(message), ..status("failed") },
        Progress::Done(Product::Imported(rows)) => Transfer { imported: Some(rows), ..status("done") },
        Progress::Done(Product::Json(data)) => {
            Transfer { data: Arc::unwrap_or_clone(data), ..status("done") }
        }
        Progress::Done(Product::File(key)) => match signed_url(state, request, &key) {
            Ok(url) => Transfer { zip_file_url: Some(url), ..status("done") },
            Err(error) => return Answer::failed(&error.to_string()),
        },
        Progress::Done(Product::Cleaned | Product::Compared(_)) => status("done"),
    };
    Answer::json(StatusCode::OK, &transfer)
}

/// Where a private file can be read for a while: clients fetch it without their credentials. Absolute, since they fetch it
/// as it stands.
fn signed_url(state: &State, request: &Request, key: &Key) -> Result<String, DataError> {
    let signer = uploads::data(state).upload_signer()?;
    let now = Timestamp::now();
    let query = signer.query(Permission::Get, key, now.saturating_add(READABLE).unwrap_or(now));
    Ok(format!("{}{}?{query}", request.base_url(), key.url_path()))
}

fn missing(kind: Kind, id: &str) -> Answer {
    let what = match kind {
        Kind::Import => "import",
        Kind::Export => "export",
        Kind::Clean => "data clean",
        Kind::Backup => "backup",
        Kind::Comparison => "release",
    };
    Answer::json_error(StatusCode::NOT_FOUND, &format!("no {what} {id}"))
}

fn refused(busy: &Busy) -> Answer {
    unprocessable(&busy.to_string())
}

/// What a user can put right.
fn unprocessable(message: &str) -> Answer {
    Answer::json_error(StatusCode::UNPROCESSABLE_ENTITY, message)
}
