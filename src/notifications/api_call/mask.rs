//! What must not be seen in a log, a table or a recording: keys and tokens in headers and queries, and the values of the
//! app's constants wherever they stand.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::sync::LazyLock;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use regex::Regex;
use serde_json::{Map, Value as Json};

const MASK: &str = "***";

/// Headers and parameters whose value is a secret, by a part of their name.
static SECRET_NAME: LazyLock<Regex> = LazyLock::new(|| {
    let parts = r"(?i)token|secret|password|passwd|signature|credential|api[-_]?key|^key$|^auth|^sig$|cookie";
    Regex::new(parts).expect("the pattern is fixed, and a test compiles it")
});

/// A constant shorter than this is a word or a number of everyday text: hiding it would hide everything.
const SHORTEST_SECRET: usize = 8;

/// What an address encodes: all but what never means anything else in it.
const ADDRESS: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// What `url_encode` encodes, the space as a plus.
const FORM: &AsciiSet = &ADDRESS.remove(b'*');

/// Hides what is secret to one app.
#[derive(Debug)]
pub(super) struct Mask<'c> {
    /// In all their spellings; the longest first: one may be a part of another.
    secrets: Vec<Cow<'c, str>>,
}

impl<'c> Mask<'c> {
    /// An address is no secret: of such a constant only a user and password in it are hidden.
    pub(super) fn of(constants: &'c Map<String, Json>) -> Self {
        let values = constants.values().filter_map(Json::as_str);
        let values = values.filter(|value| value.len() >= SHORTEST_SECRET && !value.contains("://"));
        let mut secrets: Vec<Cow<'_, str>> = values.flat_map(spellings).collect();
        secrets.sort_by(|a, b| (Reverse(a.len()), a).cmp(&(Reverse(b.len()), b)));
        secrets.dedup();
        Self { secrets }
    }

    /// A large text without secrets is not copied.
    pub(super) fn text<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let mut text = Cow::Borrowed(text);
        for secret in &self.secrets {
            if text.contains(&**secret) {
                text = Cow::Owned(text.replace(&**secret, MASK));
            }
        }
        text
    }

    /// A user and password before the host, and the values of parameters that are named like secrets.
    pub(super) fn url(&self, url: &str) -> String {
        let url = self.text(url);
        let (address, query) = url.split_once('?').map_or((&*url, None), |(a, q)| (a, Some(q)));
        let mut shown = without_user(address);
        if let Some(query) = query {
            let parameters = query.split('&').map(|parameter| match parameter.split_once('=') {
                Some((name, _)) if SECRET_NAME.is_match(name) => format!("{name}={MASK}"),
                _ => parameter.to_owned(),
            });
            shown.push('?');
            shown.push_str(&parameters.collect::<Vec<_>>().join("&"));
        }
        shown
    }

    pub(super) fn headers<'h>(&self, headers: impl IntoIterator<Item = &'h (String, String)>) -> Json {
        let masked = headers.into_iter().map(|(name, value)| {
            let value =
                if SECRET_NAME.is_match(name) { MASK.to_owned() } else { self.text(value).into_owned() };
            (name.clone(), Json::String(value))
        });
        Json::Object(masked.collect())
    }
}

/// A value as it stands in plain text, in an address, in a form and in a JSON string.
fn spellings(value: &str) -> [Cow<'_, str>; 4] {
    let json = Json::from(value).to_string();
    let json = json.strip_prefix('"').and_then(|json| json.strip_suffix('"')).unwrap_or(&json);
    [
        Cow::Borrowed(value),
        Cow::from(utf8_percent_encode(value, ADDRESS)),
        Cow::Owned(utf8_percent_encode(value, FORM).to_string().replace("%20", "+")),
        Cow::Owned(json.to_owned()),
    ]
}

fn without_user(address: &str) -> String {
    let Some((scheme, rest)) = address.split_once("://") else { return address.to_owned() };
    let (authority, path) = rest.find('/').map_or((rest, ""), |at| rest.split_at(at));
    match authority.rsplit_once('@') {
        Some((_, host)) => format!("{scheme}://{MASK}@{host}{path}"),
        None => address.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn constants() -> Map<String, Json> {
        let constants = json!({"KEY": "sk_live_1234", "LONG": "sk_live_1234_more", "N": "12", "ERP": "http://erp.test:9"});
        constants.as_object().unwrap().clone()
    }

    #[test]
    fn secrets_of_a_url_are_hidden() {
        let constants = constants();
        for (url, expected) in [
            ("http://x/a?b=1&c", "http://x/a?b=1&c"),
            ("http://x/a?access_token=abc&b=1", "http://x/a?access_token=***&b=1"),
            (
                "http://x/?key=1&API_KEY=2&apikey=3&keyword=4",
                "http://x/?key=***&API_KEY=***&apikey=***&keyword=4",
            ),
            ("https://me:pw@x:9/a@b", "https://***@x:9/a@b"),
            ("http://x/sk_live_1234/12", "http://x/***/12"),
            ("http://erp.test:9/orders", "http://erp.test:9/orders"),
            ("not a url", "not a url"),
        ] {
            assert_eq!(Mask::of(&constants).url(url), expected);
        }
    }

    #[test]
    fn secrets_of_headers_are_hidden() {
        let headers = [
            ("Authorization", "Bearer x", "***"),
            ("cookie", "a=b", "***"),
            ("Set-Cookie", "a=b", "***"),
            ("X-Api-Key", "x", "***"),
            ("X-Auth-Token", "x", "***"),
            ("X-My-Secret", "x", "***"),
            ("X-Signed", "by sk_live_1234!", "by ***!"),
            ("Accept", "text/html", "text/html"),
        ];
        let pairs = headers.map(|(name, value, _)| (name.to_owned(), value.to_owned()));
        let shown = Mask::of(&constants()).headers(&pairs);
        for (name, _, expected) in headers {
            assert_eq!(shown[name], expected, "{name}");
        }
    }

    #[test]
    fn constants_are_hidden_however_they_are_written() {
        let constants = json!({ "KEY": "a \"b\"/c*d\n~é+" });
        let constants = constants.as_object().unwrap();
        for text in [
            "a \"b\"/c*d\n~é+",
            "a%20%22b%22%2Fc%2Ad%0A~%C3%A9%2B",
            "a+%22b%22%2Fc*d%0A~%C3%A9%2B",
            r#"a \"b\"/c*d\n~é+"#,
        ] {
            let shown = Mask::of(constants).text(&format!("<{text}>")).into_owned();
            assert_eq!(shown, "<***>", "{text}");
        }
    }

    #[test]
    fn longer_constants_are_hidden_whole() {
        assert_eq!(Mask::of(&constants()).text("a sk_live_1234_more b 12"), "a *** b 12");
    }
}
