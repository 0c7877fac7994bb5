//! `baton bench`

use super::DataDir;
use clap::{Args as ClapArgs, ValueEnum};
use std::path::PathBuf;
use std::time::Duration;

/// Examples, below the flags.
const EXAMPLES: &str = "\
Examples:
  baton bench                                what the running `baton up` takes
  baton bench --rate 500 --duration 30s      how long callers wait at that rate
  baton bench --scenario large --count 50    70 MB bodies, two at a time
  baton bench --scenario status --json       figures for a script

What a test sends stays where it was sent. Try it on a data folder of its own:
  baton up --data-dir /tmp/load
  baton bench --data-dir /tmp/load";

#[derive(ClapArgs)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Bench {
    #[command(flatten)]
    pub(crate) data: DataDir,
    /// What to ask for.
    #[arg(long, value_enum, default_value = "standard")]
    pub(crate) scenario: Scenario,
    /// Connections: each sends its next request when the last is answered. 16 when nothing is said, 2 for
    /// `large`; with --rate 256, the most that may be under way.
    #[arg(long, value_name = "N", value_parser = connections)]
    pub(crate) connections: Option<usize>,
    /// Requests a second, started on time whether or not earlier ones are answered.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub(crate) rate: Option<u32>,
    /// How long, such as `30s` or `2m`. 10s when nothing is said.
    #[arg(long, value_name = "TIME", value_parser = duration, conflicts_with = "count")]
    pub(crate) duration: Option<Duration>,
    /// How many requests instead. 20 for `large` when nothing is said.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) count: Option<u64>,
    /// Load before the figures start. 1s when nothing is said, none for `large`.
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub(crate) warm_up: Option<Duration>,
    /// How long an answer may take.
    #[arg(long, value_name = "TIME", value_parser = duration, default_value = "30s")]
    pub(crate) patience: Duration,
    /// Write the figures to this file too, as JSON.
    #[arg(long, value_name = "FILE")]
    pub(crate) save: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) server: Server,
}

/// A server other than that of the data folder.
#[derive(ClapArgs)]
#[command(next_help_heading = "Another server")]
pub(crate) struct Server {
    /// Its address. Without it: the `baton up` that runs on the data folder.
    #[arg(long, env = "BATON_BENCH_URL", value_name = "URL")]
    pub(crate) url: Option<String>,
    /// API key there.
    #[arg(
        long,
        env = "BATON_BENCH_API_KEY",
        hide_env_values = true,
        value_name = "KEY"
    )]
    pub(crate) api_key: Option<String>,
    /// Access token there, for `instant` and `token`.
    #[arg(
        long,
        env = "BATON_BENCH_TOKEN",
        hide_env_values = true,
        value_name = "TOKEN"
    )]
    pub(crate) token: Option<String>,
    /// ODS code of a test practice there.
    #[arg(long, value_name = "CODE")]
    pub(crate) practice: Option<String>,
    /// NHS number of a test patient there.
    #[arg(long, value_name = "NHS NUMBER")]
    pub(crate) patient: Option<String>,
    /// Do not ask before sending to a server that is not on this machine.
    #[arg(long)]
    pub(crate) yes: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Scenario {
    /// Standard messages with one file of 2 KiB.
    Standard,
    /// Instant messages with one file of 2 KiB; the toolbar imports them meanwhile.
    Instant,
    /// Standard messages with ten files of 5 MiB.
    Large,
    /// The status of messages that were just sent.
    Status,
    /// Whether an access token is still good.
    Token,
}

fn connections(text: &str) -> Result<usize, String> {
    text.parse()
        .ok()
        .filter(|count| (1..=10_000).contains(count))
        .ok_or_else(|| "must be 1 to 10000".to_owned())
}

/// A time as people write it, up to a day.
fn duration(text: &str) -> Result<Duration, String> {
    text.parse::<jiff::SignedDuration>()
        .ok()
        .and_then(|time| Duration::try_from(time).ok())
        .filter(|time| *time <= Duration::from_secs(24 * 60 * 60))
        .ok_or_else(|| "must be a time such as `500ms`, `30s` or `2m`, a day at most".to_owned())
}
