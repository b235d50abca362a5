//! Exchanges kept as files, to be answered from later: one JSON file for each, named after method, URL and body. A call
//! that was made more than once has all its answers in their order; a replay repeats the last one.

use std::collections::HashMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use sha2::{Digest as _, Sha256};

use super::error::CallError;
use super::mask::Mask;
use super::request::Request;
use super::response::Response;

/// A folder of recordings. Clone = same place in every sequence of answers.
#[derive(Debug, Clone)]
pub(super) struct Recordings {
    folder: PathBuf,
    /// How often each call was made by this process.
    counts: Arc<Mutex<HashMap<String, u32>>>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Recording {
    request: Recorded,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    response: Option<Answered>,
    /// Why there was no answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    duration_ms: u64,
}

/// For people: a replay finds a recording by its name.
#[derive(Debug, Serialize, Deserialize)]
struct Recorded {
    method: String,
    url: String,
    template: Option<String>,
    headers: Json,
    body: String,
}

#[derive(Debug, Serialize, Deserialize)]
struct Answered {
    status: u16,
    headers: serde_json::Map<String, Json>,
    body: String,
}

impl Recordings {
    pub(super) fn new(folder: PathBuf) -> Self {
        Self { folder, counts: Arc::default() }
    }

    /// Keeps an exchange. The first of a call that this process keeps replaces what an earlier one has kept of it.
    pub(super) fn record(
        &self,
        request: &Request,
        url: &str,
        answer: &Result<Response, CallError>,
        took: Duration,
        mask: &Mask<'_>,
    ) -> io::Result<()> {
        let key = key(request, url);
        let number = self.next(&key);
        fs::create_dir_all(&self.folder)?;
        if number == 1 {
            self.forget(&key)?;
        }
        let response = answer.as_ref().ok().map(|response| Answered {
            status: response.status,
            headers: match mask.headers(&response.headers) {
                Json::Object(headers) => headers,
                _ => serde_json::Map::new(),
            },
            body: mask.text(&response.body).into_owned(),
        });
        let recording = Recording {
            request: Recorded {
                method: request.method.verb.to_owned(),
                url: mask.url(url),
                template: request.template.clone(),
                headers: mask.headers(&request.headers),
                body: mask.text(&request.body).into_owned(),
            },
            response,
            error: answer.as_ref().err().map(CallError::to_string),
            duration_ms: u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
        };
        let text = serde_json::to_string_pretty(&recording)?;
        // Whole or not at all: whoever stops us half way must not leave half an answer.
        let path = self.path(&key, number);
        let unfinished = path.with_extension("unfinished");
        fs::write(&unfinished, text)?;
        fs::rename(&unfinished, &path)
    }

    /// The next answer of this call.
    pub(super) fn replay(&self, request: &Request, url: &str) -> Result<Response, CallError> {
        let key = key(request, url);
        let number = self.next(&key);
        let last = (1..=number).rev().map(|number| self.path(&key, number)).find(|path| path.exists());
        let path = last.ok_or(CallError::NotRecorded)?;
        let recording = read(&path).map_err(|error| CallError::Recording {
            path: path.display().to_string(),
            reason: error.to_string(),
        })?;
        match (recording.response, recording.error) {
            (Some(Answered { status, headers, body }), _) => {
                let headers = headers.into_iter().map(|(name, value)| match value {
                    Json::String(text) => (name, text),
                    other => (name, other.to_string()),
                });
                Ok(Response { status, headers: headers.collect(), body })
            }
            (None, Some(reason)) => Err(CallError::NoAnswer { reason }),
            (None, None) => Err(CallError::NotRecorded),
        }
    }

    /// How often this call has been made, this time included. Counting never fails half way, so a panic elsewhere cannot
    /// have left it half done.
    fn next(&self, key: &str) -> u32 {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.entry(key.to_owned()).or_default();
        *count = count.saturating_add(1);
        *count
    }

    fn forget(&self, key: &str) -> io::Result<()> {
        for entry in fs::read_dir(&self.folder)? {
            let entry = entry?;
            let name = entry.file_name();
            let is_of_key = name
                .to_str()
                .and_then(|name| name.strip_prefix(key))
                .is_some_and(|rest| rest.starts_with('-'));
            if is_of_key {
                fs::remove_file(entry.path())?;
            }
        }
        Ok(())
    }

    fn path(&self, key: &str, number: u32) -> PathBuf {
        self.folder.join(format!("{key}-{number}.json"))
    }
}

fn read(path: &Path) -> io::Result<Recording> {
    Ok(serde_json::from_str(&fs::read_to_string(path)?)?)
}

/// Method, and the beginning of a hash of what tells one call from another. Of what is secret only the hash is kept.
fn key(request: &Request, url: &str) -> String {
    let mut hash = Sha256::new();
    for part in [request.method.verb, url, &request.body] {
        hash.update(part.as_bytes());
        hash.update([0]);
    }
    let hash = hash.finalize();
    let digits: String = hash.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    format!("{}-{digits}", request.method.verb.to_lowercase())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::notifications::api_call::request::CallOptions;

    fn request(body: &str) -> Request {
        let headers = json!({"Authorization": "Bearer x", "A": "1"});
        let headers = headers.as_object().unwrap();
        Request::new("post", "http://x/?token=t", headers, body.to_owned(), CallOptions::default()).unwrap()
    }

    fn answer(body: &str) -> Result<Response, CallError> {
        Ok(Response { status: 200, headers: vec![("a".into(), "1".into())], body: body.to_owned() })
    }

    #[test]
    fn answers_come_back_in_their_order_and_the_last_one_stays() {
        let folder = tempfile::tempdir().unwrap();
        let constants = serde_json::Map::new();
        let mask = Mask::of(&constants);
        let record = |recordings: &Recordings, answer| {
            recordings.record(&request("q"), "http://x", &answer, Duration::ZERO, &mask).unwrap();
        };
        let start = || Recordings::new(folder.path().to_owned());
        let replayed = |recordings: &Recordings| recordings.replay(&request("q"), "http://x");

        let recordings = start();
        let refused = || Err(CallError::NoAnswer { reason: "connection refused".into() });
        for answer in [answer("one"), refused(), answer("three")] {
            record(&recordings, answer);
        }
        let recordings = start();
        for expected in [answer("one"), refused(), answer("three"), answer("three")] {
            assert_eq!(replayed(&recordings), expected);
        }
        assert_eq!(recordings.replay(&request("other"), "http://x"), Err(CallError::NotRecorded));
        assert_eq!(recordings.replay(&request("q"), "http://y"), Err(CallError::NotRecorded));

        record(&start(), answer("new"));
        let recordings = start();
        assert_eq!([replayed(&recordings), replayed(&recordings)], [answer("new"), answer("new")]);
    }

    #[test]
    fn secrets_are_not_kept_and_a_broken_file_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let constants = serde_json::Map::from_iter([("K".to_owned(), json!("sk_live_1234"))]);
        let recordings = Recordings::new(folder.path().to_owned());
        let (request, url) = (request("key sk_live_1234"), "http://x/?token=t");
        recordings
            .record(&request, url, &answer("sk_live_1234"), Duration::ZERO, &Mask::of(&constants))
            .unwrap();
        let path = fs::read_dir(folder.path()).unwrap().next().unwrap().unwrap().path();
        let text = fs::read_to_string(&path).unwrap();
        assert!(!text.contains("sk_live") && !text.contains("Bearer") && !text.contains("token=t"), "{text}");

        fs::write(&path, "{").unwrap();
        let error = recordings.replay(&request, url).unwrap_err().to_string();
        assert!(error.starts_with(&format!("cannot read the recording {}: ", path.display())), "{error}");
    }
}
