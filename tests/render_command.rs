//! `pos-cli render`: a file or standard input to text, byte for byte, and mistakes with their place.

use crate::harness::{Cli, Project};

#[test]
fn file_is_rendered_with_data_and_partials() {
    let project = Project::of(&[
        ("page.liquid", "{{ name }}{% render 'ui/card', n: 1 %}"),
        ("parts/ui/card.html.liquid", "<b>{{ n }}</b>"),
    ]);
    let data = r#"{"name": "<Ada>"}"#;
    let finished =
        project.cli(["render", "page.liquid", "--data", data, "--partials", "parts"]).run().exits(0);

    assert_eq!((finished.stdout.as_str(), finished.stderr.as_str()), ("&lt;Ada&gt;<b>1</b>", ""));
}

#[test]
fn format_comes_from_the_flag_or_the_name() {
    let project = Project::of(&[("a.csv.liquid", "{{ '<' }}"), ("a.liquid", "{{ '<' }}")]);
    for (args, output) in [
        (vec!["render", "a.csv.liquid"], "<"),
        (vec!["render", "a.liquid"], "&lt;"),
        (vec!["render", "a.liquid", "--format", "txt"], "<"),
        (vec!["render", "a.liquid", "--plain"], "<"),
    ] {
        assert_eq!(project.cli(&args).run().exits(0).stdout, output, "{args:?}");
    }
}

#[test]
fn standard_input_is_rendered_and_its_log_lines_go_to_stderr() {
    let finished = Cli::new(["render"]).stdin("{{ 1 | plus: 2 }}{% log 'hi', type: 'note' %}").run().exits(0);

    assert_eq!((finished.stdout.as_str(), finished.stderr.as_str()), ("3", "note: hi\n"));
}

#[test]
fn mistake_is_shown_with_its_place_and_ends_with_1() {
    let project = Project::of(&[("page.liquid", "one\n  {{ 'x' | upcas }}")]);
    let finished = project.cli(["render", "page.liquid"]).run().exits(1);

    assert_eq!(finished.stdout, "");
    assert!(finished.stderr.starts_with("page.liquid:2:12: error: Unknown filter 'upcas'"), "{finished}");
    assert!(finished.stderr.contains("did you mean 'upcase'?"), "{finished}");
}

#[test]
fn front_matter_is_skipped_and_its_lines_counted() {
    let head = "---\nslug: a\nformat: csv\n---\n";
    let project = Project::of(&[
        ("page.liquid", &format!("{head}{{{{ '<' }}}}")),
        ("wrong.liquid", &format!("{head}a\n{{{{ 1 | divided_by: 0 }}}}")),
        ("broken.liquid", "---\nslug: a\nbody"),
    ]);
    assert_eq!(project.cli(["render", "page.liquid"]).run().exits(0).stdout, "<");
    assert_eq!(project.cli(["render", "page.liquid", "--format", "html"]).run().exits(0).stdout, "&lt;");
    assert_eq!(project.cli(["render", "page.liquid", "--plain"]).run().exits(0).stdout, format!("{head}<"));

    let wrong = project.cli(["render", "wrong.liquid"]).run().exits(1);
    assert!(wrong.stderr.starts_with("wrong.liquid:6:"), "{wrong}");
    let broken = project.cli(["render", "broken.liquid"]).run().exits(1);
    assert!(broken.stderr.starts_with("broken.liquid:1:1: error: front matter is opened here"), "{broken}");
}

#[test]
fn what_cannot_be_meant_or_read_is_said() {
    let project = Project::of(&[("page.liquid", "x")]);
    for (args, code, message) in [
        (vec!["render", "page.liquid", "--data", "[1]"], 2, "error: --data must be a JSON object"),
        (vec!["render", "page.liquid", "--format", "exe"], 2, "error: unknown format `exe`"),
        (vec!["render", "nope.liquid"], 1, "error: cannot read nope.liquid"),
        (vec!["render", "page.liquid", "--partials", "nope"], 1, "error: cannot read nope"),
        (vec!["render", "--batch", "page.liquid"], 2, "error: "),
    ] {
        let finished = project.cli(&args).run().exits(code);
        assert!(finished.stderr.starts_with(message), "{args:?}: {finished}");
    }
}
