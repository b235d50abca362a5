//! `{% cache key, expire: seconds %}…{% endcache %}`: the block's text is kept for all requests and jobs; without `expire`
//! until the app changes. The block runs, in the scope it stands in, only where there is no text yet.

use jiff::{SignedDuration, Timestamp};

use crate::liquid::error::Result;
use crate::liquid::render::{Flow, Render};
use crate::liquid::syntax::ast::{Argument, Block, Expression, Tag, Use, Visitor};
use crate::liquid::syntax::{Markup, Parser, TagStart};
use crate::liquid::value::Value;
use crate::records::Lookup;

#[derive(Debug)]
struct Cache {
    key: Expression,
    arguments: Vec<Argument>,
    body: Block,
}

pub(super) fn parse<'s>(
    parser: &mut Parser<'s>,
    start: TagStart<'s>,
    markup: &mut Markup<'s>,
) -> Result<Box<dyn Tag>> {
    let (key, arguments) = markup.call()?;
    let (body, _) = parser.block(start, &["endcache"])?;
    Ok(Box::new(Cache { key, arguments, body }))
}

impl Tag for Cache {
    fn render(&self, render: &mut Render<'_>) -> Result<Flow> {
        let key = render.value(&self.key)?.to_text().into_owned();
        let mut expire = None;
        for argument in self.arguments.iter().filter(|argument| &*argument.name == "expire") {
            let value = render.value(&argument.value)?;
            expire = after(render.now().timestamp(), &value);
        }
        let cache = &render.bindings.cache;
        let generation = match cache.get(&key, render.now().timestamp()) {
            Lookup::Hit(text) => {
                render.out.push_str(&text);
                return Ok(Flow::Next);
            }
            Lookup::Miss(generation) => generation,
        };
        let start = render.out.len();
        let flow = render.run(&self.body)?;
        // A text that was cut short by `break` or `return` is not the block's text.
        if flow == Flow::Next {
            let text = render.out.get(start..).unwrap_or_default();
            cache.put(&key, text, expire, generation);
        }
        Ok(flow)
    }

    fn visit(&self, visitor: &mut dyn Visitor) {
        visitor.expression(&self.key, Use::Read);
        self.arguments.iter().for_each(|argument| visitor.expression(&argument.value, Use::Read));
        visitor.block(&self.body, &[]);
    }
}

/// So many seconds after `now`; `None` for what is no number.
fn after(now: Timestamp, value: &Value) -> Option<Timestamp> {
    let seconds: f64 = match value {
        Value::Int(i) => *i as f64,
        Value::Float(f) => *f,
        Value::Str(text) => text.text.trim().parse().ok()?,
        _ => return None,
    };
    let duration = SignedDuration::try_from_secs_f64(seconds).ok()?;
    now.checked_add(duration).ok()
}
