//! A request to a page of the app, from route to response. Synchronous, on a blocking thread.
//!
//! ```text
//! session, token ─▶ route ─▶ policies ─▶ redirect? ─▶ page and layout ─▶ session saved ─▶ jobs queued ─▶ response
//!                     │         │                         │                    └──────────────┴─ fails: 500
//!                     └─ 404    └─ 302, 403, 404          └─ 500, its jobs dropped
//! ```
//! Jobs are queued after everything the request wrote and before its answer is sent: a job sees what its page did, and
//! a client that has the answer can rely on the job.

mod maintenance;
mod policies;
mod routing;
mod stop;
mod submission;
mod tests_module;
mod visitor;

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::http::StatusCode;
use jiff::Timestamp;
use serde_json::{Map, Value as Json};

use super::answer::Answer;
use super::context;
use super::cookies::SameSite;
use super::failure::Failure;
use super::reply::Reply;
use super::request::{Request, Unreadable};
use super::session::{Proof, Session};
use super::state::State;
use crate::app::{Format, Page};
use crate::graphql::SessionChange;
use crate::jobs::NewJob;
use crate::liquid::{Block, Engine, Origin, RefusedForm, Rendered, Scope};

use stop::Stop;
use submission::Sent;

/// How long a page may take, policies and layout included; then it is a 504, as on the platform.
pub(super) const TIME_LIMIT: Duration = Duration::from_secs(9);

/// Answers `request`, or says why it could not be `read`.
pub(super) fn answer(state: &State, request: &Request, read: Result<(), Unreadable>) -> Answer {
    let engine = state.live.engine();
    let now = Timestamp::now();
    let (session, proof) = match Session::open(&state.sessions, request, now) {
        Ok(opened) => opened,
        Err(error) => return Failure::fault(&error).built_in(request.format()).into_answer(),
    };
    let user = match visitor::of_request(state, &session, request, now) {
        Ok(user) => user,
        Err(error) => return Failure::fault(&error).built_in(request.format()).into_answer(),
    };
    let same_site = SameSite::from_setting(&engine.app().config().cookies_same_site);
    let mut visit = Visit {
        state,
        engine: &engine,
        request,
        session,
        proof,
        user,
        page: None,
        route_params: Map::new(),
        refused_form: None,
        jobs: Vec::new(),
        notifications: Vec::new(),
        deadline: Instant::now() + TIME_LIMIT,
    };
    let reply = match read
        .map_err(|error| Stop::Refused(error.status(), error.to_string()))
        .and_then(|()| visit.page())
    {
        Ok(reply) => reply,
        Err(stop) => visit.stopped(stop),
    };
    visit.finish(reply, same_site, now)
}

/// One request on its way through the app.
struct Visit<'a> {
    state: &'a State,
    engine: &'a Engine,
    request: &'a Request,
    session: Session,
    proof: Proof,
    /// `context.current_user`
    user: Json,
    /// `context.page`
    page: Option<Arc<Page>>,
    /// On top of the request's own parameters.
    route_params: Map<String, Json>,
    /// A form that was sent and not stored, for the page that shows it again.
    refused_form: Option<RefusedForm>,
    jobs: Vec<NewJob>,
    /// Of a form that is stored: queued even where the answer fails afterwards, which undoes nothing of what is stored.
    notifications: Vec<NewJob>,
    deadline: Instant,
}

impl Visit<'_> {
    fn page(&mut self) -> Result<Reply, Stop> {
        let app = Arc::clone(self.engine.app());
        let config = app.config();
        if config.maintenance.enabled
            && let Some(answer) = self.enter_maintenance()
        {
            return answer;
        }
        if config.redirect_trailing_slash
            && let Some(url) = routing::without_trailing_slash(self.request)
        {
            return Err(Stop::Redirect { url, code: 301 });
        }
        if let Some(language) = context::asked_language(self.request)
            && self.session.fields().get("language").and_then(Json::as_str) != Some(language)
        {
            self.session.set("language", language.into());
        }
        if let Some(sent) = Sent::of(self.request) {
            return self.submit(&sent);
        }
        if app.file_count() == 0 {
            return Err(routing::nothing_deployed(self.request));
        }
        let route = routing::find(&app, self.request)?;
        self.route_params = route.params;
        self.route_params.entry("format").or_insert_with(|| route.format.name().into());
        self.page = Some(Arc::clone(&route.page));
        let page = &route.page;
        if config.maintenance.enabled && self.is_closed() {
            return self.under_maintenance();
        }
        self.check_policies(&page.policies, &page.source.path)?;
        if let Some(redirect) = &page.redirect {
            let url = self.text(&redirect.url, &page.source.path)?;
            return Err(Stop::Redirect { url, code: redirect.code });
        }
        self.render(page, StatusCode::OK)
    }

    fn render(&mut self, page: &Page, status: StatusCode) -> Result<Reply, Stop> {
        if page.verbatim {
            let text = page.source.text.get(page.source.body..).unwrap_or_default();
            return Ok(Reply::new(status, page.format.content_type(), text.as_bytes().to_vec()));
        }
        let rendered = self
            .engine
            .page(page, self.scope(page.format), &self.state.bindings)
            .map_err(|error| self.failed(&error))?;
        let Rendered { body, status: asked, headers, redirect, session, jobs } = rendered;
        self.take_effects(session, jobs)?;
        if let Some((url, code)) = redirect {
            let mut reply = stop::redirect(&url, code);
            reply.add_headers(headers, &self.state.bindings.log);
            return Ok(reply);
        }
        let asked = asked.filter(|code| !tests_module::hides(self.request, *code));
        let status = match asked {
            // A final answer has three digits and is not 1xx: HTTP has no way to send another.
            Some(code) => StatusCode::from_u16(code)
                .ok()
                .filter(|status| !status.is_informational())
                .ok_or_else(|| {
                    Stop::Failed(Failure::in_file(
                        &page.source.path,
                        &format!("{code} is not a response status"),
                    ))
                })?,
            None => status,
        };
        let mut reply = Reply::new(status, page.format.content_type(), body.into_bytes());
        reply.add_headers(headers, &self.state.bindings.log);
        Ok(reply)
    }

    /// Saves the session, then queues the jobs, all of them in one commit. Neither happened, or only the first, if the
    /// disk is full: then the answer is a 500 and the server goes on.
    fn finish(self, mut reply: Reply, same_site: SameSite, now: Timestamp) -> Answer {
        let format = self.request.format();
        match self.session.save(&self.state.sessions, &reply.body, same_site, now) {
            Ok(cookies) => reply.set_cookies(cookies),
            Err(error) => return Failure::fault(&error).built_in(format).into_answer(),
        }
        let jobs: Vec<NewJob> = self.notifications.into_iter().chain(self.jobs).collect();
        if !jobs.is_empty()
            && let Err(error) = self.state.queue.enqueue(jobs)
        {
            return Failure::fault(&error).built_in(format).into_answer();
        }
        let visitor = self.user.get("email").and_then(Json::as_str).map(str::to_owned);
        Answer { visitor, ..reply.into_answer() }
    }

    fn take_effects(&mut self, session: Vec<SessionChange>, jobs: Vec<NewJob>) -> Result<(), Stop> {
        let before = self.session.user();
        self.session.apply(session);
        self.jobs.extend(jobs);
        if self.session.user() != before {
            let user = visitor::of_session(self.state, &self.session);
            self.user = user.map_err(|error| Stop::Failed(Failure::fault(&error)))?;
        }
        Ok(())
    }

    /// A front matter value with Liquid in it. Never escaped: it becomes a URL or a message, not HTML.
    fn text(&self, source: &str, path: &str) -> Result<String, Stop> {
        let block = Block { source, path, line: 1 };
        let rendered = self
            .engine
            .text(&block, self.scope(Format::Text), &self.state.bindings)
            .map_err(|error| self.failed(&error))?;
        Ok(rendered.body)
    }

    fn failed(&self, error: &crate::liquid::Error) -> Stop {
        Stop::Failed(Failure::in_template(error, Instant::now() >= self.deadline))
    }

    fn scope(&self, format: Format) -> Scope {
        let mut params = self.request.params.clone();
        params.extend(self.route_params.clone());
        let mut context = context::of_request(
            self.request,
            params,
            &self.session,
            self.proof,
            &self.user,
            &self.state.site,
            self.engine.app(),
        );
        let page = self.page.as_deref();
        if let Some(page) = page {
            context.extend(context::of_page(page, self.engine.app()));
        }
        Scope {
            context,
            hidden_session: self.session.hidden(),
            constants: self.state.graph.records.constants().snapshot(),
            variables: Map::new(),
            format,
            origin: Origin::Request {
                id: self.request.id.clone(),
                url: self.request.url(),
                page: page.map(|page| page.slug.clone()).unwrap_or_default(),
            },
            base_url: self.request.base_url(),
            trace: self.request.id.clone(),
            call_depth: self.request.call_depth(),
            deadline: Some(self.deadline),
            cancelled: None,
            refused_form: self.refused_form.clone(),
        }
    }
}
