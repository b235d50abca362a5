//! Data of an app to files, from files and away, through the command line and the platform's API.

use std::io::{Cursor, Write as _};

use serde_json::{Value as Json, json};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::harness::{Project, TestApp};

const ITEM: (&str, &str) = (
    "app/schema/item.yml",
    "name: item\nproperties:\n- {name: n, type: integer}\n- {name: ok, type: boolean}\n",
);
const HOUSE: (&str, &str) = (
    "app/schema/house.yml",
    "name: house\nproperties:\n- name: color\n- {name: next_to, belongs_to: house}\n",
);
const PAGE: (&str, &str) = ("app/views/pages/index.liquid", "on");

const ROWS: &str = "id,user_id,created_at,updated_at,properties,model_schema
10,,2024-01-01 00:00:00.000000,2024-01-01 00:00:00.000000,\"{\"\"n\"\": \"\"5\"\", \"\"ok\"\": \"\"false\"\"}\",item
11,,2024-01-01 00:00:00.000000,2024-01-01 00:00:00.000000,\"{\"\"n\"\": 6}\",item
";

const HOUSES: &str = r#"{
  "users":  [{ "id": 1000, "email": "tom@example.test", "first_name": "Tom", "slug": "tom", "properties": {}, "profiles": [] }],
  "models": [{ "id": 1, "user_id": 1000, "type_name": "house", "properties": { "color": "red", "next_to": "2" } },
             { "id": 2, "type_name": "house", "properties": {} }] }"#;

fn project() -> Project {
    Project::of(&[ITEM, HOUSE, PAGE])
}

fn archive(files: &[(&str, &str)]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in files {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn graph(app: &TestApp, query: &str) -> Json {
    let asked = json!({ "query": query });
    let answer = app.new_browser().post_json("/api/graph", &asked).has_status(200).json();
    assert!(answer.get("errors").is_none(), "{answer}");
    answer["data"].clone()
}

fn items(app: &TestApp) -> Json {
    let query = "{ records(per_page: 20, filter: { table: { value: \"item\" } }, sort: [{ id: { order: ASC } }]) { results { id n: property_int(name: \"n\") ok: property_boolean(name: \"ok\") } } }";
    graph(app, query)["records"]["results"].clone()
}

fn houses(app: &TestApp) -> Json {
    let query = "{ users(per_page: 9) { results { id email external_id } }
                   records(per_page: 9, filter: { table: { value: \"house\" } }, sort: [{ id: { order: ASC } }]) { results { id user_id external_id properties } } }";
    graph(app, query)
}

#[test]
fn archive_is_written_over_rows_of_the_same_id() {
    let app = project().serve(&[]);
    app.project.write("a.zip", archive(&[("records.csv", ROWS)]));
    app.project.write(
        "b.zip",
        archive(&[
            ("records.csv", "properties,id,model_schema\n\"{\"\"n\"\": 7}\",10,item\n"),
            ("x.txt", ""),
        ]),
    );

    let imported = app.cli(["data", "import", "a.zip"]).run().exits(0);
    assert_eq!(imported.stdout, "imported records: 2, users: 0, activities: 0\n");
    assert_eq!(items(&app), json!([{"id": "10", "n": 5, "ok": false}, {"id": "11", "n": 6, "ok": null}]));
    let created = graph(&app, "mutation { record_create(record: { table: \"item\" }) { id } }");
    assert_eq!(created["record_create"]["id"], "12");

    let again = app.cli(["data", "import", "local", "-p", "b.zip", "--json"]).run().exits(0);
    let answer: Json = serde_json::from_str(&again.stdout).unwrap();
    assert_eq!(
        (&answer["records"], answer["warnings"].as_array().unwrap().len()),
        (&json!(1), 1),
        "{answer}"
    );
    assert_eq!(items(&app)[0], json!({"id": "10", "n": 7, "ok": null}));
    assert_eq!(items(&app)[1], json!({"id": "11", "n": 6, "ok": null}));
}

#[test]
fn json_of_another_installation_gets_ids_of_this_one() {
    let app = project().serve(&[]);
    graph(&app, "mutation { record_create(record: { table: \"item\" }) { id } }");
    app.project.write("houses.json", HOUSES);
    for _ in 0..2 {
        let imported = app.cli(["data", "import", "houses.json"]).run().exits(0);
        assert_eq!(imported.stdout, "imported records: 2, users: 1, activities: 0\n");
        assert_eq!(
            houses(&app),
            json!({
                "users": { "results": [{ "id": "1", "email": "tom@example.test", "external_id": "1000" }] },
                "records": { "results": [
                    { "id": "2", "user_id": "1", "external_id": "1", "properties": { "color": "red", "next_to": "3" } },
                    { "id": "3", "user_id": null, "external_id": "2", "properties": {} },
                ] },
            })
        );
    }
    app.cli(["data", "import", "houses.json", "--raw-ids"]).run().exits(1);
    app.cli(["data", "clean", "--yes"]).run().exits(0);
    app.cli(["data", "import", "houses.json", "--raw-ids"]).run().exits(0);
    let raw = houses(&app);
    assert_eq!(
        (&raw["records"]["results"][0]["id"], &raw["records"]["results"][0]["user_id"]),
        (&json!("1"), &json!("1000"))
    );
}

#[test]
fn mistake_is_named_and_nothing_of_its_file_is_stored() {
    let app = project().serve(&[]);
    let many = "id,properties,model_schema\n".to_owned() + &"1,{},item\n".repeat(698) + "2,{,item\n";
    for (file, content, message) in [
        ("rows.zip", archive(&[("records.csv", &many)]), "records.csv:700: properties is not JSON: "),
        ("other.zip", archive(&[("notes.txt", "")]), "the archive holds no records.csv"),
        (
            "cut.zip",
            archive(&[("records.csv", ROWS)])[..60].to_vec(),
            "the file is no zip archive that can be read",
        ),
        (
            "bad.json",
            br#"{"models": [{"type_name": "item"}, {}]}"#.to_vec(),
            "models[1]: `type_name` names no table",
        ),
        ("list.json", b"[]".to_vec(), "the file is no JSON object with `users` and `models`"),
        ("latin.json", b"{\"a\": \"\xE9\"}".to_vec(), "latin.json is neither a zip archive nor JSON"),
        ("empty.json", Vec::new(), "empty.json is neither a zip archive nor JSON"),
    ] {
        app.project.write(file, content);
        let failed = app.cli(["data", "import", file]).run().exits(1);
        assert!(failed.stderr.starts_with(&format!("error: {message}")), "{}", failed.stderr);
        assert_eq!(items(&app), json!([]), "{file}");
    }
    let missing = app.cli(["data", "import", "none.zip"]).run().exits(1);
    assert!(missing.stderr.starts_with("error: cannot read none.zip\n"), "{}", missing.stderr);
}

#[test]
fn exports_bring_everything_back_after_a_clean() {
    let app = project().serve(&[]);
    app.project.write("a.zip", archive(&[("records.csv", ROWS)]));
    app.cli(["data", "import", "a.zip"]).run().exits(0);
    graph(&app, "mutation { user_create(user: { email: \"ann@x.test\", password: \"Secret12\" }) { id } }");
    app.cli(["constants", "set", "--name", "K", "--value", "v"]).run().exits(0);
    let before = items(&app);
    for file in ["out.zip", "out.json"] {
        app.cli(["data", "export", file]).run().exits(0);
        app.cli(["data", "export", "-p", "twice", "--zip"]).run().exits(0);
        app.cli(["data", "clean"]).run().exits(2);
        assert_eq!(items(&app), before);
        app.cli(["data", "clean", "--yes"]).run().exits(0);
        assert_eq!(items(&app), json!([]));
        assert!(app.cli(["constants", "list"]).run().exits(0).stdout.contains('K'));

        app.cli(["data", "import", file]).run().exits(0);
        let of = |items: &Json| -> Vec<Json> {
            items.as_array().unwrap().iter().map(|item| json!([item["n"], item["ok"]])).collect()
        };
        assert_eq!(of(&items(&app)), of(&before), "{file}");
        let users = graph(&app, "{ users(per_page: 9) { results { email } } }");
        assert_eq!(users["users"]["results"], json!([{ "email": "ann@x.test" }]), "{file}");
    }
    assert!(app.project.read("out.json").starts_with("{\n  \"users\": ["));
}

#[test]
fn clean_asks_for_its_words_and_forgets_history_when_asked() {
    let project = project();
    let create =
        "{% graphql g %}mutation { record_create(record: { table: \"item\" }) { id } }{% endgraphql %}";
    project.write("app/migrations/20240101000000_a.liquid", create);
    let mut app = project.serve(&[]);
    let answer =
        app.new_browser().post_json("/api/app_builder/data_clean", &json!({ "confirmation": "yes" }));
    assert_eq!(
        answer.has_status(422).json()["error"],
        "`confirmation` must be `CLEAN DATA`: nothing was cleaned"
    );
    for (options, left) in [(&[][..], 0), (&["--include-schema"], 1)] {
        app.cli(["data", "clean", "--yes"].iter().chain(options)).run().exits(0);
        app.interrupt();
        app.wait_for_exit();
        app.restart();
        assert_eq!(items(&app).as_array().unwrap().len(), left, "{options:?}");
    }
}

#[test]
fn seed_is_there_before_the_first_page_and_only_once() {
    let project = project();
    project.write("seed.zip", archive(&[("records.csv", ROWS)]));
    project.write("bad.json", r#"{"users": [{"id": 1}]}"#);
    let mut app = project.serve(&["--seed", "seed.zip"]);
    assert_eq!(items(&app).as_array().unwrap().len(), 2);
    app.wait_for_log("system: seeded from seed.zip, records: 2, users: 0, activities: 0");
    app.interrupt();
    app.wait_for_exit();
    app.restart();
    assert_eq!(items(&app).as_array().unwrap().len(), 2);
    app.interrupt();
    app.wait_for_exit();

    for (file, message) in [
        ("bad.json", "cannot import bad.json\n  cause: users[0]: Email can't be blank"),
        ("none.json", "cannot read none.json"),
    ] {
        let failed = app.cli(["run", "--port", "0", "--seed", file]).run().exits(1);
        assert!(failed.stderr.contains(&format!("error: {message}")), "{}", failed.stderr);
    }
}

#[test]
fn what_is_not_there_is_a_404_in_json() {
    let app = project().serve(&[]);
    for path in ["imports/1", "exports/1", "data_clean/1", "exports/1/archive.zip", "nope"] {
        let answer = app.get(&format!("/api/app_builder/{path}")).has_status(404);
        assert!(answer.json()["error"].is_string(), "{path}");
    }
    app.get("/api/app_builder/imports").has_status(405);
    let cloned = app.new_browser().post_json("/api/app_builder/instance_clone_imports", &json!({}));
    let error = cloned.has_status(422).json()["error"].as_str().unwrap().to_owned();
    assert!(
        error.starts_with("instances do not clone each other here: bring the app with `deploy`"),
        "{error}"
    );
    let asked = json!({ "zip_file_url": "http://example.test/a.zip" });
    app.new_browser().post_json("/api/app_builder/imports", &asked).has_status(422);
}

#[test]
fn archives_beyond_the_limit_of_forms_are_taken() {
    let app = project().serve(&[]);
    let noise: String =
        (0_u64..1_200_000).map(|n| format!("{:016x}", n.wrapping_mul(0x9E37_79B9_7F4A_7C15))).collect();
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let stored = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    zip.start_file("records.csv", stored).unwrap();
    zip.write_all(
        format!("id,model_schema,properties\n1,item,\"{{\"\"x\"\": \"\"{noise}\"\"}}\"\n").as_bytes(),
    )
    .unwrap();
    app.project.write("large.zip", zip.finish().unwrap().into_inner());
    app.cli(["data", "import", "large.zip"]).run().exits(0);
    assert_eq!(items(&app).as_array().unwrap().len(), 1);
}

#[test]
fn values_follow_the_type_of_their_property_or_none_does() {
    let item = |kind: &str| format!("name: item\nproperties:\n- {{name: n, type: {kind}}}\n");
    let project = project();
    project.write("app/schema/item.yml", item("string"));
    let mut app = project.serve(&[]);
    for n in ["1", " 2"] {
        graph(
            &app,
            &format!(
                "mutation {{ record_create(record: {{ table: \"item\", properties: [{{ name: \"n\", value: \"{n}\" }}] }}) {{ id }} }}"
            ),
        );
    }
    let stored = |app: &TestApp| {
        let found = graph(
            app,
            "{ records(per_page: 9, filter: { table: { value: \"item\" } }, sort: [{ id: { order: ASC } }]) { results { properties } } }",
        );
        found["records"]["results"]
            .as_array()
            .unwrap()
            .iter()
            .map(|item| item["properties"]["n"].clone())
            .collect::<Vec<_>>()
    };
    app.project.write("app/schema/item.yml", item("integer"));
    app.wait_for("the values to be numbers", || stored(&app) == [1, 2]);

    app.interrupt();
    app.wait_for_exit();
    app.project.write("app/schema/item.yml", item("date"));
    app.restart();
    let problem = "app/schema/item.yml: error: property `n` cannot change from integer to date: the values of records 1, 2 cannot be converted; nothing was changed";
    app.wait_for("the problem to be told", || app.stderr().join("\n").contains(problem));
    app.wait_for_log("start - FAILED: app/schema/item.yml: property `n` cannot change");
    assert_eq!(stored(&app), [1, 2]);
    app.project.write("app/schema/item.yml", item("float"));
    app.wait_for("the values to be floats", || stored(&app) == [1.0, 2.0]);
}

#[test]
fn users_properties_change_type_with_their_values() {
    let user = |kind: &str| format!("properties:\n- {{name: points, type: {kind}}}\n");
    let mut app = Project::of(&[ITEM, ("app/user.yml", &user("string"))]).serve(&[]);
    for (email, points) in [("ann@x.test", "7"), ("bob@x.test", "8")] {
        graph(
            &app,
            &format!(
                "mutation {{ user_create(user: {{ email: \"{email}\", properties: [{{ name: \"points\", value: \"{points}\" }}] }}) {{ id }} }}"
            ),
        );
    }
    // A deleted one may come back.
    graph(&app, "mutation { user_delete(id: 2) { id } }");
    let stored = |app: &TestApp, filter: &str| {
        let document =
            format!("{{ users(per_page: 1, filter: {{ {filter} }}) {{ results {{ properties }} }} }}");
        graph(app, &document)["users"]["results"][0]["properties"]["points"].clone()
    };
    app.project.write("app/user.yml", user("integer"));
    app.wait_for("the values to be numbers", || stored(&app, "id: { value: 1 }") == 7);
    assert_eq!(stored(&app, "deleted_at: { exists: true }"), 8);

    app.interrupt();
    app.wait_for_exit();
    app.project.write("app/user.yml", user("date"));
    app.restart();
    let problem = "app/user.yml: error: property `points` cannot change from integer to date: the values of users 1, 2 cannot be converted; nothing was changed";
    app.wait_for("the problem to be told", || app.stderr().join("\n").contains(problem));
    assert_eq!(stored(&app, "id: { value: 1 }"), 7);
}

#[test]
fn what_has_gone_from_the_tables_is_hidden_until_it_is_back() {
    let app = project().serve(&[]);
    graph(
        &app,
        "mutation { record_create(record: { table: \"item\", properties: [{ name: \"n\", value_int: 5 }] }) { id } }",
    );
    let shown = || {
        graph(&app, "{ records(per_page: 9, filter: { table: { value: \"item\" } }) { results { n: property_int(name: \"n\") properties } } }")
            ["records"]["results"][0]
            .clone()
    };
    app.project.write(ITEM.0, "name: item\nproperties:\n- {name: ok, type: boolean}\n");
    app.wait_for("the property to be hidden", || shown()["n"].is_null());
    assert!(shown()["properties"].get("n").is_none(), "{}", shown());
    app.project.write(ITEM.0, ITEM.1);
    app.wait_for("the property to be back", || shown()["n"] == 5);

    app.project.remove(ITEM.0);
    app.wait_for_log("app/schema: no file declares table `item`: its records (1) are kept and hidden");
    app.project.write(ITEM.0, ITEM.1);
    app.wait_for("the table to be back", || shown()["n"] == 5);
}

#[test]
fn records_deleted_a_month_ago_are_purged() {
    let project = project();
    let rows =
        "id,model_schema,deleted_at\n1,item,2024-01-01 00:00:00\n2,item,2999-01-01 00:00:00\n3,item,\n";
    project.write("seed.zip", archive(&[("records.csv", rows)]));
    let app = project.serve(&["--seed", "seed.zip"]);
    app.wait_for_log("system: purged records deleted 30 days ago: 1");
    let query = "{ records(per_page: 9, filter: { table: { value: \"item\" }, deleted_at: { exists: true } }) { results { id } } }";
    assert_eq!(graph(&app, query)["records"]["results"], json!([{ "id": "2" }]));
}
