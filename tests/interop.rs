//! Against what others wrote for the platform's client: recorded exchanges, played by their own script, and an installed
//! official client. Both are measured where they are at hand; what they ask for is held by tests of our own as well.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::harness::Project;

/// The folder of `replay.py`; the exchanges are beside it, or in `spec` beside the folder.
const EXCHANGES: &str = "POS_CLI_INTEROP";
/// The program of an installed official client.
const OFFICIAL: &str = "POS_CLI_OFFICIAL";

#[test]
fn recorded_exchanges_are_answered() {
    let Some(folder) = env::var_os(EXCHANGES).map(PathBuf::from) else {
        eprintln!("skipped: {EXCHANGES} names no folder with replay.py");
        return;
    };
    let beside = [folder.join("pos-cli-cases.json"), folder.join("../spec/pos-cli-cases.json")];
    let cases = beside.iter().find(|path| path.is_file()).expect("pos-cli-cases.json is beside replay.py");
    let instance = Project::empty().serve(&["--instance", "instance"]);
    let mut replay = Command::new("python3");
    replay.arg(folder.join("replay.py")).arg(instance.url()).arg(cases);
    let played = replay.output().expect("replay.py needs Python 3");
    let told = String::from_utf8_lossy(&played.stdout);
    eprintln!("{told}");
    assert!(played.status.success() && told.contains(" 0 failed"), "{told}");
}

#[test]
fn the_official_client_works_unmodified() {
    if env::var_os(OFFICIAL).is_none() {
        eprintln!("skipped: {OFFICIAL} names no official client");
        return;
    }
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/official_client.sh");
    let driven = Command::new(script).env("POS_CLI", env!("CARGO_BIN_EXE_pos-cli")).output().unwrap();
    let told = String::from_utf8_lossy(&driven.stdout);
    eprintln!("{told}");
    assert!(driven.status.success(), "{told}");
}
