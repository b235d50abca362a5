//! The watcher against a real folder: what an edit comes to.

use std::fs;
use std::time::Duration;

use tempfile::TempDir;

use super::*;

const DEADLINE: Duration = Duration::from_secs(20);

/// Runs `edit` in a watched project and answers the changes up to and including the one of `last`.
fn changes(edit: impl FnOnce(&Path), last: &str) -> Vec<(String, ChangeKind)> {
    let root = project();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    runtime.block_on(async {
        let mut watcher = Watcher::start(root.path()).unwrap();
        edit(root.path());
        collect(&mut watcher, last).await
    })
}

async fn collect(watcher: &mut Watcher, last: &str) -> Vec<(String, ChangeKind)> {
    let mut seen = Vec::new();
    while !seen.iter().any(|(path, _)| path == last) {
        let batch = tokio::time::timeout(DEADLINE, watcher.next()).await;
        let batch = batch.unwrap_or_else(|_| panic!("no change of {last}; seen: {seen:?}")).unwrap();
        seen.extend(batch.into_iter().map(|c| (c.path.display().to_string(), c.kind)));
    }
    seen
}

fn project() -> TempDir {
    let root = tempfile::tempdir().unwrap();
    fs::create_dir_all(root.path().join("app/lib")).unwrap();
    fs::write(root.path().join("app/lib/a.liquid"), "a").unwrap();
    root
}

#[test]
fn written_file_is_one_change() {
    let seen = changes(|root| fs::write(root.join("app/lib/a.liquid"), "b").unwrap(), "app/lib/a.liquid");
    assert_eq!(seen, [("app/lib/a.liquid".into(), ChangeKind::Modified)]);
}

#[test]
fn save_by_rename_is_one_change() {
    let edit = |root: &Path| {
        fs::write(root.join("app/lib/a.liquid.tmp"), "b").unwrap();
        fs::rename(root.join("app/lib/a.liquid.tmp"), root.join("app/lib/a.liquid")).unwrap();
    };
    assert_eq!(changes(edit, "app/lib/a.liquid"), [("app/lib/a.liquid".into(), ChangeKind::Modified)]);
}

#[test]
fn files_of_others_are_not_noticed() {
    let edit = |root: &Path| {
        fs::create_dir_all(root.join(".pos-dev")).unwrap();
        fs::write(root.join(".pos-dev/data.sqlite3"), "x").unwrap();
        fs::write(root.join("README.md"), "x").unwrap();
        fs::write(root.join("app/lib/.a.liquid.swp"), "x").unwrap();
        fs::write(root.join("pos-cli.toml"), "x").unwrap();
    };
    assert_eq!(changes(edit, "pos-cli.toml"), [("pos-cli.toml".into(), ChangeKind::Created)]);
}

#[test]
fn folder_that_comes_later_is_watched() {
    let root = project();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    runtime.block_on(async {
        let mut watcher = Watcher::start(root.path()).unwrap();
        fs::create_dir_all(root.path().join("modules/m/public/lib")).unwrap();
        collect(&mut watcher, "modules").await;
        // The system's watch on an inner folder may come after a first write to it.
        let rewritten = async {
            loop {
                fs::write(root.path().join("modules/m/public/lib/x.liquid"), "x").unwrap();
                let noticed = collect(&mut watcher, "modules/m/public/lib/x.liquid");
                if tokio::time::timeout(Duration::from_millis(200), noticed).await.is_ok() {
                    break;
                }
            }
        };
        tokio::time::timeout(DEADLINE, rewritten).await.unwrap();
    });
}

#[test]
fn lost_events_are_told_as_a_change_of_everything() {
    let root = project();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    runtime.block_on(async {
        let mut watcher = Watcher::start(root.path()).unwrap();
        watcher.has_overflowed.store(true, Ordering::Relaxed);
        fs::write(root.path().join("app/lib/a.liquid"), "b").unwrap();
        let seen = collect(&mut watcher, "").await;
        assert_eq!(seen, [(String::new(), ChangeKind::Unknown)]);
    });
}

#[test]
fn root_that_is_not_there_is_named() {
    let error = Watcher::start(Path::new("/no/such/folder")).unwrap_err();
    assert_eq!(error.to_string(), "cannot watch `/no/such/folder`");
}
