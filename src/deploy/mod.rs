//! Brings an app to a server, in phases: check every file, pack the release, send it, wait until it is imported, then the
//! assets. A phase that fails ends the whole; before the release is sent nothing outside the project has been touched.
//!
//! ```text
//! check ── problems? ──▶ end
//!   │
//! pack ──▶ tmp/release.zip ──▶ POST marketplace_releases ──▶ GET …/ID until it is over
//!   │                                                              │
//!   └────▶ tmp/assets.zip ──▶ PUT to the storage ──▶ unpacked? ──▶ POST assets_manifest ──▶ GET …/ID
//! ```
//! The server of a working tree reads the project's own files, so there is nothing to send: `verify` asks which tree it
//! serves.

mod archive;
mod assets;
mod error;
mod ignored;
mod members;
mod release;
pub(crate) mod sync;
mod verify;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::app::{App, Problem, Severity};
use crate::check;
use crate::client::{self, Absent, Client, Effect, NewRelease};
use crate::protocol::{ARCHIVE_LIMIT, Id, ReportRow};
use archive::Archive;
use members::{AppFolder, Member, Members};

pub(crate) use error::Error;
pub(crate) use ignored::Ignored;

/// What to deploy, where to, and how.
#[derive(Debug, Clone)]
pub(crate) struct Options {
    /// The project: the folder that holds `app`.
    pub(crate) root: PathBuf,
    pub(crate) target: Target,
    pub(crate) check: Check,
    pub(crate) assets: AssetRoute,
    pub(crate) absent: Absent,
    pub(crate) effect: Effect,
}

#[derive(Debug, Clone)]
pub(crate) enum Target {
    /// The server that runs here, of a working tree or an instance.
    Local {
        url: String,
    },
    Remote(Client),
}

/// Whether mistakes in the app are looked for first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Check {
    First,
    Skipped,
}

/// How assets come to an instance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AssetRoute {
    /// Past the release, which stays small.
    Direct,
    /// As a part of it.
    Release,
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
    /// The app lies in a folder of the platform's first years.
    OldFolder,
    Packing,
    Packed {
        archive: &'a Archive,
        took: Duration,
    },
    /// The app has nothing but assets.
    PackedNothing {
        took: Duration,
    },
    Verifying,
    Verified {
        digest: &'a str,
        took: Duration,
    },
    Sending {
        bytes: usize,
    },
    /// What of it has left for the server; less than before where it is sent again.
    SentSoFar {
        bytes: usize,
    },
    /// It failed in passing, and is sent again.
    Retrying {
        error: &'a client::Error,
    },
    Sent {
        id: &'a Id,
        took: Duration,
    },
    Importing,
    /// In the words of the instance.
    Warning(&'a str),
    Imported {
        took: Duration,
    },
    SendingAssets,
    SentAssets {
        files: usize,
        bytes: usize,
        took: Duration,
    },
}

/// What became of the files by category (`Page`, `Asset`, …); empty where the server does not say.
pub(crate) type Report = BTreeMap<String, ReportRow>;

/// Runs all phases. Nothing is printed: `news` hears of each step as it happens.
pub(crate) fn deploy(options: &Options, mut news: impl FnMut(News<'_>)) -> Result<Report, Error> {
    let news = &mut news;
    let checked = match options.check {
        Check::First => Some(check(options, news)?),
        Check::Skipped => None,
    };
    match &options.target {
        Target::Remote(client) => send(options, client, news),
        Target::Local { url } => {
            let client = Client::local(url);
            if client.app()?.is_instance {
                return send(options, &client, news);
            }
            pack(options, news)?;
            verify(options, checked, &client, url, news)?;
            Ok(Report::new())
        }
    }
}

/// Loads and checks the app; warnings are no reason to stop.
fn check(options: &Options, news: &mut impl FnMut(News<'_>)) -> Result<Arc<App>, Error> {
    news(News::Checking);
    let start = Instant::now();
    let (app, mut problems) = App::load(&options.root, None)?;
    let app = Arc::new(app);
    problems.extend(check::check(&app));
    if problems.iter().any(|problem| problem.severity == Severity::Error) {
        return Err(Error::Problems(problems));
    }
    news(News::Checked { files: app.file_count(), warnings: &problems, took: start.elapsed() });
    Ok(app)
}

/// The archive of the release, unless there is nothing but assets, and all that belongs to it.
fn pack(options: &Options, news: &mut impl FnMut(News<'_>)) -> Result<(Members, Option<Archive>), Error> {
    news(News::Packing);
    let start = Instant::now();
    let mut members = members::collect(&options.root)?;
    if options.assets == AssetRoute::Release {
        members.release.append(&mut members.assets);
        members.release.sort_by(|a, b| a.name.cmp(&b.name));
    }
    if members.app_folder == AppFolder::Old {
        news(News::OldFolder);
    }
    if members.release.is_empty() && members.assets.is_empty() {
        return Err(Error::Nothing { root: options.root.clone() });
    }
    let archive = if members.release.is_empty() {
        news(News::PackedNothing { took: start.elapsed() });
        None
    } else {
        let named: Vec<(String, &Member)> =
            members.release.iter().map(|member| (member.name.clone(), member)).collect();
        let archive = archive::pack(&options.root, "release.zip", &named)?;
        news(News::Packed { archive: &archive, took: start.elapsed() });
        Some(archive)
    };
    Ok((members, archive))
}

/// That the server has what was checked, or what is there if nothing was.
fn verify(
    options: &Options,
    checked: Option<Arc<App>>,
    client: &Client,
    url: &str,
    news: &mut impl FnMut(News<'_>),
) -> Result<(), Error> {
    news(News::Verifying);
    let start = Instant::now();
    let app = match checked {
        Some(app) => app,
        None => Arc::new(App::load(&options.root, None)?.0),
    };
    verify::verify(client, url, &app)?;
    news(News::Verified { digest: app.digest(), took: start.elapsed() });
    Ok(())
}

fn send(options: &Options, client: &Client, news: &mut impl FnMut(News<'_>)) -> Result<Report, Error> {
    let (members, archive) = pack(options, news)?;
    let has_app = || members.release.iter().any(|member| member.name.starts_with("app/"));
    if options.assets == AssetRoute::Release && options.absent == Absent::Deleted && !has_app() {
        return Err(Error::EmptyApp);
    }
    let mut report = Report::new();
    let mut id = None;
    if let Some(archive) = &archive {
        if archive.zip.len() > ARCHIVE_LIMIT {
            return Err(Error::TooLarge { bytes: archive.zip.len(), limit: ARCHIVE_LIMIT });
        }
        let release = NewRelease { archive: &archive.zip, absent: options.absent, effect: options.effect };
        let status = release::release(client, &release, news)?;
        report = status.report.unwrap_or_default();
        id = status.id;
    }
    if !members.assets.is_empty() {
        let sent = assets::deploy(client, &options.root, &members.assets, options.effect, id.as_ref(), news)?;
        report.extend(sent.map(|row| ("Asset".to_owned(), row)));
    }
    Ok(report)
}
