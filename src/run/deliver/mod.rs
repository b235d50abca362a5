//! Jobs that send a notification: rendered when they run, with the app as it is then; what comes of it is in the inbox and
//! in the log, whether it was sent or not.

mod api_call;
mod attempt;
mod email;
mod sms;

use jiff::Timestamp;
use serde_json::Value as Json;

use self::attempt::{Attempt, Failure};
use super::perform::Performer;
use crate::app::{App, Notification, NotificationKind};
use crate::graphql::Message;
use crate::jobs::{Channel, Job, JobError, NewJob};
use crate::liquid::{Engine, Scope};
use crate::logs::{LoggedError, MailEnd};
use crate::notifications::{MessageKind, MessageState, NewMessage};

/// What a job that sends is given.
#[derive(Debug, Clone, Copy)]
pub(super) struct Errand<'e> {
    pub(super) performer: &'e Performer,
    pub(super) engine: &'e Engine,
    pub(super) job: &'e Job,
    /// The variables of the templates are in it.
    pub(super) scope: &'e Scope,
}

/// Sends what the job says; the jobs that its templates asked for.
pub(super) fn deliver(
    errand: Errand<'_>,
    channel: Channel,
    template: Option<&str>,
) -> Result<Vec<NewJob>, JobError> {
    let kind = match channel {
        Channel::Email => MessageKind::Email,
        Channel::Sms => MessageKind::Sms,
        Channel::ApiCall => return api_call::deliver(errand, template.unwrap_or_default()),
    };
    let Errand { job, .. } = errand;
    let mut attempt = Attempt {
        errand,
        notification: None,
        message: NewMessage {
            id: job.id.0,
            kind,
            template: template.map(str::to_owned),
            trace: job.trace.clone(),
            data: job.args.get("data").unwrap_or(&job.args).clone(),
            ..NewMessage::default()
        },
        now: Timestamp::now(),
    };
    match attempt.run(channel.into(), template) {
        Ok(jobs) => Ok(jobs),
        Err(Failure::Unsent(error)) => {
            // A job that is cancelled has not failed.
            if !errand.is_cancelled() {
                attempt
                    .set_aside(&MessageState::Failed(error.message.clone()), MailEnd::Failed(logged(&error)));
            }
            Err(error)
        }
        Err(Failure::Captured(error)) => Err(error),
    }
}

impl Errand<'_> {
    fn is_cancelled(&self) -> bool {
        let flag = self.scope.cancelled.as_ref();
        flag.is_some_and(|flag| flag.load(std::sync::atomic::Ordering::Relaxed))
    }
}

/// The notification that the job was queued for: it may have been renamed since.
fn find<'a>(app: &'a App, kind: NotificationKind, name: &str) -> Result<&'a Notification, JobError> {
    let found = app.notification(kind, name).map_err(|unknown| plain_error(unknown.to_string()))?;
    Ok(found)
}

/// What a mutation says itself instead of naming a template: as if a template had printed it.
fn inline_message(args: &Json) -> Message {
    let mut message = Message::default();
    for (key, value) in args.as_object().into_iter().flatten() {
        let text = match value {
            Json::Null => continue,
            Json::String(text) => text.clone(),
            other => other.to_string(),
        };
        if key == "content" {
            message.body = text;
        } else {
            message.head.insert(key.clone(), text);
        }
    }
    message
}

/// An error that is no template's.
fn plain_error(message: String) -> JobError {
    JobError { report: message.clone(), message, stack: Vec::new() }
}

fn logged(error: &JobError) -> LoggedError {
    LoggedError { message: error.message.clone(), stack: error.stack.clone() }
}
