//! P1–P4: durable accepts of tiny messages against a bare writer thread.

use crate::bench::Bench;
use crate::drive;
use crate::limits::writer;
use crate::measured::Measured;
use crate::process::Settings;
use crate::world::{PRACTICE, World};
use anyhow::{Result, bail};
use load::{Kind, Length, Shape};

const CONNECTIONS: usize = 64;

pub(super) async fn measure(bench: &Bench, rows: &mut [Measured]) -> Result<()> {
    let [rate, tail, alone, together] = rows else {
        bail!("the accept rows are four");
    };
    let folder = bench.folder("accept-")?;
    let world = World::make(
        &bench.baton,
        &folder.path().join("data"),
        &Settings::default(),
    )
    .await?;
    let accept = async |connections, seconds| {
        let sends = drive::sends(
            &world,
            Kind::Instant,
            Shape::Tiny,
            PRACTICE,
            drive::fresh_ids(),
        )?;
        let length = Length::For(bench.time(seconds));
        drive::closed(&world, connections, length, sends).await
    };
    // Statements, pages and connections are made once.
    accept(CONNECTIONS, 1.0).await?;
    for _ in bench.each_round("accept") {
        let place = bench.folder("limit-")?;
        let bare = writer::shared(place.path(), 64, bench.time(2.5))?;
        let many = accept(CONNECTIONS, 2.5).await?;
        let place = bench.folder("limit-")?;
        let bare_one = writer::single(place.path(), bench.time(1.5))?;
        let one = accept(1, 1.5).await?;
        rate.add(many.per_second(), bare.rate);
        tail.add(drive::millis(&many, 0.99), bare.p99);
        alone.add(drive::millis(&one, 0.5), bare_one.p50);
        together.add(many.per_second(), one.per_second());
    }
    world.platform.end()
}
