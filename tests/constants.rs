//! Constants from the command line, as the app and a second terminal see them.

use serde_json::{Value as Json, json};

use crate::harness::{Peer, Project, Reply, response};

const PAGE: (&str, &str) = (
    "app/views/pages/index.liquid",
    "{{ context.constants.KEY }}|{{ context.constants['a/b'] }}|{{ context }}",
);

#[test]
fn constants_are_set_listed_and_unset() {
    let app = Project::of(&[PAGE]).serve(&[]);
    assert_eq!(app.cli(["constants", "list"]).run().exits(0).stdout, "");
    for (name, value) in [("KEY", "secret-1"), ("KEY", "secret-2"), ("a/b", "--x")] {
        let set = app.cli(["constants", "set", "--name", name, "--value", value]).run().exits(0);
        assert_eq!(set.stdout, format!("constant {name} is set\n"));
    }
    let page = app.get("/").has_status(200).text();
    assert!(page.starts_with("secret-2|--x|"), "{page}");
    assert_eq!(page.matches("secret").count(), 1, "{page}");

    let listed = app.cli(["constants", "list"]).run().exits(0).stdout;
    assert!(listed.contains("KEY   \"se...\"") && listed.contains("a/b   \"--...\""), "{listed}");
    assert!(!listed.contains("secret"), "{listed}");
    let whole = app.cli(["constants", "list", "local", "--json"]).env("SAFE", "1").run().exits(0).stdout;
    let first: Json = serde_json::from_str(whole.lines().next().unwrap()).unwrap();
    assert_eq!((&first["name"], &first["value"]), (&Json::from("KEY"), &Json::from("secret-2")));

    for expected in ["constant KEY is unset\n", "constant KEY is not there\n"] {
        assert_eq!(app.cli(["constants", "unset", "--name", "KEY"]).run().exits(0).stdout, expected);
    }
    assert!(app.get("/").text().starts_with("|--x|"));
}

#[test]
fn what_is_missing_or_refused_is_said() {
    let project = Project::of(&[PAGE]);
    let alone = project.cli(["constants", "list"]).run().exits(1);
    assert!(alone.stderr.contains("hint: start `pos-cli run` here"), "{}", alone.stderr);
    project.cli(["constants", "set", "--name", "A"]).run().exits(2);

    let app = project.serve(&[]);
    let empty = app.cli(["constants", "set", "--name", "", "--value", "x"]).run().exits(1);
    assert!(empty.stderr.starts_with("error: "), "{}", empty.stderr);
    let nowhere = app.cli(["constants", "list", "staging"]).run().exits(1);
    assert!(nowhere.stderr.contains("no environment `staging`"), "{}", nowhere.stderr);
}

#[test]
fn constants_of_a_platform_are_asked_for_page_by_page() {
    let page = |name: &str, more: bool| json!({ "data": { "constants": { "has_next_page": more, "results": [{ "name": name, "value": "secret", "updated_at": "x" }] } } });
    let pages = [page("A", true).to_string(), page("B", false).to_string()];
    let peer =
        Peer::start(move |before, _| Reply::Bytes(response(200, &[], pages[before.min(1)].as_bytes())));
    let project = Project::empty();
    let list = |args: &[&str]| {
        let cli = project.cli(["constants", "list"].iter().chain(args));
        cli.env("MPKIT_URL", peer.url("/"))
            .env("MPKIT_EMAIL", "a@x.test")
            .env("MPKIT_TOKEN", "t")
            .run()
            .exits(0)
    };
    assert_eq!(list(&[]).stdout, "NAME  VALUE    CHANGED\nA     \"se...\"  x\nB     \"se...\"  x\n");
    let variables: Vec<Json> = peer
        .received()
        .iter()
        .map(|request| serde_json::from_str::<Json>(&request.text()).unwrap()["variables"].clone())
        .collect();
    assert_eq!(variables, [json!({ "page": 1 }), json!({ "page": 2 })]);
    assert_eq!(peer.received()[0].line, "POST /api/graph");
}
