//! The CSV archive, into the store: rows are written over those of their ids, the others stay. Values are taken as they
//! are, and nothing is checked against the app's tables: accessors cast on reading, as on the platform.

use std::io::Read;

use csv::StringRecord;
use jiff::Timestamp;

use super::Imported;
use super::archive::{Archive, Content};
use super::columns::{Columns, Fields};
use super::csv_export::File as _;
use super::error::ImportError;
use super::rows::{Properties, RecordRow, UserRow};
use crate::records::data::Data;
use crate::records::{Record, User};

/// An activity never changes, but the platform has the time all the same.
const ACTIVITY_COLUMNS: [&str; 5] = ["id", "uuid", "created_at", "updated_at", "payload"];

impl Data {
    /// # Errors
    /// The archive or a row of it makes no sense; then nothing is stored.
    pub(crate) fn import_archive(&mut self, zip: &[u8], now: Timestamp) -> Result<Imported, ImportError> {
        let mut archive = Archive::open(zip)?;
        let (members, foreign) = archive.members()?;
        let mut imported = Imported::default();
        for name in foreign {
            imported.warn(format!("{name} is left out: nothing is known of such a file"));
        }
        self.whole(|data| {
            for member in &members {
                let source = archive.read(member)?;
                if member.content == Content::UserProfiles {
                    imported.warn(format!(
                        "{} is left out: profiles come with the users of a JSON import",
                        member.name
                    ));
                    continue;
                }
                let columns = Columns::read(&member.name, source)?;
                data.import_file(member.content, columns, &mut imported, now)?;
            }
            Ok(imported)
        })
    }

    fn import_file(
        &mut self,
        content: Content,
        mut columns: Columns<impl Read>,
        imported: &mut Imported,
        now: Timestamp,
    ) -> Result<(), ImportError> {
        let known: &[&str] = match content {
            Content::Records => Record::HEAD,
            Content::Users => User::HEAD,
            Content::Activities | Content::UserProfiles => &ACTIVITY_COLUMNS,
        };
        for name in columns.besides(known) {
            imported.warn(format!("column `{name}` is left out"));
        }
        let mut row = StringRecord::new();
        while columns.next(&mut row)? {
            let fields = columns.fields(&row);
            match content {
                Content::Records => {
                    self.put_record(record(&fields)?, Properties::Replaced, now)?;
                    imported.records += 1;
                }
                Content::Users => {
                    self.put_user_row(user(&fields)?, Properties::Replaced, now)?
                        .map_err(|refusal| fields.refuse(&refusal.to_string()))?;
                    imported.users += 1;
                }
                Content::Activities | Content::UserProfiles => {
                    let payload = fields.object("payload")?;
                    let payload = payload.ok_or_else(|| fields.refuse("payload is empty"))?;
                    let created_at = fields.time("created_at")?.unwrap_or(now);
                    self.put_activity(fields.id("id")?, fields.text("uuid"), payload, created_at)?;
                    imported.activities += 1;
                }
            }
        }
        Ok(())
    }
}

fn record(fields: &Fields<'_>) -> Result<RecordRow, ImportError> {
    let table = fields.text("model_schema").ok_or_else(|| fields.refuse("model_schema names no table"))?;
    Ok(RecordRow {
        id: fields.id("id")?,
        table,
        user_id: fields.said_id("user_id")?,
        external_id: fields.text("external_id"),
        properties: fields.object("properties")?.unwrap_or_default(),
        created_at: fields.time("created_at")?,
        updated_at: fields.time("updated_at")?,
        deleted_at: fields.said_time("deleted_at")?,
    })
}

fn user(fields: &Fields<'_>) -> Result<UserRow, ImportError> {
    Ok(UserRow {
        id: fields.id("id")?,
        email: fields.text("email"),
        encrypted_password: fields.text("encrypted_password"),
        name: fields.text("name"),
        first_name: fields.text("first_name"),
        middle_name: fields.text("middle_name"),
        last_name: fields.text("last_name"),
        slug: fields.text("slug"),
        language: fields.text("language"),
        external_id: fields.text("external_id"),
        properties: fields.object("properties")?,
        created_at: fields.time("created_at")?,
        updated_at: fields.time("updated_at")?,
        deleted_at: fields.said_time("deleted_at")?,
    })
}
