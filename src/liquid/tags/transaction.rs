//! `{% transaction timeout: 5 %}…{% endtransaction %}`: what queries inside change is stored, and jobs asked for inside are
//! queued, only if the block ends well and in time. `{% rollback %}` ends it and undoes both, an error undoes both and goes
//! on its way, also where errors are printed instead of raised: then it is printed behind the block. One inside another
//! can be undone by itself.

use std::time::{Duration, Instant};

use crate::liquid::error::{Error, Kind, Result};
use crate::liquid::render::{Flow, Render};
use crate::liquid::syntax::ast::{Argument, Block, Tag, Use, Visitor};
use crate::liquid::syntax::{Markup, Parser, TagStart};
use crate::liquid::value::Value;
use crate::records::DataError;

/// Longest time a transaction may ask for: longer than any job lives.
const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);

/// Longest time of one whose render has no deadline of its own.
const LONGEST_ALONE: Duration = Duration::from_secs(10);

/// How long one without a timeout waits for the transaction of somebody else.
const PATIENCE: Duration = Duration::from_secs(10);

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
        let timeout = self.timeout(render)?;
        let jobs = render.effects.jobs.len();
        if let Some(data) = &mut render.data {
            data.begin(timeout.unwrap_or(PATIENCE)).map_err(failed)?;
        }
        render.transactions += 1;
        let flow = match timeout {
            Some(timeout) => self.run_within(timeout, render),
            None => render.run(&self.body),
        };
        render.transactions -= 1;
        match settled(flow, render) {
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

impl Transaction {
    fn timeout(&self, render: &mut Render<'_>) -> Result<Option<Duration>> {
        let mut timeout = None;
        for argument in self.arguments.iter().filter(|argument| &*argument.name == "timeout") {
            let value = render.value(&argument.value)?;
            timeout = if value.is_nil() { None } else { Some(seconds(&value)?) };
        }
        Ok(timeout)
    }

    /// The block with less time than the render has. Its end is an error like any other, which `{% try %}` catches; the end
    /// of the render's own time is not.
    fn run_within(&self, timeout: Duration, render: &mut Render<'_>) -> Result<Flow> {
        let outer = render.limits.deadline;
        let timeout = if outer.is_none() { timeout.min(LONGEST_ALONE) } else { timeout };
        let end = Instant::now() + timeout;
        if outer.is_some_and(|outer| outer <= end) {
            return render.run(&self.body);
        }
        render.limits.deadline = Some(end);
        let end_of_data = render.data.as_mut().map(|data| data.hurry(end));
        let flow = render.run(&self.body);
        render.limits.deadline = outer;
        if let (Some(data), Some(end)) = (&mut render.data, end_of_data) {
            data.set_end(end);
        }
        // The clock is not looked at in every step: a block that ends well may have ended late.
        let is_late = Instant::now() >= end;
        match flow {
            Err(error) if error.kind() != Kind::Limit => Err(error),
            _ if is_late => {
                Err(Error::runtime(format!("transaction timeout: over {} s", timeout.as_secs_f64())))
            }
            flow => flow,
        }
    }
}

/// Stores or undoes what was changed. Where undoing fails as well, the first error says more.
fn settled(flow: Result<Flow>, render: &mut Render<'_>) -> Result<Flow> {
    let Some(data) = &mut render.data else { return flow };
    let ended = match flow {
        Ok(Flow::Rollback) | Err(_) => data.rollback(),
        Ok(_) => data.commit(),
    };
    flow.and_then(|flow| ended.map(|()| flow).map_err(failed))
}

fn failed(error: DataError) -> Error {
    Error::runtime(format!("transaction: {error}"))
}

/// A number, also written as text, of at least a millisecond.
fn seconds(value: &Value) -> Result<Duration> {
    let text = value.to_text();
    let seconds = text.trim().parse::<f64>().ok().filter(|seconds| *seconds >= 0.001);
    match seconds {
        Some(seconds) => Ok(Duration::from_secs_f64(seconds.min(LONGEST.as_secs_f64()))),
        None => Err(Error::runtime(format!("transaction: '{text}' is not a number of seconds"))),
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
