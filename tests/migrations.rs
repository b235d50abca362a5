//! Migrations of the app, at the start of a run and from the command line.

use serde_json::{Value as Json, json};

use crate::harness::{Answer, FakePlatform, Project, TestApp};

const SCHEMA: (&str, &str) = ("app/schema/item.yml", "name: item\nproperties:\n- name: n\n");
const PAGE: (&str, &str) = ("app/views/pages/index.liquid", "on");
const A: &str = "app/migrations/20240101000000_a.liquid";
const B: &str = "app/migrations/20240102000000_b.liquid";
const C: &str = "modules/crm/public/migrations/20240103000000_c.liquid";

fn create(n: &str) -> String {
    format!(
        "{{% graphql g %}}mutation {{ record_create(record: {{ table: \"item\", properties: [{{ name: \"n\", value: \"{n}\" }}] }}) {{ id }} }}{{% endgraphql %}}"
    )
}

/// Three migrations that each create a record; the second breaks after that.
fn project() -> Project {
    let project = Project::of(&[SCHEMA, PAGE]);
    project.write(A, create("a"));
    project.write(B, format!("{}\n {{% include 'nope' %}}", create("b")));
    project.write(C, create("c"));
    project
}

fn items(app: &TestApp) -> Vec<String> {
    let query = "{ records(per_page: 20, filter: { table: { value: \"item\" } }, sort: [{ id: { order: ASC } }]) { results { n: property(name: \"n\") } } }";
    let answer = app.new_browser().post_json("/api/graph", &json!({ "query": query })).has_status(200).json();
    let results = answer["data"]["records"]["results"].as_array().unwrap_or_else(|| panic!("{answer}"));
    results.iter().map(|item| item["n"].as_str().unwrap().to_owned()).collect()
}

/// The states in the order of the list.
fn states(app: &TestApp) -> Vec<String> {
    let listed = app.cli(["migrations", "list", "--json"]).run().exits(0).stdout;
    let lines = listed.lines().map(|line| serde_json::from_str::<Json>(line).unwrap());
    lines.map(|line| line["state"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn failure_stops_the_rest_and_leaves_nothing_until_it_is_corrected() {
    let mut app = project().serve(&[]);
    let line = app.wait_for_log("system: migration 20240102000000_b");
    let place = "app/migrations/20240102000000_b.liquid:2:2: can't find partial 'nope'";
    assert!(line.ends_with(&format!(" - FAILED: {place}")), "{line}");
    app.wait_for_log("system: migration 20240101000000_a - SUCCESS");
    assert!(
        app.stderr().join("\n").contains("_b.liquid:2:2: error: can't find partial 'nope'"),
        "{:?}",
        app.stderr()
    );
    assert_eq!(app.get("/").text(), "on");
    assert_eq!(
        (states(&app), items(&app)),
        (["done", "error", "pending"].map(str::to_owned).into(), vec!["a".to_owned()])
    );
    let listed = app.cli(["migrations", "list"]).run().exits(0).stdout;
    assert!(
        listed.contains("Liquid error (migrations/20240102000000_b.liquid:2): can't find partial 'nope'"),
        "{listed}"
    );

    app.cli(["migrations", "run"]).run().exits(1);
    assert_eq!(items(&app), ["a"]);
    app.project.write(B, create("b"));
    app.wait_for_log("system: migration 20240103000000_c - SUCCESS");
    assert_eq!(items(&app), ["a", "b", "c"]);

    app.interrupt();
    app.wait_for_exit();
    app.restart();
    assert_eq!(items(&app), ["a", "b", "c"]);
    let again = app.cli(["migrations", "run"]).run().exits(0);
    assert_eq!((again.stdout.as_str(), again.stderr.as_str()), ("", "all migrations are done\n"));
}

#[test]
fn a_run_that_ends_by_itself_fails_with_its_migration() {
    let ended = project().cli(["run", "--port", "0", "--until-idle"]).run().exits(1);
    assert!(ended.stderr.contains("a migration failed"), "{}", ended.stderr);
}

#[test]
fn migrations_are_left_alone_when_asked_and_run_one_by_one() {
    let app = project().serve(&["--no-migrate"]);
    assert_eq!(states(&app), ["pending"; 3]);
    let run = |words: &[&str]| app.cli(["migrations", "run"].iter().chain(words)).run();

    assert_eq!(run(&["20240103000000"]).exits(0).stdout, "migration 20240103000000_c is done\n");
    assert_eq!(states(&app), ["pending", "pending", "done"]);
    for (timestamp, message) in [
        ("20240103000000", "migration 20240103000000_c is done and never runs again"),
        ("20990101000000", "the app has no migration 20990101000000"),
        ("12", "`12` is not a timestamp of fourteen digits, such as 20240131120000"),
        ("20240102000000", "migration 20240102000000_b failed: app/migrations/20240102000000_b.liquid:2:2: "),
    ] {
        let refused = run(&[timestamp, "local"]).exits(1);
        assert!(refused.stderr.starts_with(&format!("error: {message}")), "{}", refused.stderr);
    }
}

#[test]
fn jobs_of_a_migration_run_once_it_is_stored() {
    let project = Project::of(&[SCHEMA, PAGE]);
    let job = format!("{{% background source_name: 'after' %}}{}{{% endbackground %}}", create("job"));
    let body = format!("{job}{}", create("migration"));
    project.write(A, format!("{{% if context.environment == 'development' %}}{body}{{% endif %}}"));
    let app = project.serve(&["--environment", "development"]);
    app.wait_until_idle();
    assert_eq!(items(&app), ["migration", "job"]);
}

#[test]
fn generated_file_is_a_migration() {
    let app = Project::of(&[SCHEMA, PAGE]).serve(&[]);
    let path = app.cli(["migrations", "generate", "FillIn slugs"]).run().exits(0).stdout;
    let path = path.trim_end();
    assert!(path.starts_with("app/migrations/2") && path.ends_with("_fill_in_slugs.liquid"), "{path}");
    assert!(app.project.read(path).contains("{% comment %}"));
    app.wait_for("the file to be listed", || states(&app) == ["pending"]);
    app.cli(["migrations", "run"]).run().exits(0);
    assert_eq!(states(&app), ["done"]);

    for name in ["", "../..", "ł"] {
        let refused = app.cli(["migrations", "generate", "local", name]).run().exits(1);
        assert!(refused.stderr.starts_with("error: `name` is a few words"), "{}", refused.stderr);
    }
}

#[test]
fn two_files_of_one_timestamp_and_odd_names_are_problems() {
    let project = Project::of(&[SCHEMA, PAGE]);
    project.write(A, "");
    project.write("modules/crm/public/migrations/20240101000000_z.liquid", "");
    project.write("app/migrations/first.liquid", "");
    let checked = project.cli(["check"]).run().exits(1).stdout;
    for problem in [
        "app/migrations/first.liquid: error: the name of a migration begins with fourteen digits and `_`",
        "modules/crm/public/migrations/20240101000000_z.liquid: error: `app/migrations/20240101000000_a.liquid` has the timestamp 20240101000000 too",
    ] {
        assert!(checked.contains(problem), "{checked}");
    }
}

#[test]
fn pages_of_other_sites_may_run_nothing() {
    let app = project().serve(&["--no-migrate"]);
    let headers = [("origin", "http://evil.example"), ("content-type", "application/x-www-form-urlencoded")];
    let body = b"timestamp=20240101000000".to_vec();
    app.new_browser().send("POST", "/api/app_builder/migrations/run", &headers, body).has_status(403);
    assert_eq!(states(&app), ["pending"; 3]);
}

#[test]
fn migrations_of_a_platform_are_listed_run_and_generated() {
    const MIGRATIONS: &str = "POST /api/app_builder/migrations";
    const RUN: &str = "POST /api/app_builder/migrations/run";
    let listed = r#"{"migrations": [
        {"id": 1, "name": "20240101000000_a", "state": "done", "error_messages": null},
        {"id": "2", "name": "20240102000000_b", "state": "error", "error_messages": ["x is odd", "y too"]}]}"#;
    let platform = FakePlatform::script()
        .on("GET /api/app_builder/migrations", [Answer::Of(502, ""), Answer::Of(200, listed)])
        .on(
            RUN,
            [
                Answer::Of(200, r#"{"name": "20240102000000_b"}"#),
                Answer::Of(422, r#"{"errors": ["is done"]}"#),
            ],
        )
        .on(
            MIGRATIONS,
            [
                Answer::Of(200, r#"{"name": "20240103000000_c", "body": "{% comment %}"}"#),
                Answer::Of(200, r#"{"name": "../c", "body": ""}"#),
            ],
        )
        .start();
    let project = Project::empty();
    platform.be_staging_of(&project);
    let run = |words: &[&str]| project.cli(["migrations"].iter().chain(words)).run();

    let list = run(&["list", "staging"]).exits(0).stdout;
    assert_eq!(
        list,
        "STATE  NAME              ERROR\ndone   20240101000000_a\nerror  20240102000000_b  x is odd, y too\n"
    );
    assert_eq!(run(&["run", "staging"]).exits(0).stdout, "migration 20240102000000_b is done\n");
    let refused = run(&["run", "20240102000000", "staging"]).exits(1);
    assert!(refused.stderr.ends_with("error: is done\n"), "{refused}");
    for request in platform.requests(RUN) {
        assert!(
            request.text().contains("name=\"timestamp\"\r\n\r\n20240102000000\r\n"),
            "{}",
            request.text()
        );
    }
    let path = run(&["generate", "staging", "c"]).exits(0).stdout;
    assert_eq!(
        (path.as_str(), project.read("app/migrations/20240103000000_c.liquid").as_str()),
        ("app/migrations/20240103000000_c.liquid\n", "{% comment %}")
    );
    assert!(platform.requests(MIGRATIONS)[0].text().contains("name=\"name\"\r\n\r\nc\r\n"));
    run(&["generate", "staging", "c"]).exits(1);
}
