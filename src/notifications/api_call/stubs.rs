//! Answers written down beforehand: the first rule that matches a call answers it, and nothing leaves the machine. How
//! the rules are written in a file is known to whoever reads it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use regex::Regex;

use super::error::CallError;
use super::request::Request;
use super::response::Response;

/// One rule.
#[derive(Debug, Clone)]
pub(crate) struct Rule {
    pub(crate) matcher: Matcher,
    pub(crate) reply: Reply,
    pub(crate) delay: Duration,
    /// How many calls it answers; then those that follow do. `None`: all.
    pub(crate) times: Option<u32>,
}

/// What a call must be; what is not said does not matter.
#[derive(Debug, Clone, Default)]
pub(crate) struct Matcher {
    /// `POST`, in any case.
    pub(crate) method: Option<String>,
    pub(crate) url: Option<UrlPattern>,
    pub(crate) template: Option<String>,
    pub(crate) body_contains: Option<String>,
}

/// An address; with `*` for any text; or, between slashes, a regular expression.
#[derive(Debug, Clone)]
pub(crate) struct UrlPattern(Regex);

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Reply {
    Answer(Response),
    Timeout,
    Refused,
}

/// The rules in their order, and how often each has answered. Clone = same counts.
#[derive(Debug, Clone)]
pub(super) struct Stubs(Arc<[Counted]>);

#[derive(Debug)]
struct Counted {
    rule: Rule,
    answered: AtomicU32,
}

impl UrlPattern {
    /// # Errors
    /// What stands between the slashes is no regular expression.
    pub(crate) fn parse(text: &str) -> Result<Self, regex::Error> {
        let between = text.strip_prefix('/').and_then(|rest| rest.strip_suffix('/'));
        let pattern = match between {
            Some(expression) => expression.to_owned(),
            None => format!("^(?s:{})$", regex::escape(text).replace(r"\*", ".*")),
        };
        Regex::new(&pattern).map(Self)
    }
}

impl Matcher {
    fn matches(&self, request: &Request, url: &str) -> bool {
        let Self { method, url: pattern, template, body_contains } = self;
        method.as_ref().is_none_or(|method| method.eq_ignore_ascii_case(request.method.verb))
            && pattern.as_ref().is_none_or(|pattern| pattern.0.is_match(url))
            && template.as_ref().is_none_or(|template| request.template.as_ref() == Some(template))
            && body_contains.as_ref().is_none_or(|part| request.body.contains(part.as_str()))
    }
}

impl Stubs {
    pub(super) fn new(rules: Vec<Rule>) -> Self {
        Self(rules.into_iter().map(|rule| Counted { rule, answered: AtomicU32::new(0) }).collect())
    }

    /// The rule that answers this call, to `url`. It counts as used.
    pub(super) fn find(&self, request: &Request, url: &str) -> Option<&Rule> {
        let matching = self.0.iter().filter(|counted| counted.rule.matcher.matches(request, url));
        matching.filter(|counted| counted.take()).map(|counted| &counted.rule).next()
    }
}

impl Counted {
    /// Whether it may answer once more.
    fn take(&self) -> bool {
        let Some(times) = self.rule.times else { return true };
        let next = |answered| (answered < times).then_some(answered + 1);
        self.answered.fetch_update(Ordering::Relaxed, Ordering::Relaxed, next).is_ok()
    }
}

impl Rule {
    /// The reply, after its delay; a delay that the call has no time for is a timeout.
    pub(super) fn answer(&self, timeout: Duration) -> Result<Response, CallError> {
        let timed_out = Err(CallError::Timeout { within: timeout });
        if self.delay >= timeout {
            std::thread::sleep(timeout);
            return timed_out;
        }
        std::thread::sleep(self.delay);
        match &self.reply {
            Reply::Answer(response) => Ok(response.clone()),
            Reply::Timeout => timed_out,
            Reply::Refused => Err(CallError::NoAnswer { reason: "connection refused".to_owned() }),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Map;

    use super::*;
    use crate::notifications::api_call::request::CallOptions;

    fn request(method: &str, url: &str, body: &str) -> Request {
        Request::new(method, url, &Map::new(), body.to_owned(), CallOptions::default()).unwrap()
    }

    fn rule(matcher: Matcher, status: u16, times: Option<u32>) -> Rule {
        let reply = Reply::Answer(Response { status, headers: Vec::new(), body: String::new() });
        Rule { matcher, reply, delay: Duration::ZERO, times }
    }

    fn status(stubs: &Stubs, request: &Request) -> Option<u16> {
        let rule = stubs.find(request, &request.url)?;
        rule.answer(Duration::from_secs(1)).ok().map(|response| response.status)
    }

    #[test]
    fn url_is_matched_exactly_by_stars_or_by_an_expression() {
        for (pattern, url, expected) in [
            ("http://x/orders", "http://x/orders", true),
            ("http://x/orders", "http://x/orders/1", false),
            ("http://x/a.b?c=1", "http://x/aXb?c=1", false),
            ("*/orders", "http://127.0.0.1:9/orders", true),
            ("*/orders", "http://127.0.0.1:9/orders?x=1", false),
            ("http://*/orders/*", "http://x/orders/1", true),
            ("*", "http://x", true),
            (r"/orders\/\d+$/", "http://x/orders/12", true),
            (r"/orders\/\d+$/", "http://x/orders/a", false),
        ] {
            assert_eq!(UrlPattern::parse(pattern).unwrap().0.is_match(url), expected, "{pattern} {url}");
        }
        assert!(UrlPattern::parse("/(/").is_err());
    }

    #[test]
    fn rule_matches_by_all_it_says() {
        let matcher = Matcher {
            method: Some("post".into()),
            url: UrlPattern::parse("*/a").ok(),
            template: None,
            body_contains: Some("x".into()),
        };
        let stubs = Stubs::new(vec![rule(matcher, 201, None)]);
        assert_eq!(status(&stubs, &request("POST", "http://h/a", "axb")), Some(201));
        assert_eq!(status(&stubs, &request("GET", "http://h/a", "axb")), None);
        assert_eq!(status(&stubs, &request("POST", "http://h/b", "axb")), None);
        assert_eq!(status(&stubs, &request("POST", "http://h/a", "ab")), None);

        let of_template = Matcher { template: Some("erp".into()), ..Matcher::default() };
        let stubs = Stubs::new(vec![rule(of_template, 200, None)]);
        let inline = request("GET", "http://h", "");
        let from_template = Request { template: Some("erp".into()), ..inline.clone() };
        assert_eq!((status(&stubs, &inline), status(&stubs, &from_template)), (None, Some(200)));
    }

    #[test]
    fn rule_that_is_used_up_leaves_the_call_to_the_next() {
        let stubs =
            Stubs::new(vec![rule(Matcher::default(), 500, Some(2)), rule(Matcher::default(), 200, Some(1))]);
        let call = request("GET", "http://h", "");
        let statuses: Vec<_> = (0..4).map(|_| status(&stubs, &call)).collect();
        assert_eq!(statuses, [Some(500), Some(500), Some(200), None]);
    }

    #[test]
    fn delay_without_the_time_for_it_is_a_timeout() {
        let slow = Rule { delay: Duration::from_secs(60), ..rule(Matcher::default(), 200, None) };
        let within = Duration::from_millis(1);
        assert_eq!(slow.answer(within), Err(CallError::Timeout { within }));
    }
}
