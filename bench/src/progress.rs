//! What is being done just now, on standard error.

use std::cell::Cell;
use std::io::{IsTerminal as _, Write as _, stderr};
use std::time::Instant;

/// Tells how far the run is.
pub(crate) struct Progress {
    started: Instant,
    terminal: bool,
    /// Whether the last line may be written over.
    open: Cell<bool>,
}

impl Progress {
    pub(crate) fn new() -> Self {
        Self {
            started: Instant::now(),
            terminal: stderr().is_terminal(),
            open: Cell::new(false),
        }
    }

    /// Seconds since the run began.
    pub(crate) fn seconds(&self) -> u64 {
        self.started.elapsed().as_secs()
    }

    /// A line that stays.
    pub(crate) fn say(&self, text: &str) {
        let clear = if self.open.replace(false) {
            "\r\x1b[2K"
        } else {
            ""
        };
        // Progress is a courtesy: a closed stream stops nothing.
        let _closed = writeln!(stderr(), "{clear}[{:>4} s] {text}", self.seconds());
    }

    /// A line that the next one replaces; told to people only, not to files.
    pub(crate) fn step(&self, text: &str) {
        if self.terminal {
            self.open.set(true);
            let _closed = write!(stderr(), "\r\x1b[2K[{:>4} s]   {text}", self.seconds());
        }
    }
}
