//! `baton sandbox …`

use clap::{Args as ClapArgs, Subcommand, ValueEnum};
use std::path::PathBuf;

#[derive(ClapArgs)]
pub(crate) struct Sandbox {
    /// Folder in which `baton up` keeps everything.
    #[arg(
        long,
        env = "BATON_DATA_DIR",
        default_value = "baton-data",
        value_name = "DIR",
        global = true
    )]
    pub(crate) data_dir: PathBuf,
    #[command(subcommand)]
    pub(crate) command: SandboxCommand,
}

#[derive(Subcommand)]
pub(crate) enum SandboxCommand {
    /// Show what is in force.
    State,
    /// Move the clock forward, such as `10m` or `31d`.
    Advance {
        /// How far.
        by: String,
    },
    /// Let the next imports fail.
    FailImport {
        /// How many.
        #[arg(long, default_value = "1")]
        times: u32,
        /// What the record system gives as its reason.
        #[arg(long)]
        reason: Option<String>,
    },
    /// Cut the toolbar off, or let it go on.
    Toolbar {
        /// Which.
        state: ToolbarState,
    },
    /// Let the platform answer 429 or 503 on the partner API.
    Answer {
        /// 429, 503, or 0 for none.
        status: u16,
        /// How often.
        #[arg(long, default_value = "1")]
        times: u32,
    },
    /// Let the PKB sandbox answer slowly, with 500, or lose its answers after the token was spent.
    Pkb {
        /// What.
        answers: PkbAnswer,
        /// How often; `slow` stays until `usual`.
        #[arg(long, default_value = "1")]
        times: u32,
    },
    /// Clear all faults.
    Reset,
}

#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum ToolbarState {
    Offline,
    Online,
}

/// What the PKB sandbox is to do.
#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum PkbAnswer {
    /// Answer five seconds later.
    Slow,
    /// Answer 500.
    #[value(name = "500")]
    Failing,
    /// Do what was asked, and break the connection instead of answering: at the token endpoint.
    Lost,
    /// Answer as usual.
    Usual,
}
