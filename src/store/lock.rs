//! One process at a time: an operating system lock on a file beside the databases. It ends with the process however
//! that ends, so there is never a stale one to clean up.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::Path;
use std::process;
use std::thread;
use std::time::{Duration, Instant};

use super::Error;

/// How long the looks that [`is_held`] takes may keep others from locking. One lasts microseconds, unless its thread is put
/// aside in the middle of it: on a busy machine that can be thousands of attempts, so it is time that counts.
const PATIENCE: Duration = Duration::from_secs(5);
const PAUSE: Duration = Duration::from_micros(100);

/// Held until dropped.
#[derive(Debug)]
pub(crate) struct Lock {
    file: File,
}

impl Lock {
    /// Refuses with the holder's pid if another process, or another handle of this one, holds it. The file stays when
    /// the lock ends: removing it would let two processes lock two files of the same name.
    pub(super) fn take(path: &Path) -> Result<Self, Error> {
        let failed = |source| Error::io(path, source);
        let mut options = OpenOptions::new();
        let file = options.read(true).write(true).create(true).truncate(false).open(path).map_err(failed)?;
        let until = Instant::now() + PATIENCE;
        loop {
            match file.try_lock() {
                Ok(()) => return Self { file }.signed().map_err(failed),
                Err(TryLockError::Error(source)) => return Err(failed(source)),
                Err(TryLockError::WouldBlock) if is_exclusive(&file).map_err(failed)? => {
                    return Err(Error::Locked { path: path.display().to_string(), pid: pid(&file) });
                }
                Err(TryLockError::WouldBlock) if Instant::now() < until => thread::sleep(PAUSE),
                Err(TryLockError::WouldBlock) => {
                    return Err(Error::Locked { path: path.display().to_string(), pid: None });
                }
            }
        }
    }

    /// Writes our pid into the file.
    fn signed(mut self) -> std::io::Result<Self> {
        self.file.set_len(0)?;
        self.file.rewind()?;
        write!(self.file, "{}", process::id())?;
        Ok(self)
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // So that nobody is told a pid that is gone. The lock itself ends with the file handle.
        let _ = self.file.set_len(0);
    }
}

/// Whether some process holds the lock. A missing file is a free lock.
pub(super) fn is_held(path: &Path) -> std::io::Result<bool> {
    match File::open(path) {
        Ok(file) => is_exclusive(&file),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

/// A shared lock fits beside other looks, but not beside a holder.
fn is_exclusive(file: &File) -> std::io::Result<bool> {
    match file.try_lock_shared() {
        Ok(()) => file.unlock().map(|()| false),
        Err(TryLockError::WouldBlock) => Ok(true),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

fn pid(file: &File) -> Option<u32> {
    let mut text = String::new();
    file.take(20).read_to_string(&mut text).ok()?;
    text.trim().parse().ok()
}
