//! `pos-cli test run`: results out of an answer or out of the log, and what is said where there are none.

use std::time::Duration;

use serde_json::{Value as Json, json};

use crate::harness::{Answer, FakePlatform, Finished, Project};

const MODULES: &str = "GET /api/app_builder/installed_modules";
const RUN: &str = "GET /_tests/run.js";
const RUN_ASYNC: &str = "GET /_tests/run_async.js";
const RUN_ASYNC_OLD: &str = "GET /_tests/run_async";
const LOGS: &str = "GET /api/app_builder/logs";

const INSTALLED: Answer = Answer::Of(200, r#"{"data": ["core", "tests"]}"#);
const STARTED: Answer = Answer::Of(200, "\n {\"test_name\": \"t_1\"}\n");
const NOTHING: Answer = Answer::Of(200, r#"{"logs": []}"#);
const BEFORE: Answer = Answer::Of(
    200,
    r#"{"logs": [{"id": "40", "created_at": "x", "error_type": "t_1 SUMMARY", "message": "{\"success\": true, \"tests\": []}"}]}"#,
);
const FAILED: &str = r#"{"success": false, "total_tests": 2, "total": 2, "total_errors": 1, "total_assertions": 3, "duration_ms": 12,
  "tests": [{"name": "lib/a_test", "success": true, "assertions": 2, "errors": {}},
            {"name": "lib/b_test", "success": false, "assertions": 1, "errors": {"sum": ["2 is not 3", "\u001b[2J"]}}]}"#;
const SHOWN: &str = "PASS lib/a_test (2 assertions)\nFAIL lib/b_test (1 assertion)\n     sum: 2 is not 3\n     sum: \\x1b[2J\ntests: 2, failed: 1, assertions: 3, in 12ms\n";

fn run(platform: &FakePlatform, args: &[&str]) -> (Project, Finished) {
    let project = Project::empty();
    platform.be_staging_of(&project);
    let finished = project.cli(["test", "run", "staging"].iter().chain(args)).run();
    (project, finished)
}

#[test]
fn report_of_a_failed_test_is_read_though_the_answer_is_500() {
    let platform = FakePlatform::script().on(MODULES, [INSTALLED]).on(RUN, [Answer::Of(500, FAILED)]).start();
    let (project, finished) = run(&platform, &["b&c", "--junit", "out.xml"]);

    assert_eq!(finished.exits(1).stdout, SHOWN);
    assert_eq!(platform.lines()[1], "GET /_tests/run.js?name=b%26c");
    let request = platform.requests(RUN).remove(0);
    assert_eq!(request.header("accept"), Some("application/json"));
    let junit = project.read("out.xml");
    assert!(
        junit.contains("tests=\"2\" failures=\"1\" errors=\"0\" skipped=\"0\" time=\"0.012\""),
        "{junit}"
    );
    assert!(junit.contains("<testcase classname=\"lib\" name=\"lib/a_test\" assertions=\"2\"/>"), "{junit}");
    assert!(
        junit.contains("<failure message=\"sum: 2 is not 3\">sum: 2 is not 3\nsum: [2J</failure>"),
        "{junit}"
    );
}

#[test]
fn results_are_followed_in_the_log_as_they_end() {
    let one = r#"{"logs": [{"id": 41, "error_type": "t_1", "message": "Starting unit tests"},
        {"id": 42, "error_type": "t_1", "message": "{\"name\": \"lib/a_test\", \"success\": true}"},
        {"id": 43, "error_type": "t_2 SUMMARY", "message": "{\"success\": true, \"tests\": []}"},
        {"id": 44, "error_type": null, "message": null}]}"#;
    let sum = r#"{"logs": [{"id": 45, "error_type": "t_1 SUMMARY", "message": "all is well"},
        {"id": 46, "error_type": "t_1 SUMMARY", "message": {"success": true, "duration": 3.5, "tests": [
            {"name": "lib/a_test", "success": true}, {"name": "lib/b_test", "success": true, "assertions": 2.0}]}}]}"#;
    let platform = FakePlatform::script()
        .on(MODULES, [INSTALLED])
        .on(RUN_ASYNC, [STARTED])
        .on(LOGS, [BEFORE, Answer::Of(200, one), Answer::Cut, Answer::Of(503, ""), Answer::Of(200, sum)])
        .start();
    let (_, finished) = run(&platform, &["--json"]);
    let finished = finished.exits(0);
    let lines: Vec<Json> =
        finished.lines().into_iter().map(|line| serde_json::from_str(line).unwrap()).collect();

    assert_eq!(lines[0]["name"], "lib/a_test");
    assert_eq!((&lines[1]["name"], &lines[1]["assertions"]), (&json!("lib/b_test"), &json!(2)));
    let sum = json!({"success": true, "tests": 2, "failed": 0, "assertions": 2, "duration_ms": 3.5});
    assert_eq!((&lines[2], lines.len()), (&sum, 3));
    let asked: Vec<_> = platform.lines().into_iter().filter(|line| line.starts_with(LOGS)).collect();
    let after = |id: &str| format!("{LOGS}?last_id={id}");
    assert_eq!(asked, [after("0"), after("40"), after("44"), after("44"), after("44")]);
}

#[test]
fn older_module_answers_the_name_by_itself() {
    let sum = r#"{"logs": [{"id": "1", "error_type": "liquid_test_x SUMMARY", "message": "{\"success\": false, \"tests\": []}"}]}"#;
    let platform = FakePlatform::script()
        .on(MODULES, [Answer::Of(200, r#"{"data": [{"name": "tests"}]}"#)])
        .on(RUN_ASYNC_OLD, [Answer::Of(200, "\n  liquid_test_x\n")])
        .on(LOGS, [NOTHING, Answer::Of(200, sum)])
        .start();
    let (_, finished) = run(&platform, &[]);
    let finished = finished.exits(1);
    assert_eq!(finished.stdout, "tests: 0, failed: 0, assertions: 0\n");
    assert!(finished.stderr.ends_with("the tests module has found no tests\n"), "{finished}");
}

#[test]
fn what_keeps_tests_from_running_is_said() {
    let only = r#"{"success": false, "error": "Tests can only be run in staging"}"#;
    let dead = r#"{"logs": [{"id": "2", "error_type": "background_job", "message": "no partial `x`", "status": "dead", "source_name": "liquid_tests"}]}"#;
    let failed = r#"{"logs": [{"id": 1, "status": "dead", "source_name": "contests", "message": "another one"},
        {"id": 2, "status": "failed", "source_name": "tests", "message": "long", "error": {"message": "no filter `y`", "stack": []}},
        {"id": 3, "status": "dead", "source_name": "tests", "message": "DEAD after 1 attempts"}]}"#;
    let empty = r#"{"success": true, "tests": []}"#;
    for (routes, args, message) in [
        (
            vec![(MODULES, Answer::Of(200, r#"{"data": ["core"]}"#))],
            &[][..],
            "error: the app has no module `tests`",
        ),
        (vec![(MODULES, Answer::Of(401, "{}"))], &[], "refresh-token ENV"),
        (vec![(MODULES, INSTALLED)], &["x"], "error: the app has no module `tests`"),
        (vec![(LOGS, NOTHING)], &[], "error: the app has no module `tests`"),
        (vec![(MODULES, INSTALLED), (RUN, Answer::Of(200, "<p>"))], &["x"], "did not answer as pos-cli does"),
        (vec![(MODULES, INSTALLED), (RUN, Answer::Of(500, "<p>"))], &["x"], "answered with status 500"),
        (vec![(MODULES, INSTALLED), (RUN, Answer::Of(200, "{}"))], &["x"], "without the results of tests"),
        (
            vec![(MODULES, INSTALLED), (RUN, Answer::Of(200, only))],
            &["x"],
            "error: Tests can only be run in staging\n",
        ),
        (
            vec![(MODULES, INSTALLED), (RUN, Answer::Of(200, empty))],
            &["x"],
            "error: no test has `x` in its path\n",
        ),
        (
            vec![(MODULES, INSTALLED), (LOGS, NOTHING), (RUN_ASYNC, Answer::Of(200, only))],
            &[],
            "error: Tests can only be run in staging\n",
        ),
        (
            vec![(MODULES, INSTALLED), (LOGS, NOTHING), (RUN_ASYNC, Answer::Of(200, "<p>a b</p>"))],
            &[],
            "does not say which run was started\n",
        ),
        (
            vec![(MODULES, INSTALLED), (RUN_ASYNC, STARTED), (LOGS, Answer::Of(200, dead))],
            &[],
            "error: the job that runs the tests failed\n  cause: no partial `x`\n",
        ),
        (
            vec![(MODULES, INSTALLED), (RUN_ASYNC, STARTED), (LOGS, Answer::Of(200, failed))],
            &[],
            "error: the job that runs the tests failed\n  cause: no filter `y`\n",
        ),
        (
            vec![
                (MODULES, INSTALLED),
                (RUN, Answer::Of(500, "app/lib/x_test.liquid:1:2: error: gone\n  |\n")),
            ],
            &["x"],
            "error: app/lib/x_test.liquid:1:2: error: gone\n",
        ),
        (
            vec![(MODULES, INSTALLED), (RUN_ASYNC, STARTED), (LOGS, NOTHING)],
            &["--timeout", "0s"],
            "error: the tests have not ended within 0ns\n",
        ),
        (
            vec![(MODULES, INSTALLED), (RUN, Answer::Slow(Duration::from_secs(5), 200, FAILED))],
            &["x", "--timeout", "1s"],
            "error: no answer from ",
        ),
    ] {
        let script = routes
            .into_iter()
            .fold(FakePlatform::script(), |script, (route, answer)| script.on(route, [answer]));
        let (_, finished) = run(&script.start(), args);
        let finished = finished.exits(1);
        assert!(finished.stderr.contains(message), "{message}: {finished}");
    }
}

#[test]
fn a_test_that_cannot_run_to_its_end_is_told_with_its_place() {
    let project = Project::fixture("tests_module");
    project.write("app/lib/tests/price_test.liquid", "{% liquid\n  function x = 'gone'\n  return x\n%}");
    let app = project.serve(&[]);
    for (args, expected) in [
        (
            &["test", "run", "local", "price"][..],
            "error: app/lib/tests/price_test.liquid:2:3: error: can't find partial 'gone'\n",
        ),
        (
            &["test", "run"],
            "error: the job that runs the tests failed\n  cause: Liquid error (lib/tests/price_test.liquid:2): can't find partial 'gone'\n",
        ),
    ] {
        assert_eq!(app.cli(args).run().exits(1).stderr, expected);
    }
}

#[test]
fn tests_of_an_app_run_at_the_server_here() {
    let app = Project::fixture("tests_module").serve(&[]);
    let all = app.cli(["test", "run"]).run().exits(0);
    let lines = all.lines();
    let [cart, price, sum] = lines.as_slice() else { panic!("{all}") };
    assert!(cart.starts_with("PASS ") && cart.ends_with("tests/cart_total_test (2 assertions)"), "{all}");
    assert!(price.starts_with("PASS ") && price.ends_with("tests/price_test (1 assertion)"), "{all}");
    assert!(sum.starts_with("tests: 2, failed: 0, assertions: 3, in "), "{all}");

    let broken = app.project.read("app/lib/tests/price_test.liquid").replace("expected: 4", "expected: 5");
    app.project.write("app/lib/tests/price_test.liquid", broken);
    let some = app.wait_for("the change to be served", || {
        let finished = app.cli(["test", "run", "local", "price", "--junit", "junit.xml"]).run();
        (finished.code() == Some(1)).then_some(finished)
    });
    assert!(
        some.stdout.starts_with("FAIL ")
            && some.stdout.contains("\n     rounded: 4 is not 5\ntests: 1, failed: 1, "),
        "{some}"
    );
    assert!(app.project.read("junit.xml").contains("tests=\"1\" failures=\"1\""));
    let all = app.cli(["test", "run", "--json"]).run().exits(1);
    assert_eq!(all.lines().len(), 3, "{all}");
    let unwritten = app.cli(["test", "run", "--junit", "nowhere/junit.xml"]).run().exits(1);
    assert!(unwritten.stdout.contains("\ntests: 2, failed: 1, "), "{unwritten}");
    assert!(unwritten.stderr.starts_with("error: cannot write nowhere/junit.xml\n"), "{unwritten}");
    let none = app.cli(["test", "run", "local", "nothing-like-it"]).run().exits(1);
    assert!(none.stderr.contains("no test has `nothing-like-it` in its path"), "{none}");
}
