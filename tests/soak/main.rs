//! Runs the real program under mixed traffic and kills it again and again, and then checks every message.
//!
//! ```sh
//! cargo build && cargo run -p tests --bin soak          # twenty minutes, and some to the last start
//! cargo build && cargo run -p tests --bin soak -- --minutes 2
//! ```
//!
//! People in several zones, some of whom soon begin or end their Do-Not-Disturb hours, book, move, retitle,
//! join, leave and cancel meetings that start within minutes. In the first half of the time the program is
//! killed (SIGKILL) again and again and started again on the same data. In the end:
//!
//! - no reminder is left open, and none was lost that had a permitted minute;
//! - each delivered reminder has its mail or webhook, in its minute, and it has one;
//! - no mail and no webhook left inside its recipient's hours.
//!
//! It also prints latencies and memory. They are no test: a busy machine is slow.

#![allow(
    missing_docs,
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test program"
)]

mod check;
mod client;
mod people;
mod program;
mod traffic;

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use clap::Parser;

use client::Client;
use program::Program;

/// Runs the program under mixed traffic with kills, and checks every message.
#[derive(Parser)]
struct Options {
    /// How long there is traffic. After it the last meetings start, which takes some minutes more.
    #[arg(long, default_value_t = 20)]
    minutes: u64,
    /// The program.
    #[arg(long, default_value = "target/debug/local")]
    program: PathBuf,
    /// Where the random choices begin.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

const WORKERS: u64 = 4;
/// At most; a short run has shorter pauses, and three kills.
const BETWEEN_KILLS: Duration = Duration::from_secs(30);

fn main() -> ExitCode {
    let options = Options::parse();
    let duration = Duration::from_secs(60 * options.minutes);
    let mut program = Program::start(options.program);
    let client = Client::new(program.address());
    let people = people::create(&client);
    let until = Instant::now() + duration;
    let stop = Arc::new(AtomicBool::new(false));
    let workers: Vec<_> = (0..WORKERS)
        .map(|worker| {
            let (client, people, stop) = (client.clone(), people.clone(), Arc::clone(&stop));
            let seed = options.seed * WORKERS + worker;
            thread::spawn(move || traffic::run(&client, &people, seed, &stop))
        })
        .collect();
    while Instant::now() < until {
        thread::sleep(BETWEEN_KILLS.min(duration / 8).min(until - Instant::now()));
        if until > Instant::now() + duration / 2 {
            program.kill_and_restart();
        } else {
            program.note_memory();
        }
    }
    stop.store(true, Ordering::Relaxed);
    let mut meetings = Vec::new();
    let mut latencies = Vec::new();
    for worker in workers {
        let done = worker.join().expect("a worker panicked");
        meetings.extend(done.meetings);
        latencies.extend(done.latencies);
    }
    traffic::print_latencies(latencies);
    program.print_memory();
    println!(
        "{} meetings, {} kills; waiting until the last has started",
        meetings.len(),
        program.kills().len()
    );
    let last_start = meetings.iter().map(|meeting| meeting.start).max().expect("there are meetings");
    while check::now() < last_start + Duration::from_secs(90) {
        thread::sleep(Duration::from_secs(1));
    }
    let faults = check::run(&client, &people, &meetings, program.kills());
    for fault in &faults {
        println!("FAULT {fault}");
    }
    println!("{} faults", faults.len());
    if faults.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
