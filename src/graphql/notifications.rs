//! What the mutations that send a notification share: finding it, and how long it waits.

use std::time::Duration;

use serde_json::{Map, Value as Json};

use super::error::Error;
use super::templates::Templates;
use crate::app::{App, Notification, NotificationKind, nearest_path};
use crate::records::Data;

/// No message waits longer than this many minutes: ten years.
const LONGEST_DELAY: f64 = 10.0 * 366.0 * 24.0 * 60.0;

/// The notification called `name`.
///
/// # Errors
/// There is none; the message names the one that was probably meant.
pub(super) fn find<'a>(app: &'a App, kind: NotificationKind, name: &str) -> Result<&'a Notification, Error> {
    if let Some(notification) = app.notification(kind, name) {
        return Ok(&**notification);
    }
    let known = app.notifications().filter(|known| known.kind == kind).map(|known| &*known.source.name);
    let hint = nearest_path(name, known).map(|known| format!("; did you mean '{known}'?"));
    Err(Error::new(format!("can't find {kind} '{name}'{}", hint.unwrap_or_default())))
}

/// How long the head of the notification makes it wait.
///
/// # Errors
/// The template fails, or does not print a number.
pub(super) fn delay(
    notification: &Notification,
    templates: &mut dyn Templates,
    variables: &Map<String, Json>,
    data: &mut Data,
) -> Result<Duration, Error> {
    let text = templates.field(notification, "delay", variables, data)?.unwrap_or_default();
    if text.is_empty() {
        return Ok(Duration::ZERO);
    }
    let minutes: Option<f64> = text.parse().ok();
    let minutes = minutes.filter(|minutes| minutes.is_finite() && *minutes >= 0.0);
    let delay = minutes.map(|minutes| Duration::from_secs_f64(minutes.min(LONGEST_DELAY) * 60.0));
    delay.ok_or_else(|| {
        Error::new(format!("{}: delay: `{text}` is not a number of minutes", notification.source.path))
    })
}
