//! What a form configuration lets into a record or a user: its fields, if they keep its rules and the form may be sent by
//! whoever sends it. Checking and storing are one transaction, so that two who send the same at one moment are not both
//! told that it is free.

mod deletion;
mod fields;
mod file;
mod moment;
mod mutation;
mod owner;
pub(crate) mod payload;
mod rule;
mod store;
mod upload;

use std::fmt;
use std::time::Duration;

use serde_json::{Map, Value as Json};

use super::World;
use super::error::Error;
use super::notifications;
use crate::app::{App, Form};
pub(crate) use deletion::delete;
use fields::{Fields, Place};
pub(super) use mutation::{named_by, store};
pub(super) use rule::is_blank;
use store::Target;

/// How long a form waits for the changes of others.
const PATIENCE: Duration = Duration::from_secs(9);

/// What is sent to a form.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Submission<'s> {
    pub(crate) form: &'s Form,
    /// As it is sent, nested.
    pub(crate) payload: &'s Map<String, Json>,
    /// The record or user to change; without one it is created.
    pub(crate) id: Option<i64>,
}

/// What became of it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Submitted {
    /// `values` are those of the form, virtual ones too, with the `id`.
    Stored { id: i64, values: Map<String, Json> },
    /// Nothing has been stored.
    Invalid(Errors),
    /// The form is not for whoever sent it.
    Forbidden,
    /// There is no such record or user.
    Missing,
}

/// Messages by field, `properties.color`.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Errors(Map<String, Json>);

impl Errors {
    fn add(&mut self, place: Place<'_>, message: String) {
        let messages = self.0.entry(place.path()).or_insert_with(|| Json::Array(Vec::new()));
        if let Json::Array(messages) = messages {
            messages.push(Json::String(message));
        }
    }

    pub(crate) fn into_json(self) -> Map<String, Json> {
        self.0
    }
}

impl fmt::Display for Errors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let messages = self.0.iter().flat_map(|(field, messages)| {
            messages.as_array().into_iter().flatten().filter_map(Json::as_str).map(move |said| (field, said))
        });
        for (at, (field, said)) in messages.enumerate() {
            let joint = if at == 0 { "" } else { "; " };
            write!(f, "{joint}{field} {said}")?;
        }
        Ok(())
    }
}

/// What keeps a form from being sent, whatever is sent.
///
/// # Errors
/// It writes something that is not there, or has a rule that is not kept here.
pub(crate) fn check(form: &Form, app: &App) -> Result<(), Error> {
    Fields::of(form)?;
    Target::of(form, app).map(|_| ())
}

/// Checks what was sent, and stores it. The notifications that the form starts are among the deliveries of `world`.
///
/// # Errors
/// The form writes something that is not there, or asks for what is not supported; a notification it starts is not there
/// or fails before it is queued; the store fails. Nothing is stored then.
pub(crate) fn submit(submission: Submission<'_>, world: &mut World<'_>) -> Result<Submitted, Error> {
    let fields = Fields::of(submission.form)?;
    let target = Target::of(submission.form, world.app)?;
    world.data.begin(PATIENCE)?;
    let submitted = settle(submission, &fields, target, world);
    match &submitted {
        Ok(Submitted::Stored { .. }) => world.data.commit()?,
        _ => world.data.rollback()?,
    }
    submitted
}

fn settle(
    submission: Submission<'_>,
    fields: &Fields<'_>,
    target: Target<'_>,
    world: &mut World<'_>,
) -> Result<Submitted, Error> {
    let Submission { form, payload, id } = submission;
    let stored = match id {
        Some(id) => match target.stored(id, world)? {
            Some(stored) => Some(stored),
            None => return Ok(Submitted::Missing),
        },
        None => None,
    };
    let visitor = world.session.as_ref().and_then(|session| session.user());
    let owner = stored.as_ref().map(|stored| stored.owner);
    if !owner::may_submit(&form.resource, form.resource_owner.as_deref(), visitor, owner) {
        return Ok(Submitted::Forbidden);
    }
    let mut sent = fields.accepted(payload);
    let all = sent.over(stored.as_ref());
    let mut errors = Errors::default();
    fields.check(&sent, stored.as_ref(), world.now, &mut errors);
    target.check(fields, &all, id, world, &mut errors)?;
    if !errors.0.is_empty() {
        return Ok(Submitted::Invalid(errors));
    }
    let files = target.keep_files(fields, &mut sent, world)?;
    let id = match files.store_with(world, |world| target.store(fields, &sent, id, world))? {
        Ok(id) => id,
        Err(errors) => return Ok(Submitted::Invalid(errors)),
    };
    let values = sent.over(stored.as_ref()).to_json(id);
    let deliveries = notifications::of_form(form, &values, world)?;
    world.deliveries.extend(deliveries);
    Ok(Submitted::Stored { id, values })
}
