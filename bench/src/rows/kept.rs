//! Correctness before speed: what got a 200 is there after `kill -9`, with its attachments.

use crate::bench::Bench;
use crate::drive;
use crate::kept::{self, Kill};
use crate::measured::Measured;
use crate::process::Settings;
use crate::stats;
use crate::world::World;
use anyhow::{Result, bail};
use load::{Kind, Shape};

pub(super) async fn measure(bench: &Bench, rows: &mut [Measured]) -> Result<()> {
    let [row] = rows else {
        bail!("this row is one");
    };
    let folder = bench.folder("kept-")?;
    let data = folder.path().join("data");
    let mut world = World::make(&bench.baton, &data, &Settings::default()).await?;
    for round in bench.each_round("kept") {
        let large = round % 2 == 0;
        let kill = Kill {
            kind: Kind::Instant,
            shape: if large { Shape::Large } else { Shape::Tiny },
            connections: if large { 8 } else { 64 },
            after: drive::some_moment(),
        };
        let kept;
        (world, kept) = kept::killed_and_checked(&bench.baton, world, kill).await?;
        row.add(stats::figure(kept.found), stats::figure(kept.acknowledged));
        row.broken = row.broken.take().or(kept.broken());
    }
    world.platform.end()
}
