//! The CSV archive as a file that waits to be fetched.

use jiff::Timestamp;

use super::error::ExportError;
use crate::records::data::Data;
use crate::records::uploads::{Acl, Key, Upload};

impl Data {
    /// One snapshot of everything, as a private file; where it is.
    pub(crate) fn keep_export_archive(&mut self, now: Timestamp) -> Result<Key, ExportError> {
        let archive = self.export_archive()?;
        let draft = self.draft_upload()?;
        draft.write(&archive).map_err(|source| ExportError::Write { source })?;
        let key = Key::of_export(draft.name());
        let upload = Upload {
            key: key.clone(),
            acl: Acl::Private,
            content_type: "application/zip".to_owned(),
            content_disposition: Some("attachment".to_owned()),
            cache_control: None,
        };
        self.store_upload(draft, &upload, now)?;
        Ok(key)
    }
}
