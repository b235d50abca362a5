//! `property_upload`: a stored file as a query sees it. What a property held before it was an upload never fails a query.

use std::time::Duration;

use serde_json::{Map, Value as Json, json};

use super::World;
use super::error::Error;
use super::selection::{Field, object};
use super::stored_file::{self, Place, StoredFile};
use crate::app::Property;
use crate::records::{Acl, Permission};

/// The longest a URL of a private file is good for: as long as one of S3.
const LONGEST: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// Null where the value names no file.
pub(super) fn answer(
    stored: &Json,
    property: &Property,
    field: &Field,
    world: &mut World<'_>,
) -> Result<Json, Error> {
    let Some(file) = StoredFile::parse(stored) else { return Ok(Json::Null) };
    let declared = if property.upload.is_private { Acl::Private } else { Acl::Public };
    let link = Link { acl: file.acl.unwrap_or(declared), lifetime: lifetime(field) };
    object(&field.fields, |asked| {
        Ok(match asked.name.as_str() {
            "url" => link.url(&file.place, world)?,
            "file_name" => json!(file.file_name),
            "extension" => json!(file.extension),
            "versions" => versions(&file, property, &link, asked, world)?,
            other => return Err(Error::new(format!("not supported here: PropertyUpload.{other}"))),
        })
    })
}

/// Seconds, as the argument says.
fn lifetime(field: &Field) -> Option<Duration> {
    let seconds = field.argument("expires_in").and_then(Json::as_i64)?;
    Some(Duration::from_secs(u64::try_from(seconds).unwrap_or(0)).min(LONGEST))
}

/// To whom a file may be shown, and for how long.
pub(super) struct Link {
    pub(super) acl: Acl,
    pub(super) lifetime: Option<Duration>,
}

impl Link {
    /// A private file without a lifetime has none.
    pub(super) fn url(&self, place: &Place, world: &mut World<'_>) -> Result<Json, Error> {
        let key = match place {
            Place::Elsewhere(url) => return Ok(json!(url)),
            Place::Ours(key) => key,
        };
        let path = key.url_path();
        let base = &world.caller.base_url;
        Ok(match (self.acl, self.lifetime) {
            (Acl::Public, _) => json!(format!("{base}{path}")),
            (Acl::Private, None) => Json::Null,
            (Acl::Private, Some(lifetime)) => {
                let expires_at = world.now.saturating_add(lifetime).unwrap_or(world.now);
                let query = world.data.upload_signer()?.query(Permission::Get, key, expires_at);
                json!(format!("{base}{path}?{query}"))
            }
        })
    }
}

/// The URL of each version that is declared or stored. Images are not resized: one that is not stored is the file itself.
fn versions(
    file: &StoredFile<'_>,
    property: &Property,
    link: &Link,
    asked: &Field,
    world: &mut World<'_>,
) -> Result<Json, Error> {
    let names: Option<Vec<&str>> = asked
        .argument("names")
        .and_then(Json::as_array)
        .map(|names| names.iter().filter_map(Json::as_str).collect());
    let declared = property.upload.versions.iter();
    let stored = file.versions.into_iter().flat_map(Map::keys);
    let mut versions = Map::new();
    for name in declared.chain(stored) {
        if versions.contains_key(name) || names.as_ref().is_some_and(|names| !names.contains(&name.as_str()))
        {
            continue;
        }
        let path = file.versions.and_then(|versions| versions.get(name)?.as_str());
        let place = path.and_then(stored_file::place);
        versions.insert(name.clone(), link.url(place.as_ref().unwrap_or(&file.place), world)?);
    }
    Ok(Json::Object(versions))
}
