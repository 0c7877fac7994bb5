//! Named moments at which a test may kill this process, slow its disk or fail a write.
//!
//! The points are in the shipped executable, so that tests break exactly what users run. Where no plan is
//! armed, passing a point costs one atomic load. Only `baton` arms a plan, from the hidden setting
//! `BATON_FAULT_POINTS`, and warns in the log when it does:
//!
//! ```text
//! commit=kill@3                         die at the third hit, as by a power cut
//! blob-sync=delay:50ms,commit=delay:1s  every hit is slow
//! blob-write=fail@2                     an error of the medium at the second hit
//! commit=full@/tmp/flag                 a full disk, for as long as that file exists
//! commit=hold@/tmp/flag                 write into that file, and wait until it is gone
//! ```
//!
//! Hits are counted for each point from the start of the process, beginning with 1; without `@` an action
//! is taken at every hit.

mod plan;
mod point;

pub use plan::{BadPlan, Plan};
pub use point::Point;

use plan::{Action, Armed, Rule, When};
use std::fs::File;
use std::io::{self, Write as _};
use std::path::Path;
use std::sync::OnceLock;
use std::time::Duration;

static ARMED: OnceLock<Armed> = OnceLock::new();

/// Arms `plan`, once for the life of the process.
///
/// # Errors
/// [`BadPlan::ArmedAlready`].
pub fn arm(plan: Plan) -> Result<(), BadPlan> {
    ARMED
        .set(Armed::new(plan))
        .map_err(|_| BadPlan::ArmedAlready)
}

/// Whether a plan is armed: callers that may not block ask before they go where [`disk`] may be called.
pub fn is_armed() -> bool {
    ARMED.get().is_some()
}

/// Passes a moment in which nothing but death is possible. For any code, asynchronous or not.
pub fn pass(point: Point) {
    if let Some(armed) = ARMED.get()
        && armed
            .hit(point)
            .is_some_and(|rule| rule.action == Action::Kill)
    {
        die();
    }
}

/// Passes a moment beside disk work, on a thread that may block: it may die here, take long, or find that
/// the disk refuses.
///
/// # Errors
/// What the plan says: an error of the medium (`EIO`), or a full disk (`ENOSPC`). The caller treats it as
/// the failure of the write that comes next.
pub fn disk(point: Point) -> io::Result<()> {
    match ARMED.get() {
        Some(armed) => armed.hit(point).map_or(Ok(()), take),
        None => Ok(()),
    }
}

#[cold]
fn take(rule: &Rule) -> io::Result<()> {
    match &rule.action {
        Action::Kill => die(),
        Action::Delay(time) => {
            sleep(*time);
            Ok(())
        }
        Action::Hold => match &rule.when {
            When::Exists(file) => hold(file),
            When::Always | When::Hit(_) => Ok(()),
        },
        Action::Fail => Err(failure()),
        Action::Full => Err(io::ErrorKind::StorageFull.into()),
    }
}

#[cfg(unix)]
fn failure() -> io::Error {
    rustix::io::Errno::IO.into()
}

#[cfg(not(unix))]
fn failure() -> io::Error {
    io::Error::other("input/output error")
}

/// Says in `file` that somebody waits, and waits until it is gone.
fn hold(file: &Path) -> io::Result<()> {
    let mut flag = match File::options().append(true).open(file) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        opened => opened?,
    };
    flag.write_all(b"held\n")?;
    while file.exists() {
        sleep(Duration::from_millis(2));
    }
    Ok(())
}

#[expect(
    clippy::disallowed_methods,
    reason = "being slow is what was asked for, and only threads that may block come here"
)]
fn sleep(time: Duration) {
    std::thread::sleep(time);
}

/// Ends the process as a power cut would: no destructor, no flush, no answer, and no core with patient data.
#[cold]
fn die() -> ! {
    #[cfg(unix)]
    {
        use rustix::process::{Signal, getpid, kill_process};
        if kill_process(getpid(), Signal::KILL).is_ok() {
            // The signal has been sent; this thread must not do another thing until it acts.
            loop {
                std::thread::park();
            }
        }
    }
    std::process::abort()
}
