//! HTTP in. One entry for every request: who may talk to us, which part of the server answers, the line in the log.
//! Reading a request is async; answering it (rendering, SQL, files) is not, and runs on a blocking thread, of which a
//! semaphore lets a limited number work at once. Those threads have the runtime's stack, so whoever builds the
//! runtime gives it [`STACK`].

mod answer;
mod app_builder;
mod asset_intake;
mod assets;
mod body;
mod context;
mod cookies;
mod deliveries;
mod failure;
mod forms;
mod graph;
mod guard;
mod hex;
mod inspector;
mod location;
mod log_search;
mod pages;
mod params;
mod portal;
mod private_urls;
mod range;
mod reply;
mod request;
mod secret;
mod session;
mod state;
mod time_zones;
mod transfers;
mod uploads;

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;

use axum::Router;
use axum::extract::{ConnectInfo, Request as HttpRequest, State as Shared};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode};
use axum::response::Response;
use axum::serve::ListenerExt;
use tokio::net::TcpListener;
use uuid::Uuid;

use crate::app::Method as AppMethod;
use crate::logs::{Log, NewEntry};

use answer::Answer;
pub(crate) use guard::Access;
use guard::Refusal;
use request::Request;
pub(crate) use state::{Live, Site, State};

/// Stack of a thread that renders: templates may nest a hundred deep.
pub(crate) const STACK: usize = 8 * 1024 * 1024;

/// Serves until `shutdown` ends, then takes no more connections and returns when the last answer is sent. How long that
/// may take is the caller's to bound.
pub(crate) async fn serve(
    listener: TcpListener,
    state: State,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    let stopping = state.clone();
    let transfers = state.transfers.clone();
    let service =
        Router::new().fallback(handle).with_state(state).into_make_service_with_connect_info::<SocketAddr>();
    // Answers are written whole: waiting for more to send only makes them late.
    let listener = listener.tap_io(|connection| drop(connection.set_nodelay(true)));
    let served = axum::serve(listener, service)
        .with_graceful_shutdown(async move {
            shutdown.await;
            stopping.stop();
        })
        .await;
    transfers.join().await;
    served
}

/// Which part of the server a path belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Area {
    /// `/_dev/…`
    Inspector,
    /// `/assets/…`
    Asset,
    /// `/api/graph`
    Graph,
    /// `/_uploads`, where a form posts a file, and `/_uploads/…`, where a client puts one and where it is then
    Upload,
    /// `/api/private/urls/…`
    PrivateUrl,
    /// `/api/app_builder/…`
    Platform,
    /// `/api/UUID/…`, the log as a search service keeps it
    LogSearch,
    /// `/oauth/…`, `/api/pos_modules…` and a few more, where the app has no page
    Portal,
    Page,
}

impl Area {
    /// The area, and what of the path follows its prefix.
    fn of(path: &str) -> (Self, &str) {
        if let Some(rest) = path.strip_prefix("/_dev").filter(|rest| rest.is_empty() || rest.starts_with('/'))
        {
            return (Self::Inspector, rest.strip_prefix('/').unwrap_or(rest));
        }
        if let Some(name) = path.strip_prefix("/assets/") {
            return (Self::Asset, name);
        }
        if path == "/api/graph" {
            return (Self::Graph, path);
        }
        if let Some(key) = path.strip_prefix("/_uploads").filter(|key| key.is_empty() || key.starts_with('/'))
        {
            return (Self::Upload, key.strip_prefix('/').unwrap_or(key));
        }
        let is_below = |prefix| {
            path.strip_prefix(prefix).is_some_and(|rest: &str| rest.is_empty() || rest.starts_with('/'))
        };
        if is_below(app_builder::PREFIX) {
            return (Self::Platform, path);
        }
        if is_below(private_urls::PREFIX) {
            return (Self::PrivateUrl, path);
        }
        (Self::Page, path)
    }

    /// Pages, and what a client changes, are what a developer works on; the rest is worth a line only if it failed. Clients
    /// ask for the log and for how things are getting on every few seconds.
    fn is_logged(self, method: &Method, status: StatusCode) -> bool {
        let failed = status.is_client_error() || status.is_server_error();
        match self {
            Self::Page | Self::Graph => true,
            Self::Platform => failed || !method.is_safe(),
            Self::Asset | Self::PrivateUrl | Self::LogSearch | Self::Portal => failed,
            // A file that has come is worth one too.
            Self::Upload => failed || status == StatusCode::CREATED,
            Self::Inspector => status.is_server_error(),
        }
    }
}

/// Two areas are known only to this server: one by its id, one by what its app leaves free.
fn area(state: &State, request: &Request) -> Area {
    match Area::of(&request.path) {
        (Area::Page, path) if log_search::is_at(path, &state.site.uuid) => Area::LogSearch,
        (Area::Page, path) if portal::is_at(path) && !has_page(state, request) => Area::Portal,
        (area, _) => area,
    }
}

fn has_page(state: &State, request: &Request) -> bool {
    let engine = state.live.engine();
    let method = AppMethod::parse(request.method.as_str());
    method.is_some_and(|method| engine.app().route(method, &request.path).is_some())
}

async fn handle(
    Shared(state): Shared<State>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    http: HttpRequest,
) -> Response {
    let began = Instant::now();
    let (parts, mut body) = http.into_parts();
    let id = Uuid::new_v4().simple().to_string();
    let mut request = Request::begin(id, parts.method, &parts.uri, parts.headers, peer);
    let area = area(&state, &request);
    let ending = Ending::of(&request, area, began, &state);

    if let Err(refusal) = admit(&state, area, &request) {
        body::drop_rest(&mut body).await;
        return ending.respond(refuse(area, &refusal));
    }
    let turn = Turn::of(&request, area);
    match area {
        Area::Inspector => {
            body::drop_rest(&mut body).await;
            ending.respond(inspector::answer(&state, &request).await)
        }
        Area::Graph => {
            let read = request.read_body(body).await;
            let graphs = state.clone();
            blocking(&state, turn, ending, move || graph::answer(&graphs, &request, read)).await
        }
        Area::Platform => {
            let read = request.read_up_to(app_builder::BODY_LIMIT, &parts.uri, body).await;
            let platform = state.clone();
            blocking(&state, turn, ending, move || app_builder::answer(&platform, &request, read)).await
        }
        Area::LogSearch => {
            let read = request.read(&parts.uri, body).await;
            let searched = state.clone();
            blocking(&state, turn, ending, move || log_search::answer(&searched, &request, read)).await
        }
        Area::Portal => {
            let read = request.read(&parts.uri, body).await;
            let portal = state.clone();
            blocking(&state, turn, ending, move || portal::answer(&portal, &request, read)).await
        }
        Area::PrivateUrl => {
            let read = request.read(&parts.uri, body).await;
            let urls = state.clone();
            blocking(&state, turn, ending, move || private_urls::answer(&urls, &request, read)).await
        }
        Area::Upload if request.method == Method::POST || request.method == Method::PUT => {
            let received = uploads::receive(&state, &request, body).await;
            let uploads = state.clone();
            blocking(&state, turn, ending, move || uploads::store(&uploads, &request, received)).await
        }
        Area::Upload => {
            body::drop_rest(&mut body).await;
            let uploads = state.clone();
            blocking(&state, turn, ending, move || uploads::answer(&uploads, &request)).await
        }
        Area::Asset => {
            body::drop_rest(&mut body).await;
            let live = state.live.clone();
            blocking(&state, turn, ending, move || assets::answer(live.engine().app(), &request)).await
        }
        Area::Page => {
            let read = request.read(&parts.uri, body).await;
            let pages = state.clone();
            blocking(&state, turn, ending, move || pages::answer(&pages, &request, read)).await
        }
    }
}

/// On whose turn a request is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Turn {
    Own,
    /// Of a client of the platform.
    Client,
    /// Of the page of ours that waits for the answer. If its request had to wait for a turn too, pages that call the server
    /// they are on could hold all turns and wait for each other.
    Callers,
}

impl Turn {
    fn of(request: &Request, area: Area) -> Self {
        match area {
            _ if request.call_depth() > 0 => Self::Callers,
            Area::Platform | Area::Upload if !request.method.is_safe() => Self::Client,
            _ => Self::Own,
        }
    }
}

/// The last that is done to every answer: its id, and its line in the log.
#[derive(Debug, Clone)]
struct Ending {
    id: String,
    method: Method,
    path: String,
    /// Host and path.
    url: String,
    area: Area,
    began: Instant,
    log: Log,
}

impl Ending {
    fn of(request: &Request, area: Area, began: Instant, state: &State) -> Self {
        Self {
            id: request.id.clone(),
            method: request.method.clone(),
            path: request.path.clone(),
            url: format!("{}{}", request.host(), request.path),
            area,
            began,
            log: state.bindings.log.clone(),
        }
    }

    fn respond(self, answer: Answer) -> Response {
        let Answer { mut response, failure, visitor } = answer;
        if let Ok(id) = HeaderValue::from_str(&self.id) {
            response.headers_mut().insert(HeaderName::from_static("x-request-id"), id);
        }
        let status = response.status();
        if self.area.is_logged(&self.method, status) {
            let took = self.began.elapsed();
            let entry = NewEntry::request(self.method.as_str(), &self.path, status.as_u16(), took);
            let entry = entry.in_trace(&self.id).in_request(&self.id);
            self.log.append(match failure {
                Some(failure) => entry.failed(failure).asked_by(&self.url, visitor.as_deref()),
                None => entry,
            });
        }
        response
    }
}

fn admit(state: &State, area: Area, request: &Request) -> Result<(), Refusal> {
    let access = &state.site.access;
    access.check_host(&request.headers)?;
    match area {
        Area::Inspector => access.check_developer(&request.method, &request.headers, request.peer),
        Area::Graph | Area::Platform | Area::LogSearch | Area::Portal => {
            access.check_client(&request.headers, request.peer)
        }
        Area::PrivateUrl => access.check_sender(&request.headers, request.peer),
        // Where a file needs a permission, a signature is it.
        Area::Upload | Area::Asset | Area::Page => Ok(()),
    }
}

fn refuse(area: Area, refusal: &Refusal) -> Answer {
    match area {
        Area::Inspector
        | Area::Graph
        | Area::Platform
        | Area::PrivateUrl
        | Area::LogSearch
        | Area::Portal => Answer::json_error(refusal.status, &refusal.message),
        _ => Answer::sentence(refusal.status, &refusal.message),
    }
}

/// Answers on a blocking thread, when one of the limited turns is free. A client that hangs up does not stop it: what a
/// page has begun it finishes, and its line is written.
async fn blocking(
    state: &State,
    turn: Turn,
    ending: Ending,
    work: impl FnOnce() -> Answer + Send + 'static,
) -> Response {
    let turn = match turn {
        Turn::Own => Arc::clone(&state.turns).acquire_owned().await.ok(),
        Turn::Client => Arc::clone(&state.client_turns).acquire_owned().await.ok(),
        Turn::Callers => None,
    };
    let ending_of_work = ending.clone();
    let answered = tokio::task::spawn_blocking(move || {
        let response = ending_of_work.respond(work());
        drop(turn);
        response
    });
    answered.await.unwrap_or_else(|_| {
        // A fault of ours: the panic's message went to stderr, the server goes on.
        ending.respond(Answer::failed("internal error: the request panicked"))
    })
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderMap;

    use super::*;

    #[test]
    fn the_path_decides_who_answers() {
        for (path, expected) in [
            ("/", (Area::Page, "/")),
            ("/_developer", (Area::Page, "/_developer")),
            ("/_dev", (Area::Inspector, "")),
            ("/_dev/jobs", (Area::Inspector, "jobs")),
            ("/assets/a/b.css", (Area::Asset, "a/b.css")),
            ("/assets", (Area::Page, "/assets")),
            ("/api/graph", (Area::Graph, "/api/graph")),
            ("/api/graphs", (Area::Page, "/api/graphs")),
            ("/_uploads", (Area::Upload, "")),
            ("/_uploads/a/b.png", (Area::Upload, "a/b.png")),
            ("/_uploads2", (Area::Page, "/_uploads2")),
            ("/api/app_builder/sync", (Area::Platform, "/api/app_builder/sync")),
            ("/api/private/urls/presign-url", (Area::PrivateUrl, "/api/private/urls/presign-url")),
            ("/api/private/urls2", (Area::Page, "/api/private/urls2")),
            ("/api/orders", (Area::Page, "/api/orders")),
        ] {
            assert_eq!(Area::of(path), expected, "{path}");
        }
    }

    #[test]
    fn clients_that_change_something_wait_apart_from_pages() {
        let turn = |method: Method, path: &str, area| {
            let peer = SocketAddr::from(([127, 0, 0, 1], 1));
            let uri = path.parse().unwrap();
            Turn::of(&Request::begin(String::new(), method, &uri, HeaderMap::new(), peer), area)
        };
        let sync = "/api/app_builder/marketplace_releases/sync";

        assert_eq!(turn(Method::PUT, sync, Area::Platform), Turn::Client);
        assert_eq!(turn(Method::POST, "/_uploads", Area::Upload), Turn::Client);
        assert_eq!(turn(Method::GET, "/_uploads/a.png", Area::Upload), Turn::Own);
        assert_eq!(turn(Method::POST, "/form", Area::Page), Turn::Own);
    }
}
