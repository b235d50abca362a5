//! The `forloop` and `tablerowloop` objects: counters only; properties are worked out when asked for.

use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;

use super::Value;

#[derive(Debug)]
pub(crate) struct Loop {
    pub(crate) name: Arc<str>,
    pub(crate) length: usize,
    /// Zero-based.
    pub(crate) index: Cell<usize>,
    /// Columns of a `tablerow`; `None` in a `for`.
    pub(crate) columns: Option<usize>,
    pub(crate) parent: Option<Rc<Self>>,
}

/// What a background block captures of a loop.
pub(super) const COUNTERS: [&str; 7] = ["length", "index", "index0", "rindex", "rindex0", "first", "last"];

impl Loop {
    /// What the object prints as: its Ruby class.
    pub(super) fn class_name(&self) -> &'static str {
        if self.columns.is_some() { "Liquid::TablerowloopDrop" } else { "Liquid::ForloopDrop" }
    }

    pub(super) fn property(&self, name: &str) -> Value {
        let index = self.index.get();
        let int = |n: usize| Value::Int(n as i64);
        match (name, self.columns) {
            ("name", None) => Value::str(self.name.clone()),
            ("length", _) => int(self.length),
            ("index", _) => int(index + 1),
            ("index0", _) => int(index),
            ("rindex", _) => int(self.length.saturating_sub(index)),
            ("rindex0", _) => int(self.length.saturating_sub(index + 1)),
            ("first", _) => Value::Bool(index == 0),
            ("last", _) => Value::Bool(index + 1 == self.length),
            ("parentloop", None) => self.parent.clone().map_or(Value::Nil, Value::Loop),
            ("row", Some(columns)) => int(index / columns + 1),
            ("col", Some(columns)) => int(index % columns + 1),
            ("col0", Some(columns)) => int(index % columns),
            ("col_first", Some(columns)) => Value::Bool(index.is_multiple_of(columns)),
            ("col_last", Some(columns)) => Value::Bool((index + 1).is_multiple_of(columns)),
            _ => Value::Nil,
        }
    }
}
