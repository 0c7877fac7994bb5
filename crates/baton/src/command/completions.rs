//! `baton completions`.

use crate::args::Args;
use clap::CommandFactory as _;
use clap_complete::Shell;

/// Prints the script.
pub(crate) fn print(shell: Shell) {
    clap_complete::generate(shell, &mut Args::command(), "baton", &mut std::io::stdout());
}
