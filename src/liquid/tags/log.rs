//! `{% log value, type: 'error', env: 'staging' %}`: a line in the log. Text stands there as it is, nil as
//! nothing, anything else as JSON.

use std::borrow::Cow;

use crate::liquid::error::Result;
use crate::liquid::render::{Flow, Render, over};
use crate::liquid::syntax::ast::{Argument, Expression, Tag, Use, Visitor};
use crate::liquid::syntax::{Markup, Parser, TagStart};
use crate::liquid::value::Value;

#[derive(Debug)]
struct Log {
    value: Expression,
    arguments: Vec<Argument>,
}

pub(super) fn parse<'s>(
    _: &mut Parser<'s>,
    _: TagStart<'s>,
    markup: &mut Markup<'s>,
) -> Result<Box<dyn Tag>> {
    let (value, arguments) = markup.call()?;
    Ok(Box::new(Log { value, arguments }))
}

impl Tag for Log {
    fn render(&self, render: &mut Render<'_>) -> Result<Flow> {
        let value = render.value(&self.value)?;
        let mut error_type = "info".to_owned();
        let mut wanted = true;
        for argument in &self.arguments {
            let value = render.value(&argument.value)?;
            match &*argument.name {
                "type" if !value.is_blank() => error_type = value.to_text().into_owned(),
                "env" if !value.is_nil() => wanted = logs_in(&value.to_text(), render),
                _ => {}
            }
        }
        if wanted {
            let message = match &value {
                Value::Str(text) => Cow::Borrowed(&*text.text),
                Value::Nil => Cow::Borrowed(""),
                other => Cow::Owned(other.to_json_text()),
            };
            render.limits.read(message.len()).map_err(over)?;
            render.log(&error_type, &message);
        }
        Ok(Flow::Next)
    }

    fn visit(&self, visitor: &mut dyn Visitor) {
        visitor.expression(&self.value, Use::Read);
        self.arguments.iter().for_each(|argument| visitor.expression(&argument.value, Use::Read));
    }
}

/// `env` names the environment in which the line is wanted, or `all`.
fn logs_in(env: &str, render: &Render<'_>) -> bool {
    let environment = render.scope.context.get("environment").and_then(|value| value.as_str());
    env == "all" || environment.is_none_or(|environment| environment == env)
}
