//! Cookies in and out: the `Cookie` header to pairs, a `Set-Cookie` header from a name and a value we made.

use std::time::Duration;

use axum::http::header::COOKIE;
use axum::http::{HeaderMap, HeaderValue};
use percent_encoding::percent_decode_str;

/// `SameSite` of the cookies we set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SameSite {
    Strict,
    Lax,
    /// Browsers take it only together with `Secure`, which they allow on `localhost` without TLS.
    None,
}

/// May a script of the page read the cookie?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Readable {
    ByServerOnly,
    ByScripts,
}

impl SameSite {
    /// `cookies_same_site` of the settings; anything unknown is `Lax`.
    pub(super) fn from_setting(setting: &str) -> Self {
        match setting.to_ascii_lowercase().as_str() {
            "strict" => Self::Strict,
            "none" => Self::None,
            _ => Self::Lax,
        }
    }

    fn attributes(self) -> &'static str {
        match self {
            Self::Strict => "SameSite=Strict",
            Self::Lax => "SameSite=Lax",
            Self::None => "SameSite=None; Secure",
        }
    }
}

/// All cookies of a request, in order. Values are percent-decoded; pairs without a name are skipped.
pub(super) fn parse(headers: &HeaderMap) -> impl Iterator<Item = (&str, String)> {
    headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|header| header.to_str().ok())
        .flat_map(|header| header.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .filter(|(name, _)| !name.is_empty())
        .map(|(name, value)| {
            let value = value.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(value);
            (name, percent_decode_str(value).decode_utf8_lossy().into_owned())
        })
}

/// A cookie for the whole site.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cookie<'c> {
    pub(super) name: &'c str,
    pub(super) value: &'c str,
    pub(super) readable: Readable,
    /// How long the browser keeps it; until it is closed where nothing is said.
    pub(super) lifetime: Option<Duration>,
}

/// Gives the browser a cookie. `None` if name and value are not fit for a header.
pub(super) fn set(cookie: &Cookie<'_>, same_site: SameSite) -> Option<HeaderValue> {
    let Cookie { name, value, readable, lifetime } = cookie;
    let script = if *readable == Readable::ByServerOnly { "; HttpOnly" } else { "" };
    // A `Max-Age` of 0 would take the cookie away.
    let lifetime = lifetime.map_or_else(String::new, |time| format!("; Max-Age={}", time.as_secs().max(1)));
    HeaderValue::from_str(&format!("{name}={value}; Path=/{script}{lifetime}; {}", same_site.attributes()))
        .ok()
}

/// Makes the browser forget a cookie.
pub(super) fn expire(name: &str, same_site: SameSite) -> Option<HeaderValue> {
    HeaderValue::from_str(&format!("{name}=; Path=/; Max-Age=0; {}", same_site.attributes())).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(header: &'static str) -> Vec<(String, String)> {
        let headers = HeaderMap::from_iter([(COOKIE, HeaderValue::from_static(header))]);
        parse(&headers).map(|(name, value)| (name.to_owned(), value)).collect()
    }

    #[test]
    fn pairs_are_read_as_browsers_send_them() {
        for (header, expected) in [
            ("", &[][..]),
            ("a=1", &[("a", "1")]),
            ("a=1; b=2;c=3", &[("a", "1"), ("b", "2"), ("c", "3")]),
            ("a=x=y; b=", &[("a", "x=y"), ("b", "")]),
            ("a=\"q\"; b=%7B%22%7D", &[("a", "q"), ("b", "{\"}")]),
            ("lonely; =nameless; ;;", &[]),
            ("a=%ff", &[("a", "\u{fffd}")]),
            ("a=1; a=2", &[("a", "1"), ("a", "2")]),
        ] {
            let expected: Vec<_> = expected.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
            assert_eq!(parsed(header), expected, "{header}");
        }
    }

    #[test]
    fn a_cookie_carries_what_the_settings_say() {
        for (setting, expected) in [
            ("Lax", "n=v; Path=/; HttpOnly; SameSite=Lax"),
            ("strict", "n=v; Path=/; HttpOnly; SameSite=Strict"),
            ("None", "n=v; Path=/; HttpOnly; SameSite=None; Secure"),
            ("odd", "n=v; Path=/; HttpOnly; SameSite=Lax"),
        ] {
            let cookie = Cookie { name: "n", value: "v", readable: Readable::ByServerOnly, lifetime: None };
            assert_eq!(set(&cookie, SameSite::from_setting(setting)).unwrap(), expected);
        }
        let cookie = Cookie { name: "n", value: "v", readable: Readable::ByScripts, lifetime: None };
        for (lifetime, expected) in
            [(90_000, "n=v; Path=/; Max-Age=90; SameSite=Lax"), (5, "n=v; Path=/; Max-Age=1; SameSite=Lax")]
        {
            let lifetime = Some(Duration::from_millis(lifetime));
            assert_eq!(set(&Cookie { lifetime, ..cookie }, SameSite::Lax).unwrap(), expected);
        }
        assert_eq!(set(&Cookie { value: "v\r\nx: y", ..cookie }, SameSite::Lax), None);
    }
}
