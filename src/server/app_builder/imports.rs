//! Imports: the JSON of a client, or a CSV archive, as the body itself or put to a presigned URL before.

use std::fs;

use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use jiff::Timestamp;
use serde_json::{Value as Json, json};

use super::{flag, parameter, refused, unprocessable};
use crate::protocol::ImportedRows;
use crate::records::{Data, Ids, Imported, Key};
use crate::server::answer::Answer;
use crate::server::request::Request;
use crate::server::state::State;
use crate::server::transfers::{Kind, Product};
use crate::server::uploads::Destination;

pub(super) fn begin(state: &State, request: &Request) -> Answer {
    let records = state.graph.records.clone();
    let content_type = request.header(CONTENT_TYPE.as_str()).unwrap_or_default();
    let begun = if content_type.starts_with("application/zip") {
        let zip = request.body.clone();
        state.transfers.begin(Kind::Import, move || {
            let imported = records.data(None).import_archive(&zip, Timestamp::now());
            imported.map(product).map_err(|error| error.to_string())
        })
    } else if let Some(url) = parameter(request, "zip_file_url") {
        let key = match sent_archive(request, &url) {
            Ok(key) => key,
            Err(message) => return unprocessable(&message),
        };
        state.transfers.begin(Kind::Import, move || {
            let mut data = records.data(None);
            let imported = import_sent(&mut data, &key)?;
            // One that stays is taken away with the others that nobody has claimed.
            let _ = data.delete_upload(&key);
            Ok(product(imported))
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

/// The file that `zip_file_url` names. Other servers are not asked: whoever may import could make us fetch anything.
fn sent_archive(request: &Request, url: &str) -> Result<Key, String> {
    let is_ours = url.strip_prefix(&request.base_url()).is_some_and(|path| path.starts_with('/'));
    let key = Key::of_url(url).filter(|key| is_ours && Destination::of(key) == Destination::DataImport);
    key.ok_or_else(|| {
        "`zip_file_url` is not a URL of this server: put the archive where \
         /api/private/urls/presign-url?fileName=instances/ID/data_imports/NAME says, or send it itself, as application/zip"
            .to_owned()
    })
}

fn import_sent(data: &mut Data, key: &Key) -> Result<Imported, String> {
    let stored = data.upload(key).map_err(|error| error.to_string())?;
    let stored =
        stored.ok_or_else(|| format!("nothing was put to `{key}`, or it has been imported already"))?;
    let zip = fs::read(&stored.path).map_err(|error| format!("cannot read `{key}`: {error}"))?;
    data.import_archive(&zip, Timestamp::now()).map_err(|error| error.to_string())
}

/// `import[data]`, an object or its text.
fn file(request: &Request) -> Result<Json, String> {
    match request.params.get("import").and_then(|import| import.get("data")) {
        Some(Json::String(text)) => {
            serde_json::from_str(text).map_err(|error| format!("`import.data` is not JSON: {error}"))
        }
        Some(data) => Ok(data.clone()),
        None => Err("`import.data` holds the users and models".to_owned()),
    }
}

fn product(imported: Imported) -> Product {
    Product::Imported(rows(imported))
}

pub(super) fn rows(imported: Imported) -> ImportedRows {
    let Imported { records, users, activities, warnings, ids: _ } = imported;
    ImportedRows { records, users, activities, warnings }
}
