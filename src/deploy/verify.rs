//! Does the local server serve the tree that was checked? It reads the files itself, a moment after each save.

use std::fs;
use std::thread;
use std::time::{Duration, Instant};

use super::Error;
use crate::app::App;
use crate::client::Client;
use crate::protocol::AppIdentity;

/// A server needs some milliseconds for a file saved just now; after this it has another reason.
const PATIENCE: Duration = Duration::from_secs(3);
const PAUSE: Duration = Duration::from_millis(50);

/// Asks until the server serves `app`. Another project is an error at once, another state of this one after a while.
pub(super) fn verify(client: &Client, url: &str, app: &App) -> Result<(), Error> {
    let end = Instant::now() + PATIENCE;
    loop {
        let served = client.app()?;
        let Err(error) = compare(&served, url, app) else { return Ok(()) };
        if Instant::now() >= end || !matches!(error, Error::OtherTree { .. }) {
            return Err(error);
        }
        thread::sleep(PAUSE);
    }
}

fn compare(served: &AppIdentity, url: &str, app: &App) -> Result<(), Error> {
    let root =
        fs::canonicalize(app.root()).map_err(|source| Error::Read { path: app.root().to_owned(), source })?;
    if fs::canonicalize(&served.root).ok().as_ref() != Some(&root) {
        return Err(Error::OtherProject {
            url: url.to_owned(),
            served: served.root.clone(),
            root: root.display().to_string(),
        });
    }
    if served.files == app.file_count() && served.digest == app.digest() {
        return Ok(());
    }
    Err(Error::OtherTree {
        url: url.to_owned(),
        served_files: served.files,
        served_digest: short(&served.digest),
        files: app.file_count(),
        digest: short(app.digest()),
    })
}

/// Enough of a digest to tell two apart by eye.
fn short(digest: &str) -> String {
    digest.chars().take(12).collect()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::{App, AppIdentity, Error, compare};

    #[test]
    fn the_same_tree_of_the_same_project_is_asked_for() {
        let project = tempfile::tempdir().unwrap();
        fs::create_dir_all(project.path().join("app/views/pages")).unwrap();
        fs::write(project.path().join("app/views/pages/index.liquid"), "hello").unwrap();
        let (app, _) = App::load(project.path(), None).unwrap();
        let same = AppIdentity {
            root: project.path().join(".").display().to_string(),
            files: app.file_count(),
            digest: app.digest().to_owned(),
            pid: 1,
            is_instance: false,
        };
        let older = AppIdentity { digest: "0".repeat(64), ..same.clone() };
        let fewer = AppIdentity { files: 0, ..same.clone() };
        let elsewhere = AppIdentity { root: "/".to_owned(), ..same.clone() };
        let gone = AppIdentity { root: "/nowhere".to_owned(), ..same.clone() };

        assert!(compare(&same, "http://x", &app).is_ok());
        for other in [older, fewer] {
            assert!(matches!(compare(&other, "http://x", &app), Err(Error::OtherTree { .. })), "{other:?}");
        }
        for other in [elsewhere, gone] {
            assert!(
                matches!(compare(&other, "http://x", &app), Err(Error::OtherProject { .. })),
                "{other:?}"
            );
        }
    }
}
