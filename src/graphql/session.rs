//! The visitor's session while a document runs: what is in it, who is signed in, and what the document wants changed.
//! Nothing is stored here; whoever runs the document carries the changes out, in their order.

use std::time::Duration;

use serde_json::{Map, Value as Json};

use super::World;
use super::error::Error;
use super::selection::Field;
use crate::records::{SESSION_LIFETIME, UserId};

#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Session {
    fields: Map<String, Json>,
    user: Option<UserId>,
    changes: Vec<SessionChange>,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum SessionChange {
    Set(String, Json),
    Delete(String),
    /// A new session without the fields of the old one, over when `lifetime` has passed.
    SignIn {
        user: UserId,
        lifetime: Duration,
    },
    /// The same, with nobody in it.
    SignOut,
}

impl Session {
    /// `fields` are those the app may see.
    pub(crate) fn new(fields: Map<String, Json>, user: Option<UserId>) -> Self {
        Self { fields, user, changes: Vec::new() }
    }

    /// Who is signed in, by now.
    pub(crate) fn user(&self) -> Option<UserId> {
        self.user
    }

    /// What the document wants, for whoever ran it.
    pub(crate) fn into_changes(self) -> Vec<SessionChange> {
        self.changes
    }

    pub(super) fn sign_in(&mut self, user: UserId) {
        self.fields.clear();
        self.user = Some(user);
        self.changes.push(SessionChange::SignIn { user, lifetime: SESSION_LIFETIME });
    }

    fn sign_out(&mut self) {
        self.fields.clear();
        self.user = None;
        self.changes.push(SessionChange::SignOut);
    }

    /// A blank value deletes the field, as the session tag does.
    fn set(&mut self, name: &str, value: &Json) {
        let is_blank = match value {
            Json::Null | Json::Bool(false) => true,
            Json::String(text) => text.trim().is_empty(),
            Json::Array(items) => items.is_empty(),
            Json::Object(entries) => entries.is_empty(),
            Json::Bool(true) | Json::Number(_) => false,
        };
        if is_blank {
            return self.delete(name);
        }
        self.fields.insert(name.to_owned(), value.clone());
        self.changes.push(SessionChange::Set(name.to_owned(), value.clone()));
    }

    fn delete(&mut self, name: &str) {
        self.fields.shift_remove(name);
        self.changes.push(SessionChange::Delete(name.to_owned()));
    }

    fn to_json(&self) -> Json {
        Json::Object(self.fields.clone())
    }
}

impl<'w> World<'w> {
    /// # Errors
    /// Nobody visits.
    pub(super) fn session(&mut self) -> Result<&mut Session, Error> {
        self.session
            .as_deref_mut()
            .ok_or_else(|| Error::new("there is no session here: no visitor's request is under way"))
    }
}

pub(super) fn create_field(field: &Field, world: &mut World<'_>) -> Result<Json, Error> {
    let session = world.session()?;
    session.set(field.text("name").unwrap_or_default(), field.argument("value").unwrap_or(&Json::Null));
    Ok(session.to_json())
}

pub(super) fn delete_field(field: &Field, world: &mut World<'_>) -> Result<Json, Error> {
    let session = world.session()?;
    session.delete(field.text("name").unwrap_or_default());
    Ok(session.to_json())
}

pub(super) fn destroy(_: &Field, world: &mut World<'_>) -> Result<Json, Error> {
    let session = world.session()?;
    session.sign_out();
    Ok(session.to_json())
}
