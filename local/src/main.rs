//! `cargo run`.

use std::io::Write;
use std::process::ExitCode;

use clap::Parser;
use local::program::{Options, run};

#[tokio::main]
async fn main() -> ExitCode {
    match run(Options::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // When even standard error is closed, the exit code remains.
            let _ = writeln!(std::io::stderr(), "error: {error}");
            ExitCode::FAILURE
        }
    }
}
