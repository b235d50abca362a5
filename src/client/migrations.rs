//! The app's migrations at a server.

use std::time::Duration;

use super::multipart::Form;
use super::{Client, Error, TIMEOUT};
use crate::protocol::{MigrationList, MigrationRecord, NewMigration, RanMigration};

const PATH: &str = "/api/app_builder/migrations";

/// A migration runs while its client waits; the server ends one that takes too long before this.
const LONGEST_RUN: Duration = Duration::from_secs(60 * 60);

impl Client {
    /// In the order in which they run.
    pub(crate) fn migrations(&self) -> Result<Vec<MigrationRecord>, Error> {
        let list: MigrationList = self.get(PATH, TIMEOUT)?;
        Ok(list.migrations)
    }

    /// Name and body of a new one, for the caller to write.
    pub(crate) fn generate_migration(&self, name: &str) -> Result<NewMigration, Error> {
        self.post_form(PATH, &Form::new().text("name", name).closed(), TIMEOUT)
    }

    /// Returns when it has run; a failure is a refusal.
    pub(crate) fn run_migration(&self, timestamp: &str) -> Result<RanMigration, Error> {
        let form = Form::new().text("timestamp", timestamp).closed();
        self.post_form(format_args!("{PATH}/run"), &form, LONGEST_RUN)
    }
}
