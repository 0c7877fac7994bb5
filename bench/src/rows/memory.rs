//! P8 and P9: memory while large bodies are in flight, taken and refused.

use crate::bench::Bench;
use crate::drive;
use crate::measured::Measured;
use crate::process::Settings;
use crate::stats;
use crate::world::{PRACTICE, World};
use anyhow::{Result, bail};
use load::{
    Body, Kind, Length, Mode, Outcome, Plan, Request, Requests, Sends, Shape, Target, Watch,
};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// A body of ten full attachments, in MiB.
const BODY_MIB: f64 = 69_906_765.0 / 1_048_576.0;
/// No letter of Base64.
const NO_LETTER: u8 = b'!';
/// Files of a refused body are gone by then.
const GONE_WITHIN: Duration = Duration::from_secs(2);

pub(super) async fn measure(bench: &Bench, rows: &mut [Measured]) -> Result<()> {
    let [one, four, many, refused] = rows else {
        bail!("the memory rows are four");
    };
    for (row, bodies) in [(one, 1), (four, 4), (many, 32)] {
        let rounds = if bench.quick || bodies == 32 { 1 } else { 3 };
        for round in 0..rounds {
            bench
                .progress
                .step(&format!("memory: {bodies} in flight, round {}", round + 1));
            let (peak, refusals) = taken(bench, bodies).await?;
            row.add(peak, stats::figure(bodies) * BODY_MIB);
            if refusals > 0 {
                row.remark = Some(format!("{refusals} times told to come back later"));
            }
        }
    }
    bench.progress.step("memory: refused bodies");
    let mut worst = None;
    for wrong in Wrong::ALL {
        let (peak, left) = refuse(bench, wrong).await?;
        if worst.is_none_or(|worst| peak > worst) {
            worst = Some(peak);
            refused.remark = Some(format!("the worst: {}", wrong.words()));
        }
        if left > 0 {
            refused.broken = Some(format!("{left} files left by {}", wrong.words()));
        }
    }
    if let Some(worst) = worst {
        refused.add(worst, 4.0 * BODY_MIB);
    }
    Ok(())
}

/// A fresh platform, warm, and what it holds then.
async fn warm(bench: &Bench, folder: &Path) -> Result<(World, Arc<Sends>)> {
    let world = World::make(&bench.baton, &folder.join("data"), &Settings::default()).await?;
    let sends = drive::sends(
        &world,
        Kind::Instant,
        Shape::TenLarge,
        PRACTICE,
        drive::fresh_ids(),
    )?;
    let sends = Arc::new(sends);
    let first = Arc::clone(&sends);
    let requests = move |number| first.next(number);
    drive::closed(&world, 1, Length::Count(1), requests).await?;
    Ok((world, sends))
}

/// Peak over idle with so many bodies in flight, in MiB, and how often a sender was told to wait.
async fn taken(bench: &Bench, bodies: usize) -> Result<(f64, u64)> {
    let folder = bench.folder("memory-")?;
    let (world, sends) = warm(bench, folder.path()).await?;
    let count = if bodies == 1 { 4 } else { 2 * bodies as u64 };
    let requests = move |number| sends.next(number + 1);
    let (peak, outcome) = peak(&world, bodies, count, requests).await?;
    let told_to_wait = outcome.by_status.get(&503).copied().unwrap_or(0);
    if outcome.accepted() == 0 || outcome.accepted() + told_to_wait < count {
        bail!(
            "{bodies} bodies in flight: {:?} {:?}",
            outcome.by_status,
            outcome.faults
        );
    }
    world.platform.end()?;
    Ok((peak, told_to_wait))
}

/// Peak over idle while these requests run, in MiB.
async fn peak(
    world: &World,
    connections: usize,
    count: u64,
    requests: impl Requests,
) -> Result<(f64, Outcome)> {
    let idle = world.platform.memory()?;
    world.platform.clear_peak()?;
    let target = Target::find(world.platform.url()).await?;
    let mut plan = Plan::new(
        target,
        Mode::Closed { connections },
        Length::Count(count),
        requests,
    );
    plan.patience = Duration::from_secs(120);
    let outcome = load::run(plan, &Watch::default()).await?;
    Ok(((world.platform.peak()? - idle).max(0.0), outcome))
}

/// A way in which a large body can be wrong.
#[derive(Clone, Copy)]
enum Wrong {
    Oversize,
    Eleven,
    Base64,
    Token,
}

impl Wrong {
    const ALL: [Self; 4] = [Self::Oversize, Self::Eleven, Self::Base64, Self::Token];

    fn words(self) -> &'static str {
        match self {
            Self::Oversize => "an attachment over 5 MiB",
            Self::Eleven => "eleven attachments",
            Self::Base64 => "bad Base64",
            Self::Token => "a bad token",
        }
    }

    /// A good request made wrong.
    fn spoil(self, mut request: Request) -> Request {
        let body = || request.body.to_vec();
        match self {
            Self::Token => {
                let token = "00000000-0000-4000-8000-000000000000";
                if let Ok(token) = token.parse() {
                    request.headers.insert("accesstoken", token);
                }
            }
            Self::Oversize => {
                // A piece of the last file's content once more.
                let bytes = body();
                if let Some(end) = memchr::memmem::rfind(&bytes, b"\"}],\"codedDataItems") {
                    let (before, after) = bytes.split_at(end.saturating_sub(4000));
                    let again = before
                        .get(before.len().saturating_sub(4000)..)
                        .unwrap_or_default();
                    request.body = Body::from([before, again, after].concat());
                }
            }
            Self::Eleven => {
                let bytes = body();
                if let Some(end) = memchr::memmem::rfind(&bytes, b"],\"codedDataItems") {
                    let (files, rest) = bytes.split_at(end);
                    let eleventh =
                        br#",{"mimeType":"text/plain","fileName":"11.txt","content":"QUJD"}"#;
                    request.body = Body::from([files, eleventh, rest].concat());
                }
            }
            Self::Base64 => {
                let mut bytes = body();
                if let Some(end) = memchr::memmem::rfind(&bytes, b"\"}],\"codedDataItems")
                    && let Some(letter) = bytes.get_mut(end - 100)
                {
                    *letter = NO_LETTER;
                }
                request.body = Body::from(bytes);
            }
        }
        request
    }
}

/// Peak over idle while four such bodies are in flight, and how many files they left.
async fn refuse(bench: &Bench, wrong: Wrong) -> Result<(f64, usize)> {
    let folder = bench.folder("refused-")?;
    let (world, sends) = warm(bench, folder.path()).await?;
    let before = files(world.platform.folder())?;
    let requests = move |number| wrong.spoil(sends.next(number + 1));
    let (peak, outcome) = peak(&world, 4, 8, requests).await?;
    let expected = if matches!(wrong, Wrong::Token) {
        403
    } else {
        400
    };
    let refused = outcome.by_status.get(&expected).copied().unwrap_or(0);
    if refused != 8 {
        bail!(
            "{}: {:?} {:?}",
            wrong.words(),
            outcome.by_status,
            outcome.faults
        );
    }
    // They go beside the answer, not before it.
    let mut left = files(world.platform.folder())?.saturating_sub(before);
    let asked = Instant::now();
    while left > 0 && asked.elapsed() < GONE_WITHIN {
        tokio::time::sleep(Duration::from_millis(20)).await;
        left = files(world.platform.folder())?.saturating_sub(before);
    }
    world.platform.end()?;
    Ok((peak, left))
}

/// How many files a folder holds, those below it included.
fn files(folder: &Path) -> Result<usize> {
    let mut count = 0;
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        count += if entry.file_type()?.is_dir() {
            files(&entry.path())?
        } else {
            1
        };
    }
    Ok(count)
}
