//! `maintenance` of the settings: every page that could be read is a 503 with the text of a partial, until the visitor's
//! session knows the password. The partial shows a form that posts the field `password` to `/_maintenance`. Forms and
//! webhooks go through: what they change must not be lost.

use axum::http::{Method, StatusCode};
use serde_json::Value as Json;
use sha2::{Digest, Sha256};

use super::Visit;
use super::stop::Stop;
use crate::app::Format;
use crate::server::hex::hex;
use crate::server::reply::Reply;
use crate::server::secret;
use crate::server::session::MAINTENANCE_FIELD;

/// Where the password is posted to.
const DOOR: &str = "/_maintenance";

impl Visit<'_> {
    /// The answer to a posted password; `None` for any other request.
    pub(super) fn enter_maintenance(&mut self) -> Option<Result<Reply, Stop>> {
        if self.request.method != Method::POST || self.request.path != DOOR {
            return None;
        }
        let known = self.password();
        let given = self.request.params.get("password").and_then(Json::as_str);
        let Some(password) = known.filter(|known| given.is_some_and(|given| secret::is_same(given, known)))
        else {
            return Some(self.under_maintenance());
        };
        self.session.set(MAINTENANCE_FIELD, proof_of(&password).into());
        Some(Err(Stop::Redirect { url: self.way_back(), code: 302 }))
    }

    /// Whether the page that was found stays closed to this visitor.
    pub(super) fn is_closed(&self) -> bool {
        let proof = self.session.fields().get(MAINTENANCE_FIELD).and_then(Json::as_str);
        let knows = self.password().is_some_and(|password| proof == Some(&*proof_of(&password)));
        self.request.method.is_safe() && !knows
    }

    pub(super) fn under_maintenance(&mut self) -> Result<Reply, Stop> {
        let app = self.engine.app();
        let name = &app.config().maintenance.partial;
        if app.partial(name).is_none() {
            let message = "the app is in maintenance mode".to_owned();
            return Err(Stop::Refused(StatusCode::SERVICE_UNAVAILABLE, message));
        }
        let rendered = self
            .engine
            .partial(name, self.scope(Format::Html), &self.state.bindings)
            .map_err(|error| self.failed(&error))?;
        let body = rendered.body.into_bytes();
        Ok(Reply::new(StatusCode::SERVICE_UNAVAILABLE, Format::Html.content_type(), body))
    }

    /// Without the constant, or with an empty one, nobody enters.
    fn password(&self) -> Option<String> {
        let constants = self.state.graph.records.constants().snapshot();
        let password = constants.get(&self.engine.app().config().maintenance.password_constant)?.as_str()?;
        (!password.is_empty()).then(|| password.to_owned())
    }

    /// `return_to`, if it stays on this host; else the start page.
    fn way_back(&self) -> String {
        let asked = self.request.params.get("return_to").and_then(Json::as_str);
        let is_own =
            |path: &&str| path.starts_with('/') && !path.starts_with("//") && !path.starts_with("/\\");
        asked.filter(is_own).unwrap_or("/").to_owned()
    }
}

fn proof_of(password: &str) -> String {
    hex(Sha256::digest(password))
}
