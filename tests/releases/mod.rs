//! A server that is deployed to, as its clients see it: releases, single files, backups, modules, going back.

mod crash;
mod deploys;
mod hostile;
mod instance;
mod kept;
mod sync;
mod working_tree;

use serde_json::{Value as Json, json};

use crate::harness::{Browser, Multipart, Project, Response, TestApp, zip_of};

const RELEASES: &str = "/api/app_builder/marketplace_releases";

const INDEX: (&str, &str) = ("app/views/pages/index.liquid", "one");
const ABOUT: (&str, &str) = ("app/views/pages/about.liquid", "about");

fn instance() -> TestApp {
    Project::empty().serve(&["--instance", "instance"])
}

/// A kind of deploy: its fields besides the archive.
type Fields = [(&'static str, &'static str)];

const WHOLE: &Fields = &[("marketplace_builder[partial_deploy]", "false")];
const PARTIAL: &Fields = &[("marketplace_builder[partial_deploy]", "true")];
const DRY: &Fields =
    &[("marketplace_builder[partial_deploy]", "false"), ("marketplace_builder[dry_run]", "true")];

fn post_archive(browser: &Browser, zip: &[u8], fields: &Fields) -> Response {
    let form = fields.iter().fold(Multipart::default(), |form, (name, value)| form.field(name, value));
    let form = form.file("marketplace_builder[zip_file]", "release.zip", zip);
    let content_type = Multipart::content_type();
    browser.send("POST", RELEASES, &[("content-type", content_type.as_str())], form.body())
}

/// Sends an archive and waits for its end; the last status.
fn deploy_zip(app: &TestApp, zip: &[u8], fields: &Fields) -> Json {
    let answer = post_archive(app.browser(), zip, fields).has_status(200).json();
    let id = answer["id"].as_str().map_or_else(|| answer["id"].to_string(), str::to_owned);
    let status = format!("{RELEASES}/{id}");
    app.wait_for("the deploy to end", || {
        let shown = app.get(&status).has_status(200).json();
        match shown["status"].as_str() {
            Some("ready_for_import" | "in_progress") => Err(shown),
            _ => Ok(shown),
        }
    })
}

fn deploy(app: &TestApp, files: &[(&str, &str)], fields: &Fields) -> Json {
    deploy_zip(app, &zip_of(files), fields)
}

/// Deploys all of an app, which must succeed; the status.
fn deployed(app: &TestApp, files: &[(&str, &str)]) -> Json {
    let status = deploy(app, files, WHOLE);
    assert_eq!(status["status"], "success", "{status}");
    status
}

fn put(app: &TestApp, path: &str, content: &str) -> Response {
    let form = Multipart::default().field("path", path);
    let form = form.file("marketplace_builder_file_body", "file", content.as_bytes());
    let content_type = Multipart::content_type();
    let headers = [("content-type", content_type.as_str())];
    app.browser().send("PUT", &format!("{RELEASES}/sync"), &headers, form.body())
}

fn delete(app: &TestApp, path: &str) -> Response {
    app.browser().send("DELETE", &format!("{RELEASES}/sync?path={path}"), &[], Vec::new())
}

/// `(id, origin, is current)` of all that are kept, newest first.
fn kept(app: &TestApp) -> Vec<(u64, String, bool)> {
    let listed = app.get("/_dev/releases").has_status(200).json();
    let of = |release: &Json| {
        let origin = release["origin"].as_str().unwrap().to_owned();
        (release["id"].as_u64().unwrap(), origin, release["is_current"].as_bool().unwrap())
    };
    listed["releases"].as_array().unwrap().iter().map(of).collect()
}

fn row(upserted: &[&str], deleted: &[&str], skipped: &[&str]) -> Json {
    json!({"upserted": upserted, "deleted": deleted, "skipped": skipped})
}
