//! Requests against tables of pages.

use serde_json::json;

use super::*;
use crate::app::front_matter::FrontMatter;
use crate::app::kind::{Classified, classify};

const EXACT: Exactness = Exactness { slug: true, html_format: false };

fn page(path: &str, keys: &str) -> Arc<Page> {
    let Classified::Member(place) = classify(path) else { panic!("{path} is no page") };
    let text = format!("---\n{keys}\n---\n");
    let head = FrontMatter::parse(path, &text).unwrap();
    Arc::new(Page::parse(&place, &path.into(), &text.as_str().into(), &head).unwrap())
}

/// Pages by file name below `app/views/pages` and front matter.
fn routes(pages: &[(&str, &str)], exactness: Exactness) -> Routes {
    let pages: Vec<_> =
        pages.iter().map(|(name, keys)| page(&format!("app/views/pages/{name}"), keys)).collect();
    Routes::new(&pages, exactness).0
}

/// The name of the page that answers, and the parameters.
fn answer(routes: &Routes, path: &str) -> Option<(String, Json)> {
    let found = routes.find(Method::Get, path)?;
    Some((found.page.source.name.to_string(), Json::Object(found.params)))
}

fn name(routes: &Routes, path: &str) -> Option<String> {
    answer(routes, path).map(|(name, _)| name)
}

#[test]
fn index_answers_for_its_folder() {
    let routes = routes(&[("index.liquid", ""), ("a/index.liquid", "")], EXACT);

    for path in ["/", ""] {
        assert_eq!(name(&routes, path).as_deref(), Some("index"), "{path}");
    }
    for path in ["/a", "/a/", "/a/index", "a", "//a"] {
        assert_eq!(name(&routes, path).as_deref(), Some("a/index"), "{path}");
    }
    assert_eq!(name(&routes, "/b"), None);
}

#[test]
fn html_answers_any_extension_and_others_only_their_own() {
    let routes =
        routes(&[("hello.html.liquid", ""), ("hello.csv.liquid", ""), ("only.csv.liquid", "")], EXACT);

    let cases = [
        ("/hello", Some("hello.html"), Format::Html),
        ("/hello.csv", Some("hello.csv"), Format::Csv),
        ("/hello.json", Some("hello.html"), Format::Json),
        ("/hello.php", Some("hello.html"), Format::Html),
        ("/only.csv", Some("only.csv"), Format::Csv),
        ("/only", None, Format::Html),
        ("/only.json", None, Format::Json),
    ];
    for (path, expected, format) in cases {
        let found = routes.find(Method::Get, path);
        assert_eq!(found.as_ref().map(|found| &*found.page.source.name), expected, "{path}");
        assert!(found.is_none_or(|found| found.format == format), "{path}");
    }
}

#[test]
fn exact_html_answers_html_only() {
    let routes = routes(&[("hello.liquid", "")], Exactness { slug: true, html_format: true });

    assert!(name(&routes, "/hello").is_some());
    assert!(name(&routes, "/hello.html").is_some());
    assert!(name(&routes, "/hello.json").is_none());
    assert!(name(&routes, "/hello.php").is_none());
}

#[test]
fn format_of_the_file_is_not_in_the_slug() {
    let routes = routes(
        &[("api/data.json.liquid", "slug: api/data"), ("feed.liquid", "slug: a/feed.xml\nformat: xml")],
        EXACT,
    );

    assert!(name(&routes, "/api/data.json").is_some());
    assert!(name(&routes, "/api/data").is_none());
    assert!(name(&routes, "/a/feed.xml").is_some());
}

#[test]
fn more_exact_slug_goes_first() {
    let routes = routes(
        &[
            ("rest.liquid", "slug: posts/*rest"),
            ("show.liquid", "slug: posts/:id"),
            ("new.liquid", "slug: posts/new"),
        ],
        EXACT,
    );

    assert_eq!(answer(&routes, "/posts/new"), Some(("new".into(), json!({}))));
    assert_eq!(answer(&routes, "/posts/3"), Some(("show".into(), json!({"id": "3"}))));
    assert_eq!(answer(&routes, "/posts/3/x"), Some(("rest".into(), json!({"rest": "3/x"}))));
    assert_eq!(answer(&routes, "/posts/3.json"), Some(("show".into(), json!({"id": "3"}))));
    assert_eq!(answer(&routes, "/posts/john.doe"), Some(("show".into(), json!({"id": "john.doe"}))));
}

#[test]
fn method_must_match() {
    let routes = routes(
        &[
            ("get.liquid", "slug: a"),
            ("post.liquid", "slug: a\nmethod: post"),
            ("only.liquid", "method: post"),
        ],
        EXACT,
    );

    let by = |method, path| routes.find(method, path).map(|found| found.page.source.name.to_string());
    assert_eq!(by(Method::Get, "/a").as_deref(), Some("get"));
    assert_eq!(by(Method::Post, "/a").as_deref(), Some("post"));
    assert_eq!(by(Method::Get, "/only"), None);
    assert_eq!(by(Method::Delete, "/a"), None);
}

#[test]
fn inexact_slug_takes_what_follows_up_to_its_depth() {
    let pages =
        [("list/show.liquid", ""), ("deep.liquid", "slug: d\nmax_deep_level: 6"), ("index.liquid", "")];
    let legacy = routes(&pages, Exactness { slug: false, html_format: false });

    assert_eq!(
        answer(&legacy, "/list/show/9"),
        Some(("list/show".into(), json!({"slug": "list", "slug2": "show", "slug3": "9"})))
    );
    assert_eq!(answer(&legacy, "/list/show/9/10"), None);
    assert_eq!(
        answer(&legacy, "/d/2/3/4/5"),
        Some(("deep".into(), json!({"slug": "d", "slug2": "2", "slug3": "3", "slugs": "4/5"})))
    );
    assert_eq!(answer(&legacy, "/unknown"), None);
    assert_eq!(answer(&routes(&pages, EXACT), "/list/show/9"), None);
}

#[test]
fn two_pages_on_one_route_are_named() {
    let pages = [
        page("app/views/pages/a.liquid", "slug: posts/:id"),
        page("app/views/pages/b.liquid", "slug: posts/:slug"),
        page("app/views/pages/c.json.liquid", "slug: posts/:id"),
        page("app/views/pages/d.liquid", "slug: posts/:id\nmethod: post"),
    ];
    let (_, problems) = Routes::new(&pages, EXACT);

    let shown: Vec<_> = problems.iter().map(ToString::to_string).collect();
    assert_eq!(
        shown,
        [
            "app/views/pages/b.liquid: error: never answers: `app/views/pages/a.liquid` has the same route, get /posts/:slug"
        ]
    );
}

#[test]
fn index_goes_before_home_and_app_before_module() {
    let pages = [
        page("app/views/pages/home.html.liquid", ""),
        page("app/views/pages/index.liquid", ""),
        page("modules/a/public/views/pages/new.liquid", ""),
        page("app/views/pages/new.liquid", ""),
    ];
    let (routes, problems) = Routes::new(&pages, EXACT);

    assert_eq!(name(&routes, "/").as_deref(), Some("index"));
    assert_eq!(name(&routes, "/new").as_deref(), Some("new"));
    let shown: Vec<_> = problems.iter().map(ToString::to_string).collect();
    assert_eq!(
        shown,
        [
            "modules/a/public/views/pages/new.liquid: warning: never answers: `app/views/pages/new.liquid` has the same route, get /new",
            "app/views/pages/home.html.liquid: warning: never answers: `app/views/pages/index.liquid` has the same route, get /",
        ]
    );
}

#[test]
fn home_alone_is_the_root() {
    assert!(name(&routes(&[("home.html.liquid", "")], EXACT), "/").is_some());
}
