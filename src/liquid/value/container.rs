//! Arrays and hashes: shared, mutable, and taken apart without recursion, so that a list nested a million levels deep does
//! not overflow the stack when it goes out of scope.

use std::cell::{Ref, RefCell, RefMut};
use std::rc::Rc;

use super::{Map, Value};

#[derive(Debug, Clone, Default)]
pub(crate) struct Array(Rc<RefCell<Vec<Value>>>);

#[derive(Debug, Clone, Default)]
pub(crate) struct Hash(Rc<RefCell<Map>>);

impl Array {
    pub(crate) fn new(items: Vec<Value>) -> Self {
        Self(Rc::new(RefCell::new(items)))
    }

    pub(crate) fn borrow(&self) -> Ref<'_, Vec<Value>> {
        self.0.borrow()
    }

    pub(crate) fn borrow_mut(&self) -> RefMut<'_, Vec<Value>> {
        self.0.borrow_mut()
    }

    /// Both are the same array, not merely equal ones.
    pub(crate) fn is(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl Hash {
    pub(crate) fn new(map: Map) -> Self {
        Self(Rc::new(RefCell::new(map)))
    }

    pub(crate) fn borrow(&self) -> Ref<'_, Map> {
        self.0.borrow()
    }

    pub(crate) fn borrow_mut(&self) -> RefMut<'_, Map> {
        self.0.borrow_mut()
    }

    /// Both are the same hash, not merely equal ones.
    pub(crate) fn is(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl Drop for Array {
    fn drop(&mut self) {
        if let Some(items) = Rc::get_mut(&mut self.0)
            && items.get_mut().iter().any(is_container)
        {
            dismantle(std::mem::take(items.get_mut()));
        }
    }
}

impl Drop for Hash {
    fn drop(&mut self) {
        if let Some(map) = Rc::get_mut(&mut self.0)
            && map.get_mut().values().any(is_container)
        {
            dismantle(std::mem::take(map.get_mut()).into_values().collect());
        }
    }
}

fn is_container(value: &Value) -> bool {
    matches!(value, Value::Array(_) | Value::Hash(_))
}

/// Empties every container that nobody else holds before it is dropped.
fn dismantle(mut pending: Vec<Value>) {
    while let Some(value) = pending.pop() {
        match value {
            Value::Array(mut array) => {
                if let Some(items) = Rc::get_mut(&mut array.0) {
                    pending.append(items.get_mut());
                }
            }
            Value::Hash(mut hash) => {
                if let Some(map) = Rc::get_mut(&mut hash.0) {
                    pending.extend(std::mem::take(map.get_mut()).into_values());
                }
            }
            _ => {}
        }
    }
}
