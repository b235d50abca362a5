//! The file of stubs: answers to calls of APIs, as a list of rules in YAML. Read here, because the YAML of this tool is the
//! app's and calls know no app.
//!
//! ```yaml
//! - match: { method: POST, url: "*/orders" }
//!   reply: { status: 201, body: { id: 9 } }
//!   times: 2
//! - reply: { error: timeout }
//! ```

use std::fs;
use std::path::Path;
use std::time::Duration;

use serde_json::Value as Json;

use super::Error;
use crate::app::{YamlMapping, YamlMark, YamlNode, YamlValue, nearest, parse_yaml};
use crate::notifications::{Matcher, Reply, Response, Rule, UrlPattern};

/// What a rule, its match and its reply may say.
const RULE: [&str; 3] = ["match", "reply", "times"];
const MATCH: [&str; 4] = ["method", "url", "template", "body_contains"];
const REPLY: [&str; 6] = ["status", "headers", "body", "body_file", "delay_ms", "error"];

/// What is wrong, and where.
#[derive(Debug)]
struct Fault {
    mark: YamlMark,
    message: String,
}

/// The rules of the file at `path`, in their order. A `body_file` is sought beside it.
///
/// # Errors
/// The file cannot be read, is no YAML, or says something that is no rule; the message has the place.
pub(super) fn read(path: &Path) -> Result<Vec<Rule>, Error> {
    // A project in `.` is where the reader is, too.
    let path = path.strip_prefix(".").unwrap_or(path);
    let text =
        fs::read_to_string(path).map_err(|source| Error::ReadStubs { path: path.to_owned(), source })?;
    let folder = path.parent().unwrap_or(Path::new("."));
    rules(&text, folder).map_err(|Fault { mark, message }| Error::Stubs {
        path: path.to_owned(),
        line: mark.line,
        col: mark.col,
        message,
    })
}

fn rules(text: &str, folder: &Path) -> Result<Vec<Rule>, Fault> {
    let root =
        parse_yaml(text, 1).map_err(|error| Fault::at(error.mark, format!("no valid YAML: {error}")))?;
    match &root.value {
        YamlValue::Sequence(rules) => rules.iter().map(|node| rule(node, folder)).collect(),
        YamlValue::Scalar(Json::Null) => Ok(Vec::new()),
        _ => Err(Fault::at(root.mark, "must be a list of rules: `- match: …`")),
    }
}

fn rule(node: &YamlNode, folder: &Path) -> Result<Rule, Fault> {
    let keys = keys(node, "a rule", &RULE)?;
    let matcher = keys.get("match").map(|entry| matcher(&entry.node)).transpose()?.unwrap_or_default();
    let Some(reply_node) = keys.get("reply") else {
        return Err(Fault::at(node.mark, "a rule needs a `reply`"));
    };
    let (reply, delay) = reply(&reply_node.node, folder)?;
    let times =
        keys.get("times").map(|entry| number(&entry.node, "times", 1..=u32::MAX.into())).transpose()?;
    let times = times.and_then(|times| u32::try_from(times).ok());
    Ok(Rule { matcher, reply, delay, times })
}

fn matcher(node: &YamlNode) -> Result<Matcher, Fault> {
    let keys = keys(node, "`match`", &MATCH)?;
    let text = |key: &str| keys.get(key).map(|entry| scalar(&entry.node, key)).transpose();
    let url = match keys.get("url") {
        Some(entry) => {
            let pattern = UrlPattern::parse(&scalar(&entry.node, "url")?);
            let told = |error: regex::Error| {
                let reason = error.to_string();
                let reason = reason.lines().last().unwrap_or_default().trim().to_owned();
                Fault::at(entry.node.mark, format!("`url` is no regular expression: {reason}"))
            };
            Some(pattern.map_err(told)?)
        }
        None => None,
    };
    Ok(Matcher {
        method: text("method")?,
        url,
        template: text("template")?,
        body_contains: text("body_contains")?,
    })
}

fn reply(node: &YamlNode, folder: &Path) -> Result<(Reply, Duration), Fault> {
    let keys = keys(node, "`reply`", &REPLY)?;
    let delay = match keys.get("delay_ms") {
        Some(entry) => Duration::from_millis(number(&entry.node, "delay_ms", 0..=u64::MAX)?),
        None => Duration::ZERO,
    };
    if let Some(error) = keys.get("error") {
        return match scalar(&error.node, "error")?.as_str() {
            "timeout" => Ok((Reply::Timeout, delay)),
            "refused" => Ok((Reply::Refused, delay)),
            other => {
                Err(Fault::at(error.node.mark, format!("`error` is `timeout` or `refused`, not `{other}`")))
            }
        };
    }
    let status = match keys.get("status") {
        Some(entry) => number(&entry.node, "status", 200..=599)?,
        None => 200,
    };
    let body = match (keys.get("body"), keys.get("body_file")) {
        (Some(_), Some(file)) => {
            return Err(Fault::at(file.key_mark, "a reply has a `body` or a `body_file`, not both"));
        }
        (Some(body), None) => text_of(&body.node),
        (None, Some(file)) => {
            let name = scalar(&file.node, "body_file")?;
            let bytes = fs::read(folder.join(&name))
                .map_err(|error| Fault::at(file.node.mark, format!("cannot read {name}: {error}")))?;
            String::from_utf8_lossy(&bytes).into_owned()
        }
        (None, None) => String::new(),
    };
    let headers = match keys.get("headers") {
        Some(entry) => headers(&entry.node)?,
        None => Vec::new(),
    };
    let status = u16::try_from(status).unwrap_or(200);
    Ok((Reply::Answer(Response { status, headers, body }), delay))
}

/// Names in lower case, as those of an answer from the net are.
fn headers(node: &YamlNode) -> Result<Vec<(String, String)>, Fault> {
    let YamlValue::Mapping(headers) = &node.value else {
        return Err(Fault::at(node.mark, "`headers` must be lines of `name: value`"));
    };
    headers.iter().map(|(name, entry)| Ok((name.to_lowercase(), scalar(&entry.node, name)?))).collect()
}

/// The keys of a mapping, all of which are `known`.
fn keys<'n>(node: &'n YamlNode, what: &str, known: &[&str]) -> Result<&'n YamlMapping, Fault> {
    let YamlValue::Mapping(keys) = &node.value else {
        return Err(Fault::at(
            node.mark,
            format!("{what} must be lines of `key: value`: {}", known.join(", ")),
        ));
    };
    for (key, entry) in keys {
        if !known.contains(&key.as_str()) {
            let near = nearest(key, known.iter().copied()).map(|near| format!("; did you mean `{near}`?"));
            let message = format!("{what} has no key `{key}`{}", near.unwrap_or_default());
            return Err(Fault::at(entry.key_mark, message));
        }
        if entry.repeats.is_some() {
            return Err(Fault::at(entry.key_mark, format!("`{key}` is given twice")));
        }
    }
    Ok(keys)
}

fn scalar(node: &YamlNode, key: &str) -> Result<String, Fault> {
    match &node.value {
        YamlValue::Scalar(Json::Null) => Err(Fault::at(node.mark, format!("`{key}` has no value"))),
        YamlValue::Scalar(_) => Ok(text_of(node)),
        _ => Err(Fault::at(node.mark, format!("`{key}` must be a text"))),
    }
}

fn number(node: &YamlNode, key: &str, range: std::ops::RangeInclusive<u64>) -> Result<u64, Fault> {
    let number = match &node.value {
        YamlValue::Scalar(value) => value.as_u64().filter(|number| range.contains(number)),
        _ => None,
    };
    number.ok_or_else(|| {
        let bounds = if *range.end() >= u64::from(u32::MAX) {
            format!("of {} or more", range.start())
        } else {
            format!("from {} to {}", range.start(), range.end())
        };
        Fault::at(node.mark, format!("`{key}` must be a whole number {bounds}"))
    })
}

/// A list or a mapping as JSON.
fn text_of(node: &YamlNode) -> String {
    match node.to_json() {
        Json::String(text) => text,
        Json::Null => String::new(),
        other => other.to_string(),
    }
}

impl Fault {
    fn at(mark: YamlMark, message: impl Into<String>) -> Self {
        Self { mark, message: message.into() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(text: &str) -> String {
        let Fault { mark, message } = rules(text, Path::new("/nowhere")).map(drop).unwrap_err();
        format!("{}:{}: {message}", mark.line, mark.col)
    }

    fn only(text: &str) -> Rule {
        rules(text, Path::new("/nowhere")).unwrap().into_iter().next().unwrap()
    }

    #[test]
    fn rule_says_what_it_matches_and_what_it_replies() {
        let rule = only(
            "- match: {method: POST, url: '*/orders', template: erp, body_contains: 3}\n  reply: {status: 201, headers: {X-A: 1}, body: {id: 9}, delay_ms: 5}\n  times: 2\n",
        );
        assert_eq!(rule.matcher.method.as_deref(), Some("POST"));
        assert!(rule.matcher.url.is_some());
        assert_eq!(rule.matcher.template.as_deref(), Some("erp"));
        assert_eq!(rule.matcher.body_contains.as_deref(), Some("3"));
        let headers = vec![("x-a".to_owned(), "1".to_owned())];
        assert_eq!(
            rule.reply,
            Reply::Answer(Response { status: 201, headers, body: "{\"id\":9}".to_owned() })
        );
        assert_eq!((rule.delay, rule.times), (Duration::from_millis(5), Some(2)));

        assert_eq!(only("- reply: {error: refused}").reply, Reply::Refused);
        let plain = Reply::Answer(Response { status: 200, headers: Vec::new(), body: "oops".to_owned() });
        assert_eq!(only("- reply: {body: oops}").reply, plain);
        assert!(rules("", Path::new(".")).unwrap().is_empty());
    }

    #[test]
    fn mistake_is_named_with_its_place() {
        for (text, expected) in [
            ("a: 1", "1:1: must be a list of rules: `- match: …`"),
            ("- match: {}", "1:3: a rule needs a `reply`"),
            ("- reply: {}\n  tims: 2", "2:3: a rule has no key `tims`; did you mean `times`?"),
            ("- reply: {status: 99}", "1:19: `status` must be a whole number from 200 to 599"),
            ("- reply: {}\n  times: 0", "2:10: `times` must be a whole number of 1 or more"),
            ("- reply: {error: slow}", "1:18: `error` is `timeout` or `refused`, not `slow`"),
            ("- reply: {body: a, body_file: b}", "1:20: a reply has a `body` or a `body_file`, not both"),
            (
                "- reply: {}\n  match: {url: '/(/'}",
                "2:16: `url` is no regular expression: error: unclosed group",
            ),
            ("- reply: {}\n  match: {url: }", "2:14: `url` has no value"),
            ("- reply: {headers: [1]}", "1:20: `headers` must be lines of `name: value`"),
            ("- reply: {}\n  reply: {}", "2:3: `reply` is given twice"),
            ("- nonsense", "1:3: a rule must be lines of `key: value`: match, reply, times"),
        ] {
            assert_eq!(fault(text), expected, "{text}");
        }
        assert!(fault("- reply: {body_file: nope.json}").starts_with("1:22: cannot read nope.json: "));
        assert!(fault("- reply: {").contains("no valid YAML"));
    }
}
