//! `baton completions`.

use crate::args::Args;
use crate::output;
use clap::CommandFactory as _;
use clap_complete::Shell;

/// Prints the script.
pub(crate) fn print(shell: Shell) {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Args::command(), "baton", &mut script);
    output::line(String::from_utf8_lossy(&script).trim_end());
}
