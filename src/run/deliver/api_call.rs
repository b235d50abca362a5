//! A call of an API whose template wanted a delay, or that a form has started. Nobody waits for its answer, so a call that
//! is not answered fails the attempt, whatever calls made by templates do.

use super::{Errand, find, plain_error};
use crate::app::NotificationKind;
use crate::graphql::OwnFiles;
use crate::jobs::{JobError, NewJob};
use crate::notifications::{CallOptions, Called, Request};

/// The arguments of the job are `data` and the `options` of the mutation, which a form does not have. A call that is switched
/// off, or whose condition is not true by now, is not made, and the job has done its work.
pub(super) fn deliver(errand: Errand<'_>, template: &str) -> Result<Vec<NewJob>, JobError> {
    let Errand { performer, engine, scope, .. } = errand;
    let bindings = &performer.bindings;
    let Some(graph) = &bindings.graph else {
        return Err(plain_error("there is no app around this job".to_owned()));
    };
    let notification = find(engine.app(), NotificationKind::ApiCall, template)?;
    if !notification.is_enabled {
        return Ok(Vec::new());
    }
    let mut scope = scope.clone();
    // They are the mutation's, not its templates'.
    let options = scope.variables.remove("options");
    let options = options.as_ref().map(CallOptions::of_json).unwrap_or_default();
    let (message, rendered) = engine.notification(notification, &scope, bindings)?;
    let mut jobs = rendered.jobs;
    let Some(message) = message else { return Ok(jobs) };
    let request = Request::of_message(template, &message.head, message.body, options)
        .map_err(|error| plain_error(format!("{}: {error}", notification.source.path)))?;
    let caller = scope.caller(None);
    let mut data = performer.records.data(scope.deadline);
    let mut files = OwnFiles {
        app: engine.app(),
        data: &mut data,
        base_url: &performer.base_url,
        offline: bindings.offline,
    };
    let response = match graph.api_calls.call(&request, &caller, &mut |url| files.locate(url)) {
        Ok(Called::Answered(response)) => response,
        Ok(Called::Failed(reason)) | Err(reason) => return Err(plain_error(reason)),
    };
    scope.variables.insert("response".to_owned(), response.to_json());
    match engine.callback(notification, &scope, bindings) {
        Ok(asked) => jobs.extend(asked),
        Err(error) => graph.api_calls.callback_failed(template, &error.message(), &caller),
    }
    Ok(jobs)
}
