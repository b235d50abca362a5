//! Releases of an instance: an archive is sent, then asked about until it is imported. A server of ours keeps them, and
//! serves an earlier one again when it is told to.

use std::time::Duration;

use ureq::http::Method;

use super::multipart::Form;
use super::request::Content;
use super::{Client, Error, LONGEST_SEND, TIMEOUT};
use crate::protocol::{Begun, Id, KeptRelease, KeptReleases, ReleaseStatus};

const RELEASES: &str = "/api/app_builder/marketplace_releases";
/// A status is a row to read; a busy instance may take its time.
const LONGEST_STATUS: Duration = Duration::from_secs(60);

/// An archive on its way.
#[derive(Debug, Clone, Copy)]
pub(crate) struct NewRelease<'a> {
    pub(crate) archive: &'a [u8],
    pub(crate) absent: Absent,
    pub(crate) effect: Effect,
}

/// What becomes of the files of the instance that a release does not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Absent {
    Deleted,
    Kept,
}

/// Whether a release changes the instance, or only shows what it would change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Effect {
    Applied,
    DryRun,
}

impl Client {
    /// Sends it once. The same release sent twice is deployed twice, which is the same as once: whoever does not hear the
    /// answer may send it again. `sent` hears how many bytes of the archive have left, roughly.
    pub(crate) fn send_release(
        &self,
        release: &NewRelease<'_>,
        sent: &dyn Fn(usize),
    ) -> Result<Begun, Error> {
        let form = Form::new()
            .text("marketplace_builder[partial_deploy]", &(release.absent == Absent::Kept).to_string());
        let form = match release.effect {
            Effect::Applied => form,
            Effect::DryRun => form.text("marketplace_builder[dry_run]", "true"),
        };
        let form = form.file("marketplace_builder[zip_file]", "release.zip", release.archive).closed();
        self.call_once(&self.outgoing(
            &Method::POST,
            RELEASES,
            Content::Form { form: &form, sent },
            LONGEST_SEND,
        ))
    }

    pub(crate) fn release(&self, id: &Id) -> Result<ReleaseStatus, Error> {
        self.get(format_args!("{RELEASES}/{id}"), LONGEST_STATUS)
    }

    /// Those a server of ours keeps, newest first.
    pub(crate) fn kept_releases(&self) -> Result<Vec<KeptRelease>, Error> {
        let kept: KeptReleases = self.get("/_dev/releases", TIMEOUT)?;
        Ok(kept.releases)
    }

    /// Serves a kept release again; returns when it is served.
    pub(crate) fn activate_release(&self, id: u64) -> Result<KeptRelease, Error> {
        let path = format_args!("/_dev/releases/{id}/activate");
        self.call(&self.outgoing(&Method::POST, path, Content::Nothing, LONGEST_SEND))
    }
}
