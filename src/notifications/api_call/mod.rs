//! Calls of APIs by an app. A call is read and checked ([`Request`]), answered by whom the [`Policy`] says (the net, rules
//! written down beforehand, recordings, nobody), and remembered: a line in the log, a row for the developer's pages, a row in
//! the platform's list of what was sent.
//!
//! ```text
//! template or mutation ─▶ request ─▶ timeout ─▶ transport | stubs | recordings ─▶ response
//!                                                        └─▶ log, exchange, sent
//! ```
//! The caller waits. A `{% transaction %}` around it stays open meanwhile and with it everybody else's writes: a call in one
//! holds them up as long as its timeout, which for a page is at most five seconds. A page of our own that is called in one
//! and wants to write waits for it too, and so is answered too late.

mod caller;
mod error;
mod exchange;
mod mask;
mod multipart;
mod policy;
mod recordings;
mod request;
mod response;
mod stubs;
mod timeout;
mod transport;

use std::sync::Arc;
use std::time::Instant;

use jiff::Timestamp;
use serde_json::{Map, Value as Json, json};

use super::file_place::Locate;
use super::{Sent, SentKind, sent};
use crate::logs::{ApiResult, Log, LoggedError, NewEntry};
use crate::store::Store;

pub(crate) use caller::{CallOrigin, Caller};
pub(crate) use error::CallError;
pub(crate) use policy::{Mode, OnFailure, OnServerError, Policy, Unmatched};
pub(crate) use request::{CallOptions, Request, RequestError};
pub(crate) use response::Response;
pub(crate) use stubs::{Matcher, Reply, Rule, UrlPattern};
pub(crate) use transport::{DEPTH_HEADER, resolve};

use exchange::Exchange;
use mask::Mask;
use recordings::Recordings;
use stubs::Stubs;

/// Makes the calls of an app. Clone = same policy, same log.
#[derive(Debug, Clone)]
pub(crate) struct ApiCalls {
    store: Store,
    log: Log,
    policy: Arc<Policy>,
    source: Source,
}

/// Where answers come from, with what it remembers of earlier ones.
#[derive(Debug, Clone)]
enum Source {
    Net,
    Stubs(Stubs, Unmatched),
    Recorder(Recordings),
    Recordings(Recordings),
    Nowhere,
}

/// A call that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Called {
    Answered(Response),
    /// Nobody answered, and the caller goes on. In words, with method and address.
    Failed(String),
}

impl ApiCalls {
    /// Exchanges are kept beside the queue in `store`.
    pub(crate) fn new(store: Store, log: Log, policy: Policy) -> Self {
        let source = match &policy.mode {
            Mode::Live => Source::Net,
            Mode::Stub { rules, unmatched } => Source::Stubs(Stubs::new(rules.clone()), *unmatched),
            Mode::Record { folder } => Source::Recorder(Recordings::new(folder.clone())),
            Mode::Replay { folder } => Source::Recordings(Recordings::new(folder.clone())),
            Mode::Off => Source::Nowhere,
        };
        Self { store, log, policy: Arc::new(policy), source }
    }

    /// Makes the call and waits for its answer. Any status is one. `locate` finds the files of a `*_multipart` body.
    ///
    /// # Errors
    /// The caller must fail: nobody answered, or not well enough for the policy. In words, with method and address.
    pub(crate) fn call(
        &self,
        request: &Request,
        caller: &Caller,
        locate: &mut Locate<'_>,
    ) -> Result<Called, String> {
        let (url, _) = transport::resolve(&request.url, &caller.base_url);
        let mask = Mask::of(&caller.constants);
        let began = Instant::now();
        let answer = self.answer(request, caller, &url, locate);
        let exchange = Exchange { request, caller, url: &url, answer: &answer, took: began.elapsed() };
        self.remember(&exchange, &mask);
        let told = |reason: String| format!("{} {}: {reason}", request.method.verb, mask.url(&url));
        match (self.policy.failure(caller, &answer), answer) {
            (Some(reason), _) => Err(told(reason)),
            (None, Ok(response)) => Ok(Called::Answered(response)),
            (None, Err(CallError::Off)) => Ok(Called::Failed(CallError::Off.to_string())),
            (None, Err(error)) => Ok(Called::Failed(told(error.to_string()))),
        }
    }

    /// What a template does with an answer changes nothing of the call: it is only told.
    pub(crate) fn callback_failed(&self, template: &str, message: &str, caller: &Caller) {
        let message = format!("callback of api call '{template}': {message}");
        self.log.append(placed(NewEntry::log("error", &message, None), caller));
    }

    fn answer(
        &self,
        request: &Request,
        caller: &Caller,
        url: &str,
        locate: &mut Locate<'_>,
    ) -> Result<Response, CallError> {
        let timeout = timeout::timeout(request.options.timeout, caller, Instant::now());
        let mut live = || transport::send(request, caller, timeout, locate);
        match &self.source {
            Source::Net | Source::Recorder(_) => live(),
            Source::Stubs(stubs, unmatched) => match (stubs.find(request, url), unmatched) {
                (Some(rule), _) => rule.answer(timeout),
                (None, Unmatched::Live) => live(),
                (None, Unmatched::Error) => Err(CallError::Unmatched),
                (None, Unmatched::NotFound) => {
                    Ok(Response { status: 404, headers: Vec::new(), body: String::new() })
                }
            },
            Source::Recordings(recordings) => recordings.replay(request, url),
            Source::Nowhere => Err(CallError::Off),
        }
    }

    /// The call has been made: that it cannot be written down is told, and changes nothing.
    fn remember(&self, exchange: &Exchange<'_>, mask: &Mask<'_>) {
        self.log.append(entry(exchange, mask));
        let now = Timestamp::now();
        let stored = self.store.write(|transaction| {
            exchange::insert(transaction, exchange, mask, now)?;
            if let Ok(response) = exchange.answer {
                sent::insert(transaction, &sent(exchange, response, mask), now)?;
            }
            Ok(())
        });
        let recorded = match &self.source {
            Source::Recorder(recordings) => {
                let Exchange { request, url, answer, took, .. } = *exchange;
                recordings.record(request, url, answer, took, mask)
            }
            _ => Ok(()),
        };
        let causes = [
            stored.err().map(|error| error.to_string()),
            recorded.err().map(|error| format!("cannot record the call: {error}")),
        ];
        for message in causes.into_iter().flatten() {
            self.log.append(placed(NewEntry::log("error", &message, None), exchange.caller));
        }
    }
}

fn entry(exchange: &Exchange<'_>, mask: &Mask<'_>) -> NewEntry {
    let Exchange { request, caller, url, answer, took } = *exchange;
    let (url, method) = (mask.url(url), request.method.verb);
    let result = match answer {
        Ok(response) => ApiResult::Answered(response.status),
        Err(error) => ApiResult::Failed(LoggedError { message: error.to_string(), stack: Vec::new() }),
    };
    let mut entry = placed(NewEntry::api_call(method, &url, took, result), caller);
    entry.data = Some(json!({
        "method": method,
        "url": url,
        "status": answer.as_ref().ok().map(|response| response.status),
        "duration_ms": u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
        "template": request.template,
        "place": caller.place,
    }));
    entry
}

fn placed(entry: NewEntry, caller: &Caller) -> NewEntry {
    let entry = if caller.trace.is_empty() { entry } else { entry.in_trace(&caller.trace) };
    match &caller.origin {
        CallOrigin::Page { request } if request.is_empty() => entry,
        CallOrigin::Page { request } => entry.in_request(request),
        CallOrigin::Job { name, reference } => entry.in_job(name, reference.clone()),
    }
}

fn sent(exchange: &Exchange<'_>, response: &Response, mask: &Mask<'_>) -> Sent {
    let Exchange { request, url, .. } = *exchange;
    let options = [
        ("to", Json::from(mask.url(url))),
        ("request_type", Json::from(request.method.verb)),
        ("request_headers", mask.headers(&request.headers)),
        ("response_status", Json::from(response.status)),
    ];
    Sent {
        kind: SentKind::ApiCall,
        template: request.template.clone(),
        content: exchange::cut(&mask.text(&request.body)),
        options: options.into_iter().map(|(name, value)| (name.to_owned(), value)).collect::<Map<_, _>>(),
    }
}
