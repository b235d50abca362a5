//! One test binary for all that is tested through the real program: one file per behaviour a user sees.
//! A file of this folder that is not listed here fails `every_test_file_is_listed`.
#![allow(
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "tests stop at the first surprise and say it aloud"
)]

mod harness;

mod administration;
mod api_calls;
mod asset_upload;
mod background;
mod bad_input;
mod broken;
mod check;
mod cli;
mod completions;
mod constants;
mod context;
mod data;
mod data_exports;
mod data_remote;
mod deploy;
mod deploy_remote;
mod durability;
mod env;
mod errors;
mod events;
mod events_core;
mod exec;
mod filters;
mod forms;
mod golden;
mod graphql;
mod hostile;
mod hostile_queries;
mod interop;
mod jobs_command;
mod liquid;
mod logs;
mod logs_remote;
mod mail;
mod mail_relay;
mod maintenance;
mod migrations;
mod pages;
mod plain_rules;
mod presigned;
mod protocol_instance;
mod protocol_logs;
mod protocol_portal;
mod protocol_tests;
mod readme;
mod releases;
mod render_command;
mod sessions;
mod shop;
mod sync;
mod test_run;
mod tidy;
mod uploads;
mod users;

use std::path::Path;

#[test]
fn every_test_file_is_listed() {
    let listed = include_str!("main.rs");
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let forgotten: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter_map(|name| name.strip_suffix(".rs").map(str::to_owned))
        .filter(|name| name != "main" && !listed.lines().any(|line| line == format!("mod {name};")))
        .collect();
    assert!(forgotten.is_empty(), "add `mod …;` to tests/main.rs for: {forgotten:?}");
}
