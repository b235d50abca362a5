//! Exports: all data as JSON, or as a CSV archive that is fetched by itself. The archive is a private file like any other,
//! read by a signed URL, for clients fetch it without their credentials.

use std::sync::Arc;

use axum::http::StatusCode;
use jiff::Timestamp;
use serde_json::json;

use super::{flag, parameter, refused};
use crate::records::Ids;
use crate::server::answer::Answer;
use crate::server::request::Request;
use crate::server::state::State;
use crate::server::transfers::{Kind, Product};

pub(super) fn begin(state: &State, request: &Request) -> Answer {
    let records = state.graph.records.clone();
    // The client sends the second name, its own option is called by the first.
    let is_internal = flag(request, "export_internal_ids") || flag(request, "export_internal");
    let ids = if is_internal { Ids::Raw } else { Ids::External };
    let begun = if parameter(request, "csv_export").is_some_and(|csv| csv != "false") {
        state.transfers.begin(Kind::Export, move || {
            let archive = records.data(None).keep_export_archive(Timestamp::now());
            archive.map(Product::File).map_err(|error| error.to_string())
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
