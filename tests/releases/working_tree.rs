//! A server of a project's files is deployed to with what it has already, and with nothing else.

use serde_json::json;

use super::{ABOUT, INDEX, PARTIAL, WHOLE, delete, deploy, deployed, post_archive, put, row};
use crate::harness::{Project, zip_of};

#[test]
fn what_equals_the_files_is_right() {
    let app = Project::of(&[INDEX, ABOUT, ("app/assets/a.css", "a{}")]).serve(&[]);

    let status = deployed(&app, &[INDEX, ABOUT]);
    assert_eq!(status["report"], json!({"Page": row(&[], &[], &[INDEX.0, ABOUT.0])}));
    assert_eq!(deploy(&app, &[ABOUT], PARTIAL)["status"], "success");
    put(&app, "views/pages/index.liquid", "one").has_status(200);
    delete(&app, "views/pages/gone.liquid").has_status(200);
}

#[test]
fn what_differs_is_named_and_refused() {
    let app = Project::of(&[INDEX, ABOUT]).serve(&[]);
    let changed = ("app/views/pages/index.liquid", "two");
    for (files, fields, named) in [
        (&[changed, ABOUT][..], WHOLE, "differs in app/views/pages/index.liquid: save them there"),
        (&[INDEX], WHOLE, "differs in app/views/pages/about.liquid"),
        (
            &[INDEX, ABOUT, ("app/views/pages/new.liquid", "")],
            PARTIAL,
            "differs in app/views/pages/new.liquid",
        ),
    ] {
        let answer = post_archive(app.browser(), &zip_of(files), fields).has_status(422).json();
        let error = answer["error"].as_str().unwrap();
        assert!(error.contains(named) && error.contains("pos-cli run --instance DIR"), "{error}");
    }
    put(&app, "views/pages/index.liquid", "two").has_status(422);
    delete(&app, "views/pages/index.liquid").has_status(422);
    assert_eq!(app.project.read(INDEX.0), "one");
}

#[test]
fn a_module_file_that_its_client_fills_in_is_taken_for_the_same() {
    let version = "modules/core/public/views/partials/v.liquid";
    let manifest = ("modules/core/pos-module.json", r#"{"machine_name": "core", "version": "1.0.0"}"#);
    let app = Project::of(&[INDEX, manifest, (version, "v=<%= version =%>")]).serve(&[]);

    put(&app, version, "v=1.0.0").has_status(200);
    put(&app, version, "v=1.0.1").has_status(422);
}
