//! Authorization policies: what a page asks before it is rendered. The first that does not print `true` decides.

use axum::http::StatusCode;

use super::Visit;
use super::stop::Stop;
use crate::app::{Format, Policy};
use crate::server::failure::Failure;
use crate::server::location;

impl Visit<'_> {
    /// Asks the policies of these names in their order; `path` is the file that wants them asked.
    pub(super) fn check_policies(&mut self, names: &[String], path: &str) -> Result<(), Stop> {
        for name in names {
            let policy = self.engine.app().policy(name).cloned().ok_or_else(|| {
                let missing = format!("can't find authorization policy '{name}'");
                Stop::Failed(Failure::in_file(path, &missing))
            })?;
            self.check_policy(&policy)?;
        }
        Ok(())
    }

    fn check_policy(&mut self, policy: &Policy) -> Result<(), Stop> {
        let rendered = self
            .engine
            .policy(policy, self.scope(Format::Html), &self.state.bindings)
            .map_err(|error| self.failed(&error))?;
        let passes = rendered.body.trim() == "true";
        self.take_effects(rendered.session, rendered.jobs)?;
        if passes {
            return Ok(());
        }
        let path = &policy.source.path;
        if let Some(alert) = &policy.flash_alert {
            let alert = self.text(alert, path)?;
            self.session.set_flash("alert", &alert);
        }
        let target =
            policy.redirect_to.as_deref().map(|url| self.text(url, path)).transpose()?.unwrap_or_default();
        let target = target.trim();
        if !target.is_empty() {
            let url = if self.engine.app().config().do_not_add_return_to_to_authorization_policies {
                target.to_owned()
            } else {
                let here = format!("{}{}", self.request.path, self.request.search());
                location::with_parameter(target, "return_to", &here)
            };
            return Err(Stop::Redirect { url, code: 302 });
        }
        let status = StatusCode::from_u16(policy.http_status).unwrap_or(StatusCode::FORBIDDEN);
        let message = format!("the authorization policy `{}` does not let this request pass", policy.name);
        Err(Stop::Refused(status, message))
    }
}
