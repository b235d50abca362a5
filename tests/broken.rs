//! `fixtures/broken` holds one mistake per file. What a person reads about each is kept whole under `snapshots/`:
//! the report of `check`, and for mistakes that only show when the page runs, the answer of the page.

use std::collections::BTreeMap;

use crate::harness::Project;

/// Pages that load but fail when they are asked for.
const RUN: [&str; 14] = [
    "divided_by_zero",
    "too_many_arguments",
    "assign_into_number",
    "invalid_json",
    "endless_include",
    "graphql_not_yet",
    "event_without_name",
    "rollback_outside",
    "error_in_function",
    "missing_partial",
    "missing_layout",
    "missing_form",
    "form_payload",
    "transaction_timeout",
];

#[test]
fn check_reports_every_mistake_with_place_and_excerpt() {
    let finished = Project::fixture("broken").cli(["check"]).run().exits(1);
    let mut reports: BTreeMap<String, String> = BTreeMap::new();
    let mut file = String::new();
    for line in finished.stdout.lines() {
        if let Some((path, _)) = line.split_once(':').filter(|_| line.starts_with("app/")) {
            file = path.to_owned();
        }
        let report = reports.entry(file.clone()).or_default();
        *report += line;
        report.push('\n');
    }
    for (path, report) in reports {
        let name = path.trim_start_matches("app/").replace('/', "_");
        insta::assert_snapshot!(format!("check_{name}"), report);
    }
}

#[test]
fn every_broken_file_is_reported_or_fails_when_run() {
    let project = Project::fixture("broken");
    let finished = project.cli(["check"]).run().exits(1);
    for file in std::fs::read_dir(project.path("app/views/pages")).unwrap() {
        let name = file.unwrap().file_name().into_string().unwrap();
        let reported = finished.stdout.contains(&format!("app/views/pages/{name}"));
        assert!(reported || RUN.contains(&name.trim_end_matches(".liquid")), "{name}: {finished}");
    }
}

#[test]
fn page_that_fails_shows_the_reason_and_the_trail() {
    let app = Project::fixture("broken").serve(&[]);
    for name in RUN {
        let plain = [("accept", "text/plain")];
        let answer = app.browser().send("GET", &format!("/{name}"), &plain, Vec::new()).has_status(500);
        insta::assert_snapshot!(format!("page_{name}"), answer.text());
    }
}

#[test]
fn job_of_a_missing_partial_fails_and_the_page_does_not() {
    let app = Project::fixture("broken").serve(&[]);
    app.get("/background_missing_partial").has_status(200);
    let line = app.wait_for_log("background job: missing/partial (attempt 1/1) - FAILED");
    assert!(line.contains("can't find partial 'missing/partial'"), "{line}");
    app.wait_for_log("background job: missing/partial - DEAD after 1 attempts");
}
