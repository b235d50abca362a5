//! `maintenance` of the settings: closed pages, the password, and what goes through all the same.

use crate::harness::{Project, TestApp};

const PARTIAL: (&str, &str) =
    ("app/views/partials/maintenance.html.liquid", "Back soon at {{ context.location.pathname }}");

fn serve(config: &str, partial: &[(&str, &str)]) -> TestApp {
    let mut files = vec![
        ("app/config.yml", config),
        ("app/views/pages/index.liquid", "open"),
        ("app/views/pages/hook.liquid", "---\nslug: hook\nmethod: post\n---\ntaken"),
        ("constants.env", "MAINTENANCE_PASSWORD=let me in\nEMPTY=\n"),
    ];
    files.extend(partial);
    Project::of(&files).serve(&["--constants", "constants.env"])
}

#[test]
fn pages_are_closed_until_the_password_is_given() {
    let app = serve("maintenance:\n  enabled: true\n", &[PARTIAL]);
    assert_eq!(app.get("/").has_status(503).text().trim(), "Back soon at /");
    app.post("/_maintenance", &[("password", "guess")]).has_status(503);
    app.post("/_maintenance", &[]).has_status(503);
    app.get("/").has_status(503);

    let entered =
        app.post("/_maintenance", &[("password", "let me in"), ("return_to", "/?a=1")]).has_status(302);
    assert_eq!(entered.header("location"), Some("/?a=1"));
    assert_eq!(app.get("/").has_status(200).text().trim(), "open");
    app.new_browser().get("/").has_status(503);
}

#[test]
fn forms_and_missing_pages_are_answered_as_ever() {
    let app = serve("maintenance:\n  enabled: true\n", &[PARTIAL]);
    app.get("/none").has_status(404);
    assert_eq!(app.post("/hook", &[]).has_status(200).text().trim(), "taken");
}

#[test]
fn without_a_partial_or_a_password_it_stays_closed() {
    let app = serve("maintenance:\n  enabled: true\n  password_constant: EMPTY\n", &[]);
    assert!(app.get("/").has_status(503).text().contains("maintenance mode"));
    app.post("/_maintenance", &[("password", "")]).has_status(503);
}

#[test]
fn door_leads_to_this_host_only_and_is_no_page_when_all_is_open() {
    let app = serve("maintenance: {enabled: true}\n", &[PARTIAL]);
    for elsewhere in ["//evil.test", "https://evil.test", "/\\evil.test"] {
        let entered = app.post("/_maintenance", &[("password", "let me in"), ("return_to", elsewhere)]);
        assert_eq!(entered.has_status(302).header("location"), Some("/"), "{elsewhere}");
    }
    serve("", &[PARTIAL]).post("/_maintenance", &[("password", "let me in")]).has_status(404);
}
