//! The system's own way to show a URL in a browser.

use std::process::{Command, Stdio};

/// Starts the browser and does not wait for it: some openers stay for as long as the browser does.
///
/// # Errors
/// There is no such program.
pub(in crate::cli) fn open(url: &str) -> std::io::Result<()> {
    let mut command = if cfg!(target_os = "macos") {
        Command::new("open")
    } else if cfg!(windows) {
        let mut command = Command::new("cmd");
        command.args(["/C", "start", ""]);
        command
    } else {
        Command::new("xdg-open")
    };
    command.arg(url).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().map(drop)
}
