//! What queries run on, in memory: for the tests of this room and of those that use it.

use std::time::Duration;

use crate::jobs::{self, Queue};
use crate::liquid::Graph;
use crate::logs::Log;
use crate::notifications::{ApiCalls, Mode, Notifications, Policy};
use crate::records::{Constants, Records};
use crate::store::{Database, Store};

impl Graph {
    /// Nothing is on disk, nobody is called, and jobs are tried again at once.
    pub(crate) fn in_memory(log: &Log) -> Self {
        let options = jobs::Options { retry_scale: 0.0, time_limits: [Duration::from_secs(5); 3] };
        let data = Store::memory(Database::Data).unwrap();
        let rows = Store::memory(Database::Queue).unwrap();
        let notifications = Notifications::open(rows.clone(), "no messages as files".into());
        let policy = Policy { mode: Mode::Off, ..Policy::default() };
        let api_calls = ApiCalls::new(rows.clone(), log.clone(), policy);
        let queue = Queue::open(rows, log.clone(), options).unwrap();
        Self::new(Records::new(data.clone(), Constants::new(data)), queue, notifications, api_calls)
    }
}
