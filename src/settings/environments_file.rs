//! The file of environments as it is edited. Whatever else is in it stays as it is, entries and fields in their order:
//! the platform's own client and others write there too.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value as Json};

use super::environments::{Entry, Token, given_file, parse, read};
use super::error::Error;

/// Where there is no file yet.
const NEW_FILE: &str = ".pos";
/// It holds tokens: nobody else reads it.
const MODE: u32 = 0o600;

#[derive(Debug)]
pub(crate) struct EnvironmentsFile {
    path: PathBuf,
    /// As it is called in the project.
    name: String,
    entries: Map<String, Json>,
}

/// An entry without its secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Account {
    pub(crate) url: String,
    pub(crate) email: Option<String>,
    pub(crate) partner_portal_url: Option<String>,
}

impl EnvironmentsFile {
    /// That of the project at `root`, which need not be there yet.
    pub(crate) fn open(root: &Path, variable: impl Fn(&str) -> Option<String>) -> Result<Self, Error> {
        let given = given_file(&variable);
        let found = read(root, variable)?;
        // A file that was asked for and is not there is written, without what stands in another one.
        let (name, text) = match (given, found) {
            (Some(given), Some((name, text))) if given == name => (name, text),
            (Some(given), _) => (given, String::new()),
            (None, Some(found)) => found,
            (None, None) => (NEW_FILE.to_owned(), String::new()),
        };
        let entries = if text.trim().is_empty() { Map::new() } else { parse(&name, &text)? };
        let file = Self { path: root.join(&name), name, entries };
        // Now, not when it is too late: a file that cannot be understood is not written over.
        if let Some(error) = file.entries.keys().find_map(|environment| file.entry(environment).err()) {
            return Err(error);
        }
        Ok(file)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// All of them, in their order; one without a URL has an empty one.
    pub(crate) fn accounts(&self) -> impl Iterator<Item = (&str, Account)> {
        self.entries.keys().filter_map(|name| Some((name.as_str(), self.account(name).ok()?)))
    }

    /// # Errors
    /// There is none of that name.
    pub(crate) fn account(&self, name: &str) -> Result<Account, Error> {
        let Entry { url, email, partner_portal_url, .. } = self.entry(name)?;
        Ok(Account { url: url.unwrap_or_default(), email, partner_portal_url })
    }

    /// Adds an entry, or changes what it says of the account; fields of others stay.
    pub(crate) fn put(&mut self, name: &str, account: &Account, token: &Token) {
        let entry = self.entries.entry(name).or_insert_with(|| Json::Object(Map::new()));
        let Json::Object(fields) = entry else { return };
        for (field, value) in [
            ("url", Some(account.url.as_str())),
            ("token", Some(token.secret())),
            ("email", account.email.as_deref()),
            ("partner_portal_url", account.partner_portal_url.as_deref()),
        ] {
            match value {
                Some(value) => drop(fields.insert(field.to_owned(), Json::from(value))),
                None => drop(fields.shift_remove(field)),
            }
        }
    }

    /// Written beside its place first, so that whoever reads it finds the old one or the new one, whole.
    pub(crate) fn save(&self) -> Result<(), Error> {
        let text =
            serde_json::to_string_pretty(&self.entries).expect("texts as keys, and nothing that fails");
        // A link stays one, even if nothing is where it leads.
        let target = || Some(self.path.parent()?.join(fs::read_link(&self.path).ok()?));
        let path = fs::canonicalize(&self.path).ok().or_else(target).unwrap_or_else(|| self.path.clone());
        let mut draft = path.as_os_str().to_owned();
        draft.push(format!(".{}.part", std::process::id()));
        let draft = PathBuf::from(draft);
        let written = write_private(&draft, &text).and_then(|()| fs::rename(&draft, &path));
        written.map_err(|source| {
            // It may not be there.
            let _ = fs::remove_file(&draft);
            Error::Write { path: self.path.clone(), source }
        })
    }

    fn entry(&self, name: &str) -> Result<Entry, Error> {
        let entry = self.entries.get(name).ok_or_else(|| Error::NoSuchEnvironment {
            name: name.to_owned(),
            known: self.entries.keys().cloned().collect(),
        })?;
        Entry::parse(entry.clone())
            .ok_or_else(|| Error::Entry { file: self.name.clone(), name: name.to_owned() })
    }
}

fn write_private(path: &Path, text: &str) -> io::Result<()> {
    // Of a process that was killed.
    let _ = fs::remove_file(path);
    let mut file = OpenOptions::new().write(true).create_new(true).mode(MODE).open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}
