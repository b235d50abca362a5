//! A platform of a test, for the commands that talk to one: it answers what it is told to, route by route, however odd
//! that is, and remembers what it was sent.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::Project;
use super::peer::{Peer, Received, Reply, response};

/// The token of the environment it is known by.
pub(crate) const TOKEN: &str = "s3cret-t0ken";

/// Listens until the test process ends.
#[derive(Debug)]
pub(crate) struct FakePlatform(Peer);

/// What is answered, before the platform listens.
#[derive(Default)]
pub(crate) struct Script(HashMap<String, Vec<Answer>>);

#[derive(Clone)]
pub(crate) enum Answer {
    /// A status and a body, in which `{url}` becomes the platform's own address.
    Of(u16, &'static str),
    /// The same after a while.
    Slow(Duration, u16, &'static str),
    /// The connection ends before an answer.
    Cut,
}

impl FakePlatform {
    pub(crate) fn script() -> Script {
        Script::default()
    }

    pub(crate) fn url(&self) -> String {
        self.0.url("")
    }

    /// Names the platform `staging` in the project's `.pos`, with a slash behind its address, as `env add` of the
    /// platform's own client does.
    pub(crate) fn be_staging_of(&self, project: &Project) {
        let url = self.0.url("/");
        let entry =
            serde_json::json!({ "staging": { "url": url, "token": TOKEN, "email": "dev@shop.example" } });
        project.write(".pos", entry.to_string());
    }

    /// All requests so far, as `GET /path?query`.
    pub(crate) fn lines(&self) -> Vec<String> {
        self.0.received().into_iter().map(|request| request.line).collect()
    }

    /// The requests to one route, as it is named in the script.
    pub(crate) fn requests(&self, route: &str) -> Vec<Received> {
        self.0.received().into_iter().filter(|request| route_of(&request.line) == route).collect()
    }
}

impl Script {
    /// `route` is a method and a path without its query: `GET /api/app_builder/instance`. Each request gets the next of
    /// the answers; the last one stays.
    #[must_use]
    pub(crate) fn on(mut self, route: &str, answers: impl IntoIterator<Item = Answer>) -> Self {
        self.0.insert(route.to_owned(), answers.into_iter().collect());
        self
    }

    /// Listens. A route that is not in the script answers 404.
    pub(crate) fn start(self) -> FakePlatform {
        let asked = Arc::<Mutex<HashMap<String, usize>>>::default();
        FakePlatform(Peer::start(move |_, request| {
            let route = route_of(&request.line);
            let Some(answers) = self.0.get(route) else {
                let body = format!(r#"{{"error": "nothing in the script for {route}"}}"#);
                return Reply::Bytes(response(404, &JSON, body.as_bytes()));
            };
            let index = {
                let mut asked = asked.lock().unwrap();
                let count = asked.entry(route.to_owned()).or_default();
                *count += 1;
                *count - 1
            };
            let answer = answers.get(index).or(answers.last()).expect("a route has an answer");
            answer.to(request)
        }))
    }
}

const JSON: [(&str, &str); 1] = [("content-type", "application/json")];

impl Answer {
    fn to(&self, request: &Received) -> Reply {
        let bytes = |status: u16, body: &str| {
            let host = request.header("host").unwrap_or_default();
            response(status, &JSON, body.replace("{url}", &format!("http://{host}")).as_bytes())
        };
        match *self {
            Self::Of(status, body) => Reply::Bytes(bytes(status, body)),
            Self::Slow(delay, status, body) => Reply::After(delay, bytes(status, body)),
            Self::Cut => Reply::Bytes(Vec::new()),
        }
    }
}

fn route_of(line: &str) -> &str {
    line.split('?').next().unwrap_or(line)
}
