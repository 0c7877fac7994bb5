//! Whether every large attachment that a message names is there, and still has its bytes.

use super::Check;
use crate::storage::Place;
use crate::storage::rows::Rows;
use model::Hash;
use std::collections::BTreeSet;
use std::time::{Duration, Instant};
use store::blob::{BlobError, Blobs};

/// A doctor's visit is short. What it had no time for is said.
const TIME: Duration = Duration::from_secs(20);
/// So many missing or damaged ones are named.
const NAMED: usize = 10;
/// So many names are asked for at once.
const PAGE: u32 = 10_000;

const OF: &str = "attachments";

/// Compares the blobs with what the rows name, and each that there is time for with its hash.
pub(super) async fn check(place: &Place, rows: Option<&Rows>) -> Check {
    let blobs = match place.blobs().await {
        Ok(blobs) => blobs,
        Err(error) => return unreadable(place, &format!("{error:#}")),
    };
    match look(&*blobs, rows).await {
        Ok(found) => found.check(place),
        Err(error) => unreadable(place, &format!("{error:#}")),
    }
}

fn unreadable(place: &Place, why: &str) -> Check {
    Check::bad(
        OF,
        format!("{}: {why}", place.blobs.shown()),
        "mend that first: messages whose attachments are there can't be delivered",
    )
}

#[derive(Default)]
struct Found {
    /// Compared with their hash.
    whole: usize,
    damaged: Vec<String>,
    missing: Vec<String>,
    /// How many the rows name, as far as there was time.
    named: usize,
    all: bool,
}

async fn look(blobs: &dyn Blobs, rows: Option<&Rows>) -> anyhow::Result<Found> {
    let begun = Instant::now();
    let mut found = Found::default();
    let mut names = Names::of(rows);
    for first in 0..=u8::MAX {
        // Names first: what is stored meanwhile is then not taken for missing.
        let named = names.beginning_with(first).await?;
        let there: BTreeSet<_> = blobs.beginning_with(first).await?.into_iter().collect();
        found.named += named.len();
        for hash in named {
            if !there.contains(&hash) && is_missing(blobs, rows, hash).await? {
                found.missing.push(hash.to_hex());
            }
        }
        for hash in there {
            if begun.elapsed() > TIME {
                return Ok(found);
            }
            match blobs.verify(hash).await {
                Ok(()) => found.whole += 1,
                Err(BlobError::Damaged(_)) => found.damaged.push(hash.to_hex()),
                // Its message's time was over while we looked.
                Err(BlobError::Missing(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }
    found.all = true;
    Ok(found)
}

/// Whether a message still names it, and it is not there either.
async fn is_missing(blobs: &dyn Blobs, rows: Option<&Rows>, hash: Hash) -> anyhow::Result<bool> {
    match rows {
        Some(rows) => Ok(rows.names_blob(hash).await? && !blobs.exists(hash).await?),
        None => Ok(false),
    }
}

/// The names in the rows, in their order, a share at a time.
struct Names<'a> {
    rows: Option<&'a Rows>,
    read: Vec<Hash>,
    next: usize,
}

impl<'a> Names<'a> {
    fn of(rows: Option<&'a Rows>) -> Self {
        Self {
            rows,
            read: Vec::new(),
            next: 0,
        }
    }

    /// Those that begin with a byte. Asked for in order.
    async fn beginning_with(&mut self, first: u8) -> anyhow::Result<Vec<Hash>> {
        let mut share = Vec::new();
        let Some(rows) = self.rows else {
            return Ok(share);
        };
        loop {
            if self.next == self.read.len() {
                let after = self.read.last().copied();
                self.read = rows.named_blobs(after, PAGE).await?;
                self.next = 0;
            }
            match self.read.get(self.next) {
                Some(hash) if hash.as_bytes().first() == Some(&first) => {
                    share.push(*hash);
                    self.next += 1;
                }
                _ => return Ok(share),
            }
        }
    }
}

impl Found {
    fn check(&self, place: &Place) -> Check {
        let seen = self.whole + self.damaged.len();
        let rest = if self.all {
            ""
        } else {
            "; there was no time for the rest"
        };
        if self.damaged.is_empty() && self.missing.is_empty() {
            return Check::good(
                OF,
                format!(
                    "{seen} blobs, all as they were written{rest}; messages name {}",
                    self.named
                ),
            );
        }
        let mut wrong = Vec::new();
        for (hashes, what) in [
            (&self.missing, "that messages name are missing"),
            (&self.damaged, "have changed since they were written"),
        ] {
            if !hashes.is_empty() {
                let some: Vec<_> = hashes.iter().take(NAMED).map(String::as_str).collect();
                wrong.push(format!("{} {what}: {}", hashes.len(), some.join(", ")));
            }
        }
        Check::bad(
            OF,
            format!("in {}, {}{rest}", place.blobs.shown(), wrong.join("; ")),
            "put them back from a backup, or have the senders send the messages again; until then \
             they are not delivered. Check the disk",
        )
    }
}
