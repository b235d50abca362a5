//! Exports that a document asks for: what is in them, who may fetch them, and that they go again.

use std::io::{Cursor, Read as _};

use serde_json::{Value as Json, json};
use zip::ZipArchive;

use crate::harness::{Project, TestApp};

const FIELDS: &str = "id status url created_at updated_at";

/// Three items, of which the last is deleted, and one user.
fn app() -> TestApp {
    let app =
        Project::of(&[("app/schema/item.yml", "name: item\nproperties:\n- {name: n, type: integer}\n")])
            .serve(&[]);
    for n in 1..=3 {
        graph(
            &app,
            &format!(
                "mutation {{ record_create(record: {{ table: \"item\", properties: [{{ name: \"n\", value_int: {n} }}] }}) {{ id }} }}"
            ),
        );
    }
    graph(&app, "mutation { record_delete(id: 3, table: \"item\") { id } }");
    graph(&app, "mutation { user_create(user: { email: \"ann@x.test\" }) { id } }");
    app
}

fn answer(app: &TestApp, document: &str) -> Json {
    app.new_browser().post_json("/api/graph", &json!({ "query": document })).has_status(200).json()
}

fn graph(app: &TestApp, document: &str) -> Json {
    let answer = answer(app, document);
    assert_eq!(answer["errors"], Json::Null, "{document}");
    answer["data"].clone()
}

fn export(app: &TestApp, arguments: &str) -> Json {
    graph(app, &format!("mutation {{ made: data_export({arguments}) {{ {FIELDS} }} }}"))["made"].clone()
}

fn path<'u>(app: &TestApp, export: &'u Json) -> &'u str {
    export["url"].as_str().unwrap().strip_prefix(app.url()).unwrap()
}

/// The names of the files of an archive, and what they hold.
fn files(app: &TestApp, export: &Json) -> Vec<(String, String)> {
    let answer = app.get(path(app, export)).has_status(200);
    assert_eq!(answer.header("content-type"), Some("application/zip"));
    let mut archive = ZipArchive::new(Cursor::new(answer.body)).unwrap();
    (0..archive.len())
        .map(|index| {
            let mut file = archive.by_index(index).unwrap();
            let mut text = String::new();
            file.read_to_string(&mut text).unwrap();
            (file.name().unwrap().into_owned(), text)
        })
        .collect()
}

#[test]
fn rows_that_are_asked_for_are_fetched_by_a_signed_url() {
    let app = app();
    let made = export(
        &app,
        "records: { filter: { table: { value: \"item\" } }, sort: [{ id: { order: DESC } }] }, users: {}",
    );
    assert_eq!((&made["status"], &made["created_at"]), (&json!("done"), &made["updated_at"]));
    let (plain, _) = path(&app, &made).split_once('?').unwrap();
    app.get(plain).has_status(403);

    let files = files(&app, &made);
    let names: Vec<&str> = files.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["records.csv", "users.csv"]);
    let ids: Vec<&str> = files[0].1.lines().map(|line| line.split(',').next().unwrap()).collect();
    assert_eq!(ids, ["id", "2", "1"], "deleted ones are not asked for");
    assert!(files[1].1.contains("ann@x.test"), "{}", files[1].1);
}

#[test]
fn export_says_how_many_and_which() {
    let app = app();
    for (arguments, expected) in [
        ("models: { per_page: 1 }", 1),
        ("records: { filter: { properties: [{ name: \"n\", value_int: 2 }] } }", 1),
        ("records: { filter: { table: { value: \"item\" } } }, models: { per_page: 1 }", 3),
        ("records: { filter: { table: { value: \"item\" }, id: { value: 77 } } }, split_files: false", 0),
    ] {
        let files = files(&app, &export(&app, arguments));
        let [(name, text)] = &files[..] else { panic!("{arguments}: {files:?}") };
        assert_eq!((name.as_str(), text.lines().count()), ("records.csv", expected + 1), "{arguments}");
    }
    for (arguments, message) in [
        ("split_files: true", "data_export needs `records`, `models` or `users`"),
        ("records: { per_page: 0 }", "per_page must be between 1 and 5000000, not 0"),
        ("users: { per_page: -1 }", "per_page must be between 1 and 5000000, not -1"),
    ] {
        let answer = answer(&app, &format!("mutation {{ data_export({arguments}) {{ id }} }}"));
        assert_eq!(answer["errors"][0]["message"], message);
    }
}

#[test]
fn exports_are_listed_survive_a_restart_and_go() {
    let mut app = app();
    let first = export(&app, "users: {}");
    let second = export(&app, "records: {}");
    let url = path(&app, &first).to_owned();
    app.kill();
    app.restart();
    let listed = |app: &TestApp, arguments: &str| -> Vec<Json> {
        let document = format!("{{ data_exports{arguments} {{ results {{ id }} }} }}");
        let found = graph(app, &document)["data_exports"].clone();
        let ids: Vec<Json> =
            found["results"].as_array().unwrap().iter().map(|export| export["id"].clone()).collect();
        ids
    };
    let sorted = listed(&app, "(sort: [{ created_at: { order: ASC } }])");
    assert_eq!(sorted, [first["id"].clone(), second["id"].clone()]);
    app.get(&url).has_status(200);
    let by_id = format!("(filter: {{ id: {{ value: {} }} }})", first["id"]);
    assert_eq!(listed(&app, &by_id), [first["id"].clone()]);
    assert_eq!(listed(&app, "(per_page: 1)").len(), 1);

    let delete = format!("mutation {{ data_export_delete(id: {}) {{ id }} }}", first["id"]);
    assert_eq!(graph(&app, &delete)["data_export_delete"]["id"], first["id"]);
    assert_eq!(listed(&app, ""), [second["id"].clone()]);
    let message = answer(&app, &delete)["errors"][0]["message"].as_str().unwrap().to_owned();
    assert_eq!(message, format!("Can't find DataExport with id={}", first["id"].as_str().unwrap()));
    app.get(&url).has_status(404);
}
