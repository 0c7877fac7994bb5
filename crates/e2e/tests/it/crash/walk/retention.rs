//! The end of retention, killed at every point: no content stays behind, no status is lost, and what the
//! record has stays there.

use super::block_on;
use crate::crash::count;
use crate::crash::files_in;
use crate::crash::parcel::Parcel;
use crate::crash::setting::{Setting, Template, Who};
use crate::crash::story::{self, Sent};
use crate::world::samples::pdf_of;
use faultpoint::Point;
use serde_json::Value;
use std::path::Path;
use std::time::Duration;
use tokio::time::Instant;

/// Small enough for the database.
const NOTE: &[u8] = b"A small note that must go after a month.\n";
const LIMIT: Duration = Duration::from_secs(60);
/// Beyond it, commits only tell that time goes by.
const MOST_HITS: u64 = 12;
const PAUSE: Duration = Duration::from_millis(20);

/// Messages in the record, two of which share a file, a month before their content goes.
struct Before {
    template: Template,
    sent: Sent,
    statuses: Vec<Value>,
}

#[test]
fn a_kill_at_the_end_of_retention_leaves_no_content_and_loses_no_status() {
    let before = &block_on(prepare());
    std::thread::scope(|scope| {
        for point in [
            Point::Commit,
            Point::Committed,
            Point::BlobDelete,
            Point::BlobDeleted,
        ] {
            scope.spawn(move || walk_along(before, point));
        }
    });
}

/// Kills at the first hit, the second, and so on until there is none. Two blobs go, in several commits.
fn walk_along(before: &Before, point: Point) {
    let survived = (1..=MOST_HITS).find(|&hit| !block_on(run(before, point, hit)));
    let kills = survived.map_or(MOST_HITS, |hit| hit - 1);
    println!("killed at {point}: {kills} times");
    assert!(kills >= 2, "{point}");
}

async fn prepare() -> Before {
    let mut setting = Setting::whole("commit=delay:0s").await;
    let token = story::permission(&mut setting).await;
    let (one, shared) = (pdf_of(90_000, 1), pdf_of(80_000, 2));
    let first = Parcel::with(vec![one, shared.clone()], true);
    let second = Parcel::with(vec![shared], true);
    let third = Parcel::with(vec![NOTE.to_vec()], true);
    let parcels = [first, second, third];
    for parcel in &parcels {
        story::send(&mut setting, &token, parcel, 200).await;
    }
    let sent = Sent::of(parcels);
    story::count(&mut setting, &sent).await;
    let mut statuses = Vec::new();
    for message in &sent.accepted {
        statuses.push(setting.integrator.status(&message.id).await);
    }
    assert!(setting.end());
    Before {
        template: Template::of(setting),
        sent,
        statuses,
    }
}

/// Whether it was killed.
async fn run(before: &Before, point: Point, hit: u64) -> bool {
    let plan = format!("{point}=kill@{hit}");
    let mut setting = Setting::start(Who::Whole, &[&plan], Some(&before.template)).await;
    while !setting.advance("31d").await {
        setting.revive().await;
    }
    gone(&mut setting).await;
    if !setting.end() {
        setting.start_again().await;
        gone(&mut setting).await;
        assert!(setting.end());
    }
    setting.start_again().await;
    for (message, status) in before.sent.accepted.iter().zip(&before.statuses) {
        assert_eq!(setting.integrator.status(&message.id).await, *status);
    }
    let instant: Vec<_> = before.sent.accepted.iter().collect();
    count::whole(&setting.records, &instant).await;
    assert!(setting.end());
    count::sound(&setting.platform_folder().join("platform.sqlite"));
    setting.deaths > 0
}

/// Waits until there is no blob, and nothing of the note in the database and its write-ahead log.
async fn gone(setting: &mut Setting) {
    let end = Instant::now() + LIMIT;
    loop {
        let mut left = files_in(&setting.platform_folder().join("blobs"));
        let databases = files_in(&setting.platform_folder());
        left.extend(databases.into_iter().filter(|file| holds_the_note(file)));
        if left.is_empty() {
            return;
        }
        assert!(Instant::now() < end, "content stays in {left:?}");
        setting.revive().await;
        tokio::time::sleep(PAUSE).await;
    }
}

fn holds_the_note(file: &Path) -> bool {
    let bytes = std::fs::read(file).unwrap_or_default();
    bytes.windows(NOTE.len()).any(|window| window == NOTE)
}
