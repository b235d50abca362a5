//! What the app keeps between requests: sessions in `data.sqlite3`, constants from a file, and the `{% cache %}`, which
//! lives in memory.

mod cache;
mod constants;
mod constants_file;
mod sessions;

pub(crate) use cache::{Cache, Lookup};
pub(crate) use constants::{Constants, ConstantsError};
pub(crate) use sessions::{SessionError, SessionId, Sessions};
