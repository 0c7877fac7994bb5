//! Whether the platform's large attachments still have their bytes.

use super::Check;
use crate::up::PLATFORM_DIR;
use httpkit::entropy::OsEntropy;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};
use store::blob::{BlobError, Blobs, DiskBlobs};

/// A doctor's visit is short. What it had no time for is said.
const TIME: Duration = Duration::from_secs(20);
/// So many damaged ones are named.
const NAMED: usize = 10;

/// Reads the attachments that are kept as files, and compares each with its hash. `None` where no
/// platform keeps any.
pub(super) async fn check(folder: &Path) -> Option<Check> {
    let place = place(folder)?;
    let of = "attachments";
    match look(&place).await {
        Ok(found) => Some(found.check(of, &place)),
        Err(error) => Some(Check::bad(
            of,
            httpkit::problem::chain(&error),
            "check the disk: messages whose attachments it holds can't be delivered",
        )),
    }
}

/// The blobs of an environment's platform, or of a platform's own folder.
fn place(folder: &Path) -> Option<PathBuf> {
    let places = [
        folder.join(PLATFORM_DIR).join("blobs"),
        folder.join("blobs"),
    ];
    places.into_iter().find(|place| place.is_dir())
}

#[derive(Default)]
struct Found {
    whole: usize,
    damaged: Vec<String>,
    all: bool,
}

async fn look(place: &Path) -> Result<Found, BlobError> {
    let blobs = DiskBlobs::open(place, Arc::new(OsEntropy))?;
    let begun = Instant::now();
    let mut found = Found::default();
    for first in 0..=u8::MAX {
        for hash in blobs.beginning_with(first).await? {
            if begun.elapsed() > TIME {
                return Ok(found);
            }
            match blobs.verify(hash).await {
                Ok(()) => found.whole += 1,
                Err(BlobError::Damaged(_)) => found.damaged.push(hash.to_hex()),
                // Its message's time was over while we looked.
                Err(BlobError::Missing(_)) => {}
                Err(error) => return Err(error),
            }
        }
    }
    found.all = true;
    Ok(found)
}

impl Found {
    fn check(&self, of: &'static str, place: &Path) -> Check {
        let seen = self.whole + self.damaged.len();
        let rest = if self.all {
            ""
        } else {
            "; there was no time for the rest"
        };
        if self.damaged.is_empty() {
            return Check::good(of, format!("{seen} files, all as they were written{rest}"));
        }
        let names: Vec<_> = self
            .damaged
            .iter()
            .take(NAMED)
            .map(String::as_str)
            .collect();
        Check::bad(
            of,
            format!(
                "{} of {seen} files in {} have changed since they were written{rest}: {}",
                self.damaged.len(),
                place.display(),
                names.join(", ")
            ),
            "put them back from a backup, or have the senders send the messages again; until then \
             they are not delivered. Check the disk",
        )
    }
}
