//! One mistake, the same words wherever a person meets it: page, log, job, terminal; and the modes in which errors are
//! printed, or do not keep an app from being deployed.

use serde_json::Value as Json;

use crate::harness::Project;

const FAILING: (&str, &str) = ("app/lib/pay.liquid", "{% assign total = 1 %}\n{{ total | divided_by: 0 }}");
const MESSAGE: &str = "Liquid error (lib/pay.liquid:2): divided by 0";

/// Place, excerpt, caret and trail, as a template reports them.
const REPORT: &str =
    "app/lib/pay.liquid:2:12: error: divided by 0\n  |\n2 | {{ total | divided_by: 0 }}\n  |            ^\n";

#[test]
fn page_log_job_and_terminal_say_the_same() {
    let app = Project::of(&[
        FAILING,
        ("app/views/partials/box.liquid", "\n{% function r = 'pay' %}"),
        ("app/views/pages/index.liquid", "{% include 'box' %}"),
        ("app/views/pages/later.liquid", "{% background _ = 'pay', source_name: 'pay later' %}"),
    ])
    .serve(&[]);

    let plain = [("accept", "text/plain")];
    let page = app.browser().send("GET", "/", &plain, Vec::new()).has_status(500).text();
    assert!(page.starts_with(REPORT), "{page}");
    assert!(
        page.contains(
            "called from app/views/partials/box.liquid:2\ncalled from app/views/pages/index.liquid:1"
        ),
        "{page}"
    );
    let asking_json = [("accept", "application/json")];
    let json = app.browser().send("GET", "/", &asking_json, Vec::new()).has_status(500).json();
    assert_eq!(json["error"], MESSAGE);

    let line = app.wait_for_log("request: GET / 500");
    assert!(line.ends_with(&format!(" - FAILED: {MESSAGE}")), "{line}");

    app.get("/later").has_status(200);
    let line = app.wait_for_log("background job: pay later (attempt 1/1) - FAILED");
    assert!(line.ends_with(&format!(": {MESSAGE}")), "{line}");
    app.wait_until_idle();
    let jobs = app.cli(["jobs", "list", "--json"]).run().exits(0);
    let job: Json = serde_json::from_str(jobs.lines()[0]).unwrap();
    let shown = app.cli(["jobs", "show", job["id"].as_str().unwrap()]).run().exits(0);
    assert!(shown.stdout.contains(MESSAGE) || shown.stdout.contains("divided by 0"), "{shown}");

    let records = app.cli(["logs", "--json", "--grep", "divided by 0"]).run().exits(0);
    for record in records.lines().iter().map(|line| serde_json::from_str::<Json>(line).unwrap()) {
        assert_eq!(record["error"]["message"], MESSAGE, "{record}");
        let innermost = &record["error"]["stack"][0];
        assert_eq!(
            (&innermost["path"], &innermost["line"]),
            (&"app/lib/pay.liquid".into(), &2.into()),
            "{record}"
        );
    }

    let rendered = app.cli(["render", "app/lib/pay.liquid"]).run().exits(1);
    assert!(rendered.stderr.starts_with(REPORT.lines().next().unwrap()), "{rendered}");
    assert!(rendered.stderr.contains("2 | {{ total | divided_by: 0 }}"), "{rendered}");
}

#[test]
fn printed_errors_leave_the_page_standing_and_are_logged_once() {
    let app = Project::of(&[
        ("app/lib/sum.liquid", "{% assign total = 1 %}\n{% assign total.x = 1 %}"),
        ("app/config.yml", "liquid_raise_mode: false\n"),
        (
            "app/views/pages/index.liquid",
            "a{% for i in (1..3) %}{% render 'sum' %}{% endfor %}[{{ 'x' | start_with }}][{{ 'x' | upcase: 1 }}]z",
        ),
        ("app/views/pages/later.liquid", "{% background source_name: 'later' %}{% function r = 'nope' %}{% endbackground %}"),
    ])
    .serve(&[]);

    let message = "Liquid error (lib/sum.liquid:2): total is 1, expected Hash or Array";
    let page = app.get("/").has_status(200).text();
    assert_eq!(page.matches(message).count(), 3, "{page}");
    assert!(page.starts_with('a') && page.trim_end().ends_with("[false][]z"), "{page}");
    app.wait_for_log(&format!("error: {message}"));
    assert_eq!(app.logs().iter().filter(|line| line.contains(message)).count(), 1, "{:?}", app.logs());

    app.get("/later").has_status(200);
    app.wait_for_log("background job: later (attempt 1/1) - SUCCESS");
    app.wait_for_log("error: Liquid error (views/pages/later.liquid:1): can't find partial 'nope'");
}

#[test]
fn syntax_error_is_worded_alike_in_check_page_and_terminal() {
    let files =
        [("app/views/pages/index.liquid", "x\n{{ 'a' | upcas }}"), ("app/views/pages/good.liquid", "good")];
    let project = Project::of(&files);
    let place = "app/views/pages/index.liquid:2:10: error: Unknown filter 'upcas'";
    let checked = project.cli(["check"]).run().exits(1);
    assert!(checked.stdout.contains(place), "{checked}");
    let rendered = project.cli(["render", "app/views/pages/index.liquid"]).run().exits(1);
    assert!(rendered.stderr.starts_with(place), "{rendered}");

    let app = project.serve(&[]);
    let page = app.browser().send("GET", "/", &[("accept", "text/plain")], Vec::new()).has_status(500).text();
    assert!(page.starts_with(place) && page.contains("did you mean 'upcase'?"), "{page}");
    app.wait_for_log("FAILED: Liquid syntax error (views/pages/index.liquid:2): Unknown filter 'upcas'");
    app.get("/good").has_status(200);
}

#[test]
fn check_mode_warning_reports_and_lets_pass() {
    let project = Project::of(&[
        ("app/config.yml", "liquid_check_mode: warning\n"),
        ("app/views/pages/index.liquid", "{{ 'a' | upcas }}"),
    ]);
    let checked = project.cli(["check"]).run().exits(0);
    assert!(checked.stdout.contains("index.liquid:1:10: warning: Unknown filter 'upcas'"), "{checked}");
    project.serve(&[]).get("/").has_status(500);
}
