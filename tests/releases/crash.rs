//! `kill -9` while a large app is deployed: the release before serves, or the new one, each whole.

use std::thread;
use std::time::{Duration, Instant};

use super::{WHOLE, deploy_zip, instance, post_archive};
use crate::harness::{Browser, zip_of};

const PAGES: usize = 2000;

/// Every page says which version it is of.
fn version(number: usize) -> Vec<u8> {
    let pages: Vec<(String, String)> = (0..PAGES)
        .map(|page| (format!("app/views/pages/p{page}.liquid"), format!("version {number}, page {page}")))
        .collect();
    let files: Vec<(&str, &str)> =
        pages.iter().map(|(path, content)| (path.as_str(), content.as_str())).collect();
    zip_of(&files)
}

#[test]
fn a_deploy_that_is_killed_leaves_the_old_release_or_the_new_one_whole() {
    let mut app = instance();
    let began = Instant::now();
    assert_eq!(deploy_zip(&app, &version(0), WHOLE)["status"], "success");
    let whole = began.elapsed();
    let mut serving = 0;
    for round in 1..=5_usize {
        let zip = version(round);
        let url = app.url().to_owned();
        let sending = thread::spawn(move || {
            let browser = Browser::new(&url);
            std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| post_archive(&browser, &zip, WHOLE)))
                .is_ok()
        });
        // Earlier in each round than in the one before it is in the deploy, from its end to its beginning.
        let moment = whole.mul_f64([0.9, 0.2, 0.5, 0.35, 0.7][round - 1]);
        thread::sleep(moment.max(Duration::from_millis(1)));
        app.kill();
        let _ = sending.join();
        app.restart();

        let first = app.get("/p0").has_status(200).text();
        let found = if first == format!("version {round}, page 0") { round } else { serving };
        for page in (0..PAGES).step_by(97).chain([PAGES - 1]) {
            let text = app.get(&format!("/p{page}")).has_status(200).text();
            assert_eq!(text, format!("version {found}, page {page}"), "round {round}");
        }
        serving = found;
    }
}
