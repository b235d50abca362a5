//! The inbox: list, show, waiting for a message, the message as a file, forgetting all.

use std::time::{Duration, Instant};

use axum::http::StatusCode;

use super::{blocking, parameter};
use crate::notifications::{Error, MailFilter, Notifications};
use crate::protocol::{MailCleared, MailList, MailWait};
use crate::server::answer::Answer;
use crate::server::state::State;

/// Longest wait of one request; whoever wants more asks again.
const LONGEST_WAIT: Duration = Duration::from_secs(600);
/// How long one look at the inbox may hold a blocking thread; between looks the server may stop.
const ONE_LOOK: Duration = Duration::from_millis(500);

/// `to`, `subject` and `template` choose; `limit` cuts.
pub(super) async fn list(state: &State, query: &str) -> Answer {
    let Ok(limit) = parameter(query, "limit").map(|limit| limit.parse::<usize>()).transpose() else {
        return Answer::json_error(StatusCode::UNPROCESSABLE_ENTITY, "`limit` is a whole number");
    };
    let filter = MailFilter { limit, ..filter(query) };
    with_inbox(state, move |inbox| {
        Ok(Answer::json(StatusCode::OK, &MailList { messages: inbox.messages(&filter)? }))
    })
    .await
}

pub(super) async fn show(state: &State, id: &str) -> Answer {
    with_message(state, id, |inbox, id| Ok(Answer::json(StatusCode::OK, &inbox.message(id)?))).await
}

/// The whole message, as a mail program opens it.
pub(super) async fn eml(state: &State, id: &str) -> Answer {
    with_message(state, id, |inbox, id| {
        let bytes = inbox.message(id)?.eml.and_then(|path| std::fs::read(path).ok());
        Ok(match bytes {
            Some(bytes) => Answer::new(StatusCode::OK, "message/rfc822", bytes),
            None => Answer::json_error(StatusCode::NOT_FOUND, &format!("message {id} has no file")),
        })
    })
    .await
}

pub(super) async fn clear(state: &State) -> Answer {
    with_inbox(state, |inbox| Ok(Answer::json(StatusCode::OK, &MailCleared { cleared: inbox.clear()? })))
        .await
}

/// Answers when a message that was sent is there, when `timeout` seconds have passed, or when the server stops.
pub(super) async fn wait(state: &State, query: &str) -> Answer {
    let seconds = parameter(query, "timeout").map_or(Some(0.0), |seconds| seconds.parse::<f64>().ok());
    let Some(wait) = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok()) else {
        return Answer::json_error(StatusCode::UNPROCESSABLE_ENTITY, "`timeout` is a number of seconds");
    };
    let filter = filter(query);
    let deadline = Instant::now() + wait.min(LONGEST_WAIT);
    loop {
        let until = deadline.min(Instant::now() + ONE_LOOK);
        let (inbox, filter) = (state.graph.notifications.clone(), filter.clone());
        let looked = tokio::task::spawn_blocking(move || inbox.wait(&filter, until)).await;
        match looked {
            Ok(Ok(None)) if Instant::now() < deadline && !state.is_stopping() => {}
            Ok(Ok(message)) => return Answer::json(StatusCode::OK, &MailWait { message }),
            Ok(Err(error)) => return refused(&error),
            Err(_panicked) => return Answer::failed("internal error: waiting for a message panicked"),
        }
    }
}

fn filter(query: &str) -> MailFilter {
    MailFilter {
        to: parameter(query, "to"),
        subject: parameter(query, "subject"),
        template: parameter(query, "template"),
        ..MailFilter::default()
    }
}

async fn with_message(
    state: &State,
    id: &str,
    work: impl FnOnce(&Notifications, i64) -> Result<Answer, Error> + Send + 'static,
) -> Answer {
    match id.parse() {
        Ok(id) => with_inbox(state, move |inbox| work(inbox, id)).await,
        Err(_) => Answer::json_error(StatusCode::NOT_FOUND, &format!("no message {id}")),
    }
}

async fn with_inbox(
    state: &State,
    work: impl FnOnce(&Notifications) -> Result<Answer, Error> + Send + 'static,
) -> Answer {
    let inbox = state.graph.notifications.clone();
    blocking(move || work(&inbox).unwrap_or_else(|error| refused(&error))).await
}

fn refused(error: &Error) -> Answer {
    let status = match error {
        Error::NotFound { .. } => StatusCode::NOT_FOUND,
        _ => StatusCode::INTERNAL_SERVER_ERROR,
    };
    Answer::json_error(status, &error.to_string())
}
