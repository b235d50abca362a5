//! `{% sign_in user_id: 7, timeout_in_minutes: 30 %}`: the visitor is that user from here on, in a new session that lasts
//! a year unless it says how long. What the old session held is gone, so that an id somebody knew before gives nobody
//! what comes after.

use std::time::Duration;

use crate::graphql::SessionChange;
use crate::liquid::engine::Origin;
use crate::liquid::error::{Error, Result};
use crate::liquid::render::{Flow, Render};
use crate::liquid::syntax::ast::{Expression, Tag, Use, Visitor};
use crate::liquid::syntax::{Markup, Parser, TagStart};
use crate::liquid::value::Value;
use crate::records::{SESSION_LIFETIME, UserId};

#[derive(Debug)]
struct SignIn {
    user_id: Expression,
    timeout_in_minutes: Option<Expression>,
}

pub(super) fn parse<'s>(
    _: &mut Parser<'s>,
    _: TagStart<'s>,
    markup: &mut Markup<'s>,
) -> Result<Box<dyn Tag>> {
    let begin = *markup;
    let (mut user_id, mut timeout_in_minutes) = (None, None);
    for argument in markup.arguments()? {
        match &*argument.name {
            "user_id" => user_id = Some(argument.value),
            "timeout_in_minutes" => timeout_in_minutes = Some(argument.value),
            other => {
                let error = begin.error(format!("sign_in has no argument '{other}'"));
                return Err(error.with_hint("it takes 'user_id' and 'timeout_in_minutes'"));
            }
        }
    }
    markup.finish()?;
    let missing = || begin.error("sign_in needs a user").with_hint("write 'sign_in user_id: user.id'");
    Ok(Box::new(SignIn { user_id: user_id.ok_or_else(missing)?, timeout_in_minutes }))
}

impl Tag for SignIn {
    fn render(&self, render: &mut Render<'_>) -> Result<Flow> {
        match render.scope.origin {
            Origin::Request { .. } => {}
            Origin::Job { .. } => return Err(Error::runtime("sign_in: nobody visits a background job")),
            Origin::Migration => return Err(Error::runtime("sign_in: nobody visits a migration")),
            Origin::Text => return Err(Error::runtime("sign_in: there is no visitor's request here")),
        }
        let user = self.user(render)?;
        let lifetime = match &self.timeout_in_minutes {
            Some(minutes) => lifetime(&render.value(minutes)?)?,
            None => SESSION_LIFETIME,
        };
        render.change_session(SessionChange::SignIn { user, lifetime })?;
        Ok(Flow::Next)
    }

    fn visit(&self, visitor: &mut dyn Visitor) {
        visitor.expression(&self.user_id, Use::Read);
        if let Some(minutes) = &self.timeout_in_minutes {
            visitor.expression(minutes, Use::Read);
        }
    }
}

impl SignIn {
    /// Who is to be signed in: somebody who is there.
    fn user(&self, render: &mut Render<'_>) -> Result<UserId> {
        let given = render.value(&self.user_id)?;
        let Some(data) = &render.data else {
            return Err(Error::runtime(
                "sign_in has no users to choose from: the template has no app around it",
            )
            .with_hint("`pos-cli run` serves the app, with its data"));
        };
        if given.is_blank() {
            return Err(Error::runtime("sign_in: user_id is blank"));
        }
        let text = given.to_text();
        let known = match text.trim().parse().map(UserId) {
            Ok(id) => data.user(id).map_err(|error| Error::runtime(format!("sign_in: {error}")))?,
            Err(_) => None,
        };
        let user =
            known.ok_or_else(|| Error::runtime(format!("sign_in: there is no user with id '{text}'")))?;
        Ok(user.id)
    }
}

/// How long the session lasts from now on; a year where nothing is given.
fn lifetime(minutes: &Value) -> Result<Duration> {
    if minutes.is_blank() {
        return Ok(SESSION_LIFETIME);
    }
    let text = minutes.to_text();
    let number = text.trim().parse::<f64>().ok().filter(|minutes| *minutes > 0.0);
    let lifetime = number.and_then(|minutes| Duration::try_from_secs_f64(minutes * 60.0).ok());
    lifetime.ok_or_else(|| {
        Error::runtime(format!("sign_in: timeout_in_minutes must be a number above 0, not '{text}'"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn minutes_may_be_numbers_or_text() {
        for (minutes, expected) in [
            (Value::Nil, Some(SESSION_LIFETIME)),
            (Value::str(" "), Some(SESSION_LIFETIME)),
            (Value::Int(5), Some(Duration::from_secs(300))),
            (Value::str("0.5"), Some(Duration::from_secs(30))),
            (Value::Int(0), None),
            (Value::Int(-1), None),
            (Value::str("NaN"), None),
            (Value::str("1e300"), None),
            (Value::str("soon"), None),
        ] {
            assert_eq!(lifetime(&minutes).ok(), expected, "{minutes:?}");
        }
    }
}
