//! Files of the app: a form posts one to `/_uploads`, `/_uploads/…` is where it is then. A signature is the permission, to
//! post one and to read a private one; no session is asked for. In the words of S3, which the scripts of apps know.

mod file_body;
mod post;
mod serve;
mod xml;

use std::time::{Duration, Instant};

use super::state::State;
use crate::records::Data;

pub(super) use post::{receive, store};
pub(super) use serve::answer;

/// How long a change waits for the changes of others.
const PATIENCE: Duration = Duration::from_secs(9);

fn data(state: &State) -> Data {
    state.graph.records.data(Some(Instant::now() + PATIENCE))
}
