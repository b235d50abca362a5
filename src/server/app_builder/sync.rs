//! One file that was saved or removed. Whatever its user can put right is a 422: after any other refusal the official
//! client stops watching.

use axum::http::StatusCode;
use serde_json::{Value as Json, json};

use super::releases::has_changed;
use super::{parameter, unprocessable, working_tree};
use crate::releases::{Change, FilePath, Gone, Manifest, NewFile, Origin, Releases, Wanted};
use crate::server::answer::Answer;
use crate::server::request::Request;
use crate::server::state::State;

const BODY: &str = "marketplace_builder_file_body";

pub(super) fn save(state: &State, request: &Request) -> Answer {
    let Some(sent) = parameter(request, "path") else { return without_path() };
    let Some(content) = content(request) else {
        return unprocessable(&format!("`{BODY}` is the content of `{sent}`: there is none"));
    };
    let Some(releases) = &state.site.releases else {
        return working_tree::save(state, &sent, &content);
    };
    let path = match place_now(releases, &sent) {
        Ok(path) => path,
        Err(message) => return unprocessable(&message),
    };
    let change = Change { put: vec![NewFile { path, content }], gone: Gone::Nothing };
    match releases.install(Origin::Sync, Wanted::Change(change)) {
        Ok(report) => {
            let refreshes = has_changed(&report, "Schema") || has_changed(&report, "User");
            Answer::json(StatusCode::OK, &json!({ "refresh_index": refreshes }))
        }
        Err(error) => unprocessable(&error.to_string()),
    }
}

pub(super) fn delete(state: &State, request: &Request) -> Answer {
    let sent = parameter(request, "path").or_else(|| parameter(request, "primary_key"));
    let Some(sent) = sent else { return without_path() };
    let Some(releases) = &state.site.releases else {
        return working_tree::delete(state, &sent);
    };
    let path = match place_now(releases, &sent) {
        Ok(path) => path,
        Err(message) => return unprocessable(&message),
    };
    let change = Change { put: Vec::new(), gone: Gone::File(path) };
    match releases.install(Origin::Sync, Wanted::Change(change)) {
        Ok(_) => Answer::json(StatusCode::OK, &json!({ "deleted": sent })),
        Err(error) => unprocessable(&error.to_string()),
    }
}

fn place_now(releases: &Releases, sent: &str) -> Result<FilePath, String> {
    place(sent, &releases.current().map_err(|error| error.to_string())?)
}

/// Where a path of a client lies: it leaves out `app/`. A module's path may also mean the app's own version of that file,
/// which it does where only that one is there.
pub(super) fn place(sent: &str, current: &Manifest) -> Result<FilePath, String> {
    let below_app = format!("app/{sent}");
    let is_module = sent.starts_with("modules/");
    let overrides = current.find(&below_app).is_some() && current.find(sent).is_none();
    let is_whole = sent.starts_with("app/") || sent.starts_with("marketplace_builder/");
    let path = if is_whole || is_module && !overrides { sent } else { &below_app };
    FilePath::parse(path).map_err(|error| error.to_string())
}

/// The file that was sent. What comes as a plain field had its line ends changed on the way.
fn content(request: &Request) -> Option<Vec<u8>> {
    if let Some(file) = request.file(BODY) {
        return Some(file.to_vec());
    }
    let text = request.params.get(BODY).and_then(Json::as_str)?;
    Some(text.replace("\r\n", "\n").into_bytes())
}

fn without_path() -> Answer {
    unprocessable("`path` says which file is meant, without `app/`: views/pages/index.liquid")
}
