//! Jobs that send a notification: rendered when they run, with the app as it is then.

mod api_call;

use super::perform::Performer;
use crate::app::{App, Notification, NotificationKind, nearest_path};
use crate::jobs::{Channel, JobError, NewJob};
use crate::liquid::{Engine, Scope};

/// What a job that sends is given.
#[derive(Debug, Clone, Copy)]
pub(super) struct Errand<'e> {
    pub(super) performer: &'e Performer,
    pub(super) engine: &'e Engine,
    /// The variables of the templates are in it.
    pub(super) scope: &'e Scope,
}

/// Sends what the job says; the jobs that its templates asked for.
pub(super) fn deliver(
    errand: Errand<'_>,
    channel: Channel,
    template: Option<&str>,
) -> Result<Vec<NewJob>, JobError> {
    match channel {
        Channel::ApiCall => api_call::deliver(errand, template.unwrap_or_default()),
        Channel::Email | Channel::Sms => Err(plain_error(format!("cannot send an {channel}"))),
    }
}

/// The notification that the job was queued for: it may have been renamed since.
fn find<'a>(app: &'a App, kind: NotificationKind, name: &str) -> Result<&'a Notification, JobError> {
    if let Some(notification) = app.notification(kind, name) {
        return Ok(notification);
    }
    let known = app.notifications().filter(|known| known.kind == kind).map(|known| &*known.source.name);
    let hint = nearest_path(name, known).map(|known| format!("; did you mean '{known}'?"));
    Err(plain_error(format!("can't find {kind} '{name}'{}", hint.unwrap_or_default())))
}

/// An error that is no template's.
fn plain_error(message: String) -> JobError {
    JobError { report: message.clone(), message, stack: Vec::new() }
}
