//! HTTP out, to the server of this machine or to a platform. One method per call of the protocol; synchronous, with a
//! limit for every wait. What fails in passing (a server that restarts, a busy one) is tried again where that cannot do
//! a thing twice.

mod assets;
mod data;
mod error;
mod exec;
mod graph;
mod jobs;
mod logs;
mod mail;
mod migrations;
mod multipart;
mod portal;
mod refusal;
mod releases;
mod request;
mod retry;
mod sync;
mod tests_module;

use std::fmt::{self, Display};
use std::time::Duration;

use serde::de::DeserializeOwned;
use serde_json::Value as Json;
use ureq::Agent;
use ureq::config::ConfigBuilder;
use ureq::http::Method;
use ureq::typestate::AgentScope;

use crate::protocol::AppIdentity;
use crate::settings::Environment;

pub(crate) use data::{FileIds, History};
pub(crate) use error::Error;
pub(crate) use jobs::Finished;
pub(crate) use mail::MailQuery;
pub(crate) use portal::{DeviceToken, Portal, SiteUrl};
pub(crate) use releases::{Absent, Effect, NewRelease};
pub(crate) use sync::Taken;

use multipart::Form;
use refusal::refusal;
use request::{Content, Outgoing, Sender};

/// How long an answer may take that the server has no reason to hold back.
const TIMEOUT: Duration = Duration::from_secs(10);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);
const REMOTE_CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// Sending or fetching a large file.
const LONGEST_SEND: Duration = Duration::from_secs(10 * 60);
/// Where an instance says itself where uploads are put.
const PRESIGNER: &str = "/api/private/urls";
/// Bytes of one answer.
const MAX_ANSWER: u64 = 256 * 1024 * 1024;

/// Speaks to one server. Clone = same connections.
#[derive(Debug, Clone)]
pub(crate) struct Client {
    agent: Agent,
    /// Without a slash at its end.
    url: String,
    /// Whoever says where uploads are put, without a slash at its end.
    presigner: String,
    /// Of a platform: what it is told of who asks.
    identity: Option<Identity>,
}

/// Headers of the platform's protocol.
#[derive(Clone)]
struct Identity {
    token: String,
    email: Option<String>,
    /// As configured.
    url: String,
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Identity({:?}, token ***)", self.email)
    }
}

impl Client {
    /// The developer routes of a server on this machine; `url` as it announced itself.
    pub(crate) fn local(url: &str) -> Self {
        // A proxy of the environment cannot reach our loopback address.
        let config = config().proxy(None).timeout_connect(Some(CONNECT_TIMEOUT)).build();
        let url = url.trim_end_matches('/').to_owned();
        Self { agent: config.into(), presigner: format!("{url}{PRESIGNER}"), url, identity: None }
    }

    /// A platform, with its token.
    pub(crate) fn of_environment(environment: &Environment) -> Self {
        let config = config().timeout_connect(Some(REMOTE_CONNECT_TIMEOUT)).build();
        let identity = Identity {
            token: environment.token.secret().to_owned(),
            email: environment.email.clone(),
            url: environment.url.clone(),
        };
        let url = environment.url.clone();
        let presigner = environment.deploy_service.clone().unwrap_or_else(|| format!("{url}{PRESIGNER}"));
        Self { agent: config.into(), url, presigner, identity: Some(identity) }
    }

    /// Not a server of this machine.
    pub(crate) fn is_platform(&self) -> bool {
        self.identity.is_some()
    }

    /// Which tree the server serves.
    pub(crate) fn app(&self) -> Result<AppIdentity, Error> {
        self.get("/_dev/app", TIMEOUT)
    }

    fn get<T: DeserializeOwned>(&self, path: impl Display, timeout: Duration) -> Result<T, Error> {
        self.call(&self.outgoing(&Method::GET, path, Content::Nothing, timeout))
    }

    fn post<T: DeserializeOwned>(&self, path: impl Display) -> Result<T, Error> {
        self.call(&self.outgoing(&Method::POST, path, Content::Nothing, TIMEOUT))
    }

    fn post_json<T: DeserializeOwned>(
        &self,
        path: impl Display,
        body: &Json,
        timeout: Duration,
    ) -> Result<T, Error> {
        let body = body.to_string();
        self.call(&self.outgoing(&Method::POST, path, Content::Json(body.as_bytes()), timeout))
    }

    fn post_form<T: DeserializeOwned>(
        &self,
        path: impl Display,
        form: &Form,
        timeout: Duration,
    ) -> Result<T, Error> {
        self.call(&self.outgoing(&Method::POST, path, Content::Form { form, sent: &|_| () }, timeout))
    }

    /// The bytes at a URL that a server has named. Nobody there is told who asks, unless it is the server itself.
    fn download(&self, url: String, timeout: Duration) -> Result<Vec<u8>, Error> {
        let is_own = url.strip_prefix(&self.url).is_some_and(|path| path.starts_with('/'));
        let outgoing = Outgoing { method: &Method::GET, url, content: Content::Nothing, timeout };
        let sender = if is_own { self.sender() } else { Sender::Nobody };
        let (status, body) = outgoing.send(&self.agent, sender)?;
        if status.is_success() { Ok(body) } else { Err(refusal(&outgoing.url, status, &body)) }
    }

    fn outgoing<'a>(
        &self,
        method: &'a Method,
        path: impl Display,
        content: Content<'a>,
        timeout: Duration,
    ) -> Outgoing<'a> {
        Outgoing { method, url: format!("{}{path}", self.url), content, timeout }
    }

    fn sender(&self) -> Sender<'_> {
        self.identity.as_ref().map_or(Sender::Nobody, Sender::User)
    }

    /// Asks where something can be uploaded to.
    fn presign<T: DeserializeOwned>(
        &self,
        what: &str,
        query: &mut form_urlencoded::Serializer<'_, String>,
    ) -> Result<T, Error> {
        let url = format!("{}/{what}?{}", self.presigner, query.finish());
        let outgoing = Outgoing { method: &Method::GET, url, content: Content::Nothing, timeout: TIMEOUT };
        let sender = self.identity.as_ref().map_or(Sender::Nobody, Sender::Depositor);
        parse(&self.exchange(&outgoing, sender)?, &outgoing.url)
    }

    /// Calls, and calls again after failures in passing.
    fn call<T: DeserializeOwned>(&self, outgoing: &Outgoing<'_>) -> Result<T, Error> {
        parse(&self.exchange(outgoing, self.sender())?, &outgoing.url)
    }

    fn call_once<T: DeserializeOwned>(&self, outgoing: &Outgoing<'_>) -> Result<T, Error> {
        parse(&self.exchange_once(outgoing, self.sender())?, &outgoing.url)
    }

    /// As [`Self::call`], of an answer that need not be JSON.
    fn exchange(&self, outgoing: &Outgoing<'_>, sender: Sender<'_>) -> Result<Vec<u8>, Error> {
        let Outgoing { method, url, .. } = outgoing;
        let mut failures = 0;
        loop {
            tracing::debug!(%method, url, "request");
            let error = match self.exchange_once(outgoing, sender) {
                Ok(answer) => return Ok(answer),
                Err(error) => error,
            };
            failures += 1;
            let Some(pause) = retry::pause(method, &error, failures) else { return Err(error) };
            tracing::debug!(%method, url, ?error, ?pause, "trying again");
            std::thread::sleep(pause);
        }
    }

    fn exchange_once(&self, outgoing: &Outgoing<'_>, sender: Sender<'_>) -> Result<Vec<u8>, Error> {
        let (status, body) = outgoing.send(&self.agent, sender)?;
        if status.is_success() { Ok(body) } else { Err(refusal(&outgoing.url, status, &body)) }
    }
}

fn parse<T: DeserializeOwned>(body: &[u8], url: &str) -> Result<T, Error> {
    serde_json::from_slice(body).map_err(|source| Error::Malformed { url: url.to_owned(), source })
}

fn config() -> ConfigBuilder<AgentScope> {
    Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .accept("application/json")
        .user_agent(concat!("pos-cli/", env!("CARGO_PKG_VERSION")))
}

#[cfg(test)]
mod tests;
