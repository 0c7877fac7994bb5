//! P5–P7: messages of full attachments, one at a time, against the same work done bare.

use crate::bench::Bench;
use crate::drive;
use crate::kept;
use crate::limits;
use crate::measured::Measured;
use crate::process::Settings;
use crate::stats;
use crate::world::{PRACTICE, World};
use anyhow::{Result, bail};
use load::{Ids, Kind, Length, Messages, Sends, Shape};

pub(super) async fn measure(bench: &Bench, rows: &mut [Measured]) -> Result<()> {
    let [ten, single, escaped] = rows else {
        bail!("the rows of large messages are three");
    };
    let folder = bench.folder("large-")?;
    let world = World::make(
        &bench.baton,
        &folder.path().join("data"),
        &Settings::default(),
    )
    .await?;
    let place = bench.folder("limit-")?;
    // The same in every round, for the limit only.
    let bare_ten = body(Shape::TenLarge);
    let bare_single = body(Shape::Large);
    // Made once: noise of five megabytes takes a while.
    let with = |shape| -> Result<Many> { Many::new(&world, shape) };
    let (tens, singles, escapeds) = (
        with(Shape::TenLarge)?,
        with(Shape::Large)?,
        with(Shape::TenLargeEscaped)?,
    );
    let few = if bench.quick { 4 } else { 8 };
    tens.p50(&world, 2).await?;
    for _ in bench.each_round("large messages") {
        let bound = bound(&bare_ten, place.path(), few)?;
        let plain = tens.p50(&world, few).await?;
        ten.add(plain, bound);
        escaped.add(escapeds.p50(&world, few).await?, plain);
        let bound = self::bound(&bare_single, place.path(), 3 * few)?;
        single.add(singles.p50(&world, 3 * few).await?, bound);
    }
    let kill = kept::Kill {
        kind: Kind::Instant,
        shape: Shape::TenLarge,
        connections: 2,
        after: bench.time(1.3),
    };
    let (world, kept) = kept::killed_and_checked(&bench.baton, world, kill).await?;
    for row in rows {
        row.broken = kept.broken();
    }
    world.platform.end()
}

/// A body for the limit.
fn body(shape: Shape) -> Vec<u8> {
    let recipe = drive::recipe(Kind::Instant, shape, PRACTICE);
    Messages::new(&recipe, Ids::seeded(7)).body(0).to_vec()
}

fn bound(body: &[u8], folder: &std::path::Path, times: usize) -> Result<f64> {
    let all: Result<Vec<f64>> = (0..times)
        .map(|_| limits::large::once(body, folder))
        .collect();
    Ok(stats::median(&all?))
}

/// Messages of one shape for several runs.
struct Many {
    sends: std::sync::Arc<Sends>,
    next: std::sync::atomic::AtomicU64,
}

impl Many {
    fn new(world: &World, shape: Shape) -> Result<Self> {
        let sends = drive::sends(world, Kind::Instant, shape, PRACTICE, drive::fresh_ids())?;
        Ok(Self {
            sends: std::sync::Arc::new(sends),
            next: std::sync::atomic::AtomicU64::new(0),
        })
    }

    /// Median of so many, one at a time, in milliseconds.
    async fn p50(&self, world: &World, count: usize) -> Result<f64> {
        let count = count as u64;
        let first = self
            .next
            .fetch_add(count, std::sync::atomic::Ordering::Relaxed);
        let sends = std::sync::Arc::clone(&self.sends);
        let requests = move |number| load::Requests::next(&*sends, first + number);
        let outcome = drive::closed(world, 1, Length::Count(count), requests).await?;
        Ok(drive::millis(&outcome, 0.5))
    }
}
