//! `baton up`: the whole environment on one machine, each part on its own port, speaking HTTP to the
//! others as in production.

mod banner;
mod first_start;
mod gateway;
mod parts;
mod pkb;
pub(crate) mod sdk_dir;
mod widget;
mod window;

use crate::args::Up;
use crate::folder::make_private;
use crate::{demo, output};
use anyhow::Context as _;
use httpkit::clock::{SandboxClock, SystemClock};
use model::Clock;
use std::fs::File;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

/// The toolbar's folder in the data folder.
pub(crate) const TOOLBAR_DIR: &str = "toolbar";
/// The platform's folder in the data folder.
pub(crate) const PLATFORM_DIR: &str = "platform";
/// The gateway's folder in the data folder.
pub(crate) const GATEWAY_DIR: &str = "gateway";
/// The PKB sandbox's folder in the data folder.
pub(crate) const PKB_DIR: &str = "pkb";
/// How far the environment's clock was moved.
pub(crate) const SANDBOX_CLOCK: &str = "sandbox-clock";

const LOG: &str = "up.log";

/// The clock that a part's folder goes by: that of the `up` that it belongs to, which may have been moved, or
/// this machine's. `name` is what the part's folder is called in an environment.
pub(crate) fn clock_of(part: &Path, name: &str) -> anyhow::Result<Arc<dyn Clock>> {
    let moved = part
        .parent()
        .filter(|_| part.ends_with(name))
        .map(|folder| folder.join(SANDBOX_CLOCK))
        .filter(|file| file.is_file());
    Ok(match moved {
        Some(file) => Arc::new(SandboxClock::open(&file)?),
        None => Arc::new(SystemClock),
    })
}

/// The file that the parts log to. [`run`] begins it anew once the folder is its own.
pub(crate) fn log_file(folder: &Path) -> anyhow::Result<File> {
    make_private(folder)?;
    let file = folder.join(LOG);
    let opened = File::options().create(true).append(true).open(&file);
    opened.with_context(|| format!("cannot write `{}`", file.display()))
}

/// Starts everything, says where it is, and keeps it up until told to end.
pub(crate) async fn run(args: Up, json: bool, started: Instant) -> anyhow::Result<()> {
    let folder = args.data.data_dir.clone();
    make_private(&folder)?;
    crate::lock::take(&folder)?;
    if let Ok(log) = File::options().write(true).open(folder.join(LOG)) {
        log.set_len(0)?;
    }
    let asked_to_end = crate::command::ends_on_signal()?;
    let parts = parts::start(&args).await?;
    let banner = banner::Banner::new(&parts, &folder, started.elapsed())?;
    if json {
        output::json(&banner.ready_line())?;
    } else {
        banner.print();
    }
    let mut failed = None;
    if args.demo {
        tokio::select! {
            played = demo::run(&folder, json) => failed = played.err(),
            () = asked_to_end.begun() => {}
        }
    }
    if let Some(error) = &failed {
        output::error(&format!("the demo did not come to its end: {error:#}"));
    } else if !json && !asked_to_end.has_begun() {
        banner.print_end(args.demo);
    }
    asked_to_end.begun().await;
    parts.end().await;
    Ok(())
}
