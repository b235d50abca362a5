//! The log of a platform: asked for at once, and while following again and again, one request at a time. A platform that
//! cannot be reached is waited for; whoever follows is told when it goes and when it is back.

mod poller;

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use jiff::Timestamp;

use super::moment::Moment;
use super::options::{Goal, Mode, Options};
use super::output::Output;
use super::screen::{End, Screen};
use crate::cli::ui::Closed;
use crate::cli::{Error, Exit, Kind};
use crate::client::{self, Client};
use crate::logs::Row;
use crate::settings::Environment;

use poller::{News, Poller};

/// As the platform's own client.
const INTERVAL: Duration = Duration::from_secs(3);
/// A server of this machine costs nobody anything.
const LOOPBACK_INTERVAL: Duration = Duration::from_millis(250);

/// A wait without an end; the alarm rings before.
const LONG: Duration = Duration::from_secs(24 * 60 * 60);

/// One run of the command over the log of one platform.
struct Remote<'a> {
    url: &'a str,
    screen: Screen<'a>,
    /// While it asks for the lines that are there already.
    history: Option<History>,
    /// The last request did not get through, and it was said.
    is_down: bool,
}

/// The last of the rows that are there already.
struct History {
    /// How many are to be shown; all: each at once.
    last: Option<usize>,
    rows: VecDeque<Row>,
}

pub(super) fn print(
    environment: &Environment,
    options: &Options,
    output: &Output<'_>,
) -> Result<Exit, Error> {
    if [options.since, options.until].contains(&Some(Moment::LastStart)) {
        return Err(Error::new(Kind::Usage, "`last-start` is known of the local log only")
            .hint("say a time, such as --since 10m"));
    }
    let interval = options.interval.unwrap_or(if environment.is_of_this_machine() {
        LOOPBACK_INTERVAL
    } else {
        INTERVAL
    });
    let poller = Poller::start(Client::of_environment(environment), interval, beginning(options))
        .map_err(|error| Error::new(Kind::Internal, "cannot start a thread").because(&error))?;
    let mut remote = Remote {
        url: &environment.url,
        screen: Screen::new(options, output),
        history: Some(History { last: options.last, rows: VecDeque::new() }),
        is_down: false,
    };
    let end = match &options.mode {
        Mode::End => remote.print_stored(&poller)?,
        Mode::Unsaid => remote.follow(&poller, None)?,
        Mode::Follow(goal) => remote.follow(&poller, goal.as_ref())?,
    };
    remote.screen.outcome(end)
}

/// From when on rows are wanted whatever a platform gives to whoever begins. A follower wants what comes, and a count the
/// newest.
fn beginning(options: &Options) -> Option<Timestamp> {
    match (options.since, &options.mode, options.last) {
        (Some(Moment::At(moment)), ..) => Some(moment),
        (None, Mode::End, None) => Some(Timestamp::UNIX_EPOCH),
        _ => None,
    }
}

impl Remote<'_> {
    fn print_stored(&mut self, poller: &Poller) -> Result<End, Error> {
        loop {
            match poller.next() {
                Some(News::Rows(rows)) => {
                    let is_all = rows.is_empty();
                    if let Err(closed) = self.take(rows, None) {
                        return Ok(End::Closed(closed));
                    }
                    if is_all {
                        return Ok(End::Done);
                    }
                }
                Some(News::Failed(error)) => return Err(error.into()),
                None => {
                    if let Err(closed) = self.screen.ui().wait(poller.alarm(), LONG) {
                        return Ok(End::Closed(closed));
                    }
                }
            }
        }
    }

    fn follow(&mut self, poller: &Poller, goal: Option<&Goal>) -> Result<End, Error> {
        let timeout = goal.and_then(|goal| goal.timeout);
        let started = Instant::now();
        loop {
            match poller.next() {
                Some(News::Rows(rows)) => {
                    self.came_back();
                    match self.take(rows, goal) {
                        Ok(false) => {}
                        Ok(true) => return Ok(End::Done),
                        Err(closed) => return Ok(End::Closed(closed)),
                    }
                }
                Some(News::Failed(error)) => self.went_down(error)?,
                None => {
                    let left = timeout.map(|timeout| timeout.saturating_sub(started.elapsed()));
                    if let (Some(timeout), Some(Duration::ZERO)) = (timeout, left) {
                        return Ok(End::TimedOut(timeout));
                    }
                    if let Err(closed) = self.screen.ui().wait(poller.alarm(), left.unwrap_or(LONG)) {
                        return Ok(End::Closed(closed));
                    }
                }
            }
        }
    }

    /// Shows the rows of a page, or keeps them until it is known which are the last; true if there is no need to go on.
    /// An empty page is the end of what was there already.
    fn take(&mut self, rows: Vec<Row>, goal: Option<&Goal>) -> Result<bool, Closed> {
        let rows = match &mut self.history {
            Some(History { last: Some(last), rows: kept }) if !rows.is_empty() => {
                kept.extend(rows.into_iter().filter(|row| self.screen.passes(&row.entry)));
                kept.drain(..kept.len().saturating_sub(*last));
                return Ok(false);
            }
            _ if rows.is_empty() => {
                self.history.take().map(|history| history.rows.into()).unwrap_or_default()
            }
            _ => rows,
        };
        for row in rows {
            if self.screen.show(&row.entry, || row.json())? && self.screen.is_enough(&row.entry, goal) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn came_back(&mut self) {
        if std::mem::take(&mut self.is_down) {
            self.screen.ui().note(&format!("pos-cli: {} answers again", self.url));
        }
    }

    /// # Errors
    /// It will be the same next time.
    fn went_down(&mut self, error: client::Error) -> Result<(), Error> {
        if error.is_unauthorized() {
            return Err(error.into());
        }
        if !std::mem::replace(&mut self.is_down, true) {
            self.screen.ui().note(&format!("pos-cli: {error}; trying again until it answers"));
        }
        Ok(())
    }
}
