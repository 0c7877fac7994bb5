//! `baton-toolbar`: from the command line to the window, or to a registration without one.

// On Windows a window must not open a black one beside it.
#![cfg_attr(all(windows, not(debug_assertions)), windows_subsystem = "windows")]

mod args;
mod exit;
mod headless;
mod keys;
mod lock;
mod start;

use args::Args;
use std::ffi::OsString;
use std::process::ExitCode;
use tracing_subscriber::EnvFilter;

fn main() -> ExitCode {
    let mut arguments: Vec<OsString> = std::env::args_os().collect();
    if let [_, only] = arguments.as_slice()
        && only == preview::WORKER_ARGUMENT
    {
        return preview::worker::serve(std::io::stdin().lock(), std::io::stdout().lock());
    }
    for argument in arguments.iter_mut().skip(1) {
        // As installers on Windows write it.
        if argument.eq_ignore_ascii_case("/unregister") {
            *argument = "--unregister".into();
        } else if argument.eq_ignore_ascii_case("/register") {
            *argument = "--register".into();
        }
    }
    let args = match Args::read(arguments) {
        Ok(args) => args,
        Err(answer) => return answer.shown(),
    };
    match run(&args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => exit::tell(&error),
    }
}

fn run(args: &Args) -> anyhow::Result<()> {
    log(&args.log)?;
    let start = start::find(args)?;
    let windowed = !args.register && !args.unregister;
    let Some(_lock) = lock::take(&start.data_dir)? else {
        if windowed && desktop::bridge::summon::call(&start.data_dir).is_ok() {
            return Ok(());
        }
        return Err(exit::refused(format!(
            "the toolbar runs already on {}",
            start.data_dir.display()
        )));
    };
    if args.register {
        return headless::register(args, start);
    }
    if args.unregister {
        return headless::unregister(start);
    }
    let config = start.bridge()?;
    let mode = desktop::app::Mode {
        one_window: args.one_window,
    };
    desktop::app::run(config, mode)
        .map_err(|error| exit::failed(format!("the window can't be opened: {error}")))
}

fn log(filter: &str) -> anyhow::Result<()> {
    let filter = EnvFilter::try_new(filter)
        .map_err(|_| exit::usage(format!("`{filter}` is no log filter; try `info`")))?;
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .init();
    // The message of a panic may quote data; the place says enough.
    std::panic::set_hook(Box::new(|panic| {
        let place = panic
            .location()
            .map(ToString::to_string)
            .unwrap_or_default();
        tracing::error!(place, "a part of the program failed");
    }));
    Ok(())
}
