//! Frees what contains itself. Containers count their holders, so a hash that holds itself, directly or through others,
//! would stay for ever. A container can only become part of a circle by being written into after it was made: what it
//! was made of is older than it. So whoever writes a container into another one notes the latter here, and all that was
//! written into is emptied when the render ends. Writing plain values costs one comparison, reading nothing.

use std::cell::{Cell, RefCell};
use std::rc::Weak;

use super::container::{Array, Hash};
use super::{Map, Value};

/// Notes kept before the first sweep for those that have become useless.
const FIRST_SWEEP: usize = 64;

/// The containers of one render that may be part of a circle. They are emptied when it is dropped: by then nobody may
/// want to read them.
#[derive(Debug)]
pub(crate) struct Cycles {
    written: RefCell<Vec<Written>>,
    /// Number of notes at which to sweep.
    sweep_at: Cell<usize>,
}

/// A container that has been written into. Held weakly: one that is in no circle goes when its last holder does.
#[derive(Debug)]
pub(crate) enum Written {
    Array(Weak<RefCell<Vec<Value>>>),
    Hash(Weak<RefCell<Map>>),
}

impl Default for Cycles {
    fn default() -> Self {
        Self { written: RefCell::default(), sweep_at: Cell::new(FIRST_SWEEP) }
    }
}

impl Cycles {
    /// Notes that `value` is being written into a container that others may hold already.
    pub(crate) fn note(&self, container: impl Into<Written>, value: &Value) {
        if value.is_container() {
            self.add(container.into());
        }
    }

    fn add(&self, container: Written) {
        let mut written = self.written.borrow_mut();
        // A list that is filled in a loop is noted once.
        if written.last().is_some_and(|last| last.address() == container.address()) {
            return;
        }
        if written.len() >= self.sweep_at.get() {
            written.retain(Written::is_alive);
            written.sort_unstable_by_key(Written::address);
            written.dedup_by_key(|container| container.address());
            // Twice what is left: a sweep costs each note a constant.
            self.sweep_at.set(FIRST_SWEEP.max(2 * written.len()));
        }
        written.push(container);
    }
}

impl Drop for Cycles {
    fn drop(&mut self) {
        self.written.get_mut().drain(..).for_each(|container| container.clear());
    }
}

impl Written {
    fn is_alive(&self) -> bool {
        match self {
            Self::Array(items) => items.strong_count() > 0,
            Self::Hash(entries) => entries.strong_count() > 0,
        }
    }

    /// Unique as long as the note is kept: it holds the address, though not the content.
    fn address(&self) -> usize {
        match self {
            Self::Array(items) => items.as_ptr() as usize,
            Self::Hash(entries) => entries.as_ptr() as usize,
        }
    }

    /// Empties the container, if there is still one.
    fn clear(&self) {
        match self {
            Self::Array(items) => drop(items.upgrade().and_then(|items| taken(&items)).map(Array::new)),
            Self::Hash(entries) => drop(entries.upgrade().and_then(|entries| taken(&entries)).map(Hash::new)),
        }
    }
}

/// The content, to be dropped when nothing borrows the container any more. A panic that unwinds may have left it borrowed.
fn taken<T: Default>(container: &RefCell<T>) -> Option<T> {
    container.try_borrow_mut().ok().map(|mut content| std::mem::take(&mut *content))
}

impl From<&Array> for Written {
    fn from(array: &Array) -> Self {
        Self::Array(array.downgrade())
    }
}

impl From<&Hash> for Written {
    fn from(hash: &Hash) -> Self {
        Self::Hash(hash.downgrade())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    /// A hash that holds itself through a list, and a text that tells whether it is still there.
    fn circle(cycles: &Cycles) -> Arc<str> {
        let (hash, list) = (Hash::default(), Array::default());
        let text: Arc<str> = Arc::from("held, and too long to lie in the value itself");
        for (key, value) in [("list", Value::Array(list.clone())), ("text", Value::str(Arc::clone(&text)))] {
            cycles.note(&hash, &value);
            hash.borrow_mut().insert(Arc::from(key), value);
        }
        let value = Value::Hash(hash);
        cycles.note(&list, &value);
        list.borrow_mut().push(value);
        text
    }

    #[test]
    fn circle_is_freed_with_its_render_and_no_earlier() {
        let cycles = Cycles::default();
        let text = circle(&cycles);
        assert_eq!(Arc::strong_count(&text), 2);
        drop(cycles);
        assert_eq!(Arc::strong_count(&text), 1);
    }

    #[test]
    fn every_circle_of_many_is_freed() {
        let cycles = Cycles::default();
        let texts: Vec<_> = (0..1000).map(|_| circle(&cycles)).collect();
        drop(cycles);
        assert!(texts.iter().all(|text| Arc::strong_count(text) == 1));
    }

    #[test]
    fn notes_of_what_has_gone_do_not_pile_up() {
        let cycles = Cycles::default();
        for _ in 0..10_000 {
            let list = Array::default();
            cycles.note(&list, &Value::Array(Array::default()));
        }
        assert!(cycles.written.borrow().len() <= FIRST_SWEEP);
    }

    #[test]
    fn what_is_written_into_again_and_again_is_noted_once() {
        let cycles = Cycles::default();
        let (a, b) = (Array::default(), Array::default());
        for _ in 0..10_000 {
            cycles.note(&a, &Value::Array(b.clone()));
            cycles.note(&b, &Value::array(Vec::new()));
        }
        assert!(cycles.written.borrow().len() <= FIRST_SWEEP);
        cycles.note(&a, &Value::Int(1));
    }
}
