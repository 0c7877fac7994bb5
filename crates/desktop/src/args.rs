//! The command line.

use clap::Parser;
use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

const AFTER: &str = "\
Without options it uses the settings of this PC; on a PC without any, those of a `baton up` that keeps its data in \
./baton-data; else it asks for them.

Exit codes:
  0  done
  1  failed
  2  the command line or the settings are wrong
  3  the platform does not answer
  4  refused, with the reason";

/// The toolbar of a practice: a bar at the top of the screen.
#[derive(Parser)]
#[command(name = "baton-toolbar", version, after_help = AFTER)]
pub(crate) struct Args {
    /// Folder for settings, the registration of this PC, and its journal.
    #[arg(long, value_name = "DIR", env = "BATON_TOOLBAR_DIR")]
    pub(crate) data_dir: Option<PathBuf>,
    /// Setup file with platform, record system and, if need be, a registration key.
    #[arg(long, value_name = "FILE")]
    pub(crate) setup: Option<PathBuf>,
    /// Register this PC and end, without a window.
    #[arg(long, conflicts_with = "unregister")]
    pub(crate) register: bool,
    /// Undo the registration of this PC and end, without a window; also `/unregister`.
    #[arg(long)]
    pub(crate) unregister: bool,
    /// First part of the registration key. Others on this PC can see a command line: prefer --keys-file.
    #[arg(
        long = "key-part-1",
        value_name = "KEY",
        requires = "register",
        env = "BATON_KEY_PART_1",
        hide_env_values = true
    )]
    pub(crate) key_part1: Option<String>,
    /// Second part of the registration key.
    #[arg(
        long = "key-part-2",
        value_name = "KEY",
        requires = "register",
        env = "BATON_KEY_PART_2",
        hide_env_values = true
    )]
    pub(crate) key_part2: Option<String>,
    /// File with part 1 on its first line and part 2 on its second; `-` reads them from standard input.
    #[arg(long, value_name = "FILE", requires = "register")]
    pub(crate) keys_file: Option<PathBuf>,
    /// The practice's ODS code.
    #[arg(long, value_name = "CODE")]
    pub(crate) practice: Option<String>,
    /// What this PC is called; its network name unless given.
    #[arg(long, value_name = "NAME")]
    pub(crate) device_name: Option<String>,
    /// The messaging platform, for a PC without settings.
    #[arg(long, value_name = "URL")]
    pub(crate) platform: Option<String>,
    /// The record system's address (FHIR R4), for a PC without settings.
    #[arg(long, value_name = "URL", conflicts_with = "record_folder")]
    pub(crate) record_system: Option<String>,
    /// The folder that a record system watches, for a PC without settings.
    #[arg(long, value_name = "DIR")]
    pub(crate) record_folder: Option<PathBuf>,
    /// Keep everything in one window, which screen readers need.
    #[arg(long)]
    pub(crate) one_window: bool,
    /// What to log on standard error.
    #[arg(long, value_name = "FILTER", default_value = "warn", env = "BATON_LOG")]
    pub(crate) log: String,
}

/// What to print instead of going on: help, the version, or what is wrong with the command line.
pub(crate) struct Answer(clap::Error);

impl Args {
    /// Reads it.
    pub(crate) fn read(arguments: Vec<OsString>) -> Result<Self, Answer> {
        Self::try_parse_from(arguments).map_err(Answer)
    }
}

impl Answer {
    /// Prints it and gives its exit code.
    pub(crate) fn shown(&self) -> ExitCode {
        // Nobody reads along, then.
        let _ = self.0.print();
        if self.0.use_stderr() {
            ExitCode::from(2)
        } else {
            ExitCode::SUCCESS
        }
    }
}
