//! The handle to all that is kept: opened once, given to everything that reads or changes data.

use std::path::Path;
use std::time::Instant;

use super::constants::Constants;
use super::data::Data;
use super::uploads::Uploads;
use crate::store::{Database, Durability, Error, Store};

/// Clone = same data.
#[derive(Debug, Clone)]
pub(crate) struct Records {
    store: Store,
    constants: Constants,
    uploads: Option<Uploads>,
}

impl Records {
    /// `constants` are those of the same store.
    pub(crate) fn new(store: Store, constants: Constants) -> Self {
        Self { store, constants, uploads: None }
    }

    /// The same with a place for files, whose rows are in the same store.
    pub(crate) fn keeping_files(self, uploads: Uploads) -> Self {
        Self { uploads: Some(uploads), ..self }
    }

    /// The data of a file, with its own constants alone. It is created if it is missing.
    ///
    /// # Errors
    /// The file is not ours, or cannot be used.
    pub(crate) fn open(path: &Path) -> Result<Self, Error> {
        let store = Store::open(path, Database::Data, Durability::Full)?;
        Ok(Self::new(store.clone(), Constants::new(store)))
    }

    pub(crate) fn constants(&self) -> &Constants {
        &self.constants
    }

    /// For one request, job or render that must be done by `until`.
    pub(crate) fn data(&self, until: Option<Instant>) -> Data {
        Data::new(self.store.clone(), self.constants.clone(), until).with_uploads(self.uploads.clone())
    }
}
