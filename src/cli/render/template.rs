//! One template with all it needs, however it was asked for.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use serde_json::{Map, Value as Json};

use crate::app::Format;
use crate::liquid::{self, Bindings, Block, Library, Printing, Standalone};

/// Deep templates recurse; every thread that renders has this much.
const STACK: usize = 8 << 20;

#[derive(Debug)]
pub(super) struct Template {
    pub(super) source: String,
    /// What errors call it.
    pub(super) path: String,
    /// An object called `context` becomes the context object, the rest variables.
    pub(super) variables: Map<String, Json>,
    pub(super) partials: Vec<(String, String)>,
    pub(super) format: Format,
    pub(super) printing: Printing,
}

#[derive(Debug)]
pub(super) enum Failure {
    Template(liquid::Error),
    Panic,
}

impl Template {
    pub(super) fn render(&self, bindings: &Bindings) -> Result<String, Failure> {
        catch_unwind(AssertUnwindSafe(|| self.render_unguarded(bindings)))
            .map_err(|_| Failure::Panic)?
            .map_err(Failure::Template)
    }

    fn render_unguarded(&self, bindings: &Bindings) -> Result<String, liquid::Error> {
        let partials: Vec<(&str, &str)> =
            self.partials.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
        let library = Library { partials: &partials, ..Library::default() };
        let block = Block { source: &self.source, path: &self.path, line: 1 };
        let template = Standalone::compile_as(&block, &library, self.format, self.printing)?;
        template.render_with(&self.variables, bindings)
    }
}

/// Runs `work` on a thread whose stack holds the deepest template that is allowed.
pub(super) fn on_large_stack<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(STACK);
        let worker =
            thread.spawn_scoped(scope, work).expect("a process that just started can start a thread");
        worker.join().unwrap_or_else(|panic| resume_unwind(panic))
    })
}
