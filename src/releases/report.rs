//! What a change did, by what the app uses the files for.

use std::collections::BTreeMap;

use super::change::Changed;
use super::file_path::FilePath;
use crate::app::category;
use crate::protocol::{Paths, ReportRow};

/// Categories are named as people know them: `Page`, `Schema`, `Asset`.
pub(crate) fn by_category(changed: &Changed) -> BTreeMap<String, ReportRow> {
    let mut rows = BTreeMap::new();
    for path in &changed.upserted {
        add(&mut row(&mut rows, path).upserted, path);
    }
    for path in &changed.deleted {
        add(&mut row(&mut rows, path).deleted, path);
    }
    for path in &changed.skipped {
        add(&mut row(&mut rows, path).skipped, path);
    }
    rows
}

fn row<'a>(rows: &'a mut BTreeMap<String, ReportRow>, path: &FilePath) -> &'a mut ReportRow {
    rows.entry(category(path.as_str()).to_owned()).or_default()
}

fn add(paths: &mut Paths, path: &FilePath) {
    match paths {
        Paths::Listed(listed) => listed.push(path.to_string()),
        Paths::Counted(count) => *count += 1,
    }
}
