//! What clients ask of the pages of an app's tests module, below `/_tests/`. Its pages are ordinary ones; clients expect a
//! little more of them than of others.

use axum::http::header::{ACCEPT, USER_AGENT};

use crate::server::request::Request;

const PREFIX: &str = "/_tests/";

/// The page with the answer for programs: clients ask for `/_tests/run_async`, take anything, and read JSON, which is in
/// the page of the format js. A browser says that it wants html.
pub(super) fn page_for_clients(request: &Request) -> Option<String> {
    let name = request.path.strip_prefix(PREFIX)?;
    let accept = request.header(ACCEPT.as_str()).unwrap_or("*/*");
    let is_bare = !name.is_empty() && !name.contains('.') && !name.ends_with('/');
    (is_bare && !accept.contains("text/html")).then(|| format!("{}.js", request.path))
}

/// The page answers 500 where a test has failed, and the official client then shows none of the report in it.
pub(super) fn hides(request: &Request, status: u16) -> bool {
    let agent = request.header(USER_AGENT.as_str()).unwrap_or_default();
    status == 500 && agent.starts_with("pos-cli/") && request.path.starts_with(PREFIX)
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, Uri};

    use super::*;

    fn request(path: &'static str, header: HeaderName, value: &'static str) -> Request {
        let headers = HeaderMap::from_iter([(header, HeaderValue::from_static(value))]);
        let uri = Uri::from_static(path);
        Request::begin("id".to_owned(), Method::GET, &uri, headers, ([127, 0, 0, 1], 9).into())
    }

    #[test]
    fn programs_get_the_page_for_programs() {
        for (path, accept, expected) in [
            ("/_tests/run_async", "*/*", Some("/_tests/run_async.js")),
            ("/_tests/run_async", "text/html,*/*;q=0.8", None),
            ("/_tests/run.js", "*/*", None),
            ("/_tests/results/7", "*/*", Some("/_tests/results/7.js")),
            ("/_tests/", "*/*", None),
            ("/run_async", "*/*", None),
        ] {
            let found = page_for_clients(&request(path, ACCEPT, accept));
            assert_eq!(found.as_deref(), expected, "{path} {accept}");
        }
    }

    #[test]
    fn only_clients_are_spared_the_status_of_a_failed_test() {
        for (path, agent, status, expected) in [
            ("/_tests/run.js", "pos-cli/6.4.0", 500, true),
            ("/_tests/run.js", "pos-cli/6.4.0", 404, false),
            ("/_tests/run.js", "Mozilla/5.0", 500, false),
            ("/cart", "pos-cli/6.4.0", 500, false),
        ] {
            assert_eq!(hides(&request(path, USER_AGENT, agent), status), expected, "{path} {agent} {status}");
        }
    }
}
