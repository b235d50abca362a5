//! Sends a release and waits until the instance has imported it.

use std::cell::RefCell;
use std::thread;
use std::time::{Duration, Instant};

use super::{Error, News};
use crate::client::{self, Client, NewRelease};
use crate::protocol::{ErrorDetails, Id, ReleaseError, ReleaseStatus};

/// What an instance says of a release until it is over; any other word is the end.
const PENDING: [&str; 2] = ["ready_for_import", "in_progress"];
/// Nobody waits longer; an app of many thousand files takes minutes.
const LONGEST_IMPORT: Duration = Duration::from_secs(60 * 60);
/// Between two questions, growing from the first to the last: most releases of a server near by are done at once.
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LAST_PAUSE: Duration = Duration::from_secs(1);

/// Returns what became of it.
///
/// # Errors
/// The server refuses it, or cannot import it, and says why; or cannot be reached, after some tries.
pub(super) fn release(
    client: &Client,
    release: &NewRelease<'_>,
    news: &mut impl FnMut(News<'_>),
) -> Result<ReleaseStatus, Error> {
    news(News::Sending { bytes: release.archive.len() });
    let start = Instant::now();
    let id = send(client, release, news)?;
    news(News::Sent { id: &id, took: start.elapsed() });

    news(News::Importing);
    let start = Instant::now();
    let mut status = wait(client, &id, LONGEST_IMPORT, |status| !PENDING.contains(&&*status.status))?
        .ok_or_else(|| Error::Unfinished { id: id.to_string(), limit: LONGEST_IMPORT })?;
    if let Some(warning) = &status.warning {
        news(News::Warning(warning));
    }
    if status.status == "error" {
        let ReleaseError { error, details } = status.error.unwrap_or_else(|| ReleaseError {
            error: "the instance does not say why it could not import the release".to_owned(),
            details: ErrorDetails::default(),
        });
        return Err(Error::Release { error, file: details.file_path });
    }
    news(News::Imported { took: start.elapsed() });
    status.id.get_or_insert(id);
    Ok(status)
}

/// A release that was cut off before its answer is sent again: deploying it twice is the same as once.
fn send(
    client: &Client,
    release: &NewRelease<'_>,
    news: &mut impl FnMut(News<'_>),
) -> Result<Id, client::Error> {
    let news = RefCell::new(news);
    let told = |part: News<'_>| (*news.borrow_mut())(part);
    let mut failures = 0;
    loop {
        let error = match client.send_release(release, &|bytes| told(News::SentSoFar { bytes })) {
            Ok(begun) => return Ok(begun.id),
            Err(error) => error,
        };
        failures += 1;
        let Some(pause) = error.pause(failures) else { return Err(error) };
        told(News::Retrying { error: &error });
        thread::sleep(pause);
    }
}

/// Asks until the release is as `is_over` says; `None` if that takes longer than `limit`.
pub(super) fn wait(
    client: &Client,
    id: &Id,
    limit: Duration,
    is_over: impl Fn(&ReleaseStatus) -> bool,
) -> Result<Option<ReleaseStatus>, client::Error> {
    let end = Instant::now() + limit;
    let mut pause = FIRST_PAUSE;
    loop {
        let status = client.release(id)?;
        if is_over(&status) {
            return Ok(Some(status));
        }
        if Instant::now() >= end {
            return Ok(None);
        }
        thread::sleep(pause);
        pause = (pause * 3 / 2).min(LAST_PAUSE);
    }
}
