//! What is sent to a server of a working tree, against the files there.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;

use zip::ZipArchive;

use super::Error;
use crate::app::{App, Asset};
use crate::protocol::AssetsManifest;

pub(super) fn compare_archive(app: &App, archive: &Path) -> Result<(), Error> {
    let file = open(archive)?;
    let mut zip = ZipArchive::new(file).map_err(|source| Error::Archive { source })?;
    for index in 0..zip.len() {
        let member = zip.by_index(index).map_err(|source| Error::Archive { source })?;
        if member.is_dir() {
            continue;
        }
        let name = member.name().map_err(|source| Error::Archive { source })?.into_owned();
        let asset = known(app, &name)?;
        compare_bytes(&name, asset, member).map_err(|unequal| match unequal {
            Unequal::Sent(source) => Error::Archive { source: source.into() },
            Unequal::Other(error) => error,
        })?;
    }
    Ok(())
}

pub(super) fn compare(app: &App, name: &str, sent: &Path) -> Result<(), Error> {
    let asset = known(app, name)?;
    compare_bytes(name, asset, open(sent)?).map_err(|unequal| match unequal {
        Unequal::Sent(source) => Error::Read { path: sent.to_owned(), source },
        Unequal::Other(error) => error,
    })
}

pub(super) fn compare_manifest(app: &App, manifest: &AssetsManifest) -> Result<(), Error> {
    for (name, entry) in &manifest.manifest {
        let asset = known(app, name)?;
        let failed = |source| Error::Read { path: asset.file.clone(), source };
        if asset.file.metadata().map_err(failed)?.len() != entry.file_size {
            return Err(differs(name, asset));
        }
    }
    Ok(())
}

/// Why the bytes sent are not those of the tree.
enum Unequal {
    /// They cannot be read.
    Sent(io::Error),
    Other(Error),
}

/// Reads no further than the first difference, so that an archive which unpacks to more than there is on disk is not unpacked.
fn compare_bytes(name: &str, asset: &Asset, sent: impl Read) -> Result<(), Unequal> {
    let ours = File::open(&asset.file);
    let failed = |source| Unequal::Other(Error::Read { path: asset.file.clone(), source });
    let mut ours = BufReader::new(ours.map_err(failed)?).bytes();
    for byte in BufReader::new(sent).bytes() {
        let byte = byte.map_err(Unequal::Sent)?;
        if ours.next().transpose().map_err(failed)? != Some(byte) {
            return Err(Unequal::Other(differs(name, asset)));
        }
    }
    match ours.next() {
        None => Ok(()),
        Some(_) => Err(Unequal::Other(differs(name, asset))),
    }
}

fn known<'a>(app: &'a App, name: &str) -> Result<&'a Asset, Error> {
    app.asset(name).ok_or_else(|| Error::Unknown { name: name.to_owned() })
}

fn differs(name: &str, asset: &Asset) -> Error {
    Error::Differs { name: name.to_owned(), path: asset.path.to_string() }
}

fn open(path: &Path) -> Result<File, Error> {
    File::open(path).map_err(|source| Error::Read { path: path.to_owned(), source })
}
