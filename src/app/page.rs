//! A page: a Liquid file with a route. Front matter becomes typed fields here, once.

use std::sync::Arc;

use serde_json::Value as Json;

use super::format::Format;
use super::front_matter::FrontMatter;
use super::kind::{Place, split_format};
use super::method::Method;
use super::nearest::did_you_mean;
use super::problem::Problem;
use super::routes::{Pattern, slug};
use super::source::{Source, TemplateKind};
use super::yaml::Value;

/// How many parts of a path a page of the old, inexact routing takes, unless it says so itself.
const DEFAULT_MAX_DEEP_LEVEL: u64 = 3;

/// A page: a Liquid file with a route.
#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) source: Arc<Source>,
    /// Without a leading slash; `/` for the root.
    pub(crate) slug: String,
    pub(super) pattern: Pattern,
    /// `x/index`, which a file of that name answers too.
    pub(super) index_pattern: Option<Pattern>,
    pub(super) max_deep_level: usize,
    pub(crate) method: Method,
    pub(crate) format: Format,
    pub(crate) layout: Layout,
    pub(crate) redirect: Option<Redirect>,
    pub(crate) policies: Vec<String>,
    /// JSON text with Liquid in it, or an object's.
    pub(crate) response_headers: Option<String>,
    /// `converter: markdown`
    pub(crate) markdown: bool,
    /// The file does not end in `.liquid`: its body is sent as it stands, and the engine does not know it.
    pub(crate) verbatim: bool,
    pub(crate) metadata: Json,
}

/// What a page says of its layout.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Layout {
    /// Nothing said: `default_layout` of the settings, if the page is html and the file exists.
    Default,
    /// `layout: ''`
    None,
    Named(String),
}

/// A page that only redirects. Liquid is allowed in the URL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Redirect {
    pub(crate) url: String,
    pub(crate) code: u16,
}

impl Page {
    /// The page in the file at `place`.
    pub(super) fn parse(
        place: &Place,
        path: &Arc<str>,
        text: &Arc<str>,
        head: &FrontMatter<'_>,
    ) -> Result<Self, Problem> {
        let format = parse_format(head)?.or(place.format).unwrap_or_default();
        let (slug, index_slug) = match head.keys.text("slug")? {
            Some(text) => (slug::normalize(&text), None),
            None => slug::derive(split_format(place.local_name()).0),
        };
        let pattern = Pattern::parse(&slug).map_err(|error| {
            if head.keys.node("slug").is_some() {
                head.keys.wrong("slug", &error.to_string())
            } else {
                Problem::error(&**path, format!("the file name makes no slug: `slug` {error}"))
            }
        })?;
        Ok(Self {
            source: Arc::new(Source::new(TemplateKind::Page, &place.name, path, text, head)),
            slug,
            pattern,
            index_pattern: index_slug.and_then(|slug| Pattern::parse(&slug).ok()),
            max_deep_level: head
                .keys
                .number("max_deep_level")?
                .unwrap_or(DEFAULT_MAX_DEEP_LEVEL)
                .try_into()
                .unwrap_or(usize::MAX),
            method: parse_method(head)?,
            format,
            layout: parse_layout(head)?,
            redirect: parse_redirect(head)?,
            policies: head.keys.texts("authorization_policies")?,
            response_headers: parse_response_headers(head)?,
            markdown: parse_converter(head)?,
            verbatim: !place.is_liquid,
            metadata: head.keys.node("metadata").map_or(Json::Null, |node| node.to_json()),
        })
    }
}

fn parse_format(head: &FrontMatter<'_>) -> Result<Option<Format>, Problem> {
    let Some(text) = head.keys.filled_text("format")? else { return Ok(None) };
    Format::from_extension(&text)
        .map(Some)
        .ok_or_else(|| head.keys.wrong("format", &format!("is `{text}`, which is no known format")))
}

fn parse_method(head: &FrontMatter<'_>) -> Result<Method, Problem> {
    let Some(text) = head.keys.filled_text("method")? else { return Ok(Method::Get) };
    let names = Method::ALL.map(Method::name);
    Method::parse(&text).ok_or_else(|| {
        head.keys.wrong("method", &format!("is `{text}`, which is no method")).with_hint(
            did_you_mean(&text, names).unwrap_or_else(|| format!("methods are {}", names.join(", "))),
        )
    })
}

fn parse_layout(head: &FrontMatter<'_>) -> Result<Layout, Problem> {
    let Some(key) = ["layout", "layout_name"].into_iter().find(|key| head.keys.node(key).is_some()) else {
        return Ok(Layout::Default);
    };
    let is_false = head.keys.node(key).is_some_and(|node| node.value == Value::Scalar(Json::Bool(false)));
    let name = head.keys.filled_text(key)?.filter(|_| !is_false);
    Ok(name.map_or(Layout::None, |name| Layout::Named(name.trim().to_owned())))
}

fn parse_redirect(head: &FrontMatter<'_>) -> Result<Option<Redirect>, Problem> {
    let url = match head.keys.filled_text("redirect_to")? {
        Some(url) => Some(url),
        None => head.keys.filled_text("redirect_url")?,
    };
    let code = match head.keys.number("redirect_code")? {
        None | Some(302) => 302,
        Some(301) => 301,
        Some(307) => 307,
        Some(_) => return Err(head.keys.wrong("redirect_code", "must be 301, 302 or 307")),
    };
    Ok(url.map(|url| Redirect { url: url.trim().to_owned(), code }))
}

fn parse_response_headers(head: &FrontMatter<'_>) -> Result<Option<String>, Problem> {
    match head.keys.node("response_headers") {
        Some(node) if matches!(node.value, Value::Mapping(_)) => Ok(Some(node.to_json().to_string())),
        _ => head.keys.filled_text("response_headers"),
    }
}

fn parse_converter(head: &FrontMatter<'_>) -> Result<bool, Problem> {
    match head.keys.filled_text("converter")?.as_deref() {
        None => Ok(false),
        Some("markdown") => Ok(true),
        Some(_) => Err(head.keys.wrong("converter", "must be `markdown`")),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::app::kind::{Classified, classify};

    fn page(path: &str, text: &str) -> Result<Page, Problem> {
        let Classified::Member(place) = classify(path) else { panic!("{path} is no page") };
        let head = FrontMatter::parse(path, text)?;
        Page::parse(&place, &path.into(), &text.into(), &head)
    }

    fn with(keys: &str) -> Page {
        page("app/views/pages/a.liquid", &format!("---\n{keys}\n---\nbody")).unwrap()
    }

    #[test]
    fn page_without_front_matter_has_the_defaults() {
        let page = page("app/views/pages/blog/first.liquid", "Hi").unwrap();

        assert_eq!(page.slug, "blog/first");
        assert_eq!((page.method, page.format), (Method::Get, Format::Html));
        assert_eq!(page.layout, Layout::Default);
        assert_eq!((page.redirect, page.response_headers, page.markdown), (None, None, false));
        assert_eq!((page.metadata, page.verbatim), (Json::Null, false));
    }

    #[test]
    fn layout_key_has_three_meanings() {
        for (keys, expected) in [
            ("slug: x", Layout::Default),
            ("layout: ''", Layout::None),
            ("layout: ~", Layout::None),
            ("layout:", Layout::None),
            ("layout: false", Layout::None),
            ("layout: 1col", Layout::Named("1col".into())),
            ("layout: modules/m/1col", Layout::Named("modules/m/1col".into())),
            ("layout_name: old", Layout::Named("old".into())),
        ] {
            assert_eq!(with(keys).layout, expected, "{keys}");
        }
    }

    #[test]
    fn keys_become_typed_fields() {
        assert_eq!(with("slug: /a/b/").slug, "a/b");
        assert_eq!(with("slug: 404").slug, "404");
        assert_eq!(with("slug: /").slug, "/");
        assert_eq!(with("method: POST").method, Method::Post);
        assert_eq!(with("format: json").format, Format::Json);
        assert_eq!(with("authorization_policies:\n- a\n- b").policies, ["a", "b"]);
        assert!(with("converter: markdown").markdown);
        assert_eq!(with("metadata:\n  title: T").metadata, json!({"title": "T"}));
        assert_eq!(
            with("redirect_to: '/c/{{ x }}'\nredirect_code: 301").redirect,
            Some(Redirect { url: "/c/{{ x }}".into(), code: 301 })
        );
        assert_eq!(with("response_headers: {X-A: b}").response_headers.as_deref(), Some(r#"{"X-A":"b"}"#));
        assert_eq!(
            with(r#"response_headers: '{"X-A": 1}'"#).response_headers.as_deref(),
            Some(r#"{"X-A": 1}"#)
        );
    }

    #[test]
    fn file_name_tells_format_and_body_kind() {
        let csv = page("app/views/pages/hello.csv.liquid", "C").unwrap();
        assert_eq!((csv.format, csv.slug.as_str(), csv.verbatim), (Format::Csv, "hello", false));
        let robots = page("app/views/pages/robots.txt", "{{ kept }}").unwrap();
        assert_eq!((robots.format, robots.slug.as_str(), robots.verbatim), (Format::Text, "robots", true));
    }

    #[test]
    fn senseless_values_are_placed() {
        let cases = [
            ("method: fetch", "3:9: error: `method` is `fetch`, which is no method"),
            ("format: jpg", "3:9: error: `format` is `jpg`, which is no known format"),
            ("redirect_code: 200", "3:16: error: `redirect_code` must be 301, 302 or 307"),
            ("converter: textile", "3:12: error: `converter` must be `markdown`"),
            ("slug: 'a(/:b'", "3:7: error: `slug` has a `(` that is never closed"),
        ];
        for (keys, expected) in cases {
            let text = format!("---\n# note\n{keys}\n---\n");
            let problem = page("app/views/pages/a.liquid", &text).unwrap_err();
            assert_eq!(problem.to_string(), format!("app/views/pages/a.liquid:{expected}"), "{keys}");
        }
    }
}
