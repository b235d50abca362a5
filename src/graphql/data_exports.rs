//! `data_export`: records and users as an archive that is fetched by a signed URL. It is written at once and is a private
//! file like any other, under a name of its own: the list of exports is the list of these files.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Map, Value as Json, json};
use uuid::Uuid;

use super::World;
use super::error::Error;
use super::listing::{Item, chosen, paged};
use super::property_upload::Link;
use super::selection::{Field, object};
use super::stored_file::Place;
use super::{cast, filter, order};
use crate::records::{Acl, ArchiveFiles, Criteria, ExportSelection, Key, Upload};

/// Where exports are among the files.
const FOLDER: &str = "data_exports/";
const FILE_NAME: &str = "data_export.zip";

/// Rows of each kind where an export does not say.
const ROWS: u64 = 5_000_000;

/// How long a URL is good for.
const LIFETIME: Duration = Duration::from_secs(24 * 60 * 60);

struct DataExport {
    id: String,
    key: Key,
    created_at: Timestamp,
}

pub(super) fn create(field: &Field, world: &mut World<'_>) -> Result<Json, Error> {
    let mut records = Vec::new();
    for name in ["records", "models"] {
        if let Some(input) = field.argument(name).and_then(Json::as_object) {
            let criteria = filter::records(world.app, input.get("filter"))?;
            records.push(selection(criteria, input, world)?);
        }
    }
    let mut users = Vec::new();
    if let Some(input) = field.argument("users").and_then(Json::as_object) {
        users.push(selection(filter::users(world.app, input.get("filter"))?, input, world)?);
    }
    if records.is_empty() && users.is_empty() {
        return Err(Error::new("data_export needs `records`, `models` or `users`"));
    }
    let is_split = field.argument("split_files").and_then(Json::as_bool).unwrap_or(true);
    let files = if is_split { ArchiveFiles::Split } else { ArchiveFiles::Whole };
    let archive = world.data.export_selected(&records, &users, files).map_err(|error| refused(&error))?;
    let draft = world.data.draft_upload()?;
    draft.write(&archive).map_err(|error| refused(&error))?;
    let id = Uuid::new_v4().to_string();
    let key = Key::parse(&format!("{FOLDER}{id}/{FILE_NAME}")).map_err(|error| refused(&error))?;
    let upload = Upload::private_zip(key.clone());
    world.atomically(|world| {
        world.data.store_upload(draft, &upload, world.now)?;
        answer(&DataExport { id, key, created_at: world.now }, &field.fields, world)
    })
}

pub(super) fn delete(field: &Field, world: &mut World<'_>) -> Result<Json, Error> {
    let id = field.argument("id").and_then(cast::text_of).unwrap_or_default();
    world.atomically(|world| {
        let export = exports(world)?.into_iter().find(|export| export.id == id);
        let export = export.ok_or_else(|| Error::new(format!("Can't find DataExport with id={id}")))?;
        world.data.delete_upload(&export.key)?;
        answer(&export, &field.fields, world)
    })
}

/// Unsorted, the newest first.
pub(super) fn list(field: &Field, world: &mut World<'_>) -> Result<Json, Error> {
    let found = chosen(exports(world)?.into_iter(), field)?;
    paged(field, &found, |export, fields| answer(export, fields, world))
}

impl DataExport {
    /// `None` for a file that only looks like one.
    fn of((key, created_at): (Key, Timestamp)) -> Option<Self> {
        let id = key.as_str().strip_prefix(FOLDER)?.strip_suffix(FILE_NAME)?.strip_suffix('/')?;
        let id = Uuid::try_parse(id).ok()?.to_string();
        Some(Self { id, key, created_at })
    }
}

impl Item for DataExport {
    fn value(&self, name: &str) -> Json {
        match name {
            "id" => json!(self.id),
            // What is not done has no file, and so is not listed.
            "status" => json!("done"),
            "created_at" | "updated_at" => json!(cast::iso(self.created_at)),
            _ => Json::Null,
        }
    }
}

fn exports(world: &World<'_>) -> Result<Vec<DataExport>, Error> {
    Ok(world.data.uploads_below(FOLDER)?.into_iter().filter_map(DataExport::of).collect())
}

fn answer(export: &DataExport, fields: &[Field], world: &mut World<'_>) -> Result<Json, Error> {
    let link = Link { acl: Acl::Private, lifetime: Some(LIFETIME) };
    object(fields, |asked| match asked.name.as_str() {
        "url" => link.url(&Place::Ours(export.key.clone()), world),
        name => Ok(export.value(name)),
    })
}

fn selection(
    criteria: Criteria,
    input: &Map<String, Json>,
    world: &World<'_>,
) -> Result<ExportSelection, Error> {
    let limit = match input.get("per_page").filter(|given| !given.is_null()) {
        Some(given) => {
            let rows = given.as_u64().filter(|rows| (1..=ROWS).contains(rows));
            rows.ok_or_else(|| Error::new(format!("per_page must be between 1 and {ROWS}, not {given}")))?
        }
        None => ROWS,
    };
    let sorts = order::sorts(world.app, &criteria, input.get("sort"));
    Ok(ExportSelection { criteria, sorts, limit })
}

fn refused(error: &dyn std::error::Error) -> Error {
    Error::new(format!("cannot export the data: {error}"))
}
