//! Brings an app to a server, in phases: check every file, pack the release, verify that the server has it. A phase that
//! fails ends the whole; before the last of them nothing outside the project has been touched.
//!
//! ```text
//! check ── problems? ──▶ end          app, modules ──▶ pack ──▶ tmp/release.zip          verify ◀── GET /_dev/app
//! ```
//! The local server reads the project's own files, so there is nothing to send: `verify` asks which tree it serves.

mod archive;
mod error;
mod ignored;
mod members;
pub(crate) mod sync;
mod verify;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::app::{App, Problem, Severity};
use crate::check;
use crate::client::Client;

pub(crate) use archive::Archive;
pub(crate) use error::Error;
pub(crate) use ignored::Ignored;

/// What to deploy, and where to.
#[derive(Debug, Clone)]
pub(crate) struct Options {
    /// The project: the folder that holds `app`.
    pub(crate) root: PathBuf,
    /// Address of the local server.
    pub(crate) url: String,
}

/// What the caller is told while it goes on.
#[derive(Debug)]
pub(crate) enum News<'a> {
    Checking,
    Checked {
        files: usize,
        warnings: &'a [Problem],
        took: Duration,
    },
    /// So many files are to be packed.
    Packing {
        files: usize,
    },
    /// One of them is.
    PackedFile,
    /// `None`: the app has nothing but assets, which are no part of a release archive.
    Packed {
        archive: Option<&'a Archive>,
        took: Duration,
    },
    Verifying,
    Verified {
        digest: &'a str,
        took: Duration,
    },
}

/// Runs all phases. Nothing is printed: `news` hears of each step as it happens.
pub(crate) fn deploy(options: &Options, mut news: impl FnMut(News<'_>)) -> Result<(), Error> {
    news(News::Checking);
    let start = Instant::now();
    let app = checked(options, |app, warnings| {
        news(News::Checked { files: app.file_count(), warnings, took: start.elapsed() });
    })?;

    let start = Instant::now();
    let members = members::collect(&options.root)?;
    news(News::Packing { files: members.len() });
    let archive = archive::pack(&options.root, &members, || news(News::PackedFile))?;
    news(News::Packed { archive: archive.as_ref(), took: start.elapsed() });

    news(News::Verifying);
    let start = Instant::now();
    verify::verify(&Client::local(&options.url), &options.url, &app)?;
    news(News::Verified { digest: app.digest(), took: start.elapsed() });
    Ok(())
}

/// Loads and checks the app; warnings are no reason to stop.
fn checked(options: &Options, told: impl FnOnce(&App, &[Problem])) -> Result<Arc<App>, Error> {
    let (app, mut problems) = App::load(&options.root, None)?;
    let app = Arc::new(app);
    problems.extend(check::check(&app));
    if problems.iter().any(|problem| problem.severity == Severity::Error) {
        return Err(Error::Problems(problems));
    }
    told(&app, &problems);
    Ok(app)
}
