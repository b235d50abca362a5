//! Layers over one another, and what is said of a layer that cannot be.

use std::ffi::OsString;
use std::fs;
use std::time::Duration;

use super::{Durability, Settings};

/// Loads the settings of a folder with this `pos-cli.toml` under these variables; an error as `message | hint`.
fn load(file: &str, variables: &[(&str, &str)]) -> Result<Settings, String> {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("pos-cli.toml"), file).unwrap();
    let variables = variables.iter().map(|(name, value)| (OsString::from(name), OsString::from(value)));
    Settings::load(folder.path(), variables).map_err(|error| match error.hint() {
        Some(hint) => format!("{error} | {hint}"),
        None => error.to_string(),
    })
}

#[test]
fn defaults_hold_where_nothing_is_set() {
    let folder = tempfile::tempdir().unwrap();
    let settings = Settings::load(folder.path(), std::iter::empty()).unwrap();

    assert_eq!(settings.run.host.to_string(), "127.0.0.1");
    assert_eq!(settings.run.port, 3000);
    assert_eq!(settings.run.workers.get(), 4);
    assert_eq!(settings.run.durability, Durability::Full);
    assert_eq!(settings.run.grace, Duration::from_secs(5));
    assert_eq!(settings.run.time_limits.low, Duration::from_secs(4 * 3600));
    assert_eq!(settings.run.max_payload, 512 * 1024 * 1024);
}

#[test]
fn every_default_is_explained() {
    let mut previous = "";
    for line in include_str!("defaults.toml").lines() {
        let is_setting = line.contains(" = ") && !line.starts_with('#');
        let in_group = previous.contains(" = ") || previous.starts_with("[run.time_limits]");
        assert!(!is_setting || previous.starts_with('#') || in_group, "no comment above `{line}`");
        previous = line;
    }
}

#[test]
fn file_wins_over_defaults_and_variables_over_both() {
    let file = "[run]\nport = 4000\nworkers = 2\nretry_scale = 0\n[run.time_limits]\nhigh = \"1s\"\n";
    let settings =
        load(file, &[("POS_CLI_RUN_PORT", "5000"), ("PORT", "1"), ("POS_CLI_LOGS_UTC", "1")]).unwrap();

    assert_eq!(settings.run.port, 5000);
    assert_eq!(settings.run.workers.get(), 2);
    assert_eq!(settings.run.retry_scale, 0.0);
    assert_eq!(settings.run.time_limits.high, Duration::from_secs(1));
    assert!(settings.logs.utc);
}

#[test]
fn what_cannot_be_is_named_with_its_place() {
    for (file, message) in [
        ("[run]\nprot = 1\n", "pos-cli.toml:2:1: unknown setting `run.prot` | did you mean `run.port`?"),
        ("port = 1\n", "pos-cli.toml:1:1: unknown setting `port` | did you mean `run.port`?"),
        ("[rum]\nport = 1\n", "pos-cli.toml:1:2: unknown setting `rum` | did you mean `run`?"),
        ("[frobnicate]\n", "pos-cli.toml:1:2: unknown setting `frobnicate`"),
        ("run = 1\n", "pos-cli.toml:1:7: `run` must be a table `[run]`, not an integer"),
        ("[run.port]\n", "pos-cli.toml:1:1: `run.port` must be a whole number, not a table"),
        ("[run]\nport = \"x\"\n", "pos-cli.toml:2:8: `run.port` must be a whole number, not a string"),
        (
            "[run]\nport = 70_000\n",
            "pos-cli.toml:2:8: `run.port` must be a whole number from 0 to 65535, not `70000`",
        ),
        (
            "[run]\nworkers = 0\n",
            "pos-cli.toml:2:11: `run.workers` must be a whole number from 1 to 256, not `0`",
        ),
        (
            "[run]\nretry_scale = -1\n",
            "pos-cli.toml:2:15: `run.retry_scale` must be a number of 0 or more, not `-1`",
        ),
        (
            "[run]\nretry_scale = nan\n",
            "pos-cli.toml:2:15: `run.retry_scale` must be a number of 0 or more, not `NaN`",
        ),
        (
            "[run]\ngrace = \"5\"\n",
            "pos-cli.toml:2:9: `run.grace` must be a duration with its unit, such as 250ms, 5s or 1h30m, not `5`",
        ),
        (
            "[run]\ndurability = \"off\"\n",
            "pos-cli.toml:2:14: `run.durability` must be \"full\" or \"normal\", not `off`",
        ),
        (
            "[run]\nhost = \"localhost\"\n",
            "pos-cli.toml:2:8: `run.host` must be an IP address, such as 127.0.0.1 or ::1, not `localhost`",
        ),
        ("[run\n", "pos-cli.toml:1:5: unclosed table, expected `]`"),
        ("é = [run]\n", "pos-cli.toml:1:1: invalid unquoted key, expected letters, numbers, `-`, `_`"),
    ] {
        assert_eq!(load(file, &[]).unwrap_err(), message);
    }
}

#[test]
fn variables_are_checked_like_the_file() {
    for (name, value, message) in [
        ("POS_CLI_RUN_PORT", "x", "POS_CLI_RUN_PORT: `run.port` must be a whole number, not `x`"),
        (
            "POS_CLI_RUN_STRICT_SCOPE",
            "yes",
            "POS_CLI_RUN_STRICT_SCOPE: `run.strict_scope` must be true or false, not `yes`",
        ),
        (
            "POS_CLI_RUN_PROT",
            "1",
            "POS_CLI_RUN_PROT: unknown setting `POS_CLI_RUN_PROT` | did you mean `POS_CLI_RUN_PORT`?",
        ),
    ] {
        assert_eq!(load("", &[(name, value)]).unwrap_err(), message);
    }
}

#[test]
fn a_file_that_is_not_text_is_named() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("pos-cli.toml"), b"\xff\xfe").unwrap();
    let error = Settings::load(folder.path(), std::iter::empty()).unwrap_err();

    assert!(error.to_string().ends_with("pos-cli.toml"), "{error}");
}
