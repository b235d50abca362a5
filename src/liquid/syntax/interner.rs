//! One copy of a name for all the nodes of a tree that hold it. A cache, not a set: names that fall into the same slot
//! push each other out and are made again, which costs an allocation and is never wrong. In turn there is nothing to
//! grow and nothing to probe, which for the few dozen names of a page matters more than sharing every one.

use std::hash::BuildHasher as _;
use std::sync::Arc;

use foldhash::fast::FixedState;

/// Twice the names of a usual page. A power of two.
const SLOTS: usize = 64;

#[derive(Debug)]
pub(super) struct Interner {
    slots: [Option<Arc<str>>; SLOTS],
}

impl Interner {
    pub(super) fn new() -> Self {
        Self { slots: [const { None }; SLOTS] }
    }

    pub(super) fn share(&mut self, text: &str) -> Arc<str> {
        // The slot needs no secret: whoever knows it can only make names twice.
        let hash = FixedState::with_seed(0).hash_one(text);
        let slot = self.slots.get_mut(hash as usize % SLOTS);
        match slot {
            Some(Some(known)) if **known == *text => Arc::clone(known),
            slot => {
                let shared: Arc<str> = Arc::from(text);
                if let Some(slot) = slot {
                    *slot = Some(Arc::clone(&shared));
                }
                shared
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn name_is_shared_until_another_takes_its_slot() {
        let mut interner = Interner::new();
        let first = interner.share("product");

        assert!(Arc::ptr_eq(&first, &interner.share("product")));
        for other in 0..SLOTS * 20 {
            let name = format!("name{other}");
            assert_eq!(*interner.share(&name), name);
        }
        assert_eq!(*interner.share("product"), *first);
        assert_eq!(*interner.share(""), *"");
    }
}
