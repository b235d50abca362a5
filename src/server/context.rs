//! `context`: what a template of a request can know of it, as plain JSON. Constants are not in it, so that printing
//! the context shows no secret; neither is the session's cookie.

use axum::http::header::USER_AGENT;
use serde_json::{Map, Value as Json, json};

use super::request::Request;
use super::session::{self, Proof, Session};
use super::state::Site;
use super::time_zones::time_zones;
use crate::app::{App, Format, Layout, Module, Page};
use crate::liquid::UserAgent;

/// hCaptcha's public key for tests: its widget is shown and always passes.
const HCAPTCHA_SITE_KEY: &str = "10000000-ffff-ffff-ffff-000000000001";

/// What all templates of one request share.
pub(super) fn of_request(
    request: &Request,
    params: Map<String, Json>,
    session: &Session,
    proof: Proof,
    user: &Json,
    site: &Site,
    app: &App,
) -> Map<String, Json> {
    let host = request.host();
    let pathname = &request.path;
    let search = request.search();
    let location = json!({
        "href": format!("http://{host}{pathname}{search}"),
        "host": host,
        "pathname": pathname,
        "search": search,
        "url": request.url(),
    });
    let agent = request.header(USER_AGENT.as_str()).unwrap_or_default();
    let is_xhr =
        request.header("x-requested-with").is_some_and(|by| by.eq_ignore_ascii_case("XMLHttpRequest"));
    let members = [
        ("params", Json::Object(params)),
        ("location", location),
        ("headers", Json::Object(cgi_headers(request))),
        ("session", Json::Object(session.shown())),
        ("flash", Json::Object(session.flash().clone())),
        ("authenticity_token", session.token().into()),
        ("csrf_request_valid", (proof != Proof::Missing).into()),
        ("cookies", Json::Object(session::visible_cookies(request))),
        ("post_params", String::from_utf8_lossy(&request.body).into()),
        ("language", language(request, session).into()),
        ("environment", site.environment.as_str().into()),
        ("current_user", user.clone()),
        ("is_xhr", if is_xhr { Json::Bool(true) } else { Json::Null }),
        ("useragent", agent.into()),
        ("device", UserAgent::parse(agent).to_json()),
        ("visitor", json!({ "ip": request.peer.ip().to_canonical().to_string() })),
        ("instance", instance(app, site)),
        ("modules", modules(app)),
        ("globals", json!({ "time_zones": time_zones() })),
        ("hcaptcha_site_key", HCAPTCHA_SITE_KEY.into()),
        ("version", env!("CARGO_PKG_VERSION").into()),
    ];
    members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// `context.page` and `context.layout`. Values of `metadata` may hold Liquid, which is rendered when a template reads
/// them.
pub(super) fn of_page(page: &Page, app: &App) -> Map<String, Json> {
    let layout_name = match &page.layout {
        Layout::Named(name) => Some(name.as_str()),
        Layout::Default if page.format == Format::Html => Some(app.config().default_layout.as_str()),
        Layout::Default | Layout::None => None,
    };
    let layout = layout_name.and_then(|name| app.layout(name, page.format));
    let members = json!({
        "page": {
            "id": page_id(page, app),
            "slug": page.slug,
            "layout": layout.map(|_| layout_name),
            "layout_name": layout.map(|_| layout_name),
            "enable_profiler": false,
            "metadata": page.metadata,
        },
        "layout": {
            "metadata": layout.and_then(|layout| layout.front_matter.get("metadata")),
        },
    });
    match members {
        Json::Object(members) => members,
        _ => Map::new(),
    }
}

/// `?language=xx` wins over the session's; without either it is English.
fn language(request: &Request, session: &Session) -> String {
    asked_language(request)
        .or_else(|| session.fields().get("language").and_then(Json::as_str))
        .unwrap_or("en")
        .to_owned()
}

/// The language of `?language=`, if it can be the name of one (`pt-BR`).
pub(super) fn asked_language(request: &Request) -> Option<&str> {
    const LONGEST: usize = 35;
    let language = request.params.get("language")?.as_str()?;
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    (!language.is_empty() && language.len() <= LONGEST && language.bytes().all(fits)).then_some(language)
}

/// All headers under their CGI names, and what CGI says of the request itself.
fn cgi_headers(request: &Request) -> Map<String, Json> {
    let mut headers = Map::new();
    for name in request.headers.keys() {
        // It holds the key to the session.
        if name == axum::http::header::COOKIE {
            continue;
        }
        let values =
            request.headers.get_all(name).iter().map(|value| String::from_utf8_lossy(value.as_bytes()));
        let value = values.collect::<Vec<_>>().join(", ");
        headers.insert(cgi_name(name.as_str()), value.into());
    }
    if let Some(forwarded) = headers.get("HTTP_X_FORWARDED_FOR").cloned() {
        headers.insert("X-FORWARDED-FOR".to_owned(), forwarded);
    }
    let host = request.host();
    let (name, port) = match host.rsplit_once(':') {
        Some((name, port)) if !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()) => {
            (name, port)
        }
        _ => (host, "80"),
    };
    for (key, value) in [
        ("SERVER_NAME", name),
        ("SERVER_PORT", port),
        ("REQUEST_METHOD", request.method.as_str()),
        ("PATH_INFO", &request.path),
        ("QUERY_STRING", &request.query),
    ] {
        headers.insert(key.to_owned(), value.into());
    }
    headers.insert("REQUEST_URI".to_owned(), format!("{}{}", request.path, request.search()).into());
    headers
}

/// `x-api-key` is `HTTP_X_API_KEY`; CGI gives these two no prefix.
fn cgi_name(header: &str) -> String {
    let name = header.to_ascii_uppercase().replace('-', "_");
    if name == "CONTENT_TYPE" || name == "CONTENT_LENGTH" { name } else { format!("HTTP_{name}") }
}

/// Pages are counted from 1, in the order of their names: an id that stays while no page comes or goes.
fn page_id(page: &Page, app: &App) -> Option<usize> {
    app.pages().iter().position(|known| std::ptr::eq(&**known, page)).map(|at| at + 1)
}

/// The only instance of its server.
pub(super) const INSTANCE_ID: u64 = 1;

fn instance(app: &App, site: &Site) -> Json {
    let name = app.root().file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    json!({ "id": INSTANCE_ID, "uuid": site.uuid, "name": name })
}

/// By the names of their folders.
fn modules(app: &App) -> Json {
    let described = |module: &Module| {
        let version = module.version.as_deref();
        let about = json!({
            "name": module.name,
            "scope_name": module.scope_name,
            "version": version,
            "version_info": { "version_name": version },
            "subscription_info": null,
        });
        (module.scope_name.clone(), about)
    };
    Json::Object(app.modules().map(described).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_get_their_cgi_names() {
        for (header, expected) in [
            ("user-agent", "HTTP_USER_AGENT"),
            ("host", "HTTP_HOST"),
            ("x-forwarded-for", "HTTP_X_FORWARDED_FOR"),
            ("content-type", "CONTENT_TYPE"),
            ("authorization", "HTTP_AUTHORIZATION"),
        ] {
            assert_eq!(cgi_name(header), expected);
        }
    }
}
