//! `upload_delete`: files of a record, of a user or of a profile go for good, and with them what the properties say of them.

use serde_json::{Map, Value as Json, json};

use super::World;
use super::error::Error;
use super::input;
use super::profiles::declared as declared_profile;
use super::properties::unknown;
use super::record_mutations::{declared, missing as missing_record};
use super::selection::{Field, object};
use super::stored_file::{Place, StoredFile};
use super::users::missing as missing_user;
use crate::app::{PropertyType, Table};
use crate::records::{ProfileId, RecordId, UserId};

/// Done at once, whatever `sync` says: there is never a job. A file elsewhere is forgotten, and stays where it is.
pub(super) fn delete(field: &Field, world: &mut World<'_>) -> Result<Json, Error> {
    let which = Which::of(field)?;
    let id = input::integer(field.argument("upload_object_id").unwrap_or(&Json::Null), "upload_object_id")?;
    let kind = field.text("upload_object_type").unwrap_or_default();
    let (app, now) = (world.app, world.now);
    world.atomically(|world| {
        let mut taken = Map::new();
        if kind == "User" {
            let changed = world.data.change_user(UserId(id), now, |user| {
                taken = which.take(&mut user.properties, app.users_table())?;
                Ok::<_, Error>(())
            })?;
            changed.ok_or_else(|| missing_user(UserId(id)))??;
        } else if kind == "UserProfile" {
            let changed = world.data.change_profile_of_id(ProfileId(id), now, |profile| {
                let table = declared_profile(app, &profile.profile_type)?;
                taken = which.take(&mut profile.properties, table)?;
                Ok::<_, Error>(())
            })?;
            changed.ok_or_else(|| Error::new(format!("Can't find UserProfile with id={id}")))??;
        } else {
            let changed = world.data.change_record(RecordId(id), now, |record| {
                taken = which.take(&mut record.properties, declared(app, &record.table)?)?;
                Ok::<_, Error>(())
            })?;
            changed.ok_or_else(|| missing_record("Record", RecordId(id)))??;
        }
        for file in taken.values().filter_map(StoredFile::parse) {
            if let Place::Ours(key) = file.place {
                world.data.delete_upload(&key)?;
            }
        }
        object(&field.fields, |asked| {
            Ok(match asked.name.as_str() {
                "upload_object_id" => json!(id.to_string()),
                "upload_object_type" => json!(kind),
                "uploads" => Json::Object(taken.clone()),
                "errors" => json!([]),
                "job_id" => Json::Null,
                other => return Err(Error::new(format!("not supported here: ObjectUpload.{other}"))),
            })
        })
    })
}

/// The properties that are meant.
#[derive(Debug, Clone, Copy)]
enum Which<'f> {
    Named(&'f str),
    EveryUpload,
}

impl<'f> Which<'f> {
    /// A document that forgets the name must not mean every file.
    fn of(field: &'f Field) -> Result<Self, Error> {
        if field.flag("delete_all_properties") {
            return Ok(Self::EveryUpload);
        }
        field.text("attribute_name").map(Self::Named).ok_or_else(|| {
            Error::new("upload_delete needs an `attribute_name`, or `delete_all_properties: true`")
        })
    }

    /// What the properties held; they hold nothing from now on.
    fn take(self, properties: &mut Map<String, Json>, table: &Table) -> Result<Map<String, Json>, Error> {
        if let Self::Named(name) = self {
            let property = table.properties.get(name).ok_or_else(|| unknown(name, table))?;
            if property.kind != PropertyType::Upload {
                return Err(Error::new(format!("property `{name}` is not of type `upload`")));
            }
        }
        let uploads = table.properties.iter().filter(|(name, property)| match self {
            Self::Named(meant) => meant == &***name,
            Self::EveryUpload => property.kind == PropertyType::Upload,
        });
        let taken = uploads.filter_map(|(name, _)| {
            let value = std::mem::take(properties.get_mut(&**name)?);
            (!value.is_null()).then(|| (name.to_string(), value))
        });
        Ok(taken.collect())
    }
}
