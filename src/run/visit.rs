//! `--visit`: pages requested from our own server as soon as it is ready, as a browser would.

use std::time::Duration;

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

/// Longer than a page may take.
const TIMEOUT: Duration = Duration::from_secs(30);

/// A page and how it answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Visited {
    pub(crate) path: String,
    /// `Err`: no answer at all, and why.
    pub(crate) status: Result<u16, String>,
}

impl Visited {
    /// The server could not answer, or its answer says that something is broken.
    pub(crate) fn is_failed(&self) -> bool {
        self.status.as_ref().map_or(true, |status| *status >= 500)
    }
}

/// Requests the pages one after the other; redirects are not followed. Blocks.
pub(super) fn all(url: &str, paths: &[String]) -> Vec<Visited> {
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .timeout_global(Some(TIMEOUT))
        .max_redirects(0)
        .http_status_as_error(false)
        .build()
        .into();
    let visit = |path: &String| {
        let answer = agent.get(target(url, path)).call();
        Visited {
            path: path.clone(),
            status: answer.map(|page| page.status().as_u16()).map_err(|e| e.to_string()),
        }
    };
    paths.iter().map(visit).collect()
}

/// A path as people type it: the leading slash may be missing, spaces and letters need no percent signs.
fn target(url: &str, path: &str) -> String {
    const FOREIGN: &AsciiSet =
        &CONTROLS.add(b' ').add(b'"').add(b'<').add(b'>').add(b'`').add(b'{').add(b'}');
    format!("{url}/{}", utf8_percent_encode(path.trim_start_matches('/'), FOREIGN))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_may_be_typed_as_people_do() {
        for (path, expected) in [
            ("/", "http://h/"),
            ("", "http://h/"),
            ("cart", "http://h/cart"),
            ("/cart?a=b c", "http://h/cart?a=b%20c"),
            ("/żółw/%20", "http://h/%C5%BC%C3%B3%C5%82w/%20"),
        ] {
            assert_eq!(target("http://h", path), expected);
        }
    }
}
