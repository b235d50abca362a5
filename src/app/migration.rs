//! Migrations: Liquid that changes the data of an app once, in the order of the timestamps in the file names,
//! `20240131120000_fill_in_slugs.liquid`. The timestamp is what a migration is known by, in the app and in its modules
//! together, so it stands only once.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use super::front_matter::FrontMatter;
use super::kind::Place;
use super::problem::Problem;
use super::source::{Source, TemplateKind};

/// Fourteen digits: the UTC time at which a migration was written, `20240131120000`. Any fourteen digits will do.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct MigrationTimestamp(Arc<str>);

/// A text that is no timestamp.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a timestamp of fourteen digits, such as 20240131120000")]
pub(crate) struct NotATimestamp {
    text: String,
}

/// One migration.
#[derive(Debug)]
pub(crate) struct Migration {
    pub(crate) timestamp: MigrationTimestamp,
    /// With the timestamp, without folder and module: `20240131120000_fill_in_slugs`.
    pub(crate) name: String,
    pub(crate) source: Arc<Source>,
}

/// The migrations of an app and of its modules.
#[derive(Debug, Default)]
pub(super) struct Migrations(BTreeMap<MigrationTimestamp, Arc<Migration>>);

impl MigrationTimestamp {
    const DIGITS: usize = 14;

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for MigrationTimestamp {
    type Err = NotATimestamp;

    fn from_str(text: &str) -> Result<Self, NotATimestamp> {
        let is_timestamp = text.len() == Self::DIGITS && text.bytes().all(|byte| byte.is_ascii_digit());
        if is_timestamp { Ok(Self(text.into())) } else { Err(NotATimestamp { text: text.to_owned() }) }
    }
}

impl fmt::Display for MigrationTimestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Migration {
    pub(super) fn parse(
        place: &Place,
        path: &Arc<str>,
        text: &Arc<str>,
        head: &FrontMatter<'_>,
    ) -> Result<Self, Problem> {
        let name = place.local_name().rsplit('/').next().unwrap_or_default();
        let timestamp = name.split('_').next().unwrap_or_default().parse().map_err(|_| {
            Problem::error(&**path, "the name of a migration begins with fourteen digits and `_`").with_hint(
                "`pos-cli migrations generate NAME` makes one, such as 20240131120000_NAME.liquid".to_owned(),
            )
        })?;
        let source = Arc::new(Source::new(TemplateKind::Migration, &place.name, path, text, head));
        Ok(Self { timestamp, name: name.to_owned(), source })
    }
}

impl Migrations {
    /// Of two with one timestamp the first is used and the other is a problem, unless the app overrides a module's.
    pub(super) fn new(files: &[(&Place, &Arc<Migration>)]) -> (Self, Vec<Problem>) {
        let mut files: Vec<_> = files.iter().collect();
        files.sort_by_key(|(place, migration)| (place.rank, Arc::clone(&migration.source.path)));
        let mut used: BTreeMap<MigrationTimestamp, (&Place, Arc<Migration>)> = BTreeMap::new();
        let mut problems = Vec::new();
        for (place, migration) in files {
            let Some((first_place, first)) = used.get(&migration.timestamp) else {
                used.insert(migration.timestamp.clone(), (place, Arc::clone(migration)));
                continue;
            };
            let is_override = first_place.is_override() && !place.is_override();
            if !(is_override && first.source.name == migration.source.name) {
                let (path, first) = (&*migration.source.path, &first.source.path);
                let message = format!("`{first}` has the timestamp {} too", migration.timestamp);
                let problem = Problem::error(path, message);
                problems.push(problem.with_hint("it does not run until it has another timestamp".to_owned()));
            }
        }
        let used = used.into_iter().map(|(timestamp, (_, migration))| (timestamp, migration));
        (Self(used.collect()), problems)
    }

    /// In the order in which they run.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Arc<Migration>> {
        self.0.values()
    }

    pub(super) fn find(&self, timestamp: &MigrationTimestamp) -> Option<&Arc<Migration>> {
        self.0.get(timestamp)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::kind::{Classified, classify};

    fn migration(path: &str) -> Result<(Place, Arc<Migration>), Problem> {
        let Classified::Member(place) = classify(path) else { panic!("{path} is no migration") };
        let (path, text): (Arc<str>, Arc<str>) = (path.into(), "".into());
        let head = FrontMatter::parse(&path, &text)?;
        Migration::parse(&place, &path, &text, &head).map(|migration| (place, Arc::new(migration)))
    }

    #[test]
    fn the_name_begins_with_fourteen_digits() {
        for (path, expected) in [
            ("app/migrations/20240101000000_a.liquid", Some("20240101000000_a")),
            ("app/migrations/20240101000000.liquid", Some("20240101000000")),
            ("app/migrations/old/20240101000000_a_b.liquid", Some("20240101000000_a_b")),
            ("modules/m/public/migrations/20240101000000_a.liquid", Some("20240101000000_a")),
            ("app/migrations/2024_a.liquid", None),
            ("app/migrations/202401010000000_a.liquid", None),
            ("app/migrations/a_20240101000000.liquid", None),
            ("app/migrations/２０２４0101000000_a.liquid", None),
        ] {
            let name = migration(path).ok().map(|(_, migration)| migration.name.clone());
            assert_eq!(name.as_deref(), expected, "{path}");
        }
    }

    #[test]
    fn a_timestamp_stands_once_and_both_files_are_named() {
        let files = [
            "app/migrations/20240101000000_b.liquid",
            "modules/m/public/migrations/20240101000000_a.liquid",
            "app/modules/n/public/migrations/20230101000000_a.liquid",
            "modules/n/public/migrations/20230101000000_a.liquid",
        ]
        .map(|path| migration(path).unwrap());
        let files: Vec<_> = files.iter().map(|(place, migration)| (place, migration)).collect();
        let (migrations, problems) = Migrations::new(&files);
        let paths: Vec<_> = migrations.iter().map(|migration| &*migration.source.path).collect();
        let problems: Vec<_> = problems.iter().map(ToString::to_string).collect();

        assert_eq!(
            paths,
            [
                "app/modules/n/public/migrations/20230101000000_a.liquid",
                "app/migrations/20240101000000_b.liquid"
            ]
        );
        assert_eq!(
            problems,
            [
                "modules/m/public/migrations/20240101000000_a.liquid: error: `app/migrations/20240101000000_b.liquid` has the timestamp 20240101000000 too"
            ]
        );
    }
}
