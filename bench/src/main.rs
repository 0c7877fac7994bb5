//! Measures Baton and the machine's limits in one run, and prints the ratios.
//!
//! `cargo run --release -p bench` builds the executable, runs every row, and writes a table, a JSON file
//! and a plot to `target/bench/`. The rows and their goals are in `goals`; the limits that they are held
//! against are in `limits`; what is done to measure a row is in `rows`.

mod args;
mod baton;
mod bench;
mod client;
mod drive;
mod goals;
mod kept;
mod limits;
mod measured;
mod message;
mod noise;
mod output;
mod plot;
mod process;
mod progress;
mod rows;
mod run;
mod stats;
mod stream;
mod table;
mod toolbar;
mod world;

use clap::Parser as _;
use std::io::Write as _;
use std::process::ExitCode;

fn main() -> ExitCode {
    match run::run(args::Args::parse()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            // Nothing more can be done about a closed error stream.
            let _closed = writeln!(std::io::stderr(), "error: {error:#}");
            ExitCode::from(2)
        }
    }
}
