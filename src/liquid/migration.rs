//! A migration of the app: a file that runs alone, inside one transaction around all of it. Errors are raised whatever
//! the app is configured to, and a `{% rollback %}` on its own is legal.

use std::sync::Arc;
use std::time::Duration;

use super::bindings::Bindings;
use super::engine::{Engine, Scope, compile};
use super::error::{Error, Result};
use super::render::{Flow, Render};
use crate::app::{Format, Migration};
use crate::jobs::NewJob;
use crate::records::{Data, DataError};

/// How long it waits for the transaction of somebody else.
const PATIENCE: Duration = Duration::from_secs(10);

/// What a migration did, not stored yet.
#[derive(Debug)]
pub(crate) struct Migrated {
    /// Its transaction is open: whoever notes that the migration is done stores both together.
    pub(crate) data: Data,
    /// To queue once that is stored.
    pub(crate) jobs: Vec<NewJob>,
}

impl Engine {
    /// Runs the text the file has now, be it broken. What it prints is dropped. After an error nothing of it stays.
    pub(crate) fn migration(
        &self,
        migration: &Migration,
        scope: &Scope,
        bindings: &Bindings,
    ) -> Result<Migrated> {
        let template = compile(&migration.source, self.interpolation(), None)?;
        let mut render = Render::new(self, scope, bindings, Arc::clone(&template), Format::Text);
        let missing = || Error::runtime("a migration has no data to work on");
        let mut data = render.data.take().ok_or_else(missing)?;
        data.begin(PATIENCE).map_err(failed)?;
        render.data = Some(data);
        render.transactions = 1;
        let flow = render.run_file(template, super::value::Map::default())?;
        let mut data = render.data.take().ok_or_else(missing)?;
        let mut jobs = std::mem::take(&mut render.effects.jobs);
        if flow == Flow::Rollback {
            jobs.clear();
            data.rollback().and_then(|()| data.begin(PATIENCE)).map_err(failed)?;
        }
        Ok(Migrated { data, jobs })
    }
}

fn failed(error: DataError) -> Error {
    Error::runtime(format!("transaction: {error}"))
}
