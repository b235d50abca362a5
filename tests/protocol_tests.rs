//! The tests module of an app as clients of the platform start it, with `fixtures/tests_module`.

use serde_json::Value as Json;

use crate::harness::{Project, Response, TestApp};

const FAILING: &str = "{% function contract = 'modules/tests/assertions/equal', contract: contract, name: 'sum', given: 1, expected: 2 %}\
    {% return contract %}";

fn ask(app: &TestApp, path: &str, agent: &str, accept: &str) -> Response {
    app.browser().send("GET", path, &[("user-agent", agent), ("accept", accept)], Vec::new())
}

/// The report in the log, once the run has ended.
fn summary(app: &TestApp, test_name: &str) -> Json {
    let kind = format!("{test_name} SUMMARY");
    let message = app.wait_for("the report", || {
        let rows = app.get("/api/app_builder/logs?last_id=0").json()["logs"].as_array().unwrap().clone();
        rows.into_iter().find(|row| row["error_type"] == kind.as_str())
    });
    serde_json::from_str(message["message"].as_str().unwrap()).unwrap()
}

#[test]
fn a_client_that_takes_anything_starts_all_tests_and_reads_the_report_in_the_log() {
    let app = Project::fixture("tests_module").serve(&[]);
    for accept in ["*/*", "application/json"] {
        let begun = ask(&app, "/_tests/run_async", "pos-cli/6.4.0", accept).has_status(200).json();
        let report = summary(&app, begun["test_name"].as_str().unwrap());
        assert_eq!((&report["success"], &report["total_tests"]), (&Json::Bool(true), &2.into()), "{report}");
    }
    let page = ask(&app, "/_tests/run_async", "Mozilla/5.0", "text/html,*/*;q=0.8").has_status(200);
    assert!(page.text().contains("<p>"), "{}", page.text());
}

#[test]
fn one_test_answers_its_report() {
    let app = Project::fixture("tests_module").serve(&[]);
    let report = ask(&app, "/_tests/run.js?name=price", "pos-cli/6.4.0", "*/*").has_status(200).json();
    assert_eq!(report["tests"][0]["name"], "tests/price_test", "{report}");
    assert_eq!(report["tests"].as_array().unwrap().len(), 1);
}

#[test]
fn clients_get_the_report_of_a_failed_test_and_browsers_its_status() {
    let project = Project::fixture("tests_module");
    project.write("app/lib/tests/sum_test.liquid", FAILING);
    let app = project.serve(&[]);

    let report = ask(&app, "/_tests/run.js?name=sum", "pos-cli/6.4.0", "*/*").has_status(200).json();
    assert_eq!((&report["success"], &report["total_errors"]), (&Json::Bool(false), &1.into()), "{report}");
    assert_eq!(report["tests"][0]["errors"]["sum"][0], "1 is not 2");
    ask(&app, "/_tests/run.js?name=sum", "Mozilla/5.0", "*/*").has_status(500);
}

#[test]
fn a_page_that_breaks_is_an_error_for_clients_too() {
    let project = Project::fixture("tests_module");
    project.write("app/lib/tests/broken_test.liquid", "{% include 'gone' %}");
    let app = project.serve(&[]);
    ask(&app, "/_tests/run.js?name=broken", "pos-cli/6.4.0", "*/*").has_status(500);
    app.wait_for_log("broken_test.liquid:1): can't find partial 'gone'");
}
