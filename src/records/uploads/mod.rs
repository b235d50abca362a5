//! Files: what visitors upload and what the app writes. The bytes lie in a folder, what is known of them in a table of the
//! data file. A file counts once its row is stored, which is when the transaction is that stores what refers to it; bytes
//! are on disk before that and are removed if it never comes. So there is no row without its bytes, nor half a file.
//!
//! ```text
//! Data::draft_upload ─▶ bytes ─▶ Data::store_upload ─▶ commit    the file is there, the one it replaces is removed
//!                                                   └▶ rollback  its bytes are removed
//! ```
//!
//! Files that no record refers to any more stay: their URLs may have been given to somebody.

mod draft;
mod key;
mod policy;
mod presigned_put;
mod signature;
mod temporary;
#[cfg(test)]
mod tests;

use std::collections::HashSet;
use std::fs;
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use jiff::Timestamp;
use rusqlite::{OptionalExtension as _, params};
use serde::{Deserialize, Serialize};

use super::data::{Data, DataError};
use crate::store::{self, Store};

pub(crate) use draft::Draft;
pub(crate) use key::{Key, KeyError};
pub(crate) use policy::{Breach, Policy, Reach, base_name};
pub(crate) use presigned_put::{PresignedPut, PutBreach};
pub(crate) use signature::{Permission, Signer};

/// Where files are kept. Clone = same files.
#[derive(Debug, Clone)]
pub(crate) struct Uploads {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    folder: PathBuf,
    signer: OnceLock<Signer>,
}

/// Who may read a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Acl {
    #[default]
    Public,
    /// Whoever shows a signature.
    Private,
}

/// What is known of a file besides its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Upload {
    pub(crate) key: Key,
    pub(crate) acl: Acl,
    pub(crate) content_type: String,
    pub(crate) content_disposition: Option<String>,
    pub(crate) cache_control: Option<String>,
}

impl Upload {
    /// An archive for whoever has a signed URL of it.
    pub(crate) fn private_zip(key: Key) -> Self {
        Self {
            key,
            acl: Acl::Private,
            content_type: "application/zip".to_owned(),
            content_disposition: Some("attachment".to_owned()),
            cache_control: None,
        }
    }
}

/// A file that is there.
#[derive(Debug)]
pub(crate) struct StoredUpload {
    pub(crate) upload: Upload,
    /// Changes with the bytes.
    pub(crate) tag: String,
    pub(crate) path: PathBuf,
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum UploadError {
    #[error("cannot use the folder of uploads {}", path.display())]
    Folder { path: PathBuf, source: io::Error },
    #[error(transparent)]
    Store(#[from] store::Error),
}

/// What a transaction does to files once it is stored.
#[derive(Debug, Default)]
pub(super) struct FileChanges {
    written: Vec<Draft>,
    replaced: Vec<PathBuf>,
}

impl Uploads {
    /// Creates the folder if it is missing, and sweeps away what a crash has left in it. `store` holds the rows.
    pub(crate) fn open(folder: PathBuf, store: &Store) -> Result<Self, UploadError> {
        let failed = |source| UploadError::Folder { path: folder.clone(), source };
        fs::create_dir_all(&folder).map_err(failed)?;
        let known: HashSet<String> = store.read(|connection| {
            let mut statement = connection.prepare("SELECT file FROM uploads")?;
            statement.query_map([], |row| row.get(0))?.collect()
        })?;
        for entry in fs::read_dir(&folder).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let name = entry.file_name();
            let is_ours = name.to_str().is_some_and(|name| uuid::Uuid::try_parse(name).is_ok());
            if is_ours && !name.to_str().is_some_and(|name| known.contains(name)) {
                fs::remove_file(entry.path()).map_err(failed)?;
            }
        }
        Ok(Self { inner: Arc::new(Inner { folder, signer: OnceLock::new() }) })
    }
}

impl FileChanges {
    /// The transaction around has the rest of the answer.
    pub(super) fn extend(&mut self, inner: Self) {
        self.written.extend(inner.written);
        self.replaced.extend(inner.replaced);
    }

    /// It is stored. Dropped without that, nothing of it stays.
    pub(super) fn settle(self) {
        self.written.into_iter().for_each(Draft::keep);
        for path in self.replaced {
            // Nobody can find it any more; what cannot be removed now is swept away at the next start.
            let _ = fs::remove_file(path);
        }
    }
}

impl Data {
    /// # Errors
    /// There is no place for files here.
    pub(crate) fn draft_upload(&self) -> Result<Draft, DataError> {
        Ok(Draft::within(&self.uploads()?.inner.folder))
    }

    /// The bytes of `draft` are what `upload` names from now on, or, in a transaction, once that is stored.
    pub(crate) fn store_upload(
        &mut self,
        draft: Draft,
        upload: &Upload,
        now: Timestamp,
    ) -> Result<(), DataError> {
        let folder = self.uploads()?.inner.folder.clone();
        // A row that survives a power cut needs bytes whose name does.
        let synced = fs::File::open(&folder).and_then(|folder| folder.sync_all());
        synced.map_err(|source| DataError::Uploads { path: folder.clone(), source })?;
        let replaced: Option<String> = self.write(|connection| {
            let replaced = connection
                .prepare_cached("SELECT file FROM uploads WHERE key = ?1")?
                .query_row([upload.key.as_str()], |row| row.get(0))
                .optional()?;
            connection.prepare_cached(include_str!("../sql/replace_upload.sql"))?.execute(params![
                upload.key.as_str(),
                draft.name(),
                upload.acl.name(),
                upload.content_type,
                upload.content_disposition,
                upload.cache_control,
                now.as_millisecond(),
            ])?;
            Ok(replaced)
        })?;
        let replaced = replaced.map(|name| folder.join(name));
        self.files_changed(FileChanges { written: vec![draft], replaced: replaced.into_iter().collect() });
        Ok(())
    }

    pub(crate) fn upload(&self, key: &Key) -> Result<Option<StoredUpload>, DataError> {
        let folder = &self.uploads()?.inner.folder;
        self.read(|connection| {
            let mut statement = connection.prepare_cached(
                "SELECT file, acl, content_type, content_disposition, cache_control FROM uploads WHERE key = ?1",
            )?;
            let upload = statement.query_row([key.as_str()], |row| {
                let tag: String = row.get(0)?;
                Ok(StoredUpload {
                    path: folder.join(&tag),
                    tag,
                    upload: Upload {
                        key: key.clone(),
                        acl: Acl::named(row.get_ref(1)?.as_str()?).unwrap_or(Acl::Private),
                        content_type: row.get(2)?,
                        content_disposition: row.get(3)?,
                        cache_control: row.get(4)?,
                    },
                })
            });
            upload.optional()
        })
    }

    /// The files whose keys begin so, the newest first, each with when it came.
    pub(crate) fn uploads_below(&self, prefix: &str) -> Result<Vec<(Key, Timestamp)>, DataError> {
        self.read(|connection| {
            let mut statement = connection.prepare_cached(
                "SELECT key, created_at FROM uploads WHERE key > ?1 AND key < ?2 ORDER BY created_at DESC, key",
            )?;
            let rows = statement.query_map([prefix, &format!("{prefix}{}", char::MAX)], |row| {
                Ok((row.get::<_, String>(0)?, row.get(1)?))
            })?;
            let files = rows.map(|row| {
                let (key, created_at) = row?;
                let created_at = Timestamp::from_millisecond(created_at).unwrap_or(Timestamp::UNIX_EPOCH);
                Ok(Key::parse(&key).ok().map(|key| (key, created_at)))
            });
            files.filter_map(Result::transpose).collect()
        })
    }

    /// Takes one file away: its row, and its bytes once that is stored. Nothing happens where there is none.
    pub(crate) fn delete_upload(&mut self, key: &Key) -> Result<(), DataError> {
        let folder = self.uploads()?.inner.folder.clone();
        let file: Option<String> = self.write(|connection| {
            connection
                .prepare_cached("DELETE FROM uploads WHERE key = ?1 RETURNING file")?
                .query_row([key.as_str()], |row| row.get(0))
                .optional()
        })?;
        let replaced = file.map(|name| folder.join(name));
        self.files_changed(FileChanges { written: Vec::new(), replaced: replaced.into_iter().collect() });
        Ok(())
    }

    /// Takes all files away: their rows, and their bytes once that is stored.
    pub(in crate::records) fn clear_uploads(&mut self) -> Result<(), DataError> {
        // Without a place for files there are none.
        let Ok(uploads) = self.uploads() else { return Ok(()) };
        let folder = uploads.inner.folder.clone();
        let files: Vec<String> = self.write(|connection| {
            let mut statement = connection.prepare_cached("DELETE FROM uploads RETURNING file")?;
            statement.query_map([], |row| row.get(0))?.collect()
        })?;
        let replaced = files.into_iter().map(|name| folder.join(name)).collect();
        self.files_changed(FileChanges { written: Vec::new(), replaced });
        Ok(())
    }

    /// Reads the secret once.
    pub(crate) fn upload_signer(&mut self) -> Result<Signer, DataError> {
        if let Some(signer) = self.uploads()?.inner.signer.get() {
            return Ok(*signer);
        }
        let signer = Signer::new(self.secret()?);
        Ok(*self.uploads()?.inner.signer.get_or_init(|| signer))
    }
}

impl Acl {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Private => "private",
        }
    }

    pub(crate) fn named(name: &str) -> Option<Self> {
        [Self::Public, Self::Private].into_iter().find(|acl| acl.name() == name)
    }
}
