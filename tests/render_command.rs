//! `pos-cli render`: a file or standard input to text, byte for byte, and mistakes with their place.

use std::time::Instant;

use proptest::collection::vec;
use proptest::prelude::{ProptestConfig, Strategy, any, prop_oneof};
use proptest::sample::{Index, select};
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;
use serde_json::{Value as Json, json};

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

/// Bytes, words of the protocol, and requests with bytes in them.
fn line() -> impl Strategy<Value = Vec<u8>> {
    let words = &[
        "{",
        "}",
        "[",
        "]",
        "\"template\"",
        "\"data\"",
        "\"templates\"",
        "\"format\"",
        "\"plain\"",
        ":",
        ",",
        "\"\"",
        "null",
        "true",
        "\"{{ a }}\"",
        "\"{% if\"",
        "{\"a\":1}",
        "\"html\"",
        "\\u0000",
        "\\",
        "1e999",
        "\"\\ud800\"",
    ];
    let words = vec(select(&words[..]), 0..12).prop_map(|words| words.concat().into_bytes());
    let request = (any::<String>(), any::<Option<String>>(), any::<bool>(), any::<String>()).prop_map(
        |(template, format, plain, data)| {
            let request =
                json!({"template": template, "format": format, "plain": plain, "data": {"a": data}});
            request.to_string().into_bytes()
        },
    );
    let bytes = vec(any::<u8>(), 0..80);
    let broken = (request.clone(), any::<Index>(), any::<u8>()).prop_map(|(mut line, at, byte)| {
        let at = at.index(line.len());
        line.splice(at..=at, [byte]);
        line
    });
    prop_oneof![bytes, words, request, broken].prop_map(|mut line| {
        line.retain(|byte| *byte != b'\n');
        line
    })
}

#[test]
fn fuzz_batch_answers_every_line_that_is_not_blank() {
    let seconds = std::env::var("POS_FUZZ_SECONDS").ok().and_then(|seconds| seconds.parse().ok());
    let start = Instant::now();
    let mut executions = 0;
    let mut runner =
        TestRunner::new(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() });
    loop {
        let lines = vec(line(), 500).new_tree(&mut runner).unwrap().current();
        let input = lines.join(&b'\n');
        let asked = lines.iter().filter(|line| !line.trim_ascii().is_empty()).count();
        let finished = Cli::new(["render", "--batch"]).stdin(input.clone()).run();
        let answers = finished.lines();
        let is_answer = |line: &&str| {
            let answer: Json = serde_json::from_str(line).unwrap_or_default();
            answer.get("output").is_some() != answer.get("error").is_some()
        };
        let wrong = answers.iter().find(|line| !is_answer(line) || line.contains("a fault of ours"));
        let failed = finished.code() != Some(0) || answers.len() != asked || wrong.is_some();
        assert!(!failed, "{asked} asked, {} answers, {wrong:?}\n{}", answers.len(), input.escape_ascii());
        executions += asked;
        if seconds.is_none_or(|seconds: u64| start.elapsed().as_secs() >= seconds) {
            break;
        }
    }
    if seconds.is_some() {
        let took = start.elapsed().as_secs_f64();
        eprintln!(
            "fuzz batch: {executions} executions in {took:.0} s, {:.0}/s, nothing found",
            executions as f64 / took
        );
    }
}
