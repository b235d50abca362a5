//! The walk over one template's tree.

use std::sync::Arc;

use super::{Lint, LiteralCall, LiteralKey, Site, captured_implicitly, docs, many_arguments};
use crate::app::Severity;
use crate::liquid::syntax::ast::{
    Argument, Call, Capture, Expression, FilterCall, Filtered, Literal, Node, Span, Template, Use, Visitor,
};
use crate::liquid::syntax::{Param, Part};
use crate::liquid::tags::is_job_option;

/// Names that are always read as the literal.
const LITERALS: [&str; 6] = ["true", "false", "nil", "null", "blank", "empty"];

struct Walk<'w> {
    template: &'w Arc<Template>,
    lint: Lint,
    /// The tag being shown.
    tag: Span,
    /// Declared arguments that nothing has read so far.
    unused: Vec<&'w Param>,
    /// `with x` or `for xs` of the call that comes next, with its alias.
    handed: Option<Option<Arc<str>>>,
    /// The first `include`: the file it calls may use every variable of this one.
    include: Option<Span>,
}

/// What one template says of itself.
pub(super) fn walk(template: &Arc<Template>) -> Lint {
    let mut walk = Walk {
        template,
        lint: Lint::default(),
        tag: Span::default(),
        unused: docs::params(template).iter().collect(),
        handed: None,
        include: None,
    };
    walk.nodes(&template.nodes);
    walk.finish()
}

impl Walk<'_> {
    fn finish(mut self) -> Lint {
        let Some(first) = self.include else {
            let unused = self.unused.iter().map(|param| docs::never_used(self.template, param));
            self.lint.warnings.extend(unused);
            return self.lint;
        };
        let place = self.site(first).place();
        let note = place.problem(Severity::Note, "'include' is deprecated on platformOS");
        let newer = "'render' and 'function' take the same path and see only what they are given";
        self.lint.notes.push(note.with_hint(newer.to_owned()));
        self.lint
    }

    fn nodes(&mut self, nodes: &[Node]) {
        for node in nodes {
            if let Node::Tag(span, _) = node {
                self.tag = *span;
                if tag_name(self.template, *span) == "trigger_event" {
                    self.warn(*span, "trigger_event is not a platformOS tag".to_owned(), None);
                }
            }
            node.visit(self);
        }
    }

    fn site(&self, span: Span) -> Site {
        Site { template: Arc::clone(self.template), span }
    }

    fn warn(&mut self, span: Span, message: String, hint: Option<&str>) {
        let problem = self.site(span).place().problem(Severity::Warning, message);
        self.lint.warnings.push(problem.with_hint(hint.map(str::to_owned)));
    }

    /// A filter on an argument works here; the platform keeps it only on an array or hash literal.
    fn argument(&mut self, expression: &Expression) {
        expression.parts(&mut |part| self.part(part));
        let Expression::Filtered(filtered) = expression else { return };
        if matches!(filtered.value, Expression::Array(_) | Expression::Hash(_)) {
            return;
        }
        if let Some(first) = filtered.filters.first() {
            let message = format!("filter '{}' ignored on platformOS", first.filter.name);
            self.warn(first.span, message, Some("assign the filtered value first"));
        }
    }

    fn part(&mut self, part: Part<'_>) {
        match part {
            Part::Path(path) => self.unused.retain(|param| param.name != path.root),
            Part::Filtered(filtered) => {
                self.translation(filtered);
                filtered.filters.iter().for_each(|call| self.arity(call));
            }
        }
    }

    /// A call that fails whenever it is reached.
    fn arity(&mut self, call: &FilterCall) {
        if let Some(message) = call.filter.arity_error(call.given()) {
            self.warn(call.span, message, Some(&call.filter.takes()));
        }
    }

    /// `'key' | t: name: value`, unless it says what to do where the key is missing or stands.
    fn translation(&mut self, filtered: &Filtered) {
        let (Expression::Literal(Literal::Str(key)), Some(call)) =
            (&filtered.value, filtered.filters.first())
        else {
            return;
        };
        let FilterCall { filter, positional, named, span } = call;
        let translates = matches!(filter.name, "t" | "translate" | "t_escape" | "translate_escape");
        let says_more = named.iter().any(|(name, _)| matches!(&**name, "default" | "scope"));
        if !translates || says_more || key.is_empty() {
            return;
        }
        let values = positional.is_empty().then(|| named.iter().map(|(name, _)| Arc::clone(name)).collect());
        let span = if filtered.span.start < span.start { filtered.span } else { *span };
        self.lint.translations.push(LiteralKey { key: Arc::clone(key), values, site: self.site(span) });
    }

    /// Jobs are limited in how much they carry.
    fn job_arguments(&mut self, label: &str, arguments: &[Argument], span: Span) {
        let count = arguments.iter().filter(|argument| !is_job_option(&argument.name)).count();
        if let Some(message) = many_arguments(label, count) {
            self.warn(span, message, Some("pass one hash, or the id of a record"));
        }
    }

    /// The job's name where nothing else names it: the place of its block.
    fn place_label(&self, span: Span) -> String {
        let place = self.site(span).place();
        format!("{}:{}", place.path.strip_prefix("app/").unwrap_or(&place.path), place.line)
    }
}

impl Visitor for Walk<'_> {
    fn expression(&mut self, expression: &Expression, _: Use) {
        self.argument(expression);
    }

    fn filtered(&mut self, filtered: &Filtered, _: Use) {
        filtered.parts(&mut |part| self.part(part));
    }

    fn assigns(&mut self, name: &str) {
        if LITERALS.contains(&name) {
            let message = format!("assigning to '{name}' changes nothing: it is always read as the literal");
            self.warn(self.tag, message, Some("give the variable another name"));
        }
    }

    fn block(&mut self, nodes: &[Node], _: &[&str]) {
        let tag = self.tag;
        self.nodes(nodes);
        self.tag = tag;
    }

    fn hands(&mut self, alias: Option<&str>) {
        self.handed = Some(alias.map(Arc::from));
    }

    fn calls(&mut self, call: Call<'_>) {
        let handed = self.handed.take();
        self.argument(call.name);
        call.arguments.iter().for_each(|argument| self.argument(&argument.value));
        if call.tag == "include" {
            self.include.get_or_insert(call.span);
        }
        let Expression::Literal(Literal::Str(name)) = call.name else { return };
        let is_job = call.tag == "background";
        if is_job {
            self.job_arguments(name, call.arguments, call.span);
        }
        let names = call.arguments.iter().map(|argument| Arc::clone(&argument.name));
        let mut passed: Vec<Arc<str>> = names.filter(|name| !(is_job && is_job_option(name))).collect();
        passed.extend(
            handed.map(|alias| alias.unwrap_or_else(|| name.rsplit('/').next().unwrap_or(name).into())),
        );
        self.lint.calls.push(LiteralCall {
            tag: call.tag.to_owned(),
            name: Arc::clone(name),
            passed,
            site: self.site(call.span),
        });
    }

    fn captures(&mut self, capture: Capture<'_>) {
        let label = || capture.label.map_or_else(|| self.place_label(capture.span), str::to_owned);
        if capture.names.is_empty() && capture.arguments.is_empty() {
            return;
        }
        let label = label();
        self.job_arguments(&label, capture.arguments, capture.span);
        for name in capture.names {
            self.warn(capture.span, captured_implicitly(&label, name), None);
        }
    }
}

/// The name of the tag that `span` covers: a whole `{% … %}`, or a statement of `{% liquid %}`.
fn tag_name(template: &Template, span: Span) -> &str {
    let text = template.source.get(span.start as usize..span.end as usize).unwrap_or_default();
    let text =
        text.strip_prefix("{%").map_or(text, |inner| inner.strip_prefix('-').unwrap_or(inner)).trim_start();
    text.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default()
}
