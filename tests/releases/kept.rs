//! Releases that are kept: going back, starting again, fetching a copy.

use std::io::{Cursor, Read};

use serde_json::json;

use super::{ABOUT, INDEX, RELEASES, deployed, instance, kept, put};
use crate::harness::{Multipart, Project};

#[test]
fn a_kept_release_can_be_served_again() {
    let mut app = instance();
    deployed(&app, &[INDEX]);
    deployed(&app, &[("app/views/pages/index.liquid", "two")]);
    let activated = app.browser().post_json("/_dev/releases/1/activate", &json!({})).has_status(200).json();

    assert_eq!((&activated["id"], &activated["is_current"]), (&json!(1), &json!(true)));
    assert_eq!((&activated["files"], &activated["bytes"]), (&json!(1), &json!(3)));
    assert_eq!(app.get("/").text(), "one");
    app.kill();
    app.restart();
    assert_eq!(app.get("/").text(), "one");
    app.browser().post_json("/_dev/releases/2/activate", &json!({})).has_status(200);
    assert_eq!(app.get("/").text(), "two");
    for id in ["7", "x", "-1"] {
        app.browser().post_json(&format!("/_dev/releases/{id}/activate"), &json!({})).has_status(422);
    }
}

#[test]
fn going_back_to_fewer_tables_keeps_their_records_and_says_so() {
    let app = instance();
    deployed(&app, &[INDEX]);
    deployed(
        &app,
        &[INDEX, ("app/schema/item.yml", "name: item\nproperties:\n- name: title\n  type: string\n")],
    );
    let created = "mutation { record_create(record: { table: \"item\", properties: [{ name: \"title\", value: \"t\" }] }) { id } }";
    app.browser().post_json("/api/graph", &json!({ "query": created })).has_status(200);
    let go = |id: u64| {
        app.browser().post_json(&format!("/_dev/releases/{id}/activate"), &json!({})).has_status(200);
    };
    let title = || {
        let asked =
            "{ records(per_page: 1, filter: { table: { value: \"item\" } }) { results { properties } } }";
        let answer = app.browser().post_json("/api/graph", &json!({ "query": asked })).json();
        answer["data"]["records"]["results"][0]["properties"]["title"].clone()
    };

    go(1);
    app.wait_for_log("no file declares table `item`: its records (1) are kept and hidden");
    assert_eq!(title(), json!(null));
    go(2);
    assert_eq!(title(), json!("t"));
}

#[test]
fn a_restart_serves_the_current_release() {
    let mut app = instance();
    deployed(&app, &[INDEX, ABOUT]);
    app.kill();
    app.restart();

    assert_eq!(app.get("/").text(), "one");
    let status = app.get(&format!("{RELEASES}/1")).has_status(200).json();
    assert_eq!((&status["id"], &status["status"]), (&json!(1), &json!("success")));
    assert_eq!(deployed(&app, &[INDEX])["id"], 2);
}

#[test]
fn a_damaged_tree_is_built_again() {
    let mut app = instance();
    deployed(&app, &[INDEX, ABOUT]);
    app.kill();
    let trees = app.project.path("instance/trees");
    let tree = std::fs::read_dir(&trees).unwrap().next().unwrap().unwrap().path();
    let index = tree.join("app/views/pages/index.liquid");
    std::fs::remove_file(&index).unwrap();
    std::fs::write(&index, "???").unwrap();
    std::fs::write(tree.join("app/views/pages/extra.liquid"), "extra").unwrap();
    std::fs::create_dir(trees.join("half.new")).unwrap();
    app.restart();

    assert_eq!(app.get("/").text(), "one");
    app.get("/extra").has_status(404);
    assert!(!trees.join("half.new").exists());
}

#[test]
fn a_tree_that_goes_under_the_running_server_comes_back_with_the_next_deploy() {
    let app = instance();
    let files = [INDEX, ABOUT, ("app/assets/a.css", "one{}")];
    deployed(&app, &files);
    let trees = app.project.path("instance/trees");
    std::fs::remove_dir_all(&trees).unwrap();
    assert_eq!(app.get("/").text(), "one");
    app.get("/assets/a.css").has_status(404);

    deployed(&app, &files);
    assert_eq!(app.get("/assets/a.css").has_status(200).text(), "one{}");
    std::fs::remove_dir_all(&trees).unwrap();
    deployed(&app, &[INDEX, ("app/views/pages/about.liquid", "new"), ("app/assets/a.css", "one{}")]);
    assert_eq!(app.get("/assets/a.css").has_status(200).text(), "one{}");
    assert_eq!(app.get("/about").text(), "new");
}

#[test]
fn old_releases_are_forgotten_with_their_content() {
    let app = instance();
    for number in 0..25 {
        deployed(&app, &[("app/views/pages/index.liquid", &format!("number {number}"))]);
    }
    let ids: Vec<u64> = kept(&app).into_iter().map(|(id, _, _)| id).collect();

    assert_eq!(ids, (6..=25).rev().collect::<Vec<_>>());
    let trees = std::fs::read_dir(app.project.path("instance/trees")).unwrap().count();
    assert_eq!(trees, 2, "the current one, and the one before for requests under way");
}

#[test]
fn a_backup_is_an_archive_of_what_is_served() {
    let app = instance();
    let module = ("modules/core/public/lib/x.liquid", "x");
    deployed(&app, &[INDEX, module]);
    let names = |fields: &[(&str, &str)]| {
        let form = fields.iter().fold(Multipart::default(), |form, (name, value)| form.field(name, value));
        let content_type = Multipart::content_type();
        let headers = [("content-type", content_type.as_str())];
        let begun = app.browser().send("POST", &format!("{RELEASES}/backup"), &headers, form.body());
        let status = format!("{RELEASES}/{}", begun.has_status(200).json()["id"].as_str().unwrap());
        let url = app.wait_for("the backup", || {
            let shown = app.get(&status).has_status(200).json();
            shown["zip_file"]["url"].as_str().map(str::to_owned).ok_or(shown)
        });
        let path = url.strip_prefix(app.url()).unwrap();
        let (unsigned, _) = path.split_once('?').expect("the permission is in the URL");
        app.get(unsigned).has_status(403);
        let zip = app.get(path).has_status(200).body;
        let mut zip = zip::ZipArchive::new(Cursor::new(zip)).unwrap();
        let mut first = String::new();
        zip.by_index(0).unwrap().read_to_string(&mut first).unwrap();
        let names: Vec<String> = zip.file_names().map(|name| name.unwrap().into_owned()).collect();
        (names, first)
    };

    assert_eq!(names(&[("", "")]), (vec![INDEX.0.to_owned(), module.0.to_owned()], "one".to_owned()));
    assert_eq!(names(&[("module_name", "core")]), (vec![module.0.to_owned()], "x".to_owned()));
    app.post(&format!("{RELEASES}/backup"), &[("module_name", "none")]).has_status(422);
}

#[test]
fn modules_are_listed_and_removed() {
    let app = instance();
    deployed(
        &app,
        &[INDEX, ("modules/core/public/lib/x.liquid", "x"), ("modules/tests/public/lib/y.liquid", "y")],
    );
    let modules = "/api/app_builder/installed_modules";
    assert_eq!(app.get(modules).json(), json!({"data": ["core", "tests"]}));

    let remove = |name: &str| {
        app.browser().send("DELETE", &format!("{modules}?pos_module_name={name}"), &[], Vec::new())
    };
    remove("core").has_status(200);
    assert_eq!(app.get(modules).json(), json!({"data": ["tests"]}));
    remove("core").has_status(422);
    assert_eq!(app.get("/").text(), "one");
}

#[test]
fn a_project_keeps_no_releases() {
    let app = Project::of(&[INDEX]).serve(&[]);
    put(&app, "views/pages/index.liquid", "one").has_status(200);

    app.get("/_dev/releases").has_status(404);
    app.browser().post_json("/_dev/releases/1/activate", &json!({})).has_status(404);
}
