//! Commands, one a file: parse is done, so build, call, print.

mod backup;
mod bench;
mod completions;
mod db;
mod doctor;
pub(crate) mod gateway;
mod generate;
mod pas;
mod pkb_sandbox;
pub(crate) mod platform;
mod restore;
mod sandbox;
mod send;
mod status;
pub(crate) mod toolbar;

use crate::args::{Args, Command, Gateway, Platform, Toolbar};
use crate::{demo, telemetry, up};
use httpkit::lifecycle::Shutdown;
use std::time::Instant;

/// Runs what was asked.
pub(crate) async fn run(args: Args, started: Instant) -> anyhow::Result<()> {
    let Args { global, command } = args;
    let serves = match &command {
        Command::Platform { command } => matches!(command, Platform::Serve(_)),
        Command::Gateway { command } => matches!(**command, Gateway::Serve(_)),
        Command::Toolbar { command } => matches!(command, Toolbar::Agent(_)),
        Command::Pas { .. } | Command::PkbSandbox { .. } => true,
        _ => false,
    };
    // The screen of `up` is for people; what the parts log goes to a file, unless it was asked for.
    let file = match &command {
        Command::Up(up) if global.log.is_none() => Some(up::log_file(&up.data.data_dir)?),
        _ => None,
    };
    let usual = if serves || file.is_some() {
        "info"
    } else {
        "warn"
    };
    telemetry::start(
        global.log.as_deref().unwrap_or(usual),
        global.log_format,
        file,
    )?;
    if let Some(plan) = global.fault_points {
        tracing::warn!("fault points are armed: this process will fail on purpose");
        faultpoint::arm(plan)?;
    }
    let json = global.json;
    match command {
        Command::Up(up) => up::run(*up, json, started).await,
        Command::Demo(data) => demo::run(&data.data_dir, json).await,
        Command::Send(args) => send::run(*args, json).await,
        Command::Status(args) => status::run(*args, json).await,
        Command::Gateway { command } => gateway::run(*command, json).await,
        Command::Platform { command } => platform::run(command, json).await,
        Command::Pas { command } => pas::run(command, json).await,
        Command::PkbSandbox { command } => pkb_sandbox::run(command, json).await,
        Command::Toolbar { command } => toolbar::run(command, json).await,
        Command::Sandbox(sandbox) => sandbox::run(sandbox, json).await,
        Command::Bench(args) => bench::run(*args, json).await,
        Command::Doctor(args) => doctor::run(&args.data.data_dir, &args.storage, json).await,
        Command::Db(command) => db::run(command, json).await,
        Command::Backup(args) => backup::run(*args, json).await,
        Command::Restore(args) => restore::run(*args, json).await,
        Command::Completions { shell } => {
            completions::print(shell);
            Ok(())
        }
        Command::Generate { out } => generate::run(&out),
    }
}

/// The signal to end, which Ctrl-C and SIGTERM give.
pub(crate) fn ends_on_signal() -> anyhow::Result<Shutdown> {
    use tokio::signal::unix::{SignalKind, signal};
    let shutdown = Shutdown::default();
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let begin = shutdown.clone();
    tokio::spawn(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        begin.begin();
    });
    Ok(shutdown)
}
