//! A call of an API whose template wanted a delay, or that a form has started: nobody waits for its answer, so a call that
//! is not answered fails the attempt, whatever calls made by templates do.

use serde_json::{Map, Value as Json};

use super::super::perform::job_error;
use super::{Delivered, failed};
use crate::app::NotificationKind;
use crate::jobs::JobError;
use crate::liquid::{Bindings, Engine, Scope};
use crate::notifications::{CallOptions, Called, Request};

/// The arguments of the job are `data` (or, of a form, `form`) and the `options` of the mutation.
pub(super) fn deliver(
    template: &str,
    mut scope: Scope,
    engine: &Engine,
    bindings: &Bindings,
) -> Result<Delivered, JobError> {
    let app = engine.app();
    let notification = app
        .notification(NotificationKind::ApiCall, template)
        .ok_or_else(|| failed(format!("can't find {} '{template}'", NotificationKind::ApiCall)))?;
    let graph =
        bindings.graph.as_ref().ok_or_else(|| failed("there is no app around this job".to_owned()))?;
    let options = scope.variables.remove("options").map(|options| CallOptions::of_json(&options));
    scope.variables = variables(&mut scope.variables);
    let rendered = engine.notification(notification, &scope, bindings);
    let (message, rendered) = rendered.map_err(|error| job_error(&error))?;
    let mut jobs = rendered.jobs;
    let Some(message) = message.filter(|_| notification.is_enabled) else {
        return Ok(Delivered { output: "not called: its condition is not true".to_owned(), jobs });
    };
    let request = Request::of_message(template, &message.head, message.body, options.unwrap_or_default())
        .map_err(|error| failed(format!("{}: {error}", notification.source.path)))?;
    let caller = scope.caller(None);
    let response = match graph.api_calls.call(&request, &caller) {
        Ok(Called::Answered(response)) => response,
        Ok(Called::Failed(reason)) | Err(reason) => return Err(failed(reason)),
    };
    let output = response.status.to_string();
    scope.variables.insert("response".to_owned(), response.to_json());
    match engine.callback(notification, &scope, bindings) {
        Ok(asked) => jobs.extend(asked),
        Err(error) => graph.api_calls.callback_failed(template, &error.message(), &caller),
    }
    Ok(Delivered { output, jobs })
}

/// `data` and `form` are the same.
fn variables(arguments: &mut Map<String, Json>) -> Map<String, Json> {
    let data = arguments.remove("data").or_else(|| arguments.remove("form")).unwrap_or_default();
    Map::from_iter([("data".to_owned(), data.clone()), ("form".to_owned(), data)])
}
