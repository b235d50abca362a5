//! Who has the state of a project: a server that runs on it, or whoever asks, under its lock, so that no server starts
//! meanwhile.

use std::thread;
use std::time::{Duration, Instant};

use super::{Error, Kind};
use crate::client::Client;
use crate::store::{self, Lock, StateDir};

/// A server that starts holds the lock before it can be talked to; one that ends, after.
const PATIENCE: Duration = Duration::from_secs(3);
const PAUSE: Duration = Duration::from_millis(20);

/// Who has a state folder.
pub(crate) enum Owner {
    Server(Client),
    /// Nobody else, as long as this is held.
    Us(Lock),
}

impl Owner {
    /// Finds out, and waits a little for a process that is starting or ending. `what` is looked for there: jobs, mail.
    pub(crate) fn of(state: &StateDir, what: &str) -> Result<Self, Error> {
        if !state.queue().is_file() {
            let message = format!("no {what} yet: there is no {}", state.queue().display());
            return Err(Error::new(Kind::User, message).hint("`pos-cli run` starts the app here"));
        }
        let end = Instant::now() + PATIENCE;
        loop {
            if let Some(server) = state.run_info()? {
                return Ok(Self::Server(Client::local(&server.url)));
            }
            match state.lock() {
                Ok(lock) => return Ok(Self::Us(lock)),
                Err(store::Error::Locked { .. }) if Instant::now() < end => thread::sleep(PAUSE),
                Err(error) => return Err(error.into()),
            }
        }
    }
}
