//! Constants: names and texts an operator gives the app (`context.constants.STRIPE_KEY`). Some are in the data file, where
//! the app itself may change them; others come from a file of `NAME=value` lines, which is read once and never written:
//! from the start of the process they stand before what is stored, until the app changes them. They may be secrets:
//! `Debug` shows names only, and `{{ context }}` not even these.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use rusqlite::{Connection, params};
use serde_json::{Map, Value as Json};

use super::constants_file;
use super::data::{Data, DataError};
use super::rows;
use crate::store::Store;

/// The constants of the app. Clone = same constants.
#[derive(Clone)]
pub(crate) struct Constants {
    inner: Arc<Inner>,
}

struct Inner {
    store: Store,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// From the file, without those that have been changed since.
    given: BTreeMap<String, Constant>,
    /// All of them, as they were read last.
    snapshot: Arc<Map<String, Json>>,
    /// How often they have changed, the first time when the process started; and how often they had when the snapshot
    /// was read.
    changes: u64,
    changes_seen: u64,
}

/// One constant. The value is not part of `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Constant {
    pub(crate) name: String,
    pub(crate) value: String,
    pub(crate) created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum ConstantsError {
    #[error("cannot read {path}")]
    Read { path: String, source: std::io::Error },
    #[error("{path}:{line}: {message}")]
    Syntax { path: String, line: usize, message: &'static str },
}

impl Constants {
    /// What is stored, and nothing from a file.
    pub(crate) fn new(store: Store) -> Self {
        let state = Mutex::new(State { changes: 1, ..State::default() });
        Self { inner: Arc::new(Inner { store, state }) }
    }

    /// What is stored, and before it what the file gives.
    ///
    /// # Errors
    /// The file cannot be read or a line of it makes no sense; then nothing is taken from it.
    pub(crate) fn with_file(store: Store, path: &Path, now: Timestamp) -> Result<Self, ConstantsError> {
        let shown = || path.display().to_string();
        let text =
            std::fs::read_to_string(path).map_err(|source| ConstantsError::Read { path: shown(), source })?;
        let given = constants_file::parse(&text).map_err(|error| ConstantsError::Syntax {
            path: shown(),
            line: error.line,
            message: error.message,
        })?;
        let constants = Self::new(store);
        constants.lock().given = given
            .into_iter()
            .map(|given| {
                let constants_file::Constant { name, value } = given;
                (name.clone(), Constant { name, value, created_at: now, updated_at: now })
            })
            .collect();
        Ok(constants)
    }

    /// All constants, for a render. Costs a look at the data file only after a change; one that cannot be read gives the
    /// last ones, since whatever the render does with data next says what is wrong.
    pub(crate) fn snapshot(&self) -> Arc<Map<String, Json>> {
        let changes = {
            let state = self.lock();
            if state.changes_seen == state.changes {
                return Arc::clone(&state.snapshot);
            }
            state.changes
        };
        let stored = self.inner.store.read(stored);
        let mut state = self.lock();
        if let Ok(stored) = stored {
            let all = merged(stored, state.given.values());
            let all = all.into_values().map(|constant| (constant.name, Json::String(constant.value)));
            state.snapshot = Arc::new(all.collect());
            state.changes_seen = changes;
        }
        Arc::clone(&state.snapshot)
    }

    /// These have been changed, and the change is stored.
    pub(super) fn changed<S: AsRef<str>>(&self, names: impl Iterator<Item = S>) {
        let mut state = self.lock();
        for name in names {
            state.given.remove(name.as_ref());
        }
        state.changes += 1;
    }

    /// Names and values are moved in or out under the lock, nothing more: a panic elsewhere cannot have left it half done.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.inner.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Data {
    /// By name, as this transaction sees them.
    pub(crate) fn all_constants(&self) -> Result<BTreeMap<String, Constant>, DataError> {
        let stored = self.read(stored)?;
        let state = self.constants().lock();
        let given = state.given.values().filter(|given| !self.has_changed_constant(&given.name));
        Ok(merged(stored, given))
    }

    /// Sets it, whether it is there or not. Others see it when the transaction has ended.
    pub(crate) fn set_constant(
        &mut self,
        name: &str,
        value: &str,
        now: Timestamp,
    ) -> Result<Constant, DataError> {
        let created_at = self.all_constants()?.get(name).map_or(now, |known| known.created_at);
        self.write(|connection| {
            connection
                .prepare_cached(
                    "INSERT INTO constants (name, value, created_at, updated_at) VALUES (?1, ?2, ?3, ?4)
                     ON CONFLICT (name) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at",
                )?
                .execute(params![name, value, created_at.as_millisecond(), now.as_millisecond()])
        })?;
        self.constant_changed(name);
        Ok(Constant { name: name.to_owned(), value: value.to_owned(), created_at, updated_at: now })
    }

    /// Takes it away and says what it was; `None` if it was not there.
    pub(crate) fn unset_constant(&mut self, name: &str) -> Result<Option<Constant>, DataError> {
        let known = self.all_constants()?.remove(name);
        if known.is_some() {
            self.write(|connection| {
                connection.prepare_cached("DELETE FROM constants WHERE name = ?1")?.execute([name])
            })?;
            self.constant_changed(name);
        }
        Ok(known)
    }
}

fn stored(connection: &Connection) -> rusqlite::Result<Vec<Constant>> {
    let mut statement = connection
        .prepare_cached("SELECT name, value, created_at, updated_at FROM constants ORDER BY name")?;
    let constants = statement.query_map([], |row| {
        Ok(Constant {
            name: row.get(0)?,
            value: row.get(1)?,
            created_at: rows::time(row.get(2)?),
            updated_at: rows::time(row.get(3)?),
        })
    })?;
    constants.collect()
}

fn merged<'c>(
    stored: Vec<Constant>,
    given: impl Iterator<Item = &'c Constant>,
) -> BTreeMap<String, Constant> {
    let all = stored.into_iter().chain(given.cloned());
    all.map(|constant| (constant.name.clone(), constant)).collect()
}

impl fmt::Debug for Constants {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.lock();
        f.debug_set().entries(state.snapshot.keys().chain(state.given.keys())).finish()
    }
}

impl fmt::Debug for Constant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Constant({}=…)", self.name)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;
    use std::time::Duration;

    use serde_json::json;

    use super::*;
    use crate::store::Database;

    fn file(bytes: &[u8]) -> tempfile::NamedTempFile {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(bytes).unwrap();
        file
    }

    fn store() -> Store {
        Store::memory(Database::Data).unwrap()
    }

    fn with_file(bytes: &[u8]) -> (Constants, Data) {
        let store = store();
        let constants =
            Constants::with_file(store.clone(), file(bytes).path(), Timestamp::UNIX_EPOCH).unwrap();
        (constants.clone(), Data::new(store, constants, None))
    }

    fn snapshot(constants: &Constants) -> Json {
        Json::Object((*constants.snapshot()).clone())
    }

    #[test]
    fn file_gives_names_and_texts() {
        let (constants, _) = with_file(b"A=from file\nB=2\n");
        assert_eq!(snapshot(&constants), json!({"A": "from file", "B": "2"}));
    }

    #[test]
    fn file_that_makes_no_sense_is_refused_by_its_name() {
        for bytes in [&b"A=1\nnonsense\n"[..], b"A=1\nB=\xFF\n"] {
            let file = file(bytes);
            let error = Constants::with_file(store(), file.path(), Timestamp::UNIX_EPOCH).unwrap_err();
            assert!(error.to_string().contains(&file.path().display().to_string()), "{error}");
        }
        assert!(Constants::with_file(store(), Path::new("/no/such/file"), Timestamp::UNIX_EPOCH).is_err());
    }

    #[test]
    fn value_is_not_shown_by_debug() {
        let (constants, data) = with_file(b"KEY=secret\n");
        for shown in [format!("{constants:?}"), format!("{data:?}")] {
            assert!(shown.contains("KEY") && !shown.contains("secret"), "{shown}");
        }
        let shown = format!("{:?}", data.all_constants().unwrap());
        assert!(!shown.contains("secret"), "{shown}");
    }

    #[test]
    fn file_stands_before_what_is_stored_until_the_app_changes_it() {
        let store = store();
        let now = Timestamp::UNIX_EPOCH;
        let start = |bytes: &[u8]| Constants::with_file(store.clone(), file(bytes).path(), now).unwrap();
        let mut before = Data::new(store.clone(), Constants::new(store.clone()), None);
        before.set_constant("A", "stored", now).unwrap();

        let constants = start(b"A=file\nB=file\n");
        assert_eq!(snapshot(&constants), json!({"A": "file", "B": "file"}));
        let mut data = Data::new(store.clone(), constants.clone(), None);
        data.set_constant("A", "app", now).unwrap();
        assert_eq!(data.unset_constant("B").unwrap().unwrap().value, "file");
        assert_eq!(data.unset_constant("B").unwrap(), None);
        assert_eq!(snapshot(&constants), json!({"A": "app"}));

        assert_eq!(snapshot(&start(b"A=file\n")), json!({"A": "file"}));
    }

    #[test]
    fn change_is_seen_by_others_when_its_transaction_has_ended() {
        let (constants, mut data) = with_file(b"A=file\n");
        let value = |data: &Data| data.all_constants().unwrap()["A"].value.clone();
        let set = |data: &mut Data| drop(data.set_constant("A", "new", Timestamp::UNIX_EPOCH).unwrap());
        let seen = snapshot(&constants);

        data.begin(Duration::ZERO).unwrap();
        set(&mut data);
        assert_eq!((value(&data), snapshot(&constants)), ("new".into(), seen.clone()));
        data.rollback().unwrap();
        assert_eq!((value(&data), snapshot(&constants)), ("file".into(), seen));

        data.begin(Duration::ZERO).unwrap();
        set(&mut data);
        data.commit().unwrap();
        assert_eq!((value(&data), snapshot(&constants)), ("new".into(), json!({"A": "new"})));
    }
}
