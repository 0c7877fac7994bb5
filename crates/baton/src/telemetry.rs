//! Where log lines go: standard error, or a file, as text for people or JSON for machines.

use crate::args::LogFormat;
use std::fs::File;
use std::io::IsTerminal as _;
use std::sync::Mutex;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::writer::BoxMakeWriter;

/// Starts logging to standard error, or to a file. `filter` is a level or a list of `target=level`.
///
/// # Errors
/// A filter that cannot be read.
pub(crate) fn start(filter: &str, format: LogFormat, file: Option<File>) -> anyhow::Result<()> {
    let filter = EnvFilter::try_new(filter)
        .map_err(|_| crate::exit::usage(format!("`{filter}` is no log filter; try `info`")))?;
    let on_terminal = file.is_none() && std::io::stderr().is_terminal();
    let writer = match file {
        Some(file) => BoxMakeWriter::new(Mutex::new(file)),
        None => BoxMakeWriter::new(std::io::stderr),
    };
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(writer);
    match format {
        LogFormat::Json => lines.json().init(),
        LogFormat::Text => lines.with_ansi(on_terminal).init(),
    }
    std::panic::set_hook(Box::new(|panic| {
        // The message may quote data; the place says enough.
        let place = panic
            .location()
            .map(ToString::to_string)
            .unwrap_or_default();
        tracing::error!(place, "a part of the program panicked");
    }));
    Ok(())
}
