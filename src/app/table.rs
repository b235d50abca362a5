//! The tables of the app as the rest of the house sees them: a name, and the type of each property. Values are cast by
//! these types; the rows themselves are not this room's business.

use std::collections::BTreeMap;
use std::sync::Arc;

use indexmap::IndexMap;
use sha2::{Digest, Sha256};

use super::upload_options::UploadOptions;

/// One table, or the users or a type of their profiles, whose properties are declared in the same form.
#[derive(Debug, Default)]
pub(crate) struct Table {
    /// The name that queries use: `order`, `modules/crm/lead`. Empty for users.
    pub(crate) name: Arc<str>,
    /// Not a table of records, but a type of profiles of users.
    pub(crate) is_profile_type: bool,
    /// From the project root.
    pub(crate) path: Arc<str>,
    /// In the order of the file.
    pub(crate) properties: IndexMap<Arc<str>, Property>,
}

#[derive(Debug, Clone, Default)]
pub(crate) struct Property {
    pub(crate) kind: PropertyType,
    /// `options` as they are written.
    pub(crate) options: serde_json::Map<String, serde_json::Value>,
    /// What they say of a file; without meaning for other types.
    pub(crate) upload: UploadOptions,
    /// It holds the id of a row of that table, or of a `user`: what imports must know.
    pub(crate) belongs_to: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum PropertyType {
    /// Also `text`, and where no type is given.
    #[default]
    String,
    Integer,
    /// Also `decimal`.
    Float,
    Boolean,
    Array,
    Date,
    Datetime,
    Time,
    Upload,
    Geojson,
    /// A type of old: its values are kept as they are.
    Opaque,
}

impl Table {
    /// Where files of its rows are kept.
    pub(crate) fn folder(&self) -> &str {
        if self.name.is_empty() { "users" } else { &self.name }
    }
}

/// The number by which clients know the table of this name: they write it into their queries as one. It is made of the
/// name, so it is the same in every run, and small enough for the numbers of JavaScript.
pub(crate) fn table_id(name: &str) -> u64 {
    Sha256::digest(name).iter().take(6).fold(0, |id, &byte| (id << 8) | u64::from(byte))
}

/// All tables of the app, what it adds to its users, and the types of their profiles.
#[derive(Debug, Default)]
pub(super) struct Tables {
    by_name: BTreeMap<Arc<str>, Arc<Table>>,
    users: Arc<Table>,
    profile_types: BTreeMap<Arc<str>, Arc<Table>>,
}

impl PropertyType {
    /// The types of today, in the order in which a suggestion picks one.
    pub(super) const NAMES: [&'static str; 12] = [
        "string", "integer", "float", "boolean", "array", "date", "datetime", "time", "text", "decimal",
        "upload", "geojson",
    ];

    /// Types of old.
    pub(super) const OLD_NAMES: [&'static str; 4] = ["file", "photo", "binary", "address"];

    /// What schema files call it today; of a type of old, one of its names.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::String => "string",
            Self::Integer => "integer",
            Self::Float => "float",
            Self::Boolean => "boolean",
            Self::Array => "array",
            Self::Date => "date",
            Self::Datetime => "datetime",
            Self::Time => "time",
            Self::Upload => "upload",
            Self::Geojson => "geojson",
            Self::Opaque => "file",
        }
    }

    /// The type called `name`, if there is one.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "string" | "text" => Self::String,
            "integer" => Self::Integer,
            "float" | "decimal" => Self::Float,
            "boolean" => Self::Boolean,
            "array" => Self::Array,
            "date" => Self::Date,
            "datetime" => Self::Datetime,
            "time" => Self::Time,
            "upload" => Self::Upload,
            "geojson" => Self::Geojson,
            _ if Self::OLD_NAMES.contains(&name) => Self::Opaque,
            _ => return None,
        })
    }
}

impl Tables {
    /// Of two tables with one name the later is used: what the app overrides is handed in last.
    pub(super) fn new(tables: impl IntoIterator<Item = Arc<Table>>, users: Option<Arc<Table>>) -> Self {
        let tables = tables.into_iter().map(|table| (Arc::clone(&table.name), table));
        let (profile_types, by_name) = tables.partition(|(_, table)| table.is_profile_type);
        Self { by_name, users: users.unwrap_or_default(), profile_types }
    }

    pub(super) fn find(&self, name: &str) -> Option<&Arc<Table>> {
        self.by_name.get(name)
    }

    /// Sorted by name.
    pub(super) fn all(&self) -> impl Iterator<Item = &Arc<Table>> {
        self.by_name.values()
    }

    pub(super) fn users(&self) -> &Arc<Table> {
        &self.users
    }

    pub(super) fn profile_type(&self, name: &str) -> Option<&Arc<Table>> {
        self.profile_types.get(name)
    }

    /// Sorted by name.
    pub(super) fn profile_types(&self) -> impl Iterator<Item = &Arc<Table>> {
        self.profile_types.values()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_a_type() {
        assert!(PropertyType::NAMES.iter().all(|name| PropertyType::named(name).is_some()));
        assert!(PropertyType::OLD_NAMES.iter().all(|name| PropertyType::named(name).is_some()));
        let names = PropertyType::NAMES.iter().chain(&PropertyType::OLD_NAMES);
        for kind in names.filter_map(|name| PropertyType::named(name)) {
            assert_eq!(PropertyType::named(kind.name()), Some(kind));
        }
        assert_eq!(PropertyType::named("jsonb"), None);
    }
}
