//! `-v`: what the tool does, for those who want to know why. On stderr, off by default, never part of an answer.

use std::io;

use tracing_subscriber::EnvFilter;

/// Shows diagnostics from now on: ours (`-v`), all of ours (`-vv`), everybody's (`-vvv`).
pub(super) fn show(verbose: u8) {
    let filter = match verbose {
        0 => return,
        1 => "pos_cli=info",
        2 => "pos_cli=debug",
        _ => "trace",
    };
    // Fails only where a subscriber is set already, which then shows them.
    let _ = tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::new(filter))
        .with_writer(io::stderr)
        .with_ansi(false)
        .try_init();
}
