//! From one file into another: a frame of variables, one level deeper, and on an error one line more of the trail.

use std::sync::Arc;

use super::{Flow, Render, Sharing, over};
use crate::liquid::error::Result;
use crate::liquid::partials::Lookup;
use crate::liquid::syntax::ast::{Argument, Expression, Span, Template};
use crate::liquid::value::{Map, Value};

impl Render<'_> {
    /// Runs `template` with `variables`; `from` is the calling tag in the running file.
    pub(crate) fn call(
        &mut self,
        template: Arc<Template>,
        variables: Map,
        sharing: Sharing,
        from: Span,
    ) -> Result<Flow> {
        self.limits.enter().map_err(over)?;
        let caller = std::mem::replace(&mut self.template, Arc::clone(&template));
        self.frames.enter(variables, sharing);
        let flow = self.run(&template.nodes);
        self.frames.leave();
        self.template = caller;
        self.limits.leave();
        flow.map_err(|error| error.called_from(&self.template.path, self.place(from).line))
    }

    /// Runs `template` isolated, drops what it prints and gives back what it returns; nil if it does not.
    pub(crate) fn evaluate_file(
        &mut self,
        template: Arc<Template>,
        variables: Map,
        from: Span,
    ) -> Result<(Value, Flow)> {
        let start = self.out.len();
        let flow = self.call(template, variables, Sharing::Isolated, from);
        self.out.truncate(start);
        match flow? {
            Flow::Return => Ok((std::mem::take(&mut self.returned), Flow::Next)),
            Flow::Rollback => Ok((Value::Nil, Flow::Rollback)),
            Flow::Next | Flow::Break | Flow::Continue => Ok((Value::Nil, Flow::Next)),
        }
    }

    /// The compiled partial an expression names.
    pub(crate) fn partial(&mut self, name: &Expression) -> Result<Arc<Template>> {
        let name = self.value(name)?;
        self.partial_called(&name.to_text())
    }

    pub(crate) fn partial_called(&mut self, name: &str) -> Result<Arc<Template>> {
        match self.engine.partial_named(name) {
            Lookup::Found(template) => Ok(Arc::clone(template)),
            Lookup::WithoutLib(template) => {
                let template = Arc::clone(template);
                self.warn(format!(
                    "partial '{name}' found without 'lib/'; platformOS does not drop that prefix"
                ));
                Ok(template)
            }
            Lookup::Broken(error) => Err(error.clone()),
            Lookup::Missing => Err(self.engine.missing_partial(name)),
        }
    }

    /// Evaluates named arguments into the variables of the file about to be called; the last of a name wins.
    pub(crate) fn arguments(&mut self, arguments: &[Argument]) -> Result<Map> {
        let mut variables = self.frames.map();
        for argument in arguments {
            let value = self.value(&argument.value)?;
            variables.insert(Arc::clone(&argument.name), value);
        }
        Ok(variables)
    }
}
