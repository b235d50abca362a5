//! `pos-cli deploy`: check, pack, verify; nothing happens to an app with mistakes.

use std::fs::File;

use serde_json::Value as Json;

use crate::harness::Project;

const PAGE: (&str, &str) = ("app/views/pages/index.liquid", "hello\n");
const ASSET: (&str, &str) = ("app/assets/app.css", "body {}\n");
const PARTIAL: (&str, &str) = ("modules/shop/public/views/partials/card.liquid", "card\n");

fn packed(project: &Project) -> Vec<String> {
    let archive = File::open(project.path("tmp/release.zip")).unwrap();
    let archive = zip::ZipArchive::new(archive).unwrap();
    archive.file_names().map(|name| name.unwrap().into_owned()).collect()
}

#[test]
fn a_running_server_is_found_and_has_the_same_tree() {
    let app = Project::of(&[PAGE, ASSET, PARTIAL]).serve(&[]);
    let finished = app.cli(["deploy"]).run().exits(0);

    let [checked, packed_line, verified] = finished.lines()[..] else { panic!("{finished}") };
    assert!(checked.starts_with("checked   3 files in "), "{finished}");
    assert!(
        packed_line.starts_with("packed    2 files, ") && packed_line.ends_with(": tmp/release.zip"),
        "{finished}"
    );
    assert!(verified.starts_with("verified  the server has this tree, in "), "{finished}");
    assert!(
        finished.stderr.starts_with(&format!("deploying to local ({})\ndeployed in ", app.url())),
        "{finished}"
    );
    assert_eq!(packed(&app.project), [PAGE.0, PARTIAL.0]);
}

#[test]
fn a_file_saved_just_now_is_deployed_too() {
    let app = Project::of(&[PAGE]).serve(&[]);
    app.project.write("app/views/pages/second.liquid", "second\n");

    app.cli(["d", "local"]).run().exits(0);
    assert_eq!(app.get("/second").has_status(200).text(), "second\n");
}

#[test]
fn for_programs_each_phase_is_one_object() {
    let app = Project::of(&[PAGE]).serve(&[]);
    let finished = app.cli(["deploy", "--json", "--quiet"]).run().exits(0);
    let phases: Vec<Json> = finished.lines().iter().map(|line| serde_json::from_str(line).unwrap()).collect();

    let names: Vec<&Json> = phases.iter().map(|phase| &phase["phase"]).collect();
    assert_eq!(names, ["check", "pack", "verify", "done"]);
    assert_eq!(phases[1]["files"], 1);
    assert_eq!(finished.stderr, "");
}

#[test]
fn an_app_with_a_mistake_is_not_packed() {
    let app = Project::of(&[PAGE]).serve(&[]);
    app.project.write("app/views/pages/bad.liquid", "<p>\n{% if x %}\n");
    let finished = app.cli(["deploy"]).run().exits(1);

    assert!(finished.stderr.contains("\napp/views/pages/bad.liquid:2:1: error: "), "{finished}");
    assert!(finished.stderr.contains("\nerror: the app has problems: nothing was sent\n"), "{finished}");
    assert_eq!(finished.stdout, "");
    assert!(!app.project.path("tmp").exists());
}

#[test]
fn without_a_server_it_says_what_to_start() {
    let project = Project::of(&[PAGE]);
    let unnamed = project.cli(["deploy"]).run().exits(1);
    let named = project.cli(["deploy", "local"]).run().exits(1);

    assert!(
        unnamed.stderr.starts_with("error: no environment to use\n  hint: start `pos-cli run` here"),
        "{unnamed}"
    );
    assert_eq!(named.stderr, "error: no server runs here\n  hint: start `pos-cli run` in another terminal\n");
    assert!(!project.path("tmp").exists());
}

#[test]
fn the_server_of_another_project_is_refused() {
    let other = Project::of(&[PAGE]).serve(&[]);
    let state = other.project.path(".pos-dev");
    let project = Project::of(&[PAGE]);
    let finished = project.cli(["deploy", "--state", state.to_str().unwrap()]).run().exits(1);

    assert!(finished.stderr.contains("error: the server at http://127.0.0.1:"), "{finished}");
    assert!(finished.stderr.contains(&format!(" serves {}", other.project.root().display())), "{finished}");
}

#[test]
fn an_environment_that_is_not_known_is_refused_with_those_that_are() {
    let project = Project::of(&[
        PAGE,
        (".pos", r#"{"staging": {"url": "https://staging.example", "token": "s3cret"}}"#),
    ]);
    let finished = project.cli(["deploy", "production"]).run().exits(1);

    assert_eq!(
        finished.stderr,
        "error: no environment `production`\n  hint: known: `staging`, and `local` where `pos-cli run` runs\n"
    );
}

#[test]
fn a_server_of_a_working_tree_keeps_no_releases() {
    let app = Project::of(&[PAGE]).serve(&[]);
    for args in [["deploy", "--rollback"], ["deploy", "--releases"]] {
        let finished = app.cli(args).run().exits(1);
        assert!(
            finished.stderr.starts_with(&format!(
                "error: local ({}) keeps no releases to go back to\n  hint: only `pos-cli run --instance DIR` does",
                app.url()
            )),
            "{finished}"
        );
    }
}
