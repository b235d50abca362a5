//! Profiles of users: what a query sees of one, and what the mutations of users do to them.

use std::borrow::Cow;

use jiff::Timestamp;
use serde_json::{Map, Value as Json, json};

use super::World;
use super::cast;
use super::error::Error;
use super::input::Input;
use super::node::Node;
use super::properties;
use super::selection::Field;
use super::value_upload::{self, Files};
use crate::app::{App, Table, nearest};
use crate::records::{Column, Profile, UserId};

impl Node for Profile {
    fn properties(&self) -> &Map<String, Json> {
        &self.properties
    }

    fn table<'a>(&self, app: &'a App) -> Option<&'a Table> {
        app.profile_type(&self.profile_type).map(|table| &**table)
    }

    fn column(&self, field: &Field, _: &mut World<'_>) -> Result<Json, Error> {
        Ok(match field.name.as_str() {
            "id" => json!(self.id.to_string()),
            "profile_type" => json!(&*self.profile_type),
            "deleted_at" => json!(self.deleted_at.map(cast::iso)),
            other => return Err(Error::new(format!("not supported here: Profile.{other}"))),
        })
    }

    fn key(&self, column: Column) -> Option<String> {
        match column {
            Column::Id => Some(self.id.to_string()),
            Column::UserId => Some(self.user_id.to_string()),
            Column::Table => Some(self.profile_type.to_string()),
            Column::CreatedAt => Some(cast::iso(self.created_at)),
            Column::UpdatedAt => Some(cast::iso(self.updated_at)),
            Column::DeletedAt => self.deleted_at.map(cast::iso),
            _ => None,
        }
    }
}

/// What a mutation does to the profiles of a user.
#[derive(Debug)]
pub(super) struct Changes<'f>(Vec<Change<'f>>);

#[derive(Debug)]
struct Change<'f> {
    table: &'f Table,
    properties: Cow<'f, Json>,
    /// As the input says it.
    deleted_at: Option<Option<Timestamp>>,
}

impl<'f> Changes<'f> {
    /// Those of the input of a user, which name each type once. Files that they bring are among `files` from then on.
    ///
    /// # Errors
    /// A type is not declared or named twice, or a file cannot be fetched or written.
    pub(super) fn of<'w: 'f>(input: Input<'f>, files: &mut Files, world: &World<'w>) -> Result<Self, Error> {
        let given = input.get("profiles").and_then(Json::as_array).into_iter().flatten();
        let mut changes: Vec<Change<'f>> = Vec::new();
        for profile in given.filter_map(Json::as_object).map(Input::from) {
            let name = profile.text("name").flatten().unwrap_or_default();
            let table = declared(world.app, &name)?;
            if changes.iter().any(|change| change.table.name == table.name) {
                return Err(Error::new(format!("profiles: `{name}` is there twice")));
            }
            let Some(values) = profile.get("values").and_then(Json::as_object).map(Input::from) else {
                changes.push(Change { table, properties: Cow::Owned(Json::Null), deleted_at: None });
                continue;
            };
            let (properties, brought) = value_upload::of_inputs(values.properties(), table, world)?;
            files.extend(brought);
            changes.push(Change { table, properties, deleted_at: values.moment("deleted_at")? });
        }
        Ok(Self(changes))
    }

    /// A type that the user has not is made, with what is said of it.
    pub(super) fn apply(&self, user: UserId, world: &mut World<'_>) -> Result<(), Error> {
        for Change { table, properties, deleted_at } in &self.0 {
            let changed = world.data.change_profile(user, &table.name, world.now, |profile| {
                profile.deleted_at = deleted_at.unwrap_or(profile.deleted_at);
                properties::apply(&mut profile.properties, properties, table)
            })?;
            changed?;
        }
        Ok(())
    }
}

/// # Errors
/// The app declares no such type.
pub(super) fn declared<'a>(app: &'a App, name: &str) -> Result<&'a Table, Error> {
    app.profile_type(name).map(|table| &**table).ok_or_else(|| {
        let hint = nearest(name, app.profile_types().map(|table| &*table.name));
        let hint = hint.map_or_else(String::new, |known| format!("; did you mean `{known}`?"));
        Error::new(format!("no user profile `{name}` is declared in app/user_profile_types{hint}"))
    })
}
