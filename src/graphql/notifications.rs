//! E-mails and SMS: asked for by a mutation, sent by a job; and the list of what has been sent.

use std::time::Duration;

use serde_json::{Map, Value as Json, json};

use super::cast;
use super::delivery::Delivery;
use super::error::Error;
use super::input::Input;
use super::listing::{Item, chosen, paged, plain};
use super::selection::{Field, object};
use super::templates::{DATA, Templates, variables};
use super::world::World;
use crate::app::{Form, FormNotification, Notification, NotificationKind};
use crate::notifications::{SentFilter, SentKind, SentRecord};
use crate::records::Data;

/// No message waits longer than this many minutes: ten years.
const LONGEST_DELAY: f64 = 10.0 * 366.0 * 24.0 * 60.0;

pub(super) fn email_send(field: &Field, world: &mut World<'_>) -> Result<Json, Error> {
    send(field, world, NotificationKind::Email, "email")
}

pub(super) fn sms_send(field: &Field, world: &mut World<'_>) -> Result<Json, Error> {
    send(field, world, NotificationKind::Sms, "sms")
}

/// The newest first, unless sorted.
pub(super) fn sent(field: &Field, world: &mut World<'_>) -> Result<Json, Error> {
    let sent = match world.notifications {
        Some(notifications) => notifications
            .sent(&narrowed(field.argument("filter")))
            .map_err(|error| Error::new(error.to_string()))?,
        None => Vec::new(),
    };
    let found = chosen(sent.into_iter(), field)?;
    paged(field, &found, plain)
}

/// What of the filter an index answers; the rest, and all of it once more, is looked at in what that finds.
fn narrowed(filter: Option<&Json>) -> SentFilter {
    let said = |name: &str, operator: &str| filter?.get(name)?.get(operator).filter(|value| !value.is_null());
    let moment = |operators: [&str; 2]| {
        operators.into_iter().find_map(|operator| cast::moment(said("created_at", operator)?))
    };
    let kinds = said("notification_type", "value").map(std::slice::from_ref).or_else(|| {
        said("notification_type", "value_in")?.as_array().map(Vec::as_slice).filter(|kinds| !kinds.is_empty())
    });
    SentFilter {
        kinds: kinds.map(|kinds| kinds.iter().filter_map(Json::as_str).filter_map(SentKind::named).collect()),
        from: moment(["gt", "gte"]),
        until: moment(["lt", "lte"]),
    }
}

impl Item for SentRecord {
    fn value(&self, name: &str) -> Json {
        match name {
            "id" => json!(self.id.to_string()),
            "notification_type" => json!(self.sent.kind.as_str()),
            // What was sent without a template has no notification of its own.
            "notification_id" => json!(self.sent.template.clone().unwrap_or_else(|| self.id.to_string())),
            "content" => json!(self.sent.content),
            "options" => json!(self.sent.options),
            "created_at" | "updated_at" => json!(cast::iso(self.created_at)),
            _ => Json::Null,
        }
    }
}

/// Of the two forms of these mutations, `inline` names the argument that holds the message itself.
fn send(field: &Field, world: &mut World<'_>, kind: NotificationKind, inline: &str) -> Result<Json, Error> {
    let delivery = match (field.argument("template"), field.argument(inline)) {
        (Some(_), None) => from_template(field, world, kind)?,
        (None, Some(_)) => Some(from_message(field, kind, inline)?),
        (None, None) => {
            return Err(Error::new(format!("{} needs a `template` or an `{inline}`", field.name)));
        }
        (Some(_), Some(_)) => {
            return Err(Error::new(format!("{} takes a `template` or an `{inline}`, not both", field.name)));
        }
    };
    let is_scheduled = delivery.is_some();
    world.deliveries.extend(delivery);
    object(&field.fields, |asked| match asked.name.as_str() {
        "is_scheduled_to_send" => Ok(json!(is_scheduled)),
        _ => Ok(json!([])),
    })
}

/// `None`: it is switched off.
fn from_template(
    field: &Field,
    world: &mut World<'_>,
    kind: NotificationKind,
) -> Result<Option<Delivery>, Error> {
    let name = Input::of(field, "template")?.text("name").flatten().unwrap_or_default();
    let notification = world.app.notification(kind, &name)?;
    if !notification.is_enabled {
        return Ok(None);
    }
    let data = field.argument(DATA).and_then(cast::object).unwrap_or_else(|| json!({}));
    delivery(notification, data, world).map(Some)
}

/// What a form starts once `values` are stored, which its templates see as `form`. One that is switched off is left out.
///
/// # Errors
/// There is no such notification, or its head does not say how long it waits.
pub(super) fn of_form(
    form: &Form,
    values: &Map<String, Json>,
    world: &mut World<'_>,
) -> Result<Vec<Delivery>, Error> {
    let mut deliveries = Vec::new();
    for FormNotification { kind, name, .. } in &form.notifications {
        let notification = world.app.notification(*kind, name)?;
        if notification.is_enabled {
            let data = Json::Object(values.clone());
            deliveries.push(delivery(notification, data, world)?);
        }
    }
    Ok(deliveries)
}

fn delivery(notification: &Notification, data: Json, world: &mut World<'_>) -> Result<Delivery, Error> {
    let variables = variables(data.clone());
    let (templates, app_data) = world.templates()?;
    let delay = delay(notification, templates, &variables, app_data)?;
    let args = Map::from_iter([(DATA.to_owned(), data)]);
    let template = Some(notification.source.name.to_string());
    Ok(Delivery { channel: notification.kind.into(), template, args, delay })
}

fn from_message(field: &Field, kind: NotificationKind, inline: &str) -> Result<Delivery, Error> {
    let message = field.argument(inline).and_then(Json::as_object).cloned().unwrap_or_default();
    let minutes = message.get("delay").and_then(Json::as_f64).unwrap_or(0.0);
    let delay = minutes_of(minutes).ok_or_else(|| no_minutes(&minutes.to_string()))?;
    Ok(Delivery { channel: kind.into(), template: None, args: message, delay })
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
    text.parse().ok().and_then(minutes_of).ok_or_else(|| {
        let error = no_minutes(&text);
        Error::new(format!("{}: {}", notification.source.path, error.message))
    })
}

fn minutes_of(minutes: f64) -> Option<Duration> {
    let is_amount = minutes.is_finite() && minutes >= 0.0;
    is_amount.then(|| Duration::from_secs_f64(minutes.min(LONGEST_DELAY) * 60.0))
}

fn no_minutes(text: &str) -> Error {
    Error::new(format!("delay: `{text}` is not a number of minutes"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn list_of_what_was_sent_is_narrowed_by_kind_and_time() {
        let day = |day: &str| cast::moment(&json!(day));
        for (filter, kinds, from, until) in [
            (json!(null), None, None, None),
            (json!({"notification_type": {"value": "SMS"}}), Some(vec![SentKind::Sms]), None, None),
            (json!({"notification_type": {"value": null, "not_value": "SMS"}}), None, None, None),
            (
                json!({"notification_type": {"value_in": ["EMAIL", "API_CALL"]}}),
                Some(vec![SentKind::Email, SentKind::ApiCall]),
                None,
                None,
            ),
            (json!({"notification_type": {"value_in": []}}), None, None, None),
            (
                json!({"created_at": {"gt": "2024-01-01", "lte": "2024-01-02"}}),
                None,
                day("2024-01-01"),
                day("2024-01-02"),
            ),
            (json!({"created_at": {"gte": "soon", "exists": true}}), None, None, None),
            (json!({"or": [{"notification_type": {"value": "SMS"}}]}), None, None, None),
        ] {
            assert_eq!(narrowed(Some(&filter)), SentFilter { kinds, from, until }, "{filter}");
        }
    }

    #[test]
    fn delay_is_in_minutes_and_has_an_end() {
        for (minutes, expected) in [
            (0.0, Some(0.0)),
            (2.0, Some(120.0)),
            (0.5, Some(30.0)),
            (1e300, Some(LONGEST_DELAY * 60.0)),
            (-1.0, None),
            (f64::NAN, None),
            (f64::INFINITY, None),
        ] {
            assert_eq!(minutes_of(minutes).map(|delay| delay.as_secs_f64()), expected, "{minutes}");
        }
    }
}
