//! The command line.

use clap::Parser;
use std::path::PathBuf;

/// Measure Baton and this machine's limits in one run, and print the ratios.
///
/// Everything listens on loopback only. The table goes to standard output, progress to standard error,
/// `bench.json`, `bench.txt` and `bench.svg` to `target/bench/`.
#[derive(Parser)]
#[command(name = "bench", max_term_width = 100)]
pub(crate) struct Args {
    /// Three short rounds instead of five, and a backlog of 20,000 messages instead of a million.
    #[arg(long)]
    pub(crate) quick: bool,
    /// Write the rows here too, as JSON.
    #[arg(long, value_name = "FILE")]
    pub(crate) json: Option<PathBuf>,
    /// Measure this row only; may be given several times.
    #[arg(long = "row", value_name = "NAME")]
    pub(crate) rows: Vec<String>,
    /// List the rows and their goals, and measure nothing.
    #[arg(long)]
    pub(crate) list: bool,
    /// Fail when a row misses its gate twice in three tries; a row that a noisy machine spoilt is left out.
    #[arg(long)]
    pub(crate) gate: bool,
    /// Folder for everything that is written; the messages of the rows go there too, so its disk is measured.
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// The executable to measure; without it, the release build beside this program, brought up to date first.
    #[arg(long, env = "BATON_BIN", value_name = "FILE")]
    pub(crate) baton: Option<PathBuf>,
}
