//! P18, and P14 on a full store: a queue of a million messages against one of a thousand.

use super::start;
use crate::bench::Bench;
use crate::client::Connection;
use crate::drive;
use crate::measured::Measured;
use crate::message::Sized;
use crate::process::Settings;
use crate::stats;
use crate::world::{Access, PRACTICE, World};
use anyhow::{Context as _, Result, bail};
use load::{Ids, Kind, Length, Reads, Shape};
use model::Hash;
use serde_json::json;
use std::path::{Path, PathBuf};
use std::time::Instant;
use wire::paths::practice as paths;
use wire::practice::{Claimed, Inbox};

const CONNECTIONS: usize = 64;
/// The messages are spread over so many practices.
const PRACTICES: usize = 10;
/// The short queue: a full page for each practice.
const SHORT: u64 = 1_000;
/// Bytes of the one file in each message that only fills the queue.
const FILLER: usize = 300;
/// The ids of the filling messages, so that a folder that is used again has them.
const SEED: u64 = 18;

pub(super) async fn measure(bench: &Bench, rows: &mut [Measured]) -> Result<()> {
    let [cold, accept, status, next, claim] = rows else {
        bail!("the rows of the backlog are five");
    };
    let count = if bench.quick { 20_000 } else { 1_000_000 };
    let pristine = filled(bench, count).await?;
    bench.progress.step("backlog: copying the full store");
    let folder = bench.folder("backlog-")?;
    let data = folder.path().join("data");
    copy(&pristine, &data)?;
    let access: Access = serde_json::from_slice(&std::fs::read(pristine.join(ACCESS))?)?;
    for _ in bench.each_round("start on the full store") {
        cold.add(
            start::starts(bench, &data, &access).await?,
            start::bare_start(bench)?,
        );
    }
    let mut full = World::again(&bench.baton, &data, access)?;
    full.sign_in_again(&bench.baton).await?;
    let short = World::make(
        &bench.baton,
        &folder.path().join("short"),
        &Settings::default(),
    )
    .await?;
    fill(bench, &short, SHORT).await?;
    for _ in bench.each_round("backlog") {
        accept.add(rate(bench, &full).await?, rate(bench, &short).await?);
        status.add(
            statuses(bench, &full, count).await?,
            statuses(bench, &short, SHORT).await?,
        );
        let (full_next, full_claim) = inbox(&full).await?;
        let (short_next, short_claim) = inbox(&short).await?;
        next.add(full_next, short_next);
        claim.add(full_claim, short_claim);
    }
    accept.remark = Some(format!("{count} against {SHORT} waiting"));
    short.platform.end()?;
    full.platform.end()
}

/// Accepts a second.
async fn rate(bench: &Bench, world: &World) -> Result<f64> {
    let sends = drive::sends(
        world,
        Kind::Instant,
        Shape::Tiny,
        PRACTICE,
        drive::fresh_ids(),
    )?;
    let length = Length::For(bench.time(2.0));
    Ok(drive::closed(world, CONNECTIONS, length, sends)
        .await?
        .per_second())
}

/// Median of a status read, the messages all over the queue.
async fn statuses(bench: &Bench, world: &World, count: u64) -> Result<f64> {
    let ids = Ids::seeded(SEED);
    let spread = (0..5_000).map(|place: u64| ids.id(place.wrapping_mul(7_919) % count));
    let reads = Reads::statuses(spread, &world.access.credentials())?;
    let length = Length::For(bench.time(0.5));
    Ok(drive::millis(
        &drive::closed(world, 1, length, reads).await?,
        0.5,
    ))
}

/// Medians of a page of the inbox, and of a claim of what is on it.
async fn inbox(world: &World) -> Result<(f64, f64)> {
    let mut connection = Connection::open(world.platform.address()).await?;
    let headers = [("Authorization", world.access.session.as_str())];
    let mut pages = Vec::new();
    let mut page = Inbox {
        messages: Vec::new(),
        next: None,
    };
    for _ in 0..100 {
        let began = Instant::now();
        page = connection.get(paths::MESSAGES, &headers).await?.json(200)?;
        pages.push(began.elapsed().as_secs_f64() * 1000.0);
    }
    if page.messages.len() < 100 {
        bail!("the inbox shows {} messages", page.messages.len());
    }
    let mut claims = Vec::new();
    for message in &page.messages {
        let path = |template: &str| template.replace("{messageRef}", &message.message_ref);
        let began = Instant::now();
        let answer = connection
            .post(&path(paths::CLAIM), &headers, &json!({ "mode": "review" }))
            .await?;
        claims.push(began.elapsed().as_secs_f64() * 1000.0);
        let claimed: Claimed = answer.json(200)?;
        // Given back, so that the next round finds the same page.
        let fence = json!({ "fence": claimed.fence });
        connection
            .post(&path(paths::RELEASE), &headers, &fence)
            .await?
            .expect(200)?;
    }
    Ok((stats::median(&pages), stats::median(&claims)))
}

/// Who may call, beside the data of a store that is kept.
const ACCESS: &str = "access.json";

/// A folder with so many messages waiting, kept from run to run until the schema changes.
async fn filled(bench: &Bench, count: u64) -> Result<PathBuf> {
    let migrations = crate::baton::repository().join("crates/store-sqlite/migrations/CHECKSUMS");
    let schema = std::fs::read(&migrations).context("the schema's checksums")?;
    let key = Hash::of(&schema).to_hex();
    let key = key.get(..12).unwrap_or_default();
    let prefix = format!("backlog-{count}-");
    let kept = bench.out().join(format!("{prefix}{key}"));
    if kept.join(ACCESS).is_file() {
        return Ok(kept);
    }
    // Those of other schemas, and one that was broken off.
    for entry in std::fs::read_dir(bench.out())? {
        let entry = entry?;
        if entry.file_name().to_string_lossy().starts_with(&prefix) {
            std::fs::remove_dir_all(entry.path())?;
        }
    }
    bench
        .progress
        .say(&format!("filling a store with {count} messages, once"));
    let making = bench.folder("filling-")?;
    let data = making.path().join("data");
    let world = World::make(&bench.baton, &data, &Settings::default()).await?;
    fill(bench, &world, count).await?;
    let access = world.access.clone();
    world.platform.end()?;
    std::fs::write(data.join(ACCESS), serde_json::to_vec(&access)?)?;
    std::fs::rename(&data, &kept)?;
    Ok(kept)
}

/// Sends so many messages to the practices in turn.
async fn fill(bench: &Bench, world: &World, count: u64) -> Result<()> {
    let mut practices = vec![PRACTICE.to_owned()];
    for number in practices.len()..PRACTICES {
        let code = format!("BENCH{number:03}");
        let words = ["practice", "add", &code, "A practice of the bench"];
        bench.baton.operate(world.platform.storage(), &words)?;
        practices.push(code);
    }
    let credentials = world.access.credentials();
    let messages = Sized::new(FILLER, &practices, Ids::seeded(SEED), &credentials)?;
    drive::closed(world, CONNECTIONS, Length::Count(count), messages).await?;
    Ok(())
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    std::fs::create_dir(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let place = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &place)?;
        } else {
            std::fs::copy(entry.path(), &place)?;
        }
    }
    Ok(())
}
