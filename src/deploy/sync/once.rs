//! One file, sent once: for editors and scripts.

use std::path::Path;
use std::thread;
use std::time::Duration;

use super::files::{Found, Tree};
use super::journal::{Held, Journal};
use super::selection::{Kept, Target};
use super::sender::{Sender, Sent};
use super::{Options, is_passing};
use crate::deploy::{Error, Ignored};

/// Between two tries: two seconds in all, besides what the client waits.
const PAUSES: [Duration; 3] =
    [Duration::from_millis(200), Duration::from_millis(600), Duration::from_millis(1200)];

/// Sends the file at `path`, as typed; answers its path from the root.
///
/// # Errors
/// It is not there, it is none that is synced, or the instance does not take it.
pub(crate) fn sync_file(options: &Options, path: &Path) -> Result<String, Error> {
    let tree = Tree::open(&options.root)?;
    let named = || path.display().to_string();
    let relative = tree.relative(path).ok_or_else(|| Error::NoFile { path: named() })?;
    if !matches!(tree.find(&relative), Some(Found::File(_))) {
        return Err(Error::NoFile { path: relative });
    }
    let kept = |kept| Error::Kept { path: relative.clone(), kept };
    Target::of(&relative).map_err(kept)?;
    if Ignored::load(&options.root)?.has_file(&relative) {
        return Err(kept(Kept::Ignored));
    }
    let sender = Sender::connect(options.client.clone(), tree)?;
    let digest = match retried(|| sender.send(&relative))? {
        Sent::Put { digest, .. } => digest,
        Sent::Asset { digest, key, entry } => {
            let manifest = [(key, entry)];
            retried(|| Ok(sender.announce(manifest.clone().into())?))?;
            digest
        }
        Sent::Kept(reason) => return Err(kept(reason)),
        Sent::Deleted => return Err(Error::NoFile { path: relative }),
    };
    // Without one, the next start takes what is here for what is there.
    if let Some(mut journal) = Journal::load(&options.journal) {
        journal.set(&relative, Some(Held::Exactly(digest)));
        journal.save()?;
    }
    Ok(relative)
}

fn retried<T>(mut work: impl FnMut() -> Result<T, Error>) -> Result<T, Error> {
    for pause in PAUSES {
        match work() {
            Err(error) if is_passing(&error) => thread::sleep(pause),
            result => return result,
        }
    }
    work()
}
