//! What is sent to a deploy target: bytes wait in its database, and become part of what is served as everything else does,
//! through the installer.

use std::fs;
use std::path::Path;

use jiff::Timestamp;

use super::{Error, Settled};
use crate::protocol::{AssetsManifest, Id};
use crate::releases::{
    Bytes, Change, FilePath, Gone, NamedAsset, NamedAssets, NewFile, NotInstalled, Origin, Refused,
    ReleaseId, Releases, Wanted,
};

pub(super) fn stage(releases: &Releases, archive: &Path) -> Result<(), Error> {
    Ok(releases.stage_assets(&read(archive)?, Timestamp::now())?)
}

pub(super) fn save(releases: &Releases, name: &str, file: &Path) -> Result<(), Error> {
    let path = FilePath::of_asset(name).map_err(Refused::from)?;
    let change = Change { put: vec![NewFile { path, content: read(file)? }], gone: Gone::Nothing };
    Ok(releases.install(Origin::Sync, Wanted::Change(change)).map(drop)?)
}

pub(super) fn settle(releases: &Releases, manifest: &AssetsManifest) -> Result<Settled, Error> {
    let named = manifest.manifest.iter().map(|(name, entry)| NamedAsset::of(name, entry));
    let named = NamedAssets { assets: named.collect::<Result<_, _>>()?, bytes: Bytes::Sent };
    let of = manifest.marketplace_release_id.as_ref().map(|id| release(releases, id)).transpose()?;
    match releases.install(Origin::Assets { of }, Wanted::Assets(named)) {
        // Clients ask the release what became of its assets.
        Err(NotInstalled::Refused { .. }) if of.is_some() => Ok(Settled::Over),
        Err(NotInstalled::Underway) => Ok(Settled::Underway),
        installed => Ok(installed.map(|_| Settled::Over)?),
    }
}

/// The release whose assets these are.
fn release(releases: &Releases, id: &Id) -> Result<ReleaseId, Error> {
    let unknown = || Error::Release { id: id.to_string() };
    let id = id.to_string().parse::<ReleaseId>().map_err(|_| unknown())?;
    releases.status(id)?.ok_or_else(unknown)?;
    Ok(id)
}

fn read(path: &Path) -> Result<Vec<u8>, Error> {
    fs::read(path).map_err(|source| Error::Read { path: path.to_owned(), source })
}
