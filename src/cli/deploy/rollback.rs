//! `deploy --releases` and `deploy --rollback`: what a server of ours keeps of what was deployed to it. A platform keeps
//! no releases to go back to.

use super::display::{count, millis, seconds};
use crate::cli::ui::{Closed, Table};
use crate::cli::{Context, Error, Exit, Kind, as_json};
use crate::client::{self, Client};
use crate::protocol::KeptRelease;

pub(super) fn list(client: &Client, name: &str, context: &Context) -> Result<Exit, Error> {
    let releases = kept(client, name)?;
    let printed = if context.global.json {
        releases.iter().try_for_each(|release| context.ui.line(&as_json(release)))
    } else {
        print(&releases, context)
    };
    if let Err(closed) = printed {
        return closed.outcome();
    }
    if releases.is_empty() {
        context.ui.note("no releases: nothing was deployed yet");
    }
    Ok(Exit::Done)
}

/// Without a number it is the one before the current.
pub(super) fn roll_back(
    client: &Client,
    number: Option<u64>,
    name: &str,
    context: &Context,
) -> Result<Exit, Error> {
    let start = std::time::Instant::now();
    let releases = kept(client, name)?;
    let release = match number {
        Some(number) => releases.iter().find(|release| release.id == number).ok_or_else(|| {
            Error::new(Kind::User, format!("{name} keeps no release {number}"))
                .hint("`pos-cli deploy --releases` lists them")
        })?,
        None => before_current(&releases).ok_or_else(|| {
            Error::new(Kind::User, format!("{name} keeps no release before the current one"))
                .hint("`pos-cli deploy --releases` lists them")
        })?,
    };
    context.ui.note(&format!("rolling back {name}"));
    let served = client.activate_release(release.id)?;
    let took = start.elapsed();
    let line = if context.global.json {
        serde_json::json!({"phase": "rollback", "release": served.id, "ms": millis(took)}).to_string()
    } else {
        format!(
            "rolled back to release {} of {} ({}), in {}",
            served.id,
            served.created_at,
            count(served.files),
            seconds(took)
        )
    };
    context.ui.line(&line).map_or_else(Closed::outcome, |()| Ok(Exit::Done))
}

/// Of a list from the newest to the oldest.
fn before_current(releases: &[KeptRelease]) -> Option<&KeptRelease> {
    releases.iter().skip_while(|release| !release.is_current).nth(1)
}

/// A server that does not know the question keeps nothing.
fn kept(client: &Client, name: &str) -> Result<Vec<KeptRelease>, Error> {
    client.kept_releases().map_err(|error| match error {
        client::Error::Refused { status: 404, .. }
        | client::Error::Status { status: 300..=499, .. }
        | client::Error::Malformed { .. } => {
            Error::new(Kind::User, format!("{name} keeps no releases to go back to"))
                .hint("only `pos-cli run --instance DIR` does; deploy an earlier state of the app instead")
        }
        error => error.into(),
    })
}

fn print(releases: &[KeptRelease], context: &Context) -> Result<(), Closed> {
    if releases.is_empty() {
        return Ok(());
    }
    let mut table = Table::new(["RELEASE", "DEPLOYED", "BY", "FILES", "BYTES", ""]);
    for release in releases {
        let KeptRelease { id, created_at, origin, files, bytes, is_current } = release;
        let current = if *is_current { "current" } else { "" };
        table.row([
            id.to_string(),
            created_at.clone(),
            origin.clone(),
            files.to_string(),
            bytes.to_string(),
            current.to_owned(),
        ]);
    }
    table.lines().try_for_each(|line| context.ui.line(&line))
}
