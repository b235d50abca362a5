//! What a template or a mutation may ask for, and what is refused.

use serde_json::json;

use super::*;

fn message(fields: &[(&str, &str)], body: &str) -> Result<Request, RequestError> {
    let head = fields.iter().map(|(key, text)| ((*key).to_owned(), (*text).to_owned())).collect();
    Request::of_message("erp", &head, body.to_owned(), CallOptions::default())
}

#[test]
fn method_is_read_in_any_case() {
    for (word, verb, is_multipart) in [
        ("post", "POST", false),
        (" Get ", "GET", false),
        ("POST_Multipart", "POST", true),
        ("head", "HEAD", false),
    ] {
        let method = message(&[("to", "http://x"), ("request_type", word)], "").unwrap().method;
        assert_eq!((method.verb, method.is_multipart), (verb, is_multipart));
    }
}

#[test]
fn mistakes_are_named() {
    let with = |to, method, headers| {
        message(&[("to", to), ("request_type", method), ("request_headers", headers)], "")
            .unwrap_err()
            .to_string()
    };
    for (error, expected) in [
        (with("http://x", "", ""), "`request_type` is missing; it is one of GET, POST"),
        (with("http://x", "fetch", ""), "`request_type` is `fetch`, which is none of GET, POST"),
        (with(" ", "get", ""), "`to` is blank: there is no URL to call"),
        (
            with("ftp://x/y", "get", ""),
            "cannot call `ftp://x`: the address must begin with http:// or https://",
        ),
        (
            with("ftp://me:pw@x/bot_token?key=1", "get", ""),
            "cannot call `ftp://x`: the address must begin with http:// or https://",
        ),
        (
            with("me:pw@x.test/bot_token#1", "get", ""),
            "cannot call `x.test`: the address must begin with http:// or https://",
        ),
        (
            with("/orders?key=1", "get", ""),
            "cannot call `/orders`: the address must begin with http:// or https://",
        ),
        (
            with("/orders", "get", ""),
            "cannot call `/orders`: the address must begin with http:// or https://",
        ),
        (with("http://a b/", "get", ""), "cannot call `http://a b`: "),
        (with("http://", "get", ""), "cannot call `http://`: "),
        (
            with("http://x", "get", "{\"Authorization\": \"Bearer t0ken\",\n}"),
            "`request_headers` must be a JSON object of names and values: trailing comma at line 2 column 1",
        ),
        (
            with("http://x", "get", "[\"t0ken\"]"),
            "`request_headers` must be a JSON object of names and values: it is no object",
        ),
        (with("http://x", "get", r#"{"a b": 1}"#), "`a b` cannot be sent as a header"),
        (with("http://x", "get", r#"{"a": "1\r\nb: 2"}"#), "`a` cannot be sent as a header"),
    ] {
        assert!(error.starts_with(expected), "{error}");
        assert!(!error.contains("t0ken") && !error.contains("bot_token"), "{error}");
    }
}

#[test]
fn headers_are_texts_and_blank_is_none() {
    let headers = |text| {
        message(&[("to", "http://x"), ("request_type", "get"), ("request_headers", text)], "")
            .unwrap()
            .headers
    };
    for blank in ["", " \n", "null", "{}"] {
        assert_eq!(headers(blank), []);
    }
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    assert_eq!(headers(r#"{"A": "v\"1", "B": 2, "C": null}"#), [pair("A", "v\"1"), pair("B", "2")]);
}

#[test]
fn body_without_a_content_type_gets_one() {
    for (method, headers, body, expected) in [
        ("post", json!({}), "{\"n\": 1}\n", Some("application/json")),
        ("post", json!({}), "a=1", Some("text/plain")),
        ("post", json!({"content-TYPE": "x/y"}), "a=1", None),
        ("post", json!({}), "\n", None),
        ("get", json!({}), "{}", None),
        ("delete", json!({}), "{}", None),
    ] {
        let headers = headers.as_object().unwrap();
        let request =
            Request::new(method, "http://x", headers, body.to_owned(), CallOptions::default()).unwrap();
        assert_eq!(request.default_content_type(), expected, "{method} {body}");
    }
}

#[test]
fn path_alone_is_enough_for_our_own_pages() {
    let to = |url, is_internal| {
        let options = CallOptions { is_internal, ..CallOptions::default() };
        Request::new("get", url, &Map::new(), String::new(), options)
    };
    assert!(to("/api/orders", true).is_ok());
    assert!(to("//elsewhere/x", true).is_err());
    assert!(to("/api/orders", false).is_err());
}
