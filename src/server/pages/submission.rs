//! A form configuration that is sent to the platform's addresses for records and users.
//!
//! ```text
//! policies ─▶ default payload ─▶ checked and stored ─▶ notifications, callbacks ─▶ redirect
//!                                   └─ refused: its page again, with what was entered
//! ```

use std::sync::Arc;

use axum::http::{Method as HttpMethod, StatusCode};
use jiff::Timestamp;
use serde_json::{Map, Value as Json, json};

use super::Visit;
use super::stop::{self, Stop};
use crate::app::{App, Form, Format, Method, Page};
use crate::graphql::{self, Submission, Submitted, World, form_payload as payload};
use crate::liquid::{Block, RefusedForm, Rendered, Templates};
use crate::notifications::Caller;
use crate::records::UserId;
use crate::server::failure::Failure;
use crate::server::reply::Reply;
use crate::server::request::Request;

/// The fields that say which form it is: today's name and older ones.
const NAMES: [&str; 3] = ["form_id", "form_name", "form_configuration_name"];

/// What is sent to which form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Sent {
    form: String,
    /// Of the record or user that is changed.
    id: Option<String>,
    intent: Intent,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Intent {
    Store,
    Delete,
}

impl Intent {
    /// `None` for a request that changes nothing. A form can only post, and says in `_method` that it deletes.
    fn of(request: &Request) -> Option<Self> {
        let asked = request.params.get("_method").and_then(Json::as_str).and_then(Method::parse);
        match request.method {
            HttpMethod::DELETE => Some(Self::Delete),
            HttpMethod::POST if asked == Some(Method::Delete) => Some(Self::Delete),
            HttpMethod::POST | HttpMethod::PUT | HttpMethod::PATCH => Some(Self::Store),
            _ => None,
        }
    }
}

impl Sent {
    /// `None` for a request that sends no form.
    pub(super) fn of(request: &Request) -> Option<Self> {
        let intent = Intent::of(request)?;
        let rest = request.path.strip_prefix("/api/")?;
        let rest = rest.strip_prefix("user/").unwrap_or(rest);
        let rest = rest.strip_prefix("customizations").or_else(|| rest.strip_prefix("users"))?;
        let id = match rest.trim_end_matches('/') {
            "" => None,
            rest => Some(rest.strip_prefix('/')?.to_owned()),
        };
        let form = NAMES.into_iter().find_map(|name| request.params.get(name)?.as_str())?;
        Some(Self { form: form.to_owned(), id, intent })
    }
}

impl Visit<'_> {
    pub(super) fn submit(&mut self, sent: &Sent) -> Result<Reply, Stop> {
        let app = Arc::clone(self.engine.app());
        let refused = |message: String| Stop::Refused(StatusCode::NOT_FOUND, message);
        let form = Arc::clone(app.form(&sent.form).map_err(|unknown| refused(unknown.to_string()))?);
        if !form.is_open_to_requests {
            return Err(refused(format!("form `{}` is not open to requests", form.name)));
        }
        self.check_policies(&form.policies, &form.source.path)?;
        let nobody = || refused(format!("{} is not there", self.request.path));
        let id = sent.id.as_deref().map(|id| id.parse().map_err(|_| nobody())).transpose()?;
        if sent.intent == Intent::Delete {
            let id =
                id.ok_or_else(|| refused("a form deletes what its address names by an id".to_owned()))?;
            return match self.delete(&form, id, &app).map_err(|error| in_form(&form, &error))? {
                Submitted::Stored { id, values } => self.go_on(&form, id, &values),
                Submitted::Missing => Err(nobody()),
                Submitted::Invalid(_) | Submitted::Forbidden => Err(forbidden(&form)),
            };
        }
        let payload = self.payload(&form)?;
        let submission = Submission { form: &form, payload: &payload, id };
        match self.store(submission, &app).map_err(|error| in_form(&form, &error))? {
            Submitted::Stored { id, values } => self.stored(&form, id, values),
            Submitted::Invalid(errors) => self.refused(&form, payload, errors.into_json()),
            Submitted::Missing => Err(nobody()),
            Submitted::Forbidden => Err(forbidden(&form)),
        }
    }

    /// The visitor, as a form that is sent knows them.
    fn visitor(&self) -> graphql::Session {
        let user = self.user.get("id").and_then(Json::as_str).and_then(|id| id.parse().ok()).map(UserId);
        graphql::Session::new(Map::new, user)
    }

    fn delete(&mut self, form: &Form, id: i64, app: &App) -> Result<Submitted, graphql::Error> {
        let mut session = self.visitor();
        let mut data = self.state.graph.records.data(Some(self.deadline));
        let mut world =
            World { session: Some(&mut session), ..World::of_data(app, &mut data, Timestamp::now()) };
        graphql::delete_through_form(form, id, &mut world)
    }

    fn store(&mut self, submission: Submission<'_>, app: &App) -> Result<Submitted, graphql::Error> {
        let mut session = self.visitor();
        let mut data = self.state.graph.records.data(Some(self.deadline));
        let scope = self.scope(Format::Text);
        let mut templates = Templates::new(self.engine, &scope, &self.state.bindings);
        let mut world = World {
            session: Some(&mut session),
            templates: Some(&mut templates),
            queue: Some(&self.state.graph.queue),
            offline: self.state.bindings.offline,
            caller: Caller { base_url: self.request.base_url(), ..Caller::default() },
            ..World::of_data(app, &mut data, Timestamp::now())
        };
        let submitted = graphql::submit(submission, &mut world)?;
        let deliveries = world.deliveries;
        self.notifications.extend(templates.into_jobs());
        let mut context = self.state.job_context(self.request);
        context.insert("current_user".to_owned(), self.user.clone());
        let jobs = deliveries.into_iter().map(|delivery| self.state.job(delivery, &context, self.request));
        self.notifications.extend(jobs);
        Ok(submitted)
    }

    /// What was sent, and over it what the form says itself: a visitor cannot send that.
    fn payload(&mut self, form: &Form) -> Result<Map<String, Json>, Stop> {
        let sent = payload::as_sent(self.fields().cloned().unwrap_or_default());
        let Some(source) = &form.default_payload else { return Ok(sent) };
        let printed = self.liquid(source, form, &sent)?.body;
        payload::with_default(sent, &printed)
            .ok_or_else(|| Stop::Failed(Failure::in_file(&form.source.path, payload::NO_OBJECT)))
    }

    /// The fields that were sent: their names begin with `form`, or with what `{% form as: … %}` says.
    fn fields(&self) -> Option<&Map<String, Json>> {
        let params = &self.request.params;
        let prefix = params.get("form_prefix").and_then(Json::as_str).unwrap_or("form");
        let mut names = prefix.split('[').map(|name| name.trim_end_matches(']'));
        let first = names.next().and_then(|name| params.get(name));
        names.fold(first, |fields, name| fields?.get(name)).and_then(Json::as_object)
    }

    fn stored(&mut self, form: &Form, id: i64, values: Map<String, Json>) -> Result<Reply, Stop> {
        if let Some(source) = &form.callback_actions {
            let Rendered { session, jobs, .. } = self.liquid(source, form, &values)?;
            self.take_effects(session, jobs)?;
        }
        if let Some(callback) = &form.async_callback_actions {
            let jobs = self.liquid(&callback.in_background(), form, &values)?.jobs;
            self.take_effects(Vec::new(), jobs)?;
        }
        if let Some(notice) = form.flash_notice.as_ref().filter(|_| self.request.format() != Format::Json) {
            let notice = self.liquid(notice, form, &values)?.body;
            self.session.set_flash("notice", notice.trim());
        }
        self.go_on(form, id, &values)
    }

    /// To where the visitor or the form wants to go; a client of JSON stays.
    fn go_on(&self, form: &Form, id: i64, values: &Map<String, Json>) -> Result<Reply, Stop> {
        if self.request.format() == Format::Json {
            let body = json!({ "id": id.to_string() }).to_string();
            return Ok(Reply::new(StatusCode::OK, Format::Json.content_type(), body.into_bytes()));
        }
        let url = match (self.asked_redirect(), &form.redirect_to) {
            (Some(url), _) => url.to_owned(),
            (None, Some(url)) => self.liquid(url, form, values)?.body.trim().to_owned(),
            (None, None) => self.sender().map_or_else(|| "/".to_owned(), |page| address(&page)),
        };
        Ok(stop::redirect(&url, 302))
    }

    /// The page of the form again, with what was entered and what is wrong with it.
    fn refused(
        &mut self,
        form: &Form,
        values: Map<String, Json>,
        errors: Map<String, Json>,
    ) -> Result<Reply, Stop> {
        const STATUS: StatusCode = StatusCode::UNPROCESSABLE_ENTITY;
        if self.request.format() == Format::Json {
            let body = json!({ "errors": errors }).to_string();
            return Ok(Reply::new(STATUS, Format::Json.content_type(), body.into_bytes()));
        }
        let Some(page) = self.sender() else {
            let fields = errors.keys().map(|field| format!("`{field}`")).collect::<Vec<_>>().join(", ");
            return Err(Stop::Refused(STATUS, format!("form `{}` was refused: {fields}", form.name)));
        };
        self.check_policies(&page.policies, &page.source.path)?;
        if let Some(alert) = &form.flash_alert {
            let alert = self.liquid(alert, form, &values)?.body;
            self.session.show_flash("alert", alert.trim());
        }
        let values = payload::without_passwords(values);
        self.refused_form = Some(RefusedForm { name: form.name.clone(), values, errors });
        self.route_params.insert("format".to_owned(), page.format.name().into());
        self.page = Some(Arc::clone(&page));
        self.render(&page, STATUS)
    }

    /// The page that the form says it stands on: one that can be visited.
    fn sender(&self) -> Option<Arc<Page>> {
        let id: usize = self.request.params.get("page_id")?.as_str()?.parse().ok()?;
        let page = self.engine.app().pages().get(id.checked_sub(1)?)?;
        (page.method == Method::Get && page.redirect.is_none()).then(|| Arc::clone(page))
    }

    /// Where the visitor asked to go: a place of this app and of no other.
    fn asked_redirect(&self) -> Option<&str> {
        let asked = ["redirect_to", "return_to"].into_iter().find_map(|name| self.request.params.get(name));
        asked.and_then(Json::as_str).filter(|url| is_local(url))
    }

    /// Liquid of the form's front matter, with what was sent, less the passwords, in the variable `form`.
    fn liquid(&self, source: &str, form: &Form, values: &Map<String, Json>) -> Result<Rendered, Stop> {
        let block = Block { source, path: &form.source.path, line: 1 };
        let mut scope = self.scope(Format::Text);
        scope.variables.insert("form".to_owned(), Json::Object(payload::without_passwords(values.clone())));
        self.engine.text(&block, scope, &self.state.bindings).map_err(|error| self.failed(&error))
    }
}

fn forbidden(form: &Form) -> Stop {
    let message = format!("form `{}` is not for whoever sent it", form.name);
    Stop::Refused(StatusCode::FORBIDDEN, message)
}

fn in_form(form: &Form, error: &graphql::Error) -> Stop {
    Stop::Failed(Failure::in_file(&form.source.path, &error.message))
}

fn address(page: &Page) -> String {
    format!("/{}", page.slug.trim_start_matches('/'))
}

/// A browser reads `//host` and `/\host` as another site.
fn is_local(url: &str) -> bool {
    url.starts_with('/')
        && !url.starts_with("//")
        && !url.starts_with("/\\")
        && !url.contains(['\t', '\r', '\n'])
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, Uri};

    use super::*;

    fn sent(method: HttpMethod, uri: &'static str) -> Option<(String, Option<String>)> {
        let uri = Uri::from_static(uri);
        let mut request =
            Request::begin("id".to_owned(), method, &uri, HeaderMap::new(), ([127, 0, 0, 1], 9).into());
        let names = request.query.split('&').filter_map(|pair| pair.split_once('='));
        request.params = names.map(|(name, value)| (name.to_owned(), json!(value))).collect();
        Sent::of(&request).map(|sent| (sent.form, sent.id))
    }

    #[test]
    fn form_is_known_by_its_address_and_its_name() {
        let form = |id: Option<&str>| Some(("car".to_owned(), id.map(str::to_owned)));
        for (method, uri, expected) in [
            (HttpMethod::POST, "/api/customizations?form_id=car", form(None)),
            (HttpMethod::PUT, "/api/customizations/7?form_id=car", form(Some("7"))),
            (HttpMethod::POST, "/api/users/?form_name=car", form(None)),
            (HttpMethod::POST, "/api/user/customizations?form_configuration_name=car", form(None)),
            (HttpMethod::POST, "/api/customizations/x/y?form_id=car", form(Some("x/y"))),
            (HttpMethod::GET, "/api/customizations?form_id=car", None),
            (HttpMethod::DELETE, "/api/customizations/7?form_id=car", form(Some("7"))),
            (HttpMethod::POST, "/api/customizations", None),
            (HttpMethod::POST, "/api/userson?form_id=car", None),
            (HttpMethod::POST, "/api/orders?form_id=car", None),
        ] {
            assert_eq!(sent(method, uri), expected, "{uri}");
        }
    }

    #[test]
    fn visitor_is_sent_nowhere_else() {
        for (url, expected) in [
            ("/a?b=c", true),
            ("/", true),
            ("", false),
            ("a", false),
            ("//evil.example", false),
            ("/\\evil.example", false),
            ("/\t/evil.example", false),
            ("http://evil.example", false),
        ] {
            assert_eq!(is_local(url), expected, "{url:?}");
        }
    }
}
