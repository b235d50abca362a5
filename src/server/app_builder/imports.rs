//! Imports: the JSON of a client, or a CSV archive as the body itself.

use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use jiff::Timestamp;
use serde_json::{Value as Json, json};

use super::{flag, refused, transfer, unprocessable};
use crate::protocol::ImportedRows;
use crate::records::{Ids, Imported};
use crate::server::answer::Answer;
use crate::server::request::Request;
use crate::server::state::State;
use crate::server::transfers::{Kind, Product};

pub(super) fn begin(state: &State, request: &Request) -> Answer {
    let records = state.graph.records.clone();
    let content_type = request.header(CONTENT_TYPE.as_str()).unwrap_or_default();
    let begun = if content_type.starts_with("application/zip") {
        let zip = request.body.clone();
        state.transfers.begin(Kind::Import, move || {
            let imported = records.data(None).import_archive(&zip, Timestamp::now());
            imported.map(product).map_err(|error| error.to_string())
        })
    } else {
        let file = match file(request) {
            Ok(file) => file,
            Err(message) => return unprocessable(&message),
        };
        let ids = if flag(request, "raw_ids") { Ids::Raw } else { Ids::External };
        let references = state.live.engine().app().references().collect();
        state.transfers.begin(Kind::Import, move || {
            let imported = records.data(None).import_json(&file, ids, &references, Timestamp::now());
            imported.map(product).map_err(|error| error.to_string())
        })
    };
    match begun {
        Ok(id) => Answer::json(StatusCode::OK, &json!({ "id": id })),
        Err(busy) => refused(&busy),
    }
}

pub(super) fn show(state: &State, id: &str) -> Answer {
    transfer(state, Kind::Import, id, None)
}

/// `import[data]`, an object or its text.
fn file(request: &Request) -> Result<Json, String> {
    if request.params.contains_key("zip_file_url") {
        return Err(
            "`zip_file_url` is not fetched here: send the archive itself, as application/zip".to_owned()
        );
    }
    match request.params.get("import").and_then(|import| import.get("data")) {
        Some(Json::String(text)) => {
            serde_json::from_str(text).map_err(|error| format!("`import.data` is not JSON: {error}"))
        }
        Some(data) => Ok(data.clone()),
        None => Err("`import.data` holds the users and models".to_owned()),
    }
}

fn product(imported: Imported) -> Product {
    let Imported { records, users, activities, warnings, ids: _ } = imported;
    Product::Imported(ImportedRows { records, users, activities, warnings })
}
