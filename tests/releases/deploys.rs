//! Archives: what they bring, what they take away, what is said of it.

use serde_json::json;

use super::{ABOUT, DRY, INDEX, PARTIAL, WHOLE, deploy, deployed, instance, kept, row};

#[test]
fn a_deploy_is_served_and_reported_by_category() {
    let app = instance();
    let todo = ("app/schema/todo.yml", "name: todo\nproperties:\n  - name: title\n    type: string\n");
    let status = deployed(&app, &[INDEX, todo]);

    assert_eq!(app.get("/").has_status(200).text(), "one");
    assert_eq!(
        status,
        json!({
            "id": 1, "status": "success",
            "report": {"Page": row(&[INDEX.0], &[], &[]), "Schema": row(&[todo.0], &[], &[])},
        })
    );
    app.wait_for_log("system: release 1 deployed: 2 upserted, 0 deleted");
}

#[test]
fn what_a_deploy_does_not_bring_is_deleted_but_for_the_assets() {
    let app = instance();
    let style = ("app/assets/a.css", "a{}");
    deployed(&app, &[INDEX, ABOUT, style]);
    let status = deployed(&app, &[("app/views/pages/index.liquid", "two")]);

    assert_eq!(app.get("/").text(), "two");
    app.get("/about").has_status(404);
    assert_eq!(app.get("/assets/a.css").has_status(200).text(), "a{}");
    assert_eq!(status["report"], json!({"Page": row(&[INDEX.0], &[ABOUT.0], &[])}));
}

#[test]
fn assets_in_the_archive_replace_those_that_were_there() {
    let app = instance();
    deployed(&app, &[INDEX, ("app/assets/a.css", "a{}"), ("app/assets/b.css", "b{}")]);
    let status = deployed(&app, &[INDEX, ("app/assets/b.css", "b{}")]);

    app.get("/assets/a.css").has_status(404);
    app.get("/assets/b.css").has_status(200);
    assert_eq!(status["report"]["Asset"], row(&[], &["app/assets/a.css"], &["app/assets/b.css"]));
}

#[test]
fn a_partial_deploy_keeps_the_rest() {
    let app = instance();
    deployed(&app, &[INDEX]);
    let status = deploy(&app, &[ABOUT], PARTIAL);

    assert_eq!(status["report"], json!({"Page": row(&[ABOUT.0], &[], &[])}));
    assert_eq!(app.get("/").text(), "one");
    assert_eq!(app.get("/about").text(), "about");
}

#[test]
fn a_dry_run_says_what_would_be_and_changes_nothing() {
    let app = instance();
    deployed(&app, &[INDEX]);
    let status = deploy(&app, &[ABOUT], DRY);

    assert_eq!(status["report"], json!({"Page": row(&[ABOUT.0], &[INDEX.0], &[])}));
    assert_eq!(app.get("/").text(), "one");
    app.get("/about").has_status(404);
    assert_eq!(kept(&app), [(1, "deploy".to_owned(), true)]);

    let broken = deploy(&app, &[("app/views/pages/index.liquid", "{% if")], DRY);
    assert_eq!(broken["status"], "error", "{broken}");
}

#[test]
fn an_identical_deploy_is_recognised() {
    let app = instance();
    deployed(&app, &[INDEX, ABOUT]);
    let status = deployed(&app, &[INDEX, ABOUT]);

    assert_eq!(status["report"], json!({"Page": row(&[], &[], &[ABOUT.0, INDEX.0])}));
    assert_eq!(kept(&app), [(1, "deploy".to_owned(), true)]);
}

#[test]
fn a_broken_release_is_refused_while_the_one_before_serves() {
    let app = instance();
    deployed(&app, &[INDEX]);
    let status = deploy(&app, &[("app/views/pages/index.liquid", "\n{% if true %}")], WHOLE);

    assert_eq!(status["status"], "error");
    assert_eq!(status["error"]["details"]["file_path"], "app/views/pages/index.liquid");
    let error = status["error"]["error"].as_str().unwrap();
    assert!(error.starts_with("app/views/pages/index.liquid:2:1: error: "), "{error}");
    assert_eq!(app.get("/").has_status(200).text(), "one");
    assert_eq!(kept(&app), [(1, "deploy".to_owned(), true)]);
}

#[test]
fn what_may_not_be_meant_is_a_warning() {
    let app = instance();
    let status = deployed(&app, &[INDEX, ("app/views/page/a.liquid", "a")]);

    let warning = status["warning"].as_str().unwrap();
    assert!(warning.starts_with("app/views/page: warning: ignored"), "{warning}");
    assert!(warning.ends_with("did you mean `views/pages`?"), "{warning}");
}

#[test]
fn migrations_of_a_release_run_before_it_serves() {
    let app = instance();
    let migration = (
        "app/migrations/20240101000000_first.liquid",
        "{% graphql g %}mutation { constant_set(name: \"FROM_MIGRATION\", value: \"yes\") { name } }{% endgraphql %}",
    );
    let page = ("app/views/pages/index.liquid", "{{ context.constants.FROM_MIGRATION }}");
    deployed(&app, &[page, migration]);

    assert_eq!(app.get("/").text(), "yes");
}

#[test]
fn requests_without_an_archive_are_told_so() {
    let app = instance();
    let answer = app.post(super::RELEASES, &[("marketplace_builder[partial_deploy]", "false")]);

    let error = answer.has_status(422).json()["error"].as_str().unwrap().to_owned();
    assert!(error.contains("marketplace_builder[zip_file]"), "{error}");
    app.get(&format!("{}/99", super::RELEASES)).has_status(404);
    app.get(&format!("{}/no-such-id", super::RELEASES)).has_status(404);
}
