//! What a record and a user have in common for a query: an id, properties, and fields by which others are joined to them.

use serde_json::{Map, Value as Json, json};

use super::World;
use super::authentication;
use super::cast;
use super::error::Error;
use super::property_upload;
use super::selection::Field;
use crate::app::{App, Table, table_id};
use crate::records::{Attribute, Column, Record, Stored, User};

pub(super) trait Node: Stored {
    fn properties(&self) -> &Map<String, Json>;

    /// The table that declares the properties; `None` once its file has gone.
    fn table<'a>(&self, app: &'a App) -> Option<&'a Table>;

    /// A field that is neither a relation nor a property.
    fn column(&self, field: &Field, world: &mut World<'_>) -> Result<Json, Error>;

    /// A column by which rows are joined, as text.
    fn key(&self, column: Column) -> Option<String>;

    /// One field of this row. A property that is not declared is null, whatever is stored under its name.
    fn value(&self, field: &Field, world: &mut World<'_>) -> Result<Json, Error> {
        let table = self.table(world.app);
        if field.name == "properties" {
            return Ok(self.declared(table, field));
        }
        let Some(accessor) = field.name.strip_prefix("property") else { return self.column(field, world) };
        let name = field.text("name").unwrap_or_default();
        let Some(property) = table.and_then(|table| table.properties.get(name)) else {
            return Ok(Json::Null);
        };
        let stored = self.properties().get(name).unwrap_or(&Json::Null);
        if accessor == "_upload" {
            return property_upload::answer(stored, property, field, world);
        }
        accessed(accessor, stored).ok_or_else(|| Error::new(format!("not supported here: {}", field.name)))
    }

    /// Every stored property that is declared, or those that are selected.
    fn declared(&self, table: Option<&Table>, field: &Field) -> Json {
        let Some(table) = table else { return Json::Object(Map::new()) };
        let selected = selected(field);
        let stored = self.properties().iter().filter(|(name, _)| {
            table.properties.contains_key(name.as_str())
                && selected.as_ref().is_none_or(|selected| selected.contains(&name.as_str()))
        });
        Json::Object(stored.map(|(name, value)| (name.clone(), value.clone())).collect())
    }

    /// The texts by which others are joined; of an array each element.
    fn keys(&self, field: &Attribute) -> Vec<String> {
        match field {
            Attribute::Column(column) => self.key(*column).into_iter().collect(),
            Attribute::Property(name) => match self.properties().get(&**name) {
                Some(Json::Array(elements)) => elements.iter().filter_map(cast::text_of).collect(),
                Some(value) => cast::text_of(value).into_iter().collect(),
                None => Vec::new(),
            },
        }
    }
}

/// What the field `property` and this ending makes of a stored value; `None` if it is no such field.
pub(super) fn accessed(ending: &str, stored: &Json) -> Option<Json> {
    Some(match ending {
        "" => json!(cast::text_of(stored)),
        "_int" => json!(cast::integer(stored)),
        "_float" => json!(cast::float(stored)),
        "_boolean" => json!(cast::boolean(stored)),
        "_array" if stored.is_null() => Json::Null,
        "_array" => cast::list(stored),
        "_json" => stored.clone(),
        "_object" => cast::object(stored).unwrap_or_default(),
        _ => return None,
    })
}

/// The names of the properties that are selected; `None` means all.
pub(super) fn selected(field: &Field) -> Option<Vec<&str>> {
    let select = field.argument("select").and_then(Json::as_array)?;
    Some(select.iter().filter_map(|entry| entry.get("name").and_then(Json::as_str)).collect())
}

impl Node for Record {
    fn properties(&self) -> &Map<String, Json> {
        &self.properties
    }

    fn table<'a>(&self, app: &'a App) -> Option<&'a Table> {
        app.table(&self.table).map(|table| &**table)
    }

    fn column(&self, field: &Field, _: &mut World<'_>) -> Result<Json, Error> {
        Ok(match field.name.as_str() {
            "id" => json!(self.id.to_string()),
            "table" | "model_schema_name" | "name" => json!(&*self.table),
            "table_id" => json!(table_id(&self.table).to_string()),
            "user_id" => json!(self.user_id.map(|id| id.to_string())),
            "external_id" => json!(self.external_id),
            "created_at" => json!(cast::iso(self.created_at)),
            "updated_at" => json!(cast::iso(self.updated_at)),
            "deleted_at" => json!(self.deleted_at.map(cast::iso)),
            other => return Err(Error::new(format!("not supported here: Record.{other}"))),
        })
    }

    fn key(&self, column: Column) -> Option<String> {
        match column {
            Column::Id => Some(self.id.to_string()),
            Column::UserId => self.user_id.map(|id| id.to_string()),
            Column::ExternalId => self.external_id.clone(),
            Column::Table => Some(self.table.to_string()),
            Column::CreatedAt => Some(cast::iso(self.created_at)),
            Column::UpdatedAt => Some(cast::iso(self.updated_at)),
            Column::DeletedAt => self.deleted_at.map(cast::iso),
            _ => None,
        }
    }
}

impl Node for User {
    fn properties(&self) -> &Map<String, Json> {
        &self.properties
    }

    fn table<'a>(&self, app: &'a App) -> Option<&'a Table> {
        Some(app.users_table())
    }

    fn column(&self, field: &Field, world: &mut World<'_>) -> Result<Json, Error> {
        Ok(match field.name.as_str() {
            "id" => json!(self.id.to_string()),
            "email" => json!(self.email),
            "encrypted_password" => json!(self.encrypted_password),
            "first_name" => json!(self.first_name),
            "middle_name" => json!(self.middle_name),
            "last_name" => json!(self.last_name),
            "name" => json!(self.name),
            "slug" => json!(self.slug),
            "language" => json!(self.language),
            "external_id" => json!(self.external_id),
            "created_at" => json!(cast::iso(self.created_at)),
            "updated_at" => json!(cast::iso(self.updated_at)),
            "deleted_at" => json!(self.deleted_at.map(cast::iso)),
            "authenticate" => authentication::checks(self, field, world)?,
            "temporary_token" => authentication::temporary_token(self, field, world)?,
            "jwt_token" => authentication::jwt(self, field, world)?,
            "otp_tokens" => self.otp_secrets.keys().cloned().collect(),
            "otp" => authentication::one_time_password(self, field, world)?,
            other => return Err(Error::new(format!("not supported here: User.{other}"))),
        })
    }

    fn key(&self, column: Column) -> Option<String> {
        match column {
            Column::Id => Some(self.id.to_string()),
            Column::Email => Some(self.email.clone()),
            Column::ExternalId => self.external_id.clone(),
            Column::Slug => Some(self.slug.clone()),
            Column::Name => self.name.clone(),
            Column::FirstName => self.first_name.clone(),
            Column::MiddleName => self.middle_name.clone(),
            Column::LastName => self.last_name.clone(),
            Column::Language => self.language.clone(),
            Column::CreatedAt => Some(cast::iso(self.created_at)),
            Column::UpdatedAt => Some(cast::iso(self.updated_at)),
            Column::DeletedAt => self.deleted_at.map(cast::iso),
            _ => None,
        }
    }
}
