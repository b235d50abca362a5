//! Arrays and hashes: shared, mutable, and taken apart without recursion, so that a list nested a million levels deep does
//! not overflow the stack when it goes out of scope.

use std::cell::{Ref, RefCell, RefMut};
use std::rc::{Rc, Weak};

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

    pub(super) fn downgrade(&self) -> Weak<RefCell<Vec<Value>>> {
        Rc::downgrade(&self.0)
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

    pub(super) fn downgrade(&self) -> Weak<RefCell<Map>> {
        Rc::downgrade(&self.0)
    }

    /// Both are the same hash, not merely equal ones.
    pub(crate) fn is(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl Drop for Array {
    fn drop(&mut self) {
        if let Some(mut items) = last(&self.0) {
            dismantle(items.iter_mut());
        }
    }
}

impl Drop for Hash {
    fn drop(&mut self) {
        if let Some(mut map) = last(&self.0) {
            dismantle(map.values_mut());
        }
    }
}

/// What `shared` holds, if this is its last holder. `Rc::get_mut` does not tell: notes of [`super::Cycles`] count there.
fn last<T>(shared: &Rc<RefCell<T>>) -> Option<RefMut<'_, T>> {
    if Rc::strong_count(shared) == 1 { shared.try_borrow_mut().ok() } else { None }
}

/// Takes the containers out of every container that nobody else holds before it is dropped. Scalars stay where they are:
/// they are most of what there is.
fn dismantle<'v>(values: impl Iterator<Item = &'v mut Value>) {
    let mut pending = Vec::new();
    take_containers(&mut pending, values);
    while let Some(value) = pending.pop() {
        match value {
            Value::Array(array) => {
                if let Some(mut items) = last(&array.0) {
                    take_containers(&mut pending, items.iter_mut());
                }
            }
            Value::Hash(hash) => {
                if let Some(mut map) = last(&hash.0) {
                    take_containers(&mut pending, map.values_mut());
                }
            }
            _ => {}
        }
    }
}

fn take_containers<'v>(pending: &mut Vec<Value>, values: impl Iterator<Item = &'v mut Value>) {
    pending.extend(values.filter(|value| value.is_container()).map(std::mem::take));
}
