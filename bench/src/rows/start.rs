//! P14–P17: how soon the platform answers, what it holds when idle, and how large it is.

use crate::bench::Bench;
use crate::drive;
use crate::kept::{self, Kill};
use crate::measured::Measured;
use crate::process::Settings;
use crate::stats;
use crate::world::{Access, World};
use anyhow::{Result, bail};
use load::{Kind, Shape};
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

/// Starts in a round.
const STARTS: usize = 5;

pub(super) async fn measure(bench: &Bench, rows: &mut [Measured]) -> Result<()> {
    let [cold, killed, idle, size] = rows else {
        bail!("the rows of starting are four");
    };
    let folder = bench.folder("start-")?;
    let data = folder.path().join("data");
    let world = World::make(&bench.baton, &data, &Settings::default()).await?;
    let access = world.access.clone();
    tokio::time::sleep(Duration::from_secs(2)).await;
    idle.add_bare(world.platform.memory()?);
    world.platform.end()?;
    for _ in bench.each_round("start") {
        cold.add(starts(bench, &data, &access).await?, bare_start(bench)?);
    }
    let (bytes, version) = bench.baton.describe()?;
    size.add_bare(stats::figure(bytes) / 1e6);
    size.remark = Some(version);
    let mut world = World::again(&bench.baton, &data, access)?;
    for _ in bench.each_round("start after kill -9") {
        let kill = Kill {
            kind: Kind::Instant,
            shape: Shape::Tiny,
            connections: 64,
            after: drive::some_moment(),
        };
        let kept;
        (world, kept) = kept::killed_and_checked(&bench.baton, world, kill).await?;
        killed.add_bare(kept.restart);
        killed.broken = killed.broken.take().or(kept.broken());
    }
    world.platform.end()
}

/// Median of some starts on a folder, to the first 200, in milliseconds.
pub(super) async fn starts(bench: &Bench, data: &Path, access: &Access) -> Result<f64> {
    let mut all = Vec::new();
    for _ in 0..STARTS {
        let began = Instant::now();
        let world = World::again(&bench.baton, data, access.clone())?;
        world.first_answer().await?;
        all.push(began.elapsed().as_secs_f64() * 1000.0);
        world.platform.end()?;
    }
    Ok(stats::median(&all))
}

/// Median of some starts of the executable that does nothing, in milliseconds.
pub(super) fn bare_start(bench: &Bench) -> Result<f64> {
    let mut all = Vec::new();
    for _ in 0..STARTS {
        let mut command = bench.baton.command();
        command
            .arg("--version")
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let began = Instant::now();
        if !command.status()?.success() {
            bail!("baton --version failed");
        }
        all.push(began.elapsed().as_secs_f64() * 1000.0);
    }
    Ok(stats::median(&all))
}
