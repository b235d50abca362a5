//! The command line as a whole: help, version, unknown words, programs of the PATH, exit codes, `-C`.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::ExitStatusExt as _;

use crate::harness::{Cli, Project};

/// A folder with the program `name`, a shell script.
fn program(project: &Project, name: &str, script: &str) -> String {
    let folder = project.home().join("bin");
    fs::create_dir_all(&folder).unwrap();
    let path = folder.join(name);
    fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    format!("{}:/usr/bin:/bin", folder.display())
}

#[test]
fn version_is_one_line_on_stdout() {
    for flag in ["--version", "-V"] {
        let finished = Cli::new([flag]).run().exits(0);

        assert_eq!(finished.stdout, format!("pos-cli {}\n", env!("CARGO_PKG_VERSION")));
        assert_eq!(finished.stderr, "");
    }
}

#[test]
fn help_shows_examples_before_anything_else() {
    for args in [&["--help"] as &[&str], &["jobs", "--help"], &["deploy", "-h"], &["check", "--help"]] {
        let help = Cli::new(args).run().exits(0);
        let examples = help.stdout.find("Examples:\n  pos-cli ");
        let usage = help.stdout.find("Usage: pos-cli");

        assert!(examples.is_some() && examples < usage, "{help}");
        assert_eq!(help.stderr, "");
    }
}

#[test]
fn without_words_help_goes_to_stderr() {
    let finished = Cli::new::<&str>([]).run().exits(2);

    assert_eq!(finished.stdout, "");
    assert!(finished.stderr.contains("Usage: pos-cli"), "{finished}");
}

#[test]
fn an_unknown_word_is_answered_with_the_nearest() {
    let project = Project::empty();
    for (word, hint) in [
        ("rnu", "did you mean `run`?"),
        ("log", "did you mean `logs`?"),
        ("deplyo", "did you mean `deploy`?"),
        (
            "frobnicate",
            "`pos-cli --help` lists the commands; other words run a program `pos-cli-WORD` of the PATH",
        ),
    ] {
        let finished = project.cli([word, "--flag"]).env("PATH", "/usr/bin:/bin").run().exits(2);
        assert_eq!(finished.stderr, format!("error: no command `{word}`\n  hint: {hint}\n"));
    }
}

#[test]
fn wrong_flags_are_wrong_usage() {
    for args in
        [&["jobs", "show", "x"] as &[&str], &["jobs", "list", "--frob"], &["--color", "blue", "jobs", "list"]]
    {
        let finished = Cli::new(args).run().exits(2);
        assert!(finished.stderr.starts_with("error: "), "{finished}");
    }
}

#[test]
fn another_word_runs_the_program_of_the_path() {
    let project = Project::empty();
    let path = program(&project, "pos-cli-greet", "cat; echo \"$@\"; pwd; echo aside >&2; exit 7");
    let greeting = project.cli(["greet", "--json", "a b"]).env("PATH", path).stdin("hello ").run().exits(7);

    assert_eq!(greeting.stdout, format!("hello --json a b\n{}\n", project.root().display()));
    assert_eq!(greeting.stderr, "aside\n");
}

#[test]
fn everything_behind_the_word_is_the_programs_own() {
    let project = Project::empty();
    let path = program(&project, "pos-cli-args", "for arg; do echo \"[$arg]\"; done");
    let words = ["args", "--help", "-V", "--", "-C", "nowhere", "", "a b", "--json=x", "run"];
    let mut command = project.cli(words).env("PATH", &path).command();
    command.arg(OsStr::from_bytes(b"\xff"));
    let output = command.output().unwrap();

    let expected = b"[--help]\n[-V]\n[--]\n[-C]\n[nowhere]\n[]\n[a b]\n[--json=x]\n[run]\n[\xff]\n";
    assert_eq!((output.stdout.as_slice(), output.stderr.as_slice()), (&expected[..], &b""[..]));
}

#[test]
fn signal_that_ends_the_program_ends_the_command() {
    let project = Project::empty();
    let path = program(&project, "pos-cli-fall", "kill -TERM $$");
    let output = project.cli(["fall"]).env("PATH", path).command().output().unwrap();

    assert_eq!(output.status.signal(), Some(15));
}

#[test]
fn no_program_takes_the_place_of_a_command() {
    let project = Project::empty();
    program(&project, "pos-cli-l", "echo hijacked");
    let path = program(&project, "pos-cli-completions", "echo hijacked");
    let finished = project.cli(["completions", "fish"]).env("PATH", &path).run().exits(0);
    assert!(!finished.stdout.contains("hijacked"), "{finished}");
    let finished = project.cli(["l", "--help"]).env("PATH", &path).run().exits(0);
    assert!(!finished.stdout.contains("hijacked"), "{finished}");
}

#[test]
fn programs_of_the_path_are_meant_as_well() {
    let project = Project::empty();
    let path = program(&project, "pos-cli-modules", "");
    let finished = project.cli(["moduls"]).env("PATH", format!("/nowhere::{path}")).run().exits(2);

    assert_eq!(finished.stderr, "error: no command `moduls`\n  hint: did you mean `modules`?\n");
}

#[test]
fn global_flags_before_the_word_are_ours() {
    let project = Project::of(&[("below/file", "")]);
    let path = program(&project, "pos-cli-where", "pwd");
    let finished = project.cli(["-C", "below", "where"]).env("PATH", path).run().exits(0);

    assert_eq!(finished.stdout, format!("{}\n", project.path("below").display()));
}

#[test]
fn a_word_with_a_slash_names_no_program() {
    let project = Project::empty();
    let path = program(&project, "pos-cli-x", "echo ran");
    project.write("pos-cli-/x", "#!/bin/sh\necho ran\n");
    let finished = project.cli(["/x"]).env("PATH", path).run().exits(2);

    assert_eq!(finished.stdout, "");
}

#[test]
fn a_program_that_cannot_run_is_named() {
    let project = Project::empty();
    let path = program(&project, "pos-cli-locked", "");
    let file = project.home().join("bin/pos-cli-locked");
    fs::set_permissions(file, fs::Permissions::from_mode(0o644)).unwrap();
    let finished = project.cli(["locked"]).env("PATH", path).run().exits(1);

    assert!(finished.stderr.starts_with("error: cannot run `pos-cli-locked`\n  cause: "), "{finished}");
}

#[test]
fn a_folder_that_is_not_there_is_named() {
    let finished = Project::empty().cli(["-C", "nowhere", "jobs", "list"]).run().exits(1);

    assert!(finished.stderr.starts_with("error: cannot change to folder nowhere\n  cause: "), "{finished}");
}

#[test]
fn a_mistake_in_the_settings_is_shown_with_its_place() {
    let project = Project::of(&[("pos-cli.toml", "[run]\nworker = 2\n")]);
    let finished = project.cli(["jobs", "list"]).run().exits(1);

    let message =
        "error: pos-cli.toml:2:1: unknown setting `run.worker`\n  hint: did you mean `run.workers`?\n";
    assert_eq!(finished.stderr, message);
}

#[test]
fn a_closed_pipe_is_no_error() {
    let mut child = Cli::new(["completions", "bash"]).command().spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();

    assert_eq!(output.status.code(), Some(0));
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
}
