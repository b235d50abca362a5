//! Every command of the README runs, and prints what the README shows.

use std::path::Path;
use std::process::Command;

use regex::Regex;

use crate::harness::Project;

/// A `$ command` of a `console` block, and the lines below it.
struct Example {
    command: String,
    output: String,
}

#[test]
fn commands_print_what_the_readme_shows() {
    let examples = examples();
    assert!(examples.len() >= 5, "the README has lost its examples");
    let project = Project::fixture("shop");
    let (first, rest) = examples.split_first().unwrap();
    compare(first, &run(&project, first));
    let app = project.serve(&[]);
    for example in rest {
        compare(example, &run(&app.project, example));
    }
}

#[test]
fn first_two_commands_run_and_test() {
    let readme = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap();
    let commands: Vec<&str> = readme
        .lines()
        .map(|line| line.trim_start_matches("$ "))
        .filter(|line| line.starts_with("cargo "))
        .collect();
    assert!(commands[0].starts_with("cargo run -- run fixtures/shop"), "{commands:?}");
    assert_eq!(commands[1], "cargo test");
    let ci = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(".ci/run")).unwrap();
    assert!(ci.lines().any(|line| line == commands[1]), "{ci}");
}

fn examples() -> Vec<Example> {
    let readme = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap();
    let block = Regex::new(r"(?ms)^```console\n\$ ([^\n]+)\n(.*?)^```").unwrap();
    block
        .captures_iter(&readme)
        .map(|found| Example { command: found[1].to_owned(), output: found[2].to_owned() })
        .collect()
}

/// Runs the line in a shell, in the project; `cargo run --` is our binary, built already.
fn run(project: &Project, example: &Example) -> String {
    let command = example.command.replace("cargo run -- run fixtures/shop", "pos-cli run --port 0");
    let program = Path::new(env!("CARGO_BIN_EXE_pos-cli"));
    let path = format!("{}:/usr/bin:/bin", program.parent().unwrap().display());
    let mut shell = Command::new("/bin/sh");
    shell.args(["-c", &command]).current_dir(project.root());
    shell.env_clear().envs([("PATH", path.as_str()), ("TZ", "UTC")]).env("HOME", project.home());
    let output = shell.output().unwrap();
    assert!(output.status.success(), "{command}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn compare(example: &Example, actual: &str) {
    let mut expected = lines(&example.output);
    let mut actual = lines(actual);
    if example.command.contains("--until-idle") {
        // The jobs run beside the request and beside each other.
        expected.sort();
        actual.sort();
    }
    assert_eq!(expected, actual, "$ {}", example.command);
}

/// Without what differs from run to run: times, ports, process ids, sizes.
fn lines(text: &str) -> Vec<String> {
    let moving = [
        (r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", "TIME"),
        (r"\b\d+ms\b", "Nms"),
        (r"127\.0\.0\.1:\d+", "ADDRESS"),
        (r"\(pid \d+\)", "(pid N)"),
        (r"\d+ bytes", "N bytes"),
    ];
    let moving = moving.map(|(pattern, word)| (Regex::new(pattern).unwrap(), word));
    let steady = |line: &str| {
        moving.iter().fold(line.trim_end().to_owned(), |line, (pattern, word)| {
            pattern.replace_all(&line, *word).into_owned()
        })
    };
    text.lines().map(steady).collect()
}
