//! The JSON of the platform's client, into the store. Its ids are those of another installation unless they are raw:
//! they are kept as external ids, by which the rows are found again, and what refers to them is given the new ids.

use std::collections::HashMap;

use jiff::Timestamp;
use rusqlite::{OptionalExtension as _, params};
use serde_json::{Map, Value as Json};

use super::error::ImportError;
use super::references::{Reference, References, Referent};
use super::rows::{self, Properties, RecordRow, Said, UserRow};
use super::{Ids, Imported, times};
use crate::records::data::{Data, DataError};
use crate::records::profiles::TakenId;
use crate::records::rows::{self as record_rows, ProfileId, RecordId, UserId};

/// What a file calls records, newest name last.
const RECORD_LISTS: [&str; 2] = ["models", "records"];

/// New ids by those of the file.
#[derive(Default)]
struct Renamed {
    users: HashMap<String, i64>,
    /// By table: an external id names one record of each.
    records: HashMap<String, HashMap<String, i64>>,
}

/// A record whose properties hold ids of the file.
struct Referring {
    id: RecordId,
    references: Vec<ForeignReference>,
}

/// As the file has it. What is stored may be right already: an earlier import gave it an id of this installation.
struct ForeignReference {
    property: String,
    referent: Referent,
    is_number: bool,
    id: String,
}

/// One item of a list.
struct Item<'a> {
    item: &'a Map<String, Json>,
    /// `models[3]`
    place: String,
}

impl Data {
    /// # Errors
    /// An item makes no sense; then nothing is stored.
    pub(crate) fn import_json(
        &mut self,
        file: &Json,
        ids: Ids,
        references: &References,
        now: Timestamp,
    ) -> Result<Imported, ImportError> {
        let file = file.as_object().ok_or(ImportError::NotAnObject)?;
        let lists = ["users", "transactables"].into_iter().chain(RECORD_LISTS);
        if !lists.clone().any(|list| file.contains_key(list)) {
            return Err(ImportError::NotAnObject);
        }
        let mut imported = Imported::default();
        for name in file.keys().filter(|name| !lists.clone().any(|list| list == name.as_str())) {
            imported.warn(format!("`{name}` is left out: nothing is known of such a list"));
        }
        if !items(file, "transactables")?.is_empty() {
            imported.warn("`transactables` are left out: there are none here".to_owned());
        }
        self.whole(|data| {
            let mut renamed = Renamed::default();
            for item in items(file, "users")? {
                let id = data.import_user(&item, ids, &mut renamed, now)?;
                for profile in items_below(&item, "profiles")? {
                    data.import_profile(&profile, UserId(id), ids, now)?;
                }
                imported.ids.push(id);
                imported.users += 1;
            }
            let mut referring = Vec::new();
            for list in RECORD_LISTS {
                for item in items(file, list)? {
                    let row = data.import_record(&item, ids, references, &mut renamed, now)?;
                    imported.ids.push(row.id.0);
                    imported.records += 1;
                    if ids == Ids::External && !row.references.is_empty() {
                        referring.push(row);
                    }
                }
            }
            // Last, since a record may refer to one behind it.
            for record in &referring {
                data.rename_references(record, &renamed)?;
            }
            Ok(imported)
        })
    }

    /// The id it has here.
    fn import_user(
        &mut self,
        item: &Item<'_>,
        ids: Ids,
        renamed: &mut Renamed,
        now: Timestamp,
    ) -> Result<i64, ImportError> {
        let given = item.text("id")?;
        let (id, external_id) = match ids {
            Ids::Raw => (item.raw_id("id")?, item.text("external_id")?),
            Ids::External => {
                let known = given.as_deref().map(|given| self.user_of_external_id(given)).transpose()?;
                (known.flatten(), given.clone())
            }
        };
        let row = UserRow {
            id,
            email: item.text("email")?,
            encrypted_password: item.text("encrypted_password")?,
            name: item.text("name")?,
            first_name: item.text("first_name")?,
            middle_name: item.text("middle_name")?,
            last_name: item.text("last_name")?,
            slug: item.text("slug")?,
            language: item.text("language")?,
            external_id,
            properties: item.object("properties")?,
            created_at: item.time("created_at")?,
            updated_at: item.time("updated_at")?,
            deleted_at: None,
        };
        let written = self.put_user_row(row, Properties::Merged, now)?;
        let id = written.map_err(|refusal| item.refuse(&refusal.to_string()))?;
        if let Some(given) = given {
            renamed.users.insert(given, id.0);
        }
        Ok(id.0)
    }

    /// Over what the user's profile of that type holds. An id of another installation means nothing here: a user has one
    /// profile of each type.
    fn import_profile(
        &mut self,
        item: &Item<'_>,
        user: UserId,
        ids: Ids,
        now: Timestamp,
    ) -> Result<(), ImportError> {
        let profile_type = item.text("type_name")?.filter(|name| !name.trim().is_empty());
        let profile_type = profile_type.ok_or_else(|| item.refuse("`type_name` names no user profile"))?;
        let properties = item.object("properties")?.unwrap_or_default();
        let id = if ids == Ids::Raw { item.raw_id("id")?.map(ProfileId) } else { None };
        let written = self.put_profile(user, &profile_type, id, properties, now)?;
        written.map_err(|TakenId| item.refuse("`id` is that of another profile"))
    }

    /// The id it has here, and what of the file it refers to.
    fn import_record(
        &mut self,
        item: &Item<'_>,
        ids: Ids,
        references: &References,
        renamed: &mut Renamed,
        now: Timestamp,
    ) -> Result<Referring, ImportError> {
        let table = item.text("type_name")?.filter(|table| !table.is_empty());
        let table = table.ok_or_else(|| item.refuse("`type_name` names no table"))?;
        let given = item.text("id")?;
        let (id, external_id, user_id) = match ids {
            Ids::Raw => (item.raw_id("id")?, item.text("external_id")?, item.said("user_id", Item::raw_id)?),
            Ids::External => {
                let known = given.as_deref().map(|given| self.record_of_external_id(given, &table));
                let user_id = match item.said("user_id", Item::text)? {
                    Some(Some(user)) => Some(Some(self.renamed_user(&user, renamed, item)?)),
                    Some(None) => Some(None),
                    None => None,
                };
                (known.transpose()?.flatten(), given.clone(), user_id)
            }
        };
        let properties = item.object("properties")?.unwrap_or_default();
        let references = references.in_properties(&table, &properties).map(ForeignReference::of).collect();
        let row = RecordRow {
            id,
            table: table.clone(),
            user_id,
            external_id,
            properties,
            created_at: item.time("created_at")?,
            updated_at: item.time("updated_at")?,
            deleted_at: None,
        };
        let id = self.put_record(row, Properties::Merged, now)?;
        if let Some(given) = given {
            renamed.records.entry(table).or_default().insert(given, id.0);
        }
        Ok(Referring { id, references })
    }

    fn renamed_user(&self, given: &str, renamed: &Renamed, item: &Item<'_>) -> Result<i64, ImportError> {
        if let Some(id) = renamed.users.get(given) {
            return Ok(*id);
        }
        let known = self.user_of_external_id(given)?;
        known.ok_or_else(|| {
            item.refuse(&format!(
                "user_id `{given}` is no user of this file, nor the external id of one here; \
                 raw ids are kept as they are"
            ))
        })
    }

    /// Writes the ids of this installation over those of the file. One that names nothing stays. When the record was
    /// changed is what the file says, so it is not touched.
    fn rename_references(&mut self, record: &Referring, renamed: &Renamed) -> Result<(), DataError> {
        let mut changed = Vec::new();
        for reference in &record.references {
            if let Some(id) = self.referent_of(reference, renamed)? {
                let value = if reference.is_number { Json::from(id) } else { Json::from(id.to_string()) };
                changed.push((reference.property.clone(), value));
            }
        }
        if changed.is_empty() {
            return Ok(());
        }
        self.write(|connection| match record_rows::get(connection, record.id)? {
            Some(mut stored) => {
                stored.properties.extend(changed);
                record_rows::replace(connection, &stored)
            }
            None => Ok(()),
        })
    }

    /// Of this file, or what an earlier one brought here.
    fn referent_of(&self, reference: &ForeignReference, renamed: &Renamed) -> Result<Option<i64>, DataError> {
        let id = reference.id.as_str();
        match &reference.referent {
            Referent::User => match renamed.users.get(id) {
                Some(id) => Ok(Some(*id)),
                None => self.user_of_external_id(id),
            },
            Referent::Record { table } => match renamed.records.get(table).and_then(|ids| ids.get(id)) {
                Some(id) => Ok(Some(*id)),
                None => self.record_of_external_id(id, table),
            },
        }
    }

    fn user_of_external_id(&self, external_id: &str) -> Result<Option<i64>, DataError> {
        self.read(|connection| {
            connection
                .prepare_cached(
                    "SELECT id FROM users WHERE external_id = ?1 AND deleted_at IS NULL ORDER BY id",
                )?
                .query_row([external_id], |row| row.get(0))
                .optional()
        })
    }

    fn record_of_external_id(&self, external_id: &str, table: &str) -> Result<Option<i64>, DataError> {
        self.read(|connection| {
            connection
                .prepare_cached(
                    "SELECT id FROM records
                     WHERE external_id = ?1 AND table_name = ?2 AND deleted_at IS NULL ORDER BY id",
                )?
                .query_row(params![external_id, table], |row| row.get(0))
                .optional()
        })
    }
}

impl ForeignReference {
    fn of(reference: Reference<'_>) -> Self {
        Self {
            property: reference.property.to_owned(),
            referent: reference.referent.clone(),
            is_number: reference.value.is_number(),
            id: reference.id,
        }
    }
}

/// A list, plain or as an export has it, below `results`. Nothing where there is none.
fn items<'a>(file: &'a Map<String, Json>, list: &str) -> Result<Vec<Item<'a>>, ImportError> {
    let found = match file.get(list) {
        Some(Json::Object(page)) => page.get("results").or(Some(&Json::Null)),
        found => found.filter(|found| !found.is_null()),
    };
    found.map_or_else(|| Ok(Vec::new()), |found| items_in(found, list))
}

/// Those of a list in an item.
fn items_below<'a>(item: &Item<'a>, list: &str) -> Result<Vec<Item<'a>>, ImportError> {
    let found = item.item.get(list).filter(|found| !found.is_null());
    found.map_or_else(|| Ok(Vec::new()), |found| items_in(found, &format!("{}.{list}", item.place)))
}

fn items_in<'a>(found: &'a Json, list: &str) -> Result<Vec<Item<'a>>, ImportError> {
    let found = found.as_array().ok_or_else(|| ImportError::row(list, "is not a list"))?;
    let item = |(index, item): (usize, &'a Json)| {
        let place = format!("{list}[{index}]");
        match item.as_object() {
            Some(item) => Ok(Item { item, place }),
            None => Err(ImportError::row(place, "is not an object")),
        }
    };
    found.iter().enumerate().map(item).collect()
}

impl Item<'_> {
    /// A text, or a number as text. Nothing for null.
    fn text(&self, key: &str) -> Result<Option<String>, ImportError> {
        match self.item.get(key) {
            None | Some(Json::Null) => Ok(None),
            Some(Json::String(text)) => Ok(Some(text.clone())),
            Some(Json::Number(number)) => Ok(Some(number.to_string())),
            Some(_) => Err(self.refuse(&format!("`{key}` is neither a text nor a number"))),
        }
    }

    fn raw_id(&self, key: &str) -> Result<Option<i64>, ImportError> {
        let Some(text) = self.text(key)? else { return Ok(None) };
        rows::id(&text).map(Some).ok_or_else(|| self.refuse(&format!("`{key}` is not an id")))
    }

    /// What `read` finds, told apart from a missing key: null says that there is none.
    fn said<T>(
        &self,
        key: &str,
        read: impl FnOnce(&Self, &str) -> Result<Option<T>, ImportError>,
    ) -> Result<Said<T>, ImportError> {
        self.item.contains_key(key).then(|| read(self, key)).transpose()
    }

    fn time(&self, key: &str) -> Result<Option<Timestamp>, ImportError> {
        let Some(text) = self.text(key)? else { return Ok(None) };
        times::parse(&text).map(Some).ok_or_else(|| self.refuse(&format!("`{key}` is not a time")))
    }

    fn object(&self, key: &str) -> Result<Option<Map<String, Json>>, ImportError> {
        match self.item.get(key) {
            None | Some(Json::Null) => Ok(None),
            Some(Json::Object(object)) => Ok(Some(object.clone())),
            Some(_) => Err(self.refuse(&format!("`{key}` is not an object"))),
        }
    }

    fn refuse(&self, message: &str) -> ImportError {
        ImportError::row(self.place.clone(), message)
    }
}
