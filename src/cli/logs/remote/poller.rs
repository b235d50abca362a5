//! Asks a platform for new rows, on a thread of its own: whoever prints them must notice within moments that nobody reads
//! any longer, however long an answer takes.

use std::collections::HashSet;
use std::io::{self, PipeReader, PipeWriter, Read, Write};
use std::os::fd::{AsFd, BorrowedFd};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;
use std::time::Duration;

use jiff::Timestamp;

use crate::client::{self, Client};
use crate::logs::Row;

/// The shortest wait after a request that did not get through.
const RECOVERY: Duration = Duration::from_secs(1);

/// What came of one request.
#[derive(Debug)]
pub(super) enum News {
    /// Rows that were not given before, in their order; none: there is nothing newer for now.
    Rows(Vec<Row>),
    Failed(client::Error),
}

/// The asking thread, seen from the printing one. It is not waited for: it changes nothing anywhere, and may be in the
/// middle of a slow request when the command ends.
#[derive(Debug)]
pub(super) struct Poller {
    /// The next request is made when the news of the last was taken.
    news: Receiver<News>,
    rope: PipeReader,
}

struct Asking {
    client: Client,
    interval: Duration,
    /// From when on rows are wanted that may be older than those a platform gives to whoever begins; until it was asked.
    beginning: Option<Timestamp>,
    /// Of the last row given.
    last_id: String,
    /// The rows of the last page that had any: an odd server may send some of them again. With their times, since one
    /// that was reset gives the same ids to other rows.
    given: HashSet<(String, Option<String>)>,
}

impl Poller {
    /// With `beginning`, the rows from that moment on come first, where the platform can find them; else those it gives
    /// to whoever begins, which are its newest, as many as it likes.
    pub(super) fn start(
        client: Client,
        interval: Duration,
        beginning: Option<Timestamp>,
    ) -> io::Result<Self> {
        let (sender, news) = sync_channel(0);
        let (rope, bell) = io::pipe()?;
        let (last_id, given) = ("0".to_owned(), HashSet::new());
        let asking = Asking { client, interval, beginning, last_id, given };
        thread::Builder::new().name("logs".to_owned()).spawn(move || asking.run(&sender, bell))?;
        Ok(Self { news, rope })
    }

    /// News, if [`Poller::alarm`] rings.
    pub(super) fn next(&self) -> Option<News> {
        let mut fds = [rustix::event::PollFd::new(&self.rope, rustix::event::PollFlags::IN)];
        let now = rustix::event::Timespec::default();
        if !rustix::event::poll(&mut fds, Some(&now)).is_ok_and(|ready| ready > 0) {
            return None;
        }
        // One byte for each piece of news, written before it is handed over.
        (&self.rope).read_exact(&mut [0]).ok()?;
        self.news.recv().ok()
    }

    /// Readable when there is news.
    pub(super) fn alarm(&self) -> BorrowedFd<'_> {
        self.rope.as_fd()
    }
}

impl Asking {
    fn run(mut self, news: &SyncSender<News>, mut bell: PipeWriter) {
        loop {
            let (item, pause) = match self.ask() {
                Ok(rows) if rows.is_empty() => (News::Rows(rows), self.interval),
                // There may be more than one answer holds.
                Ok(rows) => (News::Rows(rows), Duration::ZERO),
                Err(error) => (News::Failed(error), self.interval.max(RECOVERY)),
            };
            if bell.write_all(&[1]).is_err() || news.send(item).is_err() {
                return;
            }
            thread::sleep(pause);
        }
    }

    fn ask(&mut self) -> Result<Vec<Row>, client::Error> {
        let mut rows = self.page()?;
        if let Some(moment) = self.beginning.take()
            && let Some(oldest) = rows.first()
            && oldest.is_found_by_time()
            && oldest.entry.created_at > moment
        {
            self.last_id = cursor_before(moment);
            rows = self.page()?;
        }
        let all: HashSet<_> = rows.iter().map(Row::identity).collect();
        let new: Vec<Row> = rows.into_iter().filter(|row| !self.given.contains(&row.identity())).collect();
        if let Some(last) = new.last() {
            self.last_id.clone_from(&last.id);
            self.given = all;
        }
        Ok(new)
    }

    fn page(&self) -> Result<Vec<Row>, client::Error> {
        let page = self.client.logs(&self.last_id)?;
        let now = Timestamp::now();
        Ok(page.into_iter().filter_map(|row| Row::read(row, now)).collect())
    }
}

/// The id a row would have just before `moment`: seconds since 1970, with a fraction. One of zero would ask for the newest
/// rows.
fn cursor_before(moment: Timestamp) -> String {
    let microseconds = moment.as_microsecond().saturating_sub(1).max(1);
    format!("{}.{:06}", microseconds / 1_000_000, microseconds % 1_000_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cursors_are_moments_with_a_fraction() {
        for (moment, cursor) in [
            ("1970-01-01T00:00:00Z", "0.000001"),
            ("1969-01-01T00:00:00Z", "0.000001"),
            ("2026-09-21T16:42:06.5Z", "1790008926.499999"),
            ("2026-09-21T16:42:06Z", "1790008925.999999"),
        ] {
            assert_eq!(cursor_before(moment.parse().unwrap()), cursor, "{moment}");
        }
    }
}
