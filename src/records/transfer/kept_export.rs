//! Archives as files that wait to be fetched: by a signed URL, and for a day.

use jiff::Timestamp;

use super::error::ExportError;
use crate::records::data::Data;
use crate::records::uploads::{Key, Upload};

impl Data {
    /// One snapshot of everything, as a private file; where it is.
    pub(crate) fn keep_export_archive(&mut self, now: Timestamp) -> Result<Key, ExportError> {
        let archive = self.export_archive()?;
        self.keep_archive(&archive, Key::of_export, now)
    }

    /// Files of the app as a private file; where it is.
    pub(crate) fn keep_backup(&mut self, archive: &[u8], now: Timestamp) -> Result<Key, ExportError> {
        self.keep_archive(archive, Key::of_backup, now)
    }

    fn keep_archive(
        &mut self,
        archive: &[u8],
        key_of: fn(&str) -> Key,
        now: Timestamp,
    ) -> Result<Key, ExportError> {
        let draft = self.draft_upload()?;
        draft.write(archive).map_err(|source| ExportError::Write { source })?;
        let key = key_of(draft.name());
        self.store_upload(draft, &Upload::private_zip(key.clone()), now)?;
        Ok(key)
    }
}
