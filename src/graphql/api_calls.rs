//! Calls of APIs. The mutation waits for the answer, and for the template's `callback`, which runs on the same data: what it
//! stores is there when the mutation returns. A call in a `{% transaction %}` is made while the transaction is open, and is
//! not undone with it.

use serde_json::{Map, Value as Json, json};

use super::cast;
use super::delivery::Delivery;
use super::error::Error;
use super::input::Input;
use super::notifications::delay;
use super::own_files::OwnFiles;
use super::selection::{Field, object};
use super::templates::{DATA, variables};
use super::world::World;
use crate::app::{Notification, NotificationKind};
use crate::jobs::Channel;
use crate::notifications::{ApiCalls, CallOptions, Called, Request, RequestError};

pub(super) fn send(field: &Field, world: &mut World<'_>) -> Result<Json, Error> {
    let calls = world.api_calls.ok_or_else(|| Error::new("no API can be called here"))?;
    let called = match (field.argument("template"), field.argument("api_call")) {
        (Some(_), None) => from_template(field, world, calls)?,
        (None, Some(_)) => {
            let request = inline(field)?;
            Some(call(&request, world, calls)?)
        }
        (None, None) => {
            return Err(Error::new(format!("{} needs a `template` or an `api_call`", field.name)));
        }
        (Some(_), Some(_)) => {
            return Err(Error::new(format!("{} takes a `template` or an `api_call`, not both", field.name)));
        }
    };
    let (response, errors) = match called {
        Some(Called::Answered(response)) => (Some(response), Vec::new()),
        Some(Called::Failed(message)) => (None, vec![message]),
        None => (None, Vec::new()),
    };
    object(&field.fields, |asked| match asked.name.as_str() {
        "response" => response.as_ref().map_or(Ok(Json::Null), |response| {
            object(&asked.fields, |asked| match asked.name.as_str() {
                "status" => Ok(json!(response.status)),
                "body" => Ok(json!(response.body)),
                _ => Ok(response.headers_json()),
            })
        }),
        _ => errors.iter().map(|message| object(&asked.fields, |_| Ok(json!(message)))).collect(),
    })
}

/// `None`: there was no call, because it is switched off, its condition is not true, or a job makes it later.
fn from_template(field: &Field, world: &mut World<'_>, calls: &ApiCalls) -> Result<Option<Called>, Error> {
    let name = Input::of(field, "template")?.text("name").flatten().unwrap_or_default();
    let notification = world.app.notification(NotificationKind::ApiCall, &name)?;
    if !notification.is_enabled {
        return Ok(None);
    }
    let templates = world.templates.as_deref_mut();
    let templates = templates.ok_or_else(|| Error::new("no template can be rendered here"))?;
    let data = field.argument("data").and_then(cast::object).unwrap_or_else(|| json!({}));
    let mut variables = variables(data.clone());
    let delay = delay(notification, templates, &variables, world.data)?;
    if !delay.is_zero() {
        let options = field.argument("options").cloned().unwrap_or_default();
        let args = Map::from_iter([(DATA.to_owned(), data), ("options".to_owned(), options)]);
        world.deliveries.push(Delivery { channel: Channel::ApiCall, template: Some(name), args, delay });
        return Ok(None);
    }
    let Some(message) = templates.message(notification, &variables, world.data)? else { return Ok(None) };
    let request = Request::of_message(&name, &message.head, message.body, options(field))
        .map_err(|error| misprinted(notification, &error))?;
    let called = call(&request, world, calls)?;
    if let (Called::Answered(response), Some(templates)) = (&called, world.templates.as_deref_mut()) {
        variables.insert("response".to_owned(), response.to_json());
        if let Err(error) = templates.field(notification, "callback", &variables, world.data) {
            calls.callback_failed(&name, &error.message, &world.caller);
        }
    }
    Ok(Some(called))
}

fn call(request: &Request, world: &mut World<'_>, calls: &ApiCalls) -> Result<Called, Error> {
    let World { app, data, caller, offline, .. } = world;
    let mut files = OwnFiles { app, data, base_url: &caller.base_url, offline: *offline };
    calls.call(request, caller, &mut |url| files.locate(url)).map_err(Error::new)
}

fn inline(field: &Field) -> Result<Request, Error> {
    let call = Input::of(field, "api_call")?;
    let text = |key| call.text(key).flatten().unwrap_or_default();
    let headers = call.get("headers").and_then(cast::object).unwrap_or_default();
    let none = Map::new();
    let headers = headers.as_object().unwrap_or(&none);
    Request::new(&text("method"), &text("url"), headers, text("body"), options(field))
        .map_err(|error| Error::new(error.to_string()))
}

fn options(field: &Field) -> CallOptions {
    field.argument("options").map(CallOptions::of_json).unwrap_or_default()
}

/// Names the file in which it stands.
fn misprinted(notification: &Notification, error: &RequestError) -> Error {
    Error::new(format!("{}: {error}", notification.source.path))
}
