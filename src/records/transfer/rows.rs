//! One row of a file, understood, and how it is written over what is stored. What a file does not say stays as it is.

use jiff::Timestamp;
use serde_json::{Map, Value as Json};
use uuid::Uuid;

use crate::records::data::{Data, DataError};
use crate::records::rows::{self, NewRecord, RecordId, User, UserId};
use crate::records::users::UserRefusal;

/// Larger ones do not survive JSON, and the largest of all would leave no next one.
const MAX_ID: i64 = (1 << 53) - 1;

/// A field of a row: not said, said to be none, or said.
pub(super) type Said<T> = Option<Option<T>>;

#[derive(Debug, Default)]
pub(super) struct RecordRow {
    pub(super) id: Option<i64>,
    pub(super) table: String,
    pub(super) user_id: Said<i64>,
    pub(super) external_id: Option<String>,
    pub(super) properties: Map<String, Json>,
    pub(super) created_at: Option<Timestamp>,
    pub(super) updated_at: Option<Timestamp>,
    pub(super) deleted_at: Said<Timestamp>,
}

#[derive(Debug, Default)]
pub(super) struct UserRow {
    pub(super) id: Option<i64>,
    pub(super) email: Option<String>,
    pub(super) encrypted_password: Option<String>,
    pub(super) name: Option<String>,
    pub(super) first_name: Option<String>,
    pub(super) middle_name: Option<String>,
    pub(super) last_name: Option<String>,
    pub(super) slug: Option<String>,
    pub(super) language: Option<String>,
    pub(super) external_id: Option<String>,
    pub(super) properties: Option<Map<String, Json>>,
    pub(super) created_at: Option<Timestamp>,
    pub(super) updated_at: Option<Timestamp>,
    pub(super) deleted_at: Said<Timestamp>,
}

/// What becomes of the properties a row has already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Properties {
    Replaced,
    Merged,
}

/// An id that may be stored.
pub(super) fn id(text: &str) -> Option<i64> {
    text.trim().parse().ok().filter(|id| (1..=MAX_ID).contains(id))
}

impl Data {
    /// Writes the row over the record of its id; without one, or where there is none yet, it is a new record.
    pub(super) fn put_record(
        &mut self,
        row: RecordRow,
        properties: Properties,
        now: Timestamp,
    ) -> Result<RecordId, DataError> {
        self.write(|connection| {
            let known = match row.id {
                Some(id) => rows::get(connection, RecordId(id))?,
                None => None,
            };
            let Some(mut record) = known else {
                let external_id = row.external_id.unwrap_or_else(|| Uuid::new_v4().to_string());
                let new = NewRecord {
                    table: row.table.into(),
                    id: row.id.map(RecordId),
                    user_id: row.user_id.flatten(),
                    external_id: Some(external_id),
                    properties: row.properties,
                    created_at: row.created_at,
                    updated_at: row.updated_at,
                    deleted_at: row.deleted_at.flatten(),
                };
                let created = rows::create(connection, new, now)?;
                return Ok(created.expect("no record has this id: it was looked for in this transaction").id);
            };
            record.table = row.table.into();
            record.user_id = row.user_id.unwrap_or(record.user_id);
            record.external_id = row.external_id.or(record.external_id);
            match properties {
                Properties::Replaced => record.properties = row.properties,
                Properties::Merged => record.properties.extend(row.properties),
            }
            record.created_at = row.created_at.unwrap_or(record.created_at);
            record.updated_at = row.updated_at.unwrap_or(now);
            record.deleted_at = row.deleted_at.unwrap_or(record.deleted_at);
            rows::replace(connection, &record)?;
            Ok(record.id)
        })
    }

    /// The same for a user. Nobody else may have the address or the slug.
    pub(super) fn put_user_row(
        &mut self,
        row: UserRow,
        properties: Properties,
        now: Timestamp,
    ) -> Result<Result<UserId, UserRefusal>, DataError> {
        self.put_user(row.id.map(UserId), now, |user| row.fill(user, properties))
    }
}

impl UserRow {
    fn fill(self, user: &mut User, properties: Properties) {
        let say = |known: &mut Option<String>, said: Option<String>| {
            if said.is_some() {
                *known = said;
            }
        };
        say(&mut user.encrypted_password, self.encrypted_password);
        say(&mut user.name, self.name);
        say(&mut user.first_name, self.first_name);
        say(&mut user.middle_name, self.middle_name);
        say(&mut user.last_name, self.last_name);
        say(&mut user.language, self.language);
        say(&mut user.external_id, self.external_id);
        user.external_id.get_or_insert_with(|| Uuid::new_v4().to_string());
        user.email = self.email.unwrap_or_else(|| std::mem::take(&mut user.email));
        user.slug = self.slug.unwrap_or_else(|| std::mem::take(&mut user.slug));
        match (self.properties, properties) {
            (Some(said), Properties::Replaced) => user.properties = said,
            (Some(said), Properties::Merged) => user.properties.extend(said),
            (None, _) => {}
        }
        user.created_at = self.created_at.unwrap_or(user.created_at);
        user.updated_at = self.updated_at.unwrap_or(user.updated_at);
        user.deleted_at = self.deleted_at.unwrap_or(user.deleted_at);
    }
}
