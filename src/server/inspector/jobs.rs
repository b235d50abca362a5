//! The queue: list, show, retry, cancel, counts, and waiting until there is nothing left to do.

use std::time::{Duration, Instant};

use axum::http::StatusCode;

use super::{blocking, parameter};
use crate::jobs::{Error, Filter, JobId, Queue};
use crate::protocol::{Idle, JobList};
use crate::server::answer::Answer;
use crate::server::state::State;

/// Longest wait of one `idle` request; whoever wants more asks again.
const LONGEST_WAIT: Duration = Duration::from_secs(600);
/// How long one look at the queue may hold a blocking thread; between looks the server may stop.
const ONE_LOOK: Duration = Duration::from_millis(500);

pub(super) async fn list(state: &State, query: &str) -> Answer {
    let Ok(limit) = parameter(query, "limit").map(|limit| limit.parse::<usize>()).transpose() else {
        return Answer::json_error(StatusCode::UNPROCESSABLE_ENTITY, "`limit` is a whole number");
    };
    let filter = Filter { all: parameter(query, "all").is_some_and(|all| all != "0"), limit };
    with_queue(state, move |queue| Ok(Answer::json(StatusCode::OK, &JobList { jobs: queue.list(&filter)? })))
        .await
}

pub(super) async fn show(state: &State, id: &str) -> Answer {
    with_job(state, id, |queue, id| Ok(Answer::json(StatusCode::OK, &queue.show(id)?))).await
}

/// Answers with the job as it is then.
pub(super) async fn retry(state: &State, id: &str) -> Answer {
    with_job(state, id, |queue, id| {
        queue.retry(id)?;
        Ok(Answer::json(StatusCode::OK, &queue.show(id)?))
    })
    .await
}

/// Answers with the job as it is then; a running one may not have noticed yet.
pub(super) async fn cancel(state: &State, id: &str) -> Answer {
    with_job(state, id, |queue, id| {
        queue.cancel(id)?;
        Ok(Answer::json(StatusCode::OK, &queue.show(id)?))
    })
    .await
}

pub(super) async fn counts(state: &State) -> Answer {
    with_queue(state, |queue| Ok(Answer::json(StatusCode::OK, &queue.counts()?))).await
}

/// Answers when nothing is queued, running or retrying, when `timeout` seconds have passed, or when the server stops.
/// Without a timeout it says how things are now.
pub(super) async fn idle(state: &State, query: &str) -> Answer {
    let seconds = parameter(query, "timeout").map_or(Some(0.0), |seconds| seconds.parse::<f64>().ok());
    let Some(wait) = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok()) else {
        return Answer::json_error(StatusCode::UNPROCESSABLE_ENTITY, "`timeout` is a number of seconds");
    };
    let wait = wait.min(LONGEST_WAIT);
    let deadline = Instant::now() + wait;
    loop {
        let until = deadline.min(Instant::now() + ONE_LOOK);
        let queue = state.queue.clone();
        let looked = tokio::task::spawn_blocking(move || queue.wait_idle(Some(until))).await;
        match looked {
            Ok(Ok(false)) if Instant::now() < deadline && !state.is_stopping() => {}
            Ok(Ok(idle)) => return report(state, idle).await,
            Ok(Err(error)) => return refused(&error),
            Err(_panicked) => return Answer::failed("internal error: waiting for the queue panicked"),
        }
    }
}

async fn report(state: &State, idle: bool) -> Answer {
    with_queue(state, move |queue| {
        let (counts, died) = (queue.counts()?, queue.died());
        Ok(Answer::json(StatusCode::OK, &Idle { idle, counts, died }))
    })
    .await
}

async fn with_job(
    state: &State,
    id: &str,
    work: impl FnOnce(&Queue, JobId) -> Result<Answer, Error> + Send + 'static,
) -> Answer {
    match id.parse() {
        Ok(id) => with_queue(state, move |queue| work(queue, JobId(id))).await,
        Err(_) => Answer::json_error(StatusCode::NOT_FOUND, &format!("no job {id}")),
    }
}

async fn with_queue(
    state: &State,
    work: impl FnOnce(&Queue) -> Result<Answer, Error> + Send + 'static,
) -> Answer {
    let queue = state.queue.clone();
    blocking(move || work(&queue).unwrap_or_else(|error| refused(&error))).await
}

fn refused(error: &Error) -> Answer {
    let status = match error {
        Error::NotFound { .. } => StatusCode::NOT_FOUND,
        Error::WrongState { .. } => StatusCode::CONFLICT,
        _ => StatusCode::INTERNAL_SERVER_ERROR,
    };
    Answer::json_error(status, &error.to_string())
}
