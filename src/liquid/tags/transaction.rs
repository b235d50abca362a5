//! `{% transaction %}…{% endtransaction %}`: jobs asked for inside are queued only if the block ends well.
//! `{% rollback %}` ends it and drops them, an error drops them and goes on its way.

use crate::liquid::error::{Error, Result};
use crate::liquid::render::{Flow, Render};
use crate::liquid::syntax::ast::{Argument, Block, Tag, Use, Visitor};
use crate::liquid::syntax::{Markup, Parser, TagStart};

#[derive(Debug)]
struct Transaction {
    arguments: Vec<Argument>,
    body: Block,
}

#[derive(Debug)]
struct Rollback;

pub(super) fn parse<'s>(
    parser: &mut Parser<'s>,
    start: TagStart<'s>,
    markup: &mut Markup<'s>,
) -> Result<Box<dyn Tag>> {
    let arguments = markup.arguments()?;
    markup.finish()?;
    let (body, _) = parser.block(start, &["endtransaction"])?;
    Ok(Box::new(Transaction { arguments, body }))
}

/// Whatever follows the name is ignored.
pub(super) fn parse_rollback<'s>(
    _: &mut Parser<'s>,
    _: TagStart<'s>,
    _: &mut Markup<'s>,
) -> Result<Box<dyn Tag>> {
    Ok(Box::new(Rollback))
}

impl Tag for Transaction {
    fn render(&self, render: &mut Render<'_>) -> Result<Flow> {
        let jobs = render.effects.jobs.len();
        render.transactions += 1;
        let flow = render.run(&self.body);
        render.transactions -= 1;
        match flow {
            Ok(Flow::Rollback) => {
                render.effects.jobs.truncate(jobs);
                Ok(Flow::Next)
            }
            Err(error) => {
                render.effects.jobs.truncate(jobs);
                Err(error)
            }
            flow => flow,
        }
    }

    fn visit(&self, visitor: &mut dyn Visitor) {
        self.arguments.iter().for_each(|argument| visitor.expression(&argument.value, Use::Read));
        visitor.block(&self.body, &[]);
    }
}

impl Tag for Rollback {
    fn render(&self, render: &mut Render<'_>) -> Result<Flow> {
        if render.transactions == 0 {
            return Err(Error::runtime("rollback outside of a transaction")
                .with_hint("write it between {% transaction %} and {% endtransaction %}"));
        }
        Ok(Flow::Rollback)
    }

    fn visit(&self, _: &mut dyn Visitor) {}
}
