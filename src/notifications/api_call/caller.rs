//! Who makes a call: for its line in the log, for how long it may take, and for what happens when nobody answers.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use serde_json::{Map, Value as Json};

use crate::logs::JobRef;

#[derive(Debug, Clone, Default)]
pub(crate) struct Caller {
    pub(crate) origin: CallOrigin,
    pub(crate) trace: String,
    /// `lib/pay.liquid:14`: where a template asked for it.
    pub(crate) place: Option<String>,
    /// Where our own pages are: `http://127.0.0.1:3000`.
    pub(crate) base_url: String,
    pub(crate) deadline: Option<Instant>,
    pub(crate) cancelled: Option<Arc<AtomicBool>>,
    /// What must not be shown.
    pub(crate) constants: Arc<Map<String, Json>>,
    /// How many of our own pages are waiting for this one: a page that calls itself must end somewhere.
    pub(crate) depth: u32,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum CallOrigin {
    /// Somebody waits for the answer. `request` is empty where the caller has none.
    Page {
        request: String,
    },
    Job {
        name: String,
        reference: JobRef,
    },
}

impl Default for CallOrigin {
    fn default() -> Self {
        Self::Page { request: String::new() }
    }
}

impl Caller {
    pub(super) fn is_cancelled(&self) -> bool {
        self.cancelled.as_ref().is_some_and(|flag| flag.load(Ordering::Relaxed))
    }
}
