//! Reading expressions and whole templates, shown as text with every group in brackets.

mod blocks;
mod doc;
mod free_variables;
mod properties;
mod tokens;
mod values;

use std::sync::Arc;

use super::ast::{
    Comparison, Condition, Expression, Filtered, HashKey, Literal, Path, Piece, Segment, Span, Template,
};
use super::source::Source;
use super::{Input, Interpolation, Markup, compile};
use crate::liquid::error::Error;

fn source(text: &str) -> Source<'_> {
    Source::new(Arc::from("app/views/pages/a.liquid"), text, 1, Interpolation::On)
}

/// All of `text`; what it borrows is as long as the test process is.
fn markup(text: &str) -> Markup<'_> {
    let source: &Source<'_> = Box::leak(Box::new(source(text)));
    Markup::new(source, Span::of(0, text.len()))
}

/// A whole file without front matter.
fn input(text: &str) -> Input {
    Input {
        path: Arc::from("app/views/pages/a.liquid"),
        source: Arc::from(text),
        body: 0,
        first_line: 1,
        interpolation: Interpolation::On,
    }
}

fn template(text: &str) -> Result<Template, Error> {
    compile(input(text))
}

/// An expression with every group in brackets.
fn show(expression: &Expression) -> String {
    match expression {
        Expression::Literal(literal) => match literal {
            Literal::Nil => "nil".into(),
            Literal::True => "true".into(),
            Literal::False => "false".into(),
            Literal::Blank => "blank".into(),
            Literal::Empty => "empty".into(),
            Literal::Int(int) => int.to_string(),
            Literal::BigInt(digits) => format!("big {digits}"),
            Literal::Float(float) => format!("{float:?}"),
            Literal::Str(text) => format!("'{text}'"),
        },
        Expression::Path(path) => show_path(path),
        Expression::Range(ends) => format!("({}..{})", show(&ends.0), show(&ends.1)),
        Expression::Array(items) => format!("[{}]", list(items, show_filtered)),
        Expression::Hash(entries) => format!(
            "{{{}}}",
            list(entries, |(key, value)| match key {
                HashKey::Str(key) => format!("'{key}': {}", show_filtered(value)),
                HashKey::Bare(path) => format!("{}: {}", show_path(path), show_filtered(value)),
            })
        ),
        Expression::Interpolated(pieces) => format!(
            "<{}>",
            list(pieces, |piece| match piece {
                Piece::Text(text) => format!("'{text}'"),
                Piece::Value(filtered) => show_filtered(filtered),
            })
        ),
        Expression::Condition(condition) => show_condition(condition),
        Expression::Filtered(filtered) => show_filtered(filtered),
    }
}

fn show_path(path: &Path) -> String {
    let mut out = path.root.to_string();
    for segment in &path.segments {
        out += &match segment {
            Segment::Key(key) => format!(".{key}"),
            Segment::Index(index) => format!("[{}]", show(index)),
        };
    }
    out
}

fn show_filtered(filtered: &Filtered) -> String {
    filtered.filters.iter().fold(show(&filtered.value), |piped, call| {
        let positional = call.positional.iter().map(show);
        let named = call.named.iter().map(|(name, value)| format!("{name}: {}", show(value)));
        let arguments: Vec<_> = positional.chain(named).collect();
        format!("({piped} | {}({}))", call.filter.name, arguments.join(", "))
    })
}

fn show_condition(condition: &Condition) -> String {
    match condition {
        Condition::Value(value) => show(value),
        Condition::Compare(left, comparison, right) => {
            let comparison = match comparison {
                Comparison::Equal => "==",
                Comparison::NotEqual => "!=",
                Comparison::Less => "<",
                Comparison::LessOrEqual => "<=",
                Comparison::Greater => ">",
                Comparison::GreaterOrEqual => ">=",
                Comparison::Contains => "contains",
            };
            format!("({} {comparison} {})", show(left), show(right))
        }
        Condition::And(both) => format!("({} and {})", show_condition(&both.0), show_condition(&both.1)),
        Condition::Or(both) => format!("({} or {})", show_condition(&both.0), show_condition(&both.1)),
    }
}

fn list<T>(items: &[T], show: impl Fn(&T) -> String) -> String {
    items.iter().map(show).collect::<Vec<_>>().join(", ")
}
