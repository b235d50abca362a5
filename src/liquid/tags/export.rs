//! `{% export a, b, namespace: 'n' %}`: variables for whoever renders later, as `context.exports.n.a`.

use std::sync::Arc;

use crate::liquid::error::{Error, Result};
use crate::liquid::render::{Flow, Render, over};
use crate::liquid::syntax::ast::{Argument, Expression, Path, Tag, Use, Visitor};
use crate::liquid::syntax::{Markup, Parser, TagStart};
use crate::liquid::value::{Hash, Value};

#[derive(Debug)]
struct Export {
    variables: Vec<Path>,
    namespace: Expression,
}

pub(super) fn parse<'s>(
    _: &mut Parser<'s>,
    _: TagStart<'s>,
    markup: &mut Markup<'s>,
) -> Result<Box<dyn Tag>> {
    let begin = *markup;
    let malformed = || {
        begin.error("export needs variables and a namespace").with_hint("write 'export a, namespace: \"n\"'")
    };
    let mut variables = Vec::new();
    let arguments = loop {
        let arguments = markup.arguments()?;
        if !arguments.is_empty() || markup.is_end() {
            break arguments;
        }
        let Expression::Path(path) = markup.expression()? else { return Err(malformed()) };
        variables.push(path);
    };
    markup.finish()?;
    let namespace = arguments.into_iter().find(|argument: &Argument| &*argument.name == "namespace");
    let namespace = namespace.ok_or_else(malformed)?.value;
    Ok(Box::new(Export { variables, namespace }))
}

impl Tag for Export {
    fn render(&self, render: &mut Render<'_>) -> Result<Flow> {
        let namespace = render.value(&self.namespace)?;
        if namespace.is_blank() {
            return Err(Error::runtime("export: the namespace is blank"));
        }
        let section = self.section(&namespace.to_text(), render);
        for path in &self.variables {
            let value = render.value(&Expression::Path(path.clone()))?;
            let value = render.limits.deep_clone(&value).map_err(over)?;
            let replaced = section.borrow_mut().insert(Arc::clone(&path.root), value);
            drop(replaced);
        }
        Ok(Flow::Next)
    }

    fn visit(&self, visitor: &mut dyn Visitor) {
        for path in &self.variables {
            visitor.expression(&Expression::Path(path.clone()), Use::Passed);
        }
        visitor.expression(&self.namespace, Use::Read);
    }
}

impl Export {
    /// Repeated exports into one namespace merge.
    fn section(&self, namespace: &str, render: &mut Render<'_>) -> Hash {
        let exports = render.context.section("exports");
        if let Some(Value::Hash(section)) = exports.borrow().get(namespace) {
            return section.clone();
        }
        let section = Hash::default();
        exports.borrow_mut().insert(Arc::from(namespace), Value::Hash(section.clone()));
        section
    }
}
