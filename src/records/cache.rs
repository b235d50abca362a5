//! `{% cache %}`: rendered text by key, for all requests and jobs of the process. In memory, not in the data file: a
//! page that is read often must not write, and any change to a template drops the whole cache anyway.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;

/// All keys and texts together. Beyond it the oldest entries go.
const MAX_BYTES: usize = 64 * 1024 * 1024;

/// A single text over this is rendered every time instead.
const MAX_ENTRY_BYTES: usize = 4 * 1024 * 1024;

/// Clone = same cache.
#[derive(Debug, Clone, Default)]
pub(crate) struct Cache {
    entries: Arc<Mutex<Entries>>,
}

/// What the cache knows of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Lookup {
    Hit(Arc<str>),
    /// Render, then [`Cache::put`] with this.
    Miss(Generation),
}

/// The state of the app's files a text was rendered from. A text of a past generation is not kept: its render may have
/// begun before a template changed and ended after.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Generation(u64);

#[derive(Debug, Default)]
struct Entries {
    generation: Generation,
    by_key: HashMap<Arc<str>, Entry>,
    /// Keys by age, the oldest first.
    by_age: BTreeMap<u64, Arc<str>>,
    next_age: u64,
    bytes: usize,
}

#[derive(Debug)]
struct Entry {
    text: Arc<str>,
    expires_at: Option<Timestamp>,
    age: u64,
}

impl Cache {
    /// The text under `key`, unless it has expired by `now`.
    pub(crate) fn get(&self, key: &str, now: Timestamp) -> Lookup {
        let mut entries = self.lock();
        match entries.by_key.get(key) {
            Some(entry) if entry.expires_at.is_none_or(|at| now < at) => Lookup::Hit(entry.text.clone()),
            Some(_) => {
                entries.remove(key);
                Lookup::Miss(entries.generation)
            }
            None => Lookup::Miss(entries.generation),
        }
    }

    /// Keeps `text` under `key`, in place of what was there; without `expires_at` until the app changes. Two renders of
    /// one key at the same moment both put; the later wins.
    pub(crate) fn put(&self, key: &str, text: &str, expires_at: Option<Timestamp>, rendered_in: Generation) {
        let mut entries = self.lock();
        entries.remove(key);
        if rendered_in == entries.generation && key.len() + text.len() <= MAX_ENTRY_BYTES {
            entries.insert(key, text, expires_at);
            entries.shrink_to(MAX_BYTES);
        }
    }

    /// Forgets everything, including what is being rendered now. Called whenever a file of the app has changed.
    pub(crate) fn clear(&self) {
        let mut entries = self.lock();
        *entries = Entries { generation: Generation(entries.generation.0 + 1), ..Entries::default() };
    }

    /// A panic elsewhere cannot have left the entries half changed in a way that matters: at worst one is missing.
    fn lock(&self) -> MutexGuard<'_, Entries> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Entries {
    fn insert(&mut self, key: &str, text: &str, expires_at: Option<Timestamp>) {
        let key: Arc<str> = key.into();
        let age = self.next_age;
        self.next_age += 1;
        self.bytes += key.len() + text.len();
        self.by_age.insert(age, key.clone());
        self.by_key.insert(key, Entry { text: text.into(), expires_at, age });
    }

    fn remove(&mut self, key: &str) {
        if let Some(entry) = self.by_key.remove(key) {
            self.by_age.remove(&entry.age);
            self.bytes -= key.len() + entry.text.len();
        }
    }

    fn shrink_to(&mut self, limit: usize) {
        while self.bytes > limit {
            let Some((_, oldest)) = self.by_age.pop_first() else { break };
            self.remove(&oldest);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn put(cache: &Cache, key: &str, text: &str, expires_at: Option<Timestamp>) {
        let Lookup::Miss(generation) = cache.get(key, at(0)) else { panic!("{key} is cached already") };
        cache.put(key, text, expires_at, generation);
    }

    #[test]
    fn text_is_served_until_it_expires() {
        let cache = Cache::default();
        put(&cache, "k", "text", Some(at(60)));

        assert_eq!(cache.get("k", at(59)), Lookup::Hit("text".into()));
        assert!(matches!(cache.get("k", at(60)), Lookup::Miss(_)));
    }

    #[test]
    fn text_without_expiry_stays_until_the_app_changes() {
        let cache = Cache::default();
        put(&cache, "", "text", None);

        assert_eq!(cache.get("", Timestamp::MAX), Lookup::Hit("text".into()));
        cache.clear();
        assert!(matches!(cache.get("", at(0)), Lookup::Miss(_)));
    }

    #[test]
    fn render_that_began_before_a_change_is_not_kept() {
        let cache = Cache::default();
        let Lookup::Miss(before) = cache.get("k", at(0)) else { panic!("nothing was put") };
        cache.clear();
        cache.put("k", "old template", None, before);

        assert!(matches!(cache.get("k", at(0)), Lookup::Miss(_)));
    }

    #[test]
    fn oldest_entries_make_room() {
        let cache = Cache::default();
        let large = "x".repeat(MAX_ENTRY_BYTES - 8);
        for n in 0..20 {
            put(&cache, &n.to_string(), &large, None);
        }

        assert!(matches!(cache.get("0", at(0)), Lookup::Miss(_)));
        assert!(matches!(cache.get("19", at(0)), Lookup::Hit(_)));
        assert!(cache.lock().bytes <= MAX_BYTES);
    }

    #[test]
    fn oversized_text_is_not_kept_and_replaces_nothing_stale() {
        let cache = Cache::default();
        put(&cache, "k", "small", None);
        let generation = cache.lock().generation;
        cache.put("k", &"x".repeat(MAX_ENTRY_BYTES), None, generation);

        assert!(matches!(cache.get("k", at(0)), Lookup::Miss(_)));
        assert_eq!(cache.lock().bytes, 0);
    }
}
