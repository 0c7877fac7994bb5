//! The real clock, and the sandbox's, which can be moved forward.

use crate::private_file;
use jiff::{SignedDuration, Timestamp};
use model::Clock;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicI64, Ordering};

/// The machine's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is where the real time comes in"
    )]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}

/// The sandbox clock goes so far ahead, in milliseconds: 20 years.
const FURTHEST_MILLIS: i64 = 20 * 366 * 24 * 60 * 60 * 1000;

/// The machine's clock plus an offset that only grows; kept in a file, so that time does not jump
/// back at the next start.
#[derive(Debug)]
pub struct SandboxClock {
    offset_millis: AtomicI64,
    file: PathBuf,
}

impl SandboxClock {
    /// Takes up the offset that an earlier run left in `file`, or none.
    ///
    /// # Errors
    /// When the file is there but cannot be read or makes no sense.
    pub fn open(file: &Path) -> std::io::Result<Self> {
        let offset = match std::fs::read_to_string(file) {
            Ok(text) => text
                .trim()
                .parse()
                .map_err(|_| std::io::Error::other("the clock file holds no number"))?,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => 0,
            Err(error) => return Err(error),
        };
        Ok(Self {
            offset_millis: AtomicI64::new(offset),
            file: file.to_owned(),
        })
    }

    /// Moves the clock forward; negative durations are taken as zero. The answer is the whole offset.
    ///
    /// # Errors
    /// When the offset cannot be kept; the clock has not moved then.
    pub fn advance(&self, by: SignedDuration) -> std::io::Result<SignedDuration> {
        let by = i64::try_from(by.as_millis()).unwrap_or(i64::MAX).max(0);
        let offset = self.offset_millis.load(Ordering::SeqCst).saturating_add(by);
        if offset > FURTHEST_MILLIS {
            return Err(std::io::Error::other(
                "the sandbox clock goes at most 20 years ahead",
            ));
        }
        let name = self.file.file_name().and_then(OsStr::to_str);
        let (Some(folder), Some(name)) = (self.file.parent(), name) else {
            return Err(std::io::ErrorKind::InvalidFilename.into());
        };
        private_file::write(folder, name, offset.to_string().as_bytes())?;
        self.offset_millis.store(offset, Ordering::SeqCst);
        Ok(SignedDuration::from_millis(offset))
    }

    /// How far ahead of the machine's clock it is.
    pub fn offset(&self) -> SignedDuration {
        SignedDuration::from_millis(self.offset_millis.load(Ordering::SeqCst))
    }
}

impl Clock for SandboxClock {
    fn now(&self) -> Timestamp {
        SystemClock
            .now()
            .checked_add(self.offset())
            .unwrap_or(Timestamp::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_offset_only_grows_and_outlives_a_restart() {
        let folder = std::env::temp_dir().join(format!("baton-clock-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let file = folder.join("clock");
        let clock = SandboxClock::open(&file).unwrap();
        clock.advance(SignedDuration::from_mins(10)).unwrap();
        clock.advance(SignedDuration::from_mins(-5)).unwrap();
        assert!(
            clock
                .advance(SignedDuration::from_hours(24 * 366 * 21))
                .is_err()
        );
        let again = SandboxClock::open(&file).unwrap();
        assert_eq!(again.offset(), SignedDuration::from_mins(10));
        assert!(again.now() > SystemClock.now() + SignedDuration::from_mins(9));
        std::fs::remove_dir_all(folder).unwrap();
    }
}
