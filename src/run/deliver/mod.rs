//! Sends a notification that a job carries, by its channel.

mod api_call;

use crate::app::NotificationKind;
use crate::jobs::{Channel, JobError, NewJob};
use crate::liquid::{Bindings, Engine, Scope};

/// What became of a notification, and the jobs its templates asked for.
#[derive(Debug)]
pub(super) struct Delivered {
    pub(super) output: String,
    pub(super) jobs: Vec<NewJob>,
}

/// `scope` holds the arguments of the job as its variables.
///
/// # Errors
/// The attempt has failed.
pub(super) fn deliver(
    channel: Channel,
    template: &str,
    scope: Scope,
    engine: &Engine,
    bindings: &Bindings,
) -> Result<Delivered, JobError> {
    match NotificationKind::from(channel) {
        NotificationKind::ApiCall => api_call::deliver(template, scope, engine, bindings),
        kind @ (NotificationKind::Email | NotificationKind::Sms) => {
            Err(failed(format!("cannot send an {kind}")))
        }
    }
}

/// An attempt that failed outside of any template.
fn failed(message: String) -> JobError {
    JobError { report: message.clone(), message, stack: Vec::new() }
}
