//! Records that were deleted are taken away for good 30 days later, at five in the morning UTC, as on the platform: until
//! then an app can bring them back. Files that only pass through are taken away a day after they came.

use std::time::Duration;

use jiff::civil::time;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};
use tokio::task::spawn_blocking;

use super::shutdown::Stopped;
use crate::logs::{Level, Log, NewEntry};
use crate::records::Records;
use crate::releases::Releases;

/// A clock that jumps, or a laptop that sleeps, is noticed within this.
const LONGEST_SLEEP: Duration = Duration::from_secs(60 * 60);

/// Purges what is due now, and again every morning, until it is told to stop.
pub(super) async fn follow(records: Records, releases: Option<Releases>, log: Log, stopped: Stopped) {
    let mut heard = std::pin::pin!(stopped.heard());
    loop {
        let (records, releases, log) = (records.clone(), releases.clone(), log.clone());
        // A panic ends the purging, not the server: its message is on stderr.
        let work = move || {
            purge(&records, &log, Timestamp::now());
            expire(&records, releases.as_ref(), &log, Timestamp::now());
        };
        if spawn_blocking(work).await.is_err() {
            return;
        }
        tokio::select! {
            () = &mut heard => return,
            () = tokio::time::sleep(LONGEST_SLEEP) => {}
        }
    }
}

fn purge(records: &Records, log: &Log, now: Timestamp) {
    match records.data(None).purge_deleted(last_to_go(now)) {
        Ok(0) => {}
        Ok(count) => log.append(NewEntry::system(&format!("purged records deleted 30 days ago: {count}"))),
        Err(error) => {
            let mut entry = NewEntry::system(&format!("cannot purge deleted records: {error}"));
            entry.level = Level::Warn;
            log.append(entry);
        }
    }
}

/// Files that nobody has come for, and assets that no manifest has named.
fn expire(records: &Records, releases: Option<&Releases>, log: &Log, now: Timestamp) {
    let fetched = records.data(None).expire_temporary_uploads(now).map_err(|error| error.to_string());
    let named = releases.map_or(Ok(0), |releases| releases.expire_staged(now));
    for error in [fetched.err(), named.err().map(|error| error.to_string())].into_iter().flatten() {
        let mut entry = NewEntry::system(&format!("cannot remove files that nobody has come for: {error}"));
        entry.level = Level::Warn;
        log.append(entry);
    }
}

/// What was deleted up to this moment has gone by the last morning before `now`.
fn last_to_go(now: Timestamp) -> Timestamp {
    let now = now.to_zoned_datetime(TimeZone::UTC).datetime();
    let today = now.date().to_datetime(time(5, 0, 0, 0));
    let morning = if now < today { today.checked_sub(1.day()) } else { Ok(today) };
    let last = morning.and_then(|morning| morning.checked_sub(30.days()));
    last.and_then(|last| last.to_zoned_datetime(TimeZone::UTC))
        .map_or(Timestamp::MIN, |last| last.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_go_at_five_on_the_thirtieth_day() {
        for (now, expected) in [
            ("2024-03-31T05:00:00Z", "2024-03-01T05:00:00Z"),
            ("2024-03-31T04:59:59.9Z", "2024-02-29T05:00:00Z"),
            ("2024-03-31T23:59:59Z", "2024-03-01T05:00:00Z"),
        ] {
            assert_eq!(last_to_go(now.parse().unwrap()).to_string(), expected, "{now}");
        }
        assert_eq!(last_to_go(Timestamp::MIN), Timestamp::MIN);
    }
}
