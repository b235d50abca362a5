//! Exports: all data as JSON, or as a CSV archive that is fetched by itself.

use std::sync::Arc;

use axum::http::StatusCode;
use serde_json::json;

use super::{flag, missing, parameter, refused, transfer};
use crate::records::Ids;
use crate::server::answer::Answer;
use crate::server::request::Request;
use crate::server::state::State;
use crate::server::transfers::{Kind, Product, Progress};

pub(super) fn begin(state: &State, request: &Request) -> Answer {
    let records = state.graph.records.clone();
    // The client sends the second name, its own option is called by the first.
    let is_internal = flag(request, "export_internal_ids") || flag(request, "export_internal");
    let ids = if is_internal { Ids::Raw } else { Ids::External };
    let begun = if parameter(request, "csv_export").is_some_and(|csv| csv != "false") {
        state.transfers.begin(Kind::Export, move || {
            let archive = records.data(None).export_archive();
            archive.map(|zip| Product::Archive(zip.into())).map_err(|error| error.to_string())
        })
    } else {
        let references = state.live.engine().app().references().collect();
        state.transfers.begin(Kind::Export, move || {
            let file = records.data(None).export_json(ids, &references);
            file.map(|file| Product::Json(Arc::new(file))).map_err(|error| error.to_string())
        })
    };
    match begun {
        Ok(id) => Answer::json(StatusCode::OK, &json!({ "id": id })),
        Err(busy) => refused(&busy),
    }
}

pub(super) fn show(state: &State, request: &Request, id: &str) -> Answer {
    // Absolute, since clients fetch it as it stands.
    let url = format!("http://{}{}/exports/{id}/archive.zip", request.host(), super::PREFIX);
    transfer(state, Kind::Export, id, Some(url))
}

pub(super) fn archive(state: &State, id: &str) -> Answer {
    match state.transfers.progress(Kind::Export, id) {
        Some(Progress::Done(Product::Archive(zip))) => Answer::new(StatusCode::OK, "application/zip", zip),
        _ => missing(Kind::Export, id),
    }
}
