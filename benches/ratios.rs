//! The end of a run: what each engine took, and how that compares, from the medians of this run. Times of two runs do not
//! compare on a machine that others use; ratios of one run do.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use serde_json::Value as Json;

/// When the run began: older figures in the folder are not its own.
pub(crate) struct Start(SystemTime);

impl Start {
    pub(crate) fn now() -> Self {
        Self(SystemTime::now())
    }
}

/// Median nanoseconds by case and engine.
type Medians = BTreeMap<String, BTreeMap<String, f64>>;

/// Prints a table, or nothing if nothing was measured.
pub(crate) fn print(start: &Start) {
    let medians = medians(start);
    if medians.is_empty() {
        return;
    }
    println!("{:<16}{:<18}{:>12}{:>14}", "case", "engine", "median", "ours / it");
    for (case, engines) in &medians {
        let ours = engines.get("ours");
        for (engine, median) in engines {
            let ratio = ours.map_or(String::new(), |ours| format!("{:.3}", ours / median));
            println!("{case:<16}{engine:<18}{:>9.1} µs{ratio:>14}", median / 1000.0);
        }
    }
}

fn medians(start: &Start) -> Medians {
    let mut medians = Medians::new();
    for case in folders(&criterion_home()) {
        for engine in folders(&case) {
            let file = engine.join("new/estimates.json");
            let is_new = |time: SystemTime| time >= start.0;
            if !fs::metadata(&file).and_then(|data| data.modified()).is_ok_and(is_new) {
                continue;
            }
            let estimates: Option<Json> =
                fs::read(&file).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok());
            let median = estimates.as_ref().and_then(|all| all.pointer("/median/point_estimate")?.as_f64());
            if let Some(median) = median {
                medians.entry(name(&case)).or_default().insert(name(&engine), median);
            }
        }
    }
    medians
}

/// Where criterion keeps its figures: beside the other things a build makes.
fn criterion_home() -> PathBuf {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap_or(Path::new("target"));
    target.join("criterion")
}

fn folders(parent: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(parent).into_iter().flatten();
    entries.filter_map(|entry| Some(entry.ok()?.path())).filter(|path| path.is_dir()).collect()
}

fn name(folder: &Path) -> String {
    folder.file_name().unwrap_or_default().to_string_lossy().into_owned()
}
