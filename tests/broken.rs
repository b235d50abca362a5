//! `fixtures/broken` holds one mistake per file. What a person reads about each is kept whole under `snapshots/`:
//! the report of `check`, and for mistakes that only show when the page runs, the answer of the page.

use std::collections::BTreeMap;

use crate::harness::Project;

/// Pages that load but fail when they are asked for.
const RUN: &[&str] = &[
    "append_to_hash",
    "assign_into_number",
    "bad_regex",
    "bad_status",
    "compare_types",
    "divided_by_zero",
    "doubling_string",
    "endless_include",
    "error_in_function",
    "event_without_name",
    "hash_assign_number",
    "invalid_json",
    "invalid_json_tag",
    "key_of_array",
    "missing_layout",
    "missing_partial",
    "missing_partial_by_variable",
    "regex_look_ahead",
    "rollback_outside",
    "too_many_arguments",
    "trail",
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
        let name = name.trim_end_matches(".liquid");
        assert!(reported || RUN.contains(&name) || name == "job_of_error", "{name}: {finished}");
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

#[test]
fn page_log_and_job_show_the_same_error() {
    let app = Project::fixture("broken").serve(&[]);
    let plain = [("accept", "text/plain")];
    let page = app.browser().send("GET", "/error_in_function", &plain, Vec::new()).has_status(500).text();
    let html = app.get("/error_in_function").has_status(500).text();
    app.get("/job_of_error").has_status(200);
    let line = app.wait_for_log("background job: sums - DEAD");
    let id = app.cli(["jobs", "list", "--all", "--json"]).run().exits(0);
    let job: serde_json::Value = serde_json::from_str(id.lines()[0]).unwrap();
    let shown = app.cli(["jobs", "show", job["id"].as_str().unwrap()]).run().exits(0).stdout;

    let (error, trail) = page.split_once("\ncalled from ").unwrap();
    assert_eq!(trail.trim_end(), "app/views/pages/error_in_function.liquid:1");
    assert!(html.contains("app/views/partials/totals/sum.liquid:2:19: error: divided by 0"), "{html}");
    for line in error.lines() {
        assert!(shown.contains(line), "{line:?} is not in {shown}");
    }
    assert!(shown.contains("called from app/views/pages/job_of_error.liquid:2"), "{shown}");
    let failed = "Liquid error (views/partials/totals/sum.liquid:2): divided by 0";
    assert!(app.logs().iter().filter(|line| line.contains(failed)).count() >= 2, "{line}: {:?}", app.logs());
}
