//! The tests of an app, run through the pages of its tests module; the results of a run come in the log.

use std::time::Duration;

use serde::Deserialize;
use serde_json::Value as Json;
use ureq::http::{Method, StatusCode};

use super::refusal::refusal;
use super::request::Content;
use super::{Client, Error, TIMEOUT};
use crate::protocol::{StartedTests, TestReport};

/// Where the page of a run is; the second is all that older modules have.
const RUN_PAGES: [&str; 2] = ["/_tests/run_async.js", "/_tests/run_async"];

#[derive(Debug, Deserialize)]
struct InstalledModules {
    data: Vec<Json>,
}

impl Client {
    /// Their names.
    pub(crate) fn installed_modules(&self) -> Result<Vec<String>, Error> {
        let InstalledModules { data } = self.get("/api/app_builder/installed_modules", TIMEOUT)?;
        let name = |module: Json| match module {
            Json::String(name) => Some(name),
            module => module.get("name").and_then(Json::as_str).map(str::to_owned),
        };
        Ok(data.into_iter().filter_map(name).collect())
    }

    /// Runs the tests with `name` in their path; returns when they have ended.
    pub(crate) fn run_tests_of(&self, name: &str, timeout: Duration) -> Result<TestReport, Error> {
        let query = form_urlencoded::Serializer::new(String::new()).append_pair("name", name).finish();
        let (url, status, body) = self.tests_page(&format!("/_tests/run.js?{query}"), timeout)?;
        // The module answers 500 where a test has failed.
        if !status.is_success() && status != StatusCode::INTERNAL_SERVER_ERROR {
            return Err(refusal(&url, status, &body));
        }
        match serde_json::from_slice::<TestReport>(&body) {
            Ok(report) if report.tests.is_some() || report.error.is_some() => Ok(report),
            _ if !status.is_success() => Err(broken_off(&url, status, &body)),
            Ok(_) => Err(Error::Failed { message: format!("{url} answered without the results of tests") }),
            Err(source) => Err(Error::Malformed { url, source }),
        }
    }

    /// Has all tests run; the log tells how they end.
    pub(crate) fn start_tests(&self) -> Result<StartedTests, Error> {
        let [page, older] = RUN_PAGES;
        let (url, status, body) = match self.tests_page(page, TIMEOUT)? {
            (_, StatusCode::NOT_FOUND, _) => self.tests_page(older, TIMEOUT)?,
            answer => answer,
        };
        if !status.is_success() {
            return Err(broken_off(&url, status, &body));
        }
        if let Ok(started) = serde_json::from_slice::<StartedTests>(&body) {
            return Ok(started);
        }
        if let Ok(TestReport { error: Some(message), .. }) = serde_json::from_slice(&body) {
            return Err(Error::Failed { message });
        }
        // Older modules answer the name by itself.
        match std::str::from_utf8(&body).map(str::trim) {
            Ok(name) if is_name(name) => Ok(StartedTests { test_name: name.to_owned() }),
            _ => Err(Error::Failed { message: format!("{url} does not say which run was started") }),
        }
    }

    /// Once only: to ask again would be to run them again.
    fn tests_page(&self, path: &str, timeout: Duration) -> Result<(String, StatusCode, Vec<u8>), Error> {
        let outgoing = self.outgoing(&Method::GET, path, Content::Nothing, timeout);
        let (status, body) = outgoing.send(&self.agent, self.sender())?;
        Ok((outgoing.url, status, body))
    }
}

/// A test that could not be run to its end breaks off the page. What a server of ours then says is plain text, its first
/// line with the place.
fn broken_off(url: &str, status: StatusCode, body: &[u8]) -> Error {
    let first = std::str::from_utf8(body).unwrap_or_default().lines().next().unwrap_or_default().trim();
    if status != StatusCode::INTERNAL_SERVER_ERROR || first.is_empty() || first.starts_with(['<', '{', '[']) {
        return refusal(url, status, body);
    }
    Error::Failed { message: first.to_owned() }
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|char| char.is_ascii_alphanumeric() || char == '_' || char == '-')
}
