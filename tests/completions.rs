//! The completions in `completions/` are those the program prints.

use std::fs;
use std::path::Path;

use crate::harness::Cli;

/// Each shell and the name under which it looks for the file.
const FILES: [(&str, &str); 6] = [
    ("bash", "pos-cli.bash"),
    ("zsh", "_pos-cli"),
    ("fish", "pos-cli.fish"),
    ("powershell", "_pos-cli.ps1"),
    ("elvish", "pos-cli.elv"),
    ("nushell", "pos-cli.nu"),
];

fn printed(shell: &str) -> String {
    Cli::new(["completions", shell]).run().exits(0).stdout
}

#[test]
fn committed_completions_are_those_of_the_program() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("completions");
    for (shell, file) in FILES {
        let committed = fs::read_to_string(folder.join(file)).unwrap_or_default();
        assert!(
            committed == printed(shell),
            "completions/{file} is out of date; refresh it with\n  cargo run -- completions {shell} > completions/{file}"
        );
    }
}

#[test]
fn completions_know_commands_and_their_flags() {
    for (shell, _) in FILES {
        let script = printed(shell);
        for word in ["run", "logs", "jobs", "drain", "deploy", "check", "color"] {
            assert!(script.contains(word), "{word} is missing for {shell}");
        }
    }
}

#[test]
fn an_unknown_shell_is_wrong_usage() {
    let finished = Cli::new(["completions", "tcsh"]).run().exits(2);

    assert!(
        finished.stderr.contains("[possible values: bash, zsh, fish, powershell, elvish, nushell]"),
        "{finished}"
    );
}
