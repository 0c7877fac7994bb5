//! How noisy the machine is: the same arithmetic many times, and the disk's plain sync before and after.

use crate::stats;
use anyhow::Result;
use std::fs::File;
use std::hint::black_box;
use std::os::unix::fs::FileExt as _;
use std::path::Path;
use std::time::Instant;

const TIMES: usize = 40;
/// Takes about two milliseconds.
const STEPS: u32 = 2_000_000;
const SYNCS: usize = 100;
/// Above these, a row says nothing.
const MOST_ARITHMETIC: f64 = 1.5;
const MOST_SYNC: f64 = 2.0;

/// One look at the machine.
#[derive(Clone, Copy)]
pub(crate) struct Probe {
    /// Longest over shortest of the same arithmetic.
    arithmetic: f64,
    /// Median of a plain fdatasync, in milliseconds.
    sync: f64,
}

/// The looks before and after a row.
#[derive(Clone, Copy)]
pub(crate) struct Noise {
    pub(crate) before: Probe,
    pub(crate) after: Probe,
}

impl Probe {
    /// Looks now; takes about a tenth of a second.
    pub(crate) fn take(folder: &Path) -> Result<Self> {
        Ok(Self {
            arithmetic: arithmetic(),
            sync: sync(folder)?,
        })
    }
}

impl Noise {
    /// The worse of the two looks at the arithmetic.
    pub(crate) fn arithmetic(&self) -> f64 {
        self.before.arithmetic.max(self.after.arithmetic)
    }

    /// How much the disk's sync differs, as a factor of at least 1.
    pub(crate) fn sync(&self) -> f64 {
        let change = self.after.sync / self.before.sync;
        change.max(1.0 / change)
    }

    /// Whether a row measured now says nothing.
    pub(crate) fn is_noisy(&self) -> bool {
        self.arithmetic() > MOST_ARITHMETIC || self.sync() > MOST_SYNC
    }

    /// For the table: the arithmetic's spread, and the sync before and after in milliseconds.
    pub(crate) fn words(&self) -> String {
        format!(
            "{:.2}x {:.2}>{:.2} ms",
            self.arithmetic(),
            self.before.sync,
            self.after.sync
        )
    }
}

fn arithmetic() -> f64 {
    let times: Vec<f64> = (0..TIMES)
        .map(|_| {
            let started = Instant::now();
            let mut state = black_box(1_u64);
            for _ in 0..STEPS {
                state = state.wrapping_mul(6_364_136_223_846_793_005).rotate_left(7) ^ 1;
            }
            black_box(state);
            started.elapsed().as_secs_f64()
        })
        .collect();
    let (least, most) = stats::span(&times);
    most / least
}

fn sync(folder: &Path) -> Result<f64> {
    let path = folder.join("noise");
    let file = File::create(&path)?;
    let page = [7; 4096];
    file.write_all_at(&page, 0)?;
    file.sync_all()?;
    let mut times = Vec::new();
    for _ in 0..SYNCS {
        let started = Instant::now();
        file.write_all_at(&page, 0)?;
        file.sync_data()?;
        times.push(started.elapsed().as_secs_f64() * 1000.0);
    }
    std::fs::remove_file(&path)?;
    Ok(stats::median(&times))
}
