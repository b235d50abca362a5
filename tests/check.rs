//! `pos-cli check`: every mistake with its place, and an exit code to build on.

use serde_json::Value as Json;

use crate::harness::Project;

const GOOD: (&str, &str) = ("app/views/pages/index.liquid", "{{ 'hello' | upcase }}\n");
const BAD: (&str, &str) = ("app/views/pages/bad.liquid", "<p>\n  {% if x %}\n</p>\n");

#[test]
fn an_app_without_mistakes_passes() {
    let finished = Project::of(&[GOOD]).cli(["check"]).run().exits(0);

    assert_eq!((finished.stdout.as_str(), finished.stderr.as_str()), ("", "no problems\n"));
}

#[test]
fn each_mistake_is_shown_with_place_and_excerpt() {
    let finished = Project::of(&[GOOD, BAD]).cli(["check"]).run().exits(1);
    let lines = finished.lines();

    assert!(lines[0].starts_with("app/views/pages/bad.liquid:2:3: error: "), "{finished}");
    assert_eq!(lines[1..4], ["  |", "2 |   {% if x %}", "  |   ^"], "{finished}");
    assert_eq!(finished.stderr, "1 error\n");
}

#[test]
fn for_programs_a_mistake_is_one_object_on_one_line() {
    let finished = Project::of(&[GOOD, BAD]).cli(["check", "--json", "--quiet"]).run().exits(1);
    let problems: Vec<Json> =
        finished.lines().iter().map(|line| serde_json::from_str(line).unwrap()).collect();

    assert_eq!(problems.len(), 1, "{finished}");
    assert_eq!(problems[0]["severity"], "error");
    assert_eq!(problems[0]["path"], "app/views/pages/bad.liquid");
    assert_eq!((&problems[0]["line"], &problems[0]["col"]), (&Json::from(2), &Json::from(3)));
    assert_eq!(problems[0]["excerpt"], "  {% if x %}");
    assert_eq!(finished.stderr, "");
}

#[test]
fn a_path_narrows_what_is_shown() {
    let project = Project::of(&[GOOD, BAD, ("app/lib/worse.liquid", "{{ 'x }}")]);
    for (path, code, errors) in
        [("app/views", 1, 1), ("app/views/pages/index.liquid", 0, 0), ("app", 1, 2), (".", 1, 2)]
    {
        let finished = project.cli(["check", path]).run().exits(code);
        let shown = finished.lines().iter().filter(|line| line.contains(": error: ")).count();
        assert_eq!(shown, errors, "{path}: {finished}");
    }
}

#[test]
fn another_project_is_checked_where_it_is() {
    let project = Project::of(&[("shop/app/views/pages/bad.liquid", "{% if %}")]);
    let finished = project.cli(["check", "shop"]).run().exits(1);

    assert!(finished.stdout.starts_with("app/views/pages/bad.liquid:1:"), "{finished}");
}

#[test]
fn without_an_app_it_says_what_to_create() {
    let finished = Project::empty().cli(["check"]).run().exits(1);

    assert_eq!(finished.stdout, "");
    assert!(finished.stderr.starts_with("error: no app in "), "{finished}");
    assert!(finished.stderr.contains("app/views/pages/index.liquid"), "{finished}");
}

#[test]
fn a_path_that_is_not_there_is_named() {
    let project = Project::of(&[GOOD]);
    let finished = project.cli(["check", "nowhere"]).run().exits(1);
    assert!(finished.stderr.starts_with("error: cannot check nowhere\n  cause: "), "{finished}");

    let finished = project.cli(["check", "/etc"]).run().exits(1);
    assert!(finished.stderr.starts_with("error: /etc is not part of the project here\n"), "{finished}");
}

#[test]
fn notes_are_folded_for_people_and_whole_for_programs() {
    let include = "{% include 'p' %}{% include 'p' %}";
    let project = Project::of(&[
        ("app/views/pages/a.liquid", include),
        ("app/views/pages/b.liquid", include),
        ("app/views/pages/c.liquid", include),
        ("app/lib/p.liquid", ""),
    ]);
    let finished = project.cli(["check"]).run().exits(0);
    assert_eq!(finished.stdout.matches("note: 'include' is deprecated").count(), 1, "{finished}");
    assert!(finished.stdout.contains("2 more files; `--json` lists them"), "{finished}");
    assert_eq!(finished.stderr, "3 notes\n");

    let finished = project.cli(["check", "--json", "app/views/pages/b.liquid"]).run().exits(0);
    let note: Json = serde_json::from_str(&finished.stdout).unwrap();
    assert_eq!((&note["severity"], &note["path"]), (&"note".into(), &"app/views/pages/b.liquid".into()));
}

#[test]
fn two_runs_say_the_same_in_the_same_order() {
    let project = Project::fixture("broken");
    let [first, second] = [(), ()].map(|()| project.cli(["check", "--json"]).run().exits(1).stdout);

    assert_eq!(first, second);
    let places: Vec<(String, u64, u64)> = first
        .lines()
        .map(|line| serde_json::from_str::<Json>(line).unwrap())
        .map(|problem| {
            let number = |key: &str| problem[key].as_u64().unwrap();
            (problem["path"].as_str().unwrap().to_owned(), number("line"), number("col"))
        })
        .collect();
    assert!(places.is_sorted(), "{places:?}");
}
