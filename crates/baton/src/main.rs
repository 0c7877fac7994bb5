//! `baton`: the messaging platform, the gateway, the toolbar, the Test PAS, the PKB sandbox and their tools in one
//! executable.
//!
//! A command parses, builds what it needs, calls a library, prints. No rule of the domain stands here.

mod args;
mod backup;
mod command;
mod demo;
mod exit;
mod folder;
mod lock;
mod open_files;
mod output;
mod pkb;
mod settings;
mod storage;
mod telemetry;
mod terminal;
mod up;

use clap::FromArgMatches as _;
use std::process::ExitCode;

fn main() -> ExitCode {
    let started = std::time::Instant::now();
    httpkit::outbound::install_tls();
    let matches = match settings::command() {
        Ok(command) => command.get_matches(),
        Err(error) => return exit::report(&error),
    };
    let args = match args::Args::from_arg_matches(&matches) {
        Ok(args) => args,
        Err(error) => error.exit(),
    };
    // Two workers: what a laptop shares and a small server has. Streams and commits need no more.
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(args.global.workers)
        .enable_all()
        .build();
    let ran = match runtime {
        Ok(runtime) => runtime.block_on(command::run(args, started)),
        Err(error) => Err(error.into()),
    };
    match ran {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => exit::report(&error),
    }
}
