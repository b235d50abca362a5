//! The visitor's session while a document runs: what is in it, who is signed in, and what the document wants changed.
//! Nothing is stored here; whoever runs the document carries the changes out, in their order.

use std::cell::LazyCell;
use std::time::Duration;

use serde_json::{Map, Value as Json};

use super::World;
use super::error::Error;
use super::form::is_blank;
use super::selection::Field;
use crate::records::{SESSION_LIFETIME, UserId};

type Fields = Map<String, Json>;

#[derive(Debug)]
pub(crate) struct Session {
    /// Read when a mutation of the session answers with them; most documents have none.
    fields: LazyCell<Fields, Box<dyn FnOnce() -> Fields>>,
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
    /// `fields` gives those the app may see.
    pub(crate) fn new(fields: impl FnOnce() -> Fields + 'static, user: Option<UserId>) -> Self {
        Self { fields: LazyCell::new(Box::new(fields)), user, changes: Vec::new() }
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
        self.fields = LazyCell::new(Box::new(Map::new));
        self.user = Some(user);
        self.changes.push(SessionChange::SignIn { user, lifetime: SESSION_LIFETIME });
    }

    fn sign_out(&mut self) {
        self.fields = LazyCell::new(Box::new(Map::new));
        self.user = None;
        self.changes.push(SessionChange::SignOut);
    }

    /// A blank value deletes the field, as the session tag does.
    fn set(&mut self, name: &str, value: &Json) {
        if is_blank(value) || *value == Json::Bool(false) {
            return self.delete(name);
        }
        LazyCell::force_mut(&mut self.fields).insert(name.to_owned(), value.clone());
        self.changes.push(SessionChange::Set(name.to_owned(), value.clone()));
    }

    fn delete(&mut self, name: &str) {
        LazyCell::force_mut(&mut self.fields).shift_remove(name);
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
