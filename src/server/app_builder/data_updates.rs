//! `POST data_updates`: rows of a file over those that are here. As an import, but told only when it is done.

use axum::http::StatusCode;
use jiff::Timestamp;
use serde_json::Value as Json;

use super::{flag, imports, unprocessable};
use crate::records::{Ids, ImportError};
use crate::server::answer::Answer;
use crate::server::request::Request;
use crate::server::state::State;

pub(super) fn store(state: &State, request: &Request) -> Answer {
    let file = match file(request) {
        Ok(file) => file,
        Err(message) => return unprocessable(&message),
    };
    let ids = if flag(request, "raw_ids") { Ids::Raw } else { Ids::External };
    let references = state.live.engine().app().references().collect();
    let mut data = state.graph.records.data(None);
    match data.import_json(&file, ids, &references, Timestamp::now()) {
        Ok(imported) => Answer::json(StatusCode::OK, &imports::rows(imported)),
        Err(ImportError::Data(error)) => Answer::failed(&error.to_string()),
        Err(error) => unprocessable(&error.to_string()),
    }
}

/// `update[data]`, a file of a form; its text as a plain field, or JSON, does as well.
fn file(request: &Request) -> Result<Json, String> {
    let data = request.params.get("update").and_then(|update| update.get("data"));
    let text = match data {
        Some(Json::String(text)) => text,
        Some(Json::Object(file)) if file.contains_key("filename") && file.contains_key("content") => {
            match file.get("content") {
                Some(Json::String(text)) => text,
                _ => return Err("the file in `update[data]` is not UTF-8".to_owned()),
            }
        }
        Some(data) if data.is_object() => return Ok(data.clone()),
        _ => return Err("`update[data]` holds the file with users and models".to_owned()),
    };
    serde_json::from_str(text).map_err(|error| format!("`update[data]` is not JSON: {error}"))
}
