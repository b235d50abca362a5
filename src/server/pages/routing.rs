//! Which page a request means.

use axum::http::{Method as HttpMethod, StatusCode};
use serde_json::Value as Json;

use super::stop::Stop;
use super::tests_module;
use crate::app::{App, Method, RouteMatch};
use crate::server::location;
use crate::server::request::Request;

/// The same URL without its trailing slashes, if it has any and the request changes nothing: a redirect would lose a
/// form's fields. Never leads to another host.
pub(super) fn without_trailing_slash(request: &Request) -> Option<String> {
    let path = request.path.trim_end_matches('/');
    if path.is_empty() || path.len() == request.path.len() || !request.method.is_safe() {
        return None;
    }
    Some(format!("{}{}", location::encoded_path(path), request.search()))
}

/// The page of a request. `HEAD` is a `GET` whose body is not sent; a form can only `POST` and names other methods in
/// the field `_method`.
pub(super) fn find(app: &App, request: &Request) -> Result<RouteMatch, Stop> {
    let path = request.path.as_str();
    let method = page_method(&request.method, request.params.get("_method").and_then(Json::as_str));
    let wanted = [tests_module::page_for_clients(request), request.path_in_wanted_format()];
    let find = |path: &str| method.and_then(|method| app.route(method, path));
    if let Some(found) = wanted.iter().flatten().find_map(|path| find(path)).or_else(|| find(path)) {
        return Ok(found);
    }
    let allowed: Vec<&str> = Method::ALL
        .into_iter()
        .filter(|method| app.route(*method, path).is_some())
        .map(|method| match method {
            Method::Get => "GET, HEAD",
            Method::Post => "POST",
            Method::Put => "PUT",
            Method::Patch => "PATCH",
            Method::Delete => "DELETE",
            Method::Options => "OPTIONS",
        })
        .collect();
    if allowed.is_empty() {
        return Err(Stop::Refused(StatusCode::NOT_FOUND, format!("no page answers {path}")));
    }
    Err(Stop::WrongMethod { allowed: allowed.join(", ") })
}

/// What every path of an instance answers that nothing was deployed to.
pub(super) fn nothing_deployed(request: &Request) -> Stop {
    let url = request.base_url();
    let message = format!(
        "nothing is deployed here yet; in the folder of an app: `pos-cli env add here --url {url} --token local`, then \
         `pos-cli deploy here`"
    );
    Stop::Refused(StatusCode::NOT_FOUND, message)
}

fn page_method(method: &HttpMethod, override_to: Option<&str>) -> Option<Method> {
    let method = Method::parse(method.as_str())?;
    match override_to.and_then(Method::parse) {
        Some(asked @ (Method::Put | Method::Patch | Method::Delete)) if method == Method::Post => Some(asked),
        _ => Some(method),
    }
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, Uri};

    use super::*;

    #[test]
    fn forms_name_the_methods_they_cannot_send() {
        for (method, override_to, expected) in [
            ("GET", None, Some(Method::Get)),
            ("HEAD", None, Some(Method::Get)),
            ("GET", Some("delete"), Some(Method::Get)),
            ("POST", None, Some(Method::Post)),
            ("POST", Some("PUT"), Some(Method::Put)),
            ("POST", Some("patch"), Some(Method::Patch)),
            ("POST", Some("delete"), Some(Method::Delete)),
            ("POST", Some("get"), Some(Method::Post)),
            ("DELETE", None, Some(Method::Delete)),
            ("OPTIONS", None, Some(Method::Options)),
            ("PROPFIND", None, None),
        ] {
            let http = HttpMethod::from_bytes(method.as_bytes()).unwrap();
            assert_eq!(page_method(&http, override_to), expected, "{method} {override_to:?}");
        }
    }

    #[test]
    fn a_trailing_slash_is_dropped_from_what_is_only_read() {
        for (method, uri, expected) in [
            (HttpMethod::GET, "/a/", Some("/a")),
            (HttpMethod::HEAD, "/a/b//?q=1", Some("/a/b?q=1")),
            (HttpMethod::GET, "//evil.example/", Some("/evil.example")),
            (HttpMethod::GET, "/%C5%BC/", Some("/%C5%BC")),
            (HttpMethod::GET, "/50%25%3F/?q", Some("/50%25%3F?q")),
            (HttpMethod::GET, "/a", None),
            (HttpMethod::GET, "/", None),
            (HttpMethod::GET, "//", None),
            (HttpMethod::POST, "/a/", None),
        ] {
            let uri: Uri = uri.parse().unwrap();
            let peer = ([127, 0, 0, 1], 9).into();
            let request = Request::begin("id".to_owned(), method, &uri, HeaderMap::new(), peer);
            assert_eq!(without_trailing_slash(&request).as_deref(), expected, "{uri}");
        }
    }
}
