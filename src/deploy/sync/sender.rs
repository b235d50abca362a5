//! One file on its way to an instance: what is on disk when its turn comes.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::sync::Mutex;

use super::files::{Found, Tree};
use super::journal::Digest;
use super::selection::{AssetPlace, Kept, Target};
use crate::app::TemplateValues;
use crate::client::{self, Client, Taken};
use crate::deploy::Error;
use crate::deploy::members::changed;
use crate::protocol::{AssetEntry, AssetsManifest, Instance, PresignedForm};

/// Speaks to one instance for one project. Used by several threads at once.
#[derive(Debug)]
pub(super) struct Sender {
    client: Client,
    instance: Instance,
    tree: Tree,
    /// The form for assets, once one was asked for.
    presigned: Mutex<Option<PresignedForm>>,
}

/// What became of a file.
#[derive(Debug)]
pub(super) enum Sent {
    Put {
        digest: Digest,
        taken: Taken,
    },
    /// Its bytes are there; it counts when the manifest names it.
    Asset {
        digest: Digest,
        key: String,
        entry: AssetEntry,
    },
    Deleted,
    Kept(Kept),
}

impl Sender {
    /// # Errors
    /// The instance cannot be reached or does not take the token.
    pub(super) fn connect(client: Client, tree: Tree) -> Result<Self, Error> {
        let instance = client.instance()?;
        Ok(Self { client, instance, tree, presigned: Mutex::new(None) })
    }

    /// Puts the file if there is one, and deletes it at the instance if there is none.
    pub(super) fn send(&self, path: &str) -> Result<Sent, Error> {
        let target = match Target::of(path) {
            Ok(target) => target,
            Err(kept) => return Ok(Sent::Kept(kept)),
        };
        let Some(Found::File(file)) = self.tree.find(path) else { return self.delete(&target) };
        let content = match fs::read(&file) {
            Ok(content) => content,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return self.delete(&target),
            Err(source) => return Err(Error::Read { path: path.into(), source }),
        };
        if content.is_empty() && path.to_ascii_lowercase().ends_with(".yml") {
            return Ok(Sent::Kept(Kept::Empty));
        }
        let digest = Digest::of(&content);
        let content = self.filled(path, content)?;
        match target.asset {
            Some(place) => {
                self.post(&place, &content)?;
                let entry = AssetEntry {
                    physical_file_path: target.path,
                    updated_at: changed(&file),
                    file_size: content.len() as u64,
                };
                Ok(Sent::Asset { digest, key: place.key(), entry })
            }
            None => {
                let taken = self.client.put_file(&target.path, &content)?;
                Ok(Sent::Put { digest, taken })
            }
        }
    }

    /// Says which assets there are now, besides those there were.
    pub(super) fn announce(&self, assets: BTreeMap<String, AssetEntry>) -> Result<(), client::Error> {
        let manifest = AssetsManifest { manifest: assets, marketplace_release_id: None };
        self.client.send_manifest(&manifest)
    }

    /// A text of a module has the module's values filled in, as in a release.
    fn filled(&self, path: &str, content: Vec<u8>) -> Result<Vec<u8>, Error> {
        let (Some(module), Ok(text)) = (TemplateValues::module_of(path), str::from_utf8(&content)) else {
            return Ok(content);
        };
        let template = |problem| Error::Template { problem };
        let Some(values) = TemplateValues::load(self.tree.root(), module).map_err(template)? else {
            return Ok(content);
        };
        Ok(values.fill(path, text).map_err(template)?.into_owned().into_bytes())
    }

    fn delete(&self, target: &Target) -> Result<Sent, Error> {
        match self.client.delete_file(&target.path) {
            // It was not there.
            Err(error) if error.is_not_found() => Ok(Sent::Deleted),
            result => Ok(result.map(|()| Sent::Deleted)?),
        }
    }

    /// A form is good for some time only; one that is refused is asked for anew, once.
    fn post(&self, place: &AssetPlace, content: &[u8]) -> Result<(), client::Error> {
        let known = self.lock().clone();
        if let Some(presigned) = known {
            match self.client.post_asset(&presigned, &place.folder, &place.name, content) {
                Err(error) if error.is_forbidden() => {}
                result => return result,
            }
        }
        let presigned = self.client.presigned_form(&self.instance)?;
        *self.lock() = Some(presigned.clone());
        self.client.post_asset(&presigned, &place.folder, &place.name, content)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<PresignedForm>> {
        // It is replaced as a whole, so one left by a panic is as good as any.
        self.presigned.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}
