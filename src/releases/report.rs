//! What a change did, by what the app uses the files for.

use std::collections::BTreeMap;

use super::change::Changed;
use super::file_path::FilePath;
use crate::app::category;
use crate::protocol::{Paths, ReportRow};

/// Categories are named as people know them: `Page`, `Schema`, `Asset`.
pub(crate) fn by_category(changed: &Changed) -> BTreeMap<String, ReportRow> {
    let mut rows: BTreeMap<String, ReportRow> = BTreeMap::new();
    let lists: [(&[FilePath], fn(&mut ReportRow) -> &mut Paths); 3] = [
        (&changed.upserted, |row| &mut row.upserted),
        (&changed.deleted, |row| &mut row.deleted),
        (&changed.skipped, |row| &mut row.skipped),
    ];
    for (paths, list) in lists {
        for path in paths {
            let row = rows.entry(category(path.as_str()).to_owned()).or_default();
            if let Paths::Listed(listed) = list(row) {
                listed.push(path.to_string());
            }
        }
    }
    rows
}
