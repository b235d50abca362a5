//! When a visitor gets a session, what it remembers, and which requests it believes.

use axum::http::header::COOKIE;
use axum::http::{HeaderMap, HeaderName, Uri};
use serde_json::json;

use super::*;
use crate::store::{Database, Store};

/// A browser: it keeps the cookies it is given.
struct Browser {
    sessions: Sessions,
    cookies: Vec<(String, String)>,
}

impl Browser {
    fn new() -> Self {
        Self { sessions: Sessions::new(Store::memory(Database::Data).unwrap()), cookies: Vec::new() }
    }

    fn request(&self, method: Method, headers: &[(&'static str, &str)]) -> Request {
        let cookies: Vec<_> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let mut all = HeaderMap::from_iter([(COOKIE, cookies.join("; ").parse().unwrap())]);
        for (name, value) in headers {
            all.insert(HeaderName::from_static(name), value.parse().unwrap());
        }
        Request::begin("id".to_owned(), method, &Uri::from_static("/"), all, ([127, 0, 0, 1], 9).into())
    }

    fn open(&self, request: &Request) -> (Session, Proof) {
        Session::open(&self.sessions, request, Timestamp::now()).unwrap()
    }

    /// Saves the session behind a page that reads `body`; gives the `Set-Cookie` headers.
    fn save(&mut self, session: Session, body: &str) -> Vec<String> {
        let set = session.save(&self.sessions, body.as_bytes(), SameSite::Lax, Timestamp::now()).unwrap();
        let set: Vec<String> = set.iter().map(|cookie| cookie.to_str().unwrap().to_owned()).collect();
        for cookie in &set {
            let (name, value) = cookie.split(';').next().unwrap().split_once('=').unwrap();
            self.cookies.retain(|(known, _)| known != name);
            if !cookie.contains("Max-Age=0") {
                self.cookies.push((name.to_owned(), value.to_owned()));
            }
        }
        set
    }

    /// A `GET` whose page sets these fields.
    fn visit(&mut self, fields: &[(&str, Json)]) -> Vec<String> {
        let (mut session, _) = self.open(&self.request(Method::GET, &[]));
        for (field, value) in fields {
            session.set(field, value.clone());
        }
        self.save(session, "")
    }
}

#[test]
fn a_visitor_who_only_reads_gets_no_session() {
    let mut browser = Browser::new();
    assert_eq!(browser.visit(&[]), Vec::<String>::new());

    let (mut session, _) = browser.open(&browser.request(Method::GET, &[]));
    session.apply(vec![SessionChange::Delete("gone".to_owned())]);
    assert_eq!(browser.save(session, "a page"), Vec::<String>::new());
}

#[test]
fn a_field_begins_a_session_and_is_there_at_the_next_request() {
    let mut browser = Browser::new();
    let set = browser.visit(&[("cart", json!([1]))]);
    assert!(set[0].starts_with("_pos_session=") && set[0].contains("HttpOnly"), "{set:?}");
    assert!(set[1].starts_with("CSRF-TOKEN=") && !set[1].contains("HttpOnly"), "{set:?}");

    let (session, _) = browser.open(&browser.request(Method::GET, &[]));
    assert_eq!(session.fields().get("cart"), Some(&json!([1])));
    assert_eq!(browser.save(session, ""), Vec::<String>::new());
}

#[test]
fn a_page_that_shows_the_token_begins_a_session_too() {
    let mut browser = Browser::new();
    let (session, proof) = browser.open(&browser.request(Method::GET, &[]));
    let token = session.token().to_owned();
    assert_eq!((proof, token.len()), (Proof::NotNeeded, 64));
    assert_eq!(browser.save(session, &format!("<input value='{token}'>")).len(), 2);

    let request = browser.request(Method::POST, &[("x-csrf-token", &token)]);
    let (session, proof) = browser.open(&request);
    assert_eq!((proof, session.token()), (Proof::Given, token.as_str()));
}

#[test]
fn a_change_without_the_token_sees_nothing_and_ends_the_session() {
    for sent in [None, Some("wrong")] {
        let mut browser = Browser::new();
        browser.visit(&[("cart", json!(1))]);
        let old_cookies = browser.cookies.clone();
        let headers: Vec<_> = sent.map(|token| ("x-csrf-token", token)).into_iter().collect();

        let (session, proof) = browser.open(&browser.request(Method::DELETE, &headers));
        assert_eq!((proof, session.fields().len()), (Proof::Missing, 0));
        let set = browser.save(session, "");
        assert!(set.iter().any(|cookie| cookie.starts_with("_pos_session=;")), "{set:?}");

        browser.cookies = old_cookies;
        let (session, _) = browser.open(&browser.request(Method::GET, &[]));
        assert_eq!(session.fields().len(), 0, "the old cookie is worth nothing");
    }
}

#[test]
fn a_change_without_the_token_may_begin_a_new_session() {
    let mut browser = Browser::new();
    browser.visit(&[("cart", json!(1))]);
    let (mut session, _) = browser.open(&browser.request(Method::POST, &[]));
    session.set("order", json!(7));
    browser.save(session, "");

    let (session, _) = browser.open(&browser.request(Method::GET, &[]));
    assert_eq!((session.fields().get("order"), session.fields().get("cart")), (Some(&json!(7)), None));
}

#[test]
fn a_flash_is_shown_once() {
    let mut browser = Browser::new();
    let (mut session, _) = browser.open(&browser.request(Method::GET, &[]));
    session.set_flash("alert", "no entry");
    browser.save(session, "");

    for expected in [Some(&json!("no entry")), None] {
        let (session, _) = browser.open(&browser.request(Method::GET, &[]));
        assert_eq!(session.flash().get("alert"), expected);
        assert!(!session.fields().contains_key(FLASH_FIELD));
        browser.save(session, "");
    }
}

#[test]
fn requests_at_the_same_moment_keep_each_others_fields() {
    let mut browser = Browser::new();
    browser.visit(&[("a", json!(0))]);
    let (mut first, _) = browser.open(&browser.request(Method::GET, &[]));
    let (mut second, _) = browser.open(&browser.request(Method::GET, &[]));
    first.set("a", json!(1));
    second.set("b", json!(2));
    browser.save(first, "");
    browser.save(second, "");

    let (session, _) = browser.open(&browser.request(Method::GET, &[]));
    assert_eq!((session.fields().get("a"), session.fields().get("b")), (Some(&json!(1)), Some(&json!(2))));
}

#[test]
fn a_forged_cookie_is_no_session() {
    for value in ["", "x", &"0".repeat(64), "'; DROP TABLE sessions"] {
        let mut browser = Browser::new();
        browser.cookies.push(("_pos_session".to_owned(), value.to_owned()));
        let (session, _) = browser.open(&browser.request(Method::GET, &[]));
        assert_eq!(session.fields().len(), 0);
    }
}

#[test]
fn the_key_to_the_session_is_no_visible_cookie() {
    let mut browser = Browser::new();
    browser.visit(&[("a", json!(1))]);
    browser.cookies.push(("theme".to_owned(), "dark".to_owned()));
    let visible = visible_cookies(&browser.request(Method::GET, &[]));
    assert_eq!(visible.keys().collect::<Vec<_>>(), ["CSRF-TOKEN", "theme"]);
}

#[test]
fn signing_in_and_out_begins_another_session() {
    let mut browser = Browser::new();
    browser.visit(&[("cart", json!(1))]);
    let mut known = vec![browser.cookies.clone()];
    for (change, user) in [
        (SessionChange::SignIn { user: UserId(7), lifetime: SESSION_LIFETIME }, Some(UserId(7))),
        (SessionChange::SignOut, None),
    ] {
        let (mut session, _) = browser.open(&browser.request(Method::GET, &[]));
        session.apply(vec![change, SessionChange::Set("back".to_owned(), json!("/"))]);
        browser.save(session, "");

        let (session, _) = browser.open(&browser.request(Method::GET, &[]));
        assert_eq!(session.user(), user);
        assert_eq!((session.fields().get("back"), session.fields().get("cart")), (Some(&json!("/")), None));
        for old in &known {
            let before = Browser { sessions: browser.sessions.clone(), cookies: old.clone() };
            let (session, _) = before.open(&before.request(Method::GET, &[]));
            assert_eq!(
                (session.user(), session.fields().len()),
                (None, 0),
                "the old cookie is worth nothing"
            );
        }
        known.push(browser.cookies.clone());
    }
}

#[test]
fn token_of_the_session_before_is_good_only_where_the_answer_shows_it() {
    for (is_shown, expected) in [(false, Proof::Missing), (true, Proof::Given)] {
        let mut browser = Browser::new();
        browser.visit(&[("cart", json!(1))]);
        let (mut session, _) = browser.open(&browser.request(Method::GET, &[]));
        let old = session.token().to_owned();
        session.apply(vec![SessionChange::SignIn { user: UserId(7), lifetime: SESSION_LIFETIME }]);
        browser.save(session, if is_shown { &old } else { "a page" });

        let (session, proof) = browser.open(&browser.request(Method::POST, &[("x-csrf-token", &old)]));
        assert_eq!((proof, session.user().is_some()), (expected, is_shown));
    }
}
