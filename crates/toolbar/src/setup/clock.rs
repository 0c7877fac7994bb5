//! The clock of a sandbox that another process moves.

use httpkit::clock::{SandboxClock, SystemClock};
use jiff::{SignedDuration, Timestamp};
use model::Clock;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// The file is looked at again after this.
const LOOK_AGAIN: SignedDuration = SignedDuration::from_millis(500);

/// The machine's clock plus what `file` says, which may grow at any time.
pub(super) struct FollowedClock {
    file: PathBuf,
    known: Mutex<Known>,
}

#[derive(Clone, Copy)]
struct Known {
    offset: SignedDuration,
    looked_at: Timestamp,
}

impl FollowedClock {
    pub(super) fn open(file: &Path) -> std::io::Result<Self> {
        let known = Known {
            offset: SandboxClock::open(file)?.offset(),
            looked_at: SystemClock.now(),
        };
        let file = file.to_owned();
        Ok(Self {
            file,
            known: Mutex::new(known),
        })
    }
}

impl Clock for FollowedClock {
    fn now(&self) -> Timestamp {
        let real = SystemClock.now();
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let age = real.duration_since(known.looked_at);
        if age.abs() >= LOOK_AGAIN {
            known.looked_at = real;
            // A sandbox that was thrown away leaves the clock where it was.
            if let Ok(clock) = SandboxClock::open(&self.file) {
                // It never goes back.
                known.offset = known.offset.max(clock.offset());
            }
        }
        real.checked_add(known.offset).unwrap_or(Timestamp::MAX)
    }
}
