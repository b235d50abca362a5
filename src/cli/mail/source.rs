//! Where a command finds the inbox: at the server, if one runs on the state folder; else in the folder itself, under its
//! lock.

use std::time::{Duration, Instant};

use crate::cli::owner::Owner;
use crate::cli::{Error, Kind};
use crate::client::{Client, MailQuery};
use crate::notifications::{self, MailFilter, Notifications};
use crate::protocol::MailRecord;
use crate::settings::{Durability, Settings};
use crate::store::{self, Database, Lock, StateDir, Store};

/// The longest the server is asked to hold one answer back.
const ONE_WAIT: Duration = Duration::from_secs(30);

pub(super) enum Inbox {
    Served(Client),
    Stored {
        notifications: Notifications,
        /// Dropped after the rows.
        _lock: Lock,
    },
}

impl Inbox {
    pub(super) fn open(state: &StateDir, settings: &Settings) -> Result<Self, Error> {
        let lock = match Owner::of(state, "mail")? {
            Owner::Server(client) => return Ok(Self::Served(client)),
            Owner::Us(lock) => lock,
        };
        let durability = match settings.run.durability {
            Durability::Full => store::Durability::Full,
            Durability::Normal => store::Durability::Normal,
        };
        let rows = Store::open(&state.queue(), Database::Queue, durability)?;
        Ok(Self::Stored { notifications: Notifications::open(rows, state.mail()), _lock: lock })
    }

    /// Whether anyone sends messages that wait.
    pub(super) fn is_served(&self) -> bool {
        matches!(self, Self::Served(_))
    }

    /// Newest first.
    pub(super) fn list(&self, query: MailQuery<'_>, limit: usize) -> Result<Vec<MailRecord>, Error> {
        match self {
            Self::Served(client) => Ok(client.messages(query, limit)?),
            Self::Stored { notifications, .. } => {
                let filter = MailFilter { limit: Some(limit), ..filter(query) };
                Ok(notifications.messages(&filter)?)
            }
        }
    }

    pub(super) fn show(&self, id: i64) -> Result<MailRecord, Error> {
        match self {
            Self::Served(client) => Ok(client.message(id)?),
            Self::Stored { notifications, .. } => Ok(notifications.message(id)?),
        }
    }

    /// How many there were.
    pub(super) fn clear(&self) -> Result<usize, Error> {
        match self {
            Self::Served(client) => Ok(client.clear_messages()?),
            Self::Stored { notifications, .. } => Ok(notifications.clear()?),
        }
    }

    /// `None`: none has come. Where nobody sends, none will.
    pub(super) fn wait(&self, query: MailQuery<'_>, timeout: Duration) -> Result<Option<MailRecord>, Error> {
        match self {
            Self::Served(client) => {
                let deadline = Instant::now() + timeout;
                loop {
                    let left = deadline.saturating_duration_since(Instant::now());
                    let found = client.wait_for_message(query, left.min(ONE_WAIT))?;
                    if found.is_some() || left <= ONE_WAIT {
                        return Ok(found);
                    }
                }
            }
            Self::Stored { notifications, .. } => Ok(notifications.wait(&filter(query), Instant::now())?),
        }
    }
}

fn filter(query: MailQuery<'_>) -> MailFilter {
    MailFilter {
        to: query.to.map(str::to_owned),
        subject: query.subject.map(str::to_owned),
        template: query.template.map(str::to_owned),
        ..MailFilter::default()
    }
}

impl From<notifications::Error> for Error {
    fn from(error: notifications::Error) -> Self {
        Self::of(Kind::User, &error)
    }
}
