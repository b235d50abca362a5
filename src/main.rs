//! The binary: hands the arguments to `cli` and turns its answer into an exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    pos_cli::cli::main(std::env::args_os())
}
