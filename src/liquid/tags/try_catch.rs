//! `{% try %}…{% catch err %}…{% endtry %}`: an error in the first block renders the second, with `err.message` and the
//! error's class, `err.name`. What the failing tag itself had printed is taken back; limits are not caught.

use std::sync::Arc;

use crate::liquid::error::{Error, Kind, Result};
use crate::liquid::render::{Flow, Render};
use crate::liquid::syntax::ast::{Block, Tag, Visitor};
use crate::liquid::syntax::{Markup, Parser, TagStart};
use crate::liquid::value::{Map, Value};

#[derive(Debug)]
struct Try {
    body: Block,
    catch: Option<Catch>,
}

#[derive(Debug)]
struct Catch {
    variable: Option<Arc<str>>,
    body: Block,
}

pub(super) fn parse<'s>(
    parser: &mut Parser<'s>,
    start: TagStart<'s>,
    _: &mut Markup<'s>,
) -> Result<Box<dyn Tag>> {
    let ends = ["endtry", "endtry_rc"];
    let (body, mut closed) = parser.block(start, &["catch", "endtry", "endtry_rc"])?;
    let mut catch = None;
    if closed.name == "catch" {
        let variable = closed.markup.name().map(|name| closed.markup.intern(name));
        closed.markup.finish()?;
        let (body, _) = parser.block(start, &ends)?;
        catch = Some(Catch { variable, body });
    }
    Ok(Box::new(Try { body, catch }))
}

impl Tag for Try {
    fn render(&self, render: &mut Render<'_>) -> Result<Flow> {
        render.tries += 1;
        let result = self.attempt(render);
        render.tries -= 1;
        match result {
            Err(error) if error.kind() != Kind::Limit => self.caught(&error, render),
            result => result,
        }
    }

    fn visit(&self, visitor: &mut dyn Visitor) {
        visitor.block(&self.body, &[]);
        if let Some(catch) = &self.catch {
            let variable: Vec<&str> = catch.variable.iter().map(|name| &**name).collect();
            visitor.block(&catch.body, &variable);
        }
    }
}

impl Try {
    fn attempt(&self, render: &mut Render<'_>) -> Result<Flow> {
        for node in &self.body {
            let start = render.out.len();
            match render.node(node) {
                Ok(Flow::Next) => {}
                Ok(flow) => return Ok(flow),
                Err(error) => {
                    render.out.truncate(start);
                    return Err(error);
                }
            }
        }
        Ok(Flow::Next)
    }

    fn caught(&self, error: &Error, render: &mut Render<'_>) -> Result<Flow> {
        let Some(catch) = &self.catch else { return Ok(Flow::Next) };
        let Some(variable) = &catch.variable else { return render.run(&catch.body) };
        let mut fields = Map::default();
        fields.insert(Arc::from("message"), Value::str(error.message()));
        fields.insert(Arc::from("name"), Value::str(error.class()));
        render.frames.bind(variable, Value::hash(fields));
        let flow = render.run(&catch.body);
        render.frames.unbind();
        flow
    }
}
