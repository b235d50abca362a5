//! What leaves the app: e-mails, SMS, calls of APIs; and the inbox where a developer sees them. What is sent comes rendered:
//! this room knows no template.

mod api_call;
mod sent;

use jiff::Timestamp;

use crate::store::{self, Store};

pub(crate) use api_call::{
    ApiCalls, CallOptions, CallOrigin, Called, Caller, DEPTH_HEADER, Matcher, Mode, OnFailure, OnServerError,
    Policy, Reply, Request, RequestError, Response, Rule, Unmatched, UrlPattern,
};
pub(crate) use sent::{Sent, SentKind};

/// Clone = same inbox.
#[derive(Debug, Clone)]
pub(crate) struct Notifications {
    store: Store,
}

impl Notifications {
    /// Kept beside the queue in `store`.
    pub(crate) fn open(store: Store) -> Self {
        Self { store }
    }

    /// Remembers what has just been sent.
    ///
    /// # Errors
    /// The disk is full or gone.
    pub(crate) fn record(&self, sent: &Sent, now: Timestamp) -> Result<(), store::Error> {
        self.store.write(|transaction| sent::insert(transaction, sent, now))
    }
}
