//! Works the queue of an app without serving it: what `jobs drain` does where no server runs.

use std::net::SocketAddr;
use std::time::Instant;

use super::open::Project;
use super::{Error, Options};
use crate::protocol::Idle;

/// Runs jobs until nothing is queued, running or retrying, or the deadline has passed; scheduled ones stay. Blocks.
/// Takes the lock of the state folder, so it is refused while a server runs.
pub(crate) fn drain(options: &Options, deadline: Instant) -> Result<Idle, Error> {
    let project = Project::open(options)?;
    let workers = options.workers.map(|count| {
        let base_url = super::base_url(SocketAddr::new(options.host, options.port));
        project.queue.start(project.performer(base_url), count)
    });
    let waited = project.queue.wait_idle(Some(deadline));
    if let Some(workers) = workers {
        workers.stop(options.grace);
    }
    let result = waited
        .and_then(|idle| Ok(Idle { idle, counts: project.queue.counts()?, died: project.queue.died() }));
    project.close();
    Ok(result?)
}
