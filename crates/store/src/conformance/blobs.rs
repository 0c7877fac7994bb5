//! What every store of blobs must show, whatever it keeps them in.
//!
//! A back end's test file says [`suite!`]`(crate::make)`, where `make()` is a future of
//! `(Arc<dyn Blobs>, kept)`: an empty store, and what must live as long as it. Attributes before
//! `crate::make` are put on every test.

use crate::blob::{BlobError, BlobWriter, Blobs, SealedBlob};
use bytes::Bytes;
use model::Hash;
use std::sync::Arc;
use std::time::Duration;

/// The largest attachment.
const LARGEST: usize = 5 * 1024 * 1024;

/// Makes a `#[tokio::test]` of every function of the suite; see [`crate::conformance::blobs`].
#[macro_export]
macro_rules! blob_conformance_suite {
    (@test [$(#[$attribute:meta])*] $make:path, $name:ident) => {
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        $(#[$attribute])*
        async fn $name() {
            let (blobs, _kept) = $make().await;
            $crate::conformance::blobs::$name(blobs).await;
        }
    };
    (@ $attributes:tt $make:path; $($name:ident,)+) => {
        $($crate::blob_conformance_suite! { @test $attributes $make, $name })+
    };
    ($(#[$attribute:meta])* $make:path) => {
        $crate::blob_conformance_suite! { @ [$(#[$attribute])*] $make;
            what_is_sealed_is_read_back,
            equal_content_is_one_blob,
            a_part_is_read,
            a_large_blob_in_many_pieces_comes_back_whole,
            an_empty_blob_is_a_blob,
            what_is_not_there_is_missing,
            a_dropped_writer_leaves_nothing,
            a_finished_blob_is_not_there_before_it_is_sealed,
            a_blob_that_was_not_finished_is_not_sealed,
            every_blob_is_found_by_its_first_byte,
            more_than_a_thousand_blobs_of_a_share_are_found,
            a_pinned_blob_is_not_reclaimed,
            one_at_a_time_may_reclaim_a_blob,
            a_right_that_is_not_used_deletes_nothing,
            a_writer_waits_for_a_deletion_and_puts_the_blob_back,
            a_deletion_holds_writers_off_until_its_answer_is_dropped,
            what_is_not_there_is_deleted,
            many_writers_at_once_are_all_there,
            writers_of_one_content_at_once_are_all_sealed,
        }
    };
}

#[doc(inline)]
pub use crate::blob_conformance_suite as suite;

/// A store under test.
type Store = Arc<dyn Blobs>;

async fn start(blobs: &Store, pieces: &[&[u8]]) -> Box<dyn BlobWriter> {
    let mut writer = blobs.begin();
    for piece in pieces {
        writer.write(Bytes::copy_from_slice(piece)).await.unwrap();
    }
    writer
}

async fn put(blobs: &Store, pieces: &[&[u8]]) -> SealedBlob {
    let mut writer = start(blobs, pieces).await;
    writer.finish().await.unwrap();
    writer.seal().await.unwrap()
}

/// Bytes that look like chance, other ones for each seed.
fn noise(seed: u8, length: usize) -> Vec<u8> {
    let mut state = u32::from(seed).wrapping_mul(0x9e37_79b9) | 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        state.to_le_bytes()[0]
    };
    (0..length).map(|_| next()).collect()
}

async fn share_of(blobs: &Store, hash: Hash) -> Vec<Hash> {
    blobs.beginning_with(hash.as_bytes()[0]).await.unwrap()
}

pub async fn what_is_sealed_is_read_back(blobs: Store) {
    let sealed = put(&blobs, &[b"hello ", b"world"]).await;
    assert_eq!(sealed.hash, Hash::of(b"hello world"));
    assert_eq!(sealed.size, 11);
    assert_eq!(blobs.read(sealed.hash, 0, 11).await.unwrap(), "hello world");
    assert!(blobs.exists(sealed.hash).await.unwrap());
    blobs.verify(sealed.hash).await.unwrap();
}

pub async fn equal_content_is_one_blob(blobs: Store) {
    let one = put(&blobs, &[b"hello ", b"world"]).await;
    let two = put(&blobs, &[b"hello world"]).await;
    assert_eq!((one.hash, one.size), (two.hash, two.size));
    assert_eq!(share_of(&blobs, one.hash).await, [one.hash]);
    blobs.verify(one.hash).await.unwrap();
}

pub async fn a_part_is_read(blobs: Store) {
    let hash = put(&blobs, &[b"hello world"]).await.hash;
    for (start, length, part) in [
        (0, 5, "hello"),
        (6, 5, "world"),
        (6, 100, "world"),
        (6, u64::MAX, "world"),
        (10, 1, "d"),
        (11, 1, ""),
        (100, 5, ""),
        (0, 0, ""),
    ] {
        let read = blobs.read(hash, start, length).await.unwrap();
        assert_eq!(read, part, "{length} bytes from {start}");
    }
}

pub async fn a_large_blob_in_many_pieces_comes_back_whole(blobs: Store) {
    let bytes = noise(1, LARGEST);
    let pieces: Vec<_> = bytes.chunks(65_521).collect();
    let sealed = put(&blobs, &pieces).await;
    assert_eq!(sealed.size, LARGEST as u64);
    blobs.verify(sealed.hash).await.unwrap();
    assert!(blobs.read(sealed.hash, 0, sealed.size).await.unwrap() == bytes);
    let middle = blobs.read(sealed.hash, 3_000_000, 70_000).await.unwrap();
    assert!(middle == bytes[3_000_000..3_070_000]);
}

pub async fn an_empty_blob_is_a_blob(blobs: Store) {
    let sealed = put(&blobs, &[]).await;
    assert_eq!((sealed.hash, sealed.size), (Hash::of(b""), 0));
    assert!(blobs.exists(sealed.hash).await.unwrap());
    assert_eq!(blobs.read(sealed.hash, 0, 10).await.unwrap(), "");
    blobs.verify(sealed.hash).await.unwrap();
}

pub async fn what_is_not_there_is_missing(blobs: Store) {
    put(&blobs, &[b"another"]).await;
    let hash = Hash::of(b"never written");
    let missing = |error: BlobError| matches!(error, BlobError::Missing(of) if of == hash);
    assert!(!blobs.exists(hash).await.unwrap());
    assert!(missing(blobs.read(hash, 0, 1).await.unwrap_err()));
    assert!(missing(blobs.read(hash, 0, 0).await.unwrap_err()));
    assert!(missing(blobs.verify(hash).await.unwrap_err()));
    assert!(share_of(&blobs, hash).await.is_empty());
}

pub async fn a_dropped_writer_leaves_nothing(blobs: Store) {
    let hash = Hash::of(b"half");
    drop(start(&blobs, &[b"half"]).await);
    let mut finished = start(&blobs, &[b"half"]).await;
    finished.finish().await.unwrap();
    drop(finished);
    drop(blobs.begin());
    assert!(!blobs.exists(hash).await.unwrap());
    assert!(share_of(&blobs, hash).await.is_empty());
}

pub async fn a_finished_blob_is_not_there_before_it_is_sealed(blobs: Store) {
    let hash = Hash::of(b"whole");
    let mut writer = start(&blobs, &[b"whole"]).await;
    writer.finish().await.unwrap();
    assert!(!blobs.exists(hash).await.unwrap());
    writer.seal().await.unwrap();
    assert!(blobs.exists(hash).await.unwrap());
}

pub async fn a_blob_that_was_not_finished_is_not_sealed(blobs: Store) {
    let writer = start(&blobs, &[b"half"]).await;
    let refused = writer.seal().await.err().unwrap();
    assert!(matches!(refused.error, BlobError::Io { .. }));
    assert_eq!(refused.in_doubt, None);
    assert!(!blobs.exists(Hash::of(b"half")).await.unwrap());
}

pub async fn every_blob_is_found_by_its_first_byte(blobs: Store) {
    let mut written = Vec::new();
    for text in ["a", "b", "c"] {
        written.push(put(&blobs, &[text.as_bytes()]).await.hash);
    }
    let mut found = Vec::new();
    for first in 0..=u8::MAX {
        let share = blobs.beginning_with(first).await.unwrap();
        assert!(share.iter().all(|hash| hash.as_bytes()[0] == first));
        found.extend(share);
    }
    written.sort();
    assert_eq!(found, written);
}

pub async fn more_than_a_thousand_blobs_of_a_share_are_found(blobs: Store) {
    let first = 7;
    let texts = (0_u32..).map(|number| number.to_string());
    let texts: Vec<_> = texts
        .filter(|text| Hash::of(text.as_bytes()).as_bytes()[0] == first)
        .take(1_001)
        .collect();
    let mut written: Vec<_> = texts.iter().map(|text| Hash::of(text.as_bytes())).collect();
    for some in texts.chunks(100) {
        let tasks: Vec<_> = some
            .iter()
            .map(|text| {
                let (blobs, text) = (Arc::clone(&blobs), text.clone());
                tokio::spawn(async move { put(&blobs, &[text.as_bytes()]).await.hash })
            })
            .collect();
        for task in tasks {
            task.await.unwrap();
        }
    }
    let mut found = blobs.beginning_with(first).await.unwrap();
    written.sort();
    found.sort();
    assert!(found == written, "{} of {}", found.len(), written.len());
}

pub async fn a_pinned_blob_is_not_reclaimed(blobs: Store) {
    let one = put(&blobs, &[b"x"]).await;
    let two = put(&blobs, &[b"x"]).await;
    let hash = one.hash;
    assert!(blobs.reclaim(hash).await.is_none());
    drop(one);
    assert!(blobs.reclaim(hash).await.is_none(), "one pin is left");
    drop(two);
    assert!(blobs.reclaim(hash).await.is_some());
}

pub async fn one_at_a_time_may_reclaim_a_blob(blobs: Store) {
    let hash = put(&blobs, &[b"x"]).await.hash;
    let right = blobs.reclaim(hash).await.unwrap();
    assert!(blobs.reclaim(hash).await.is_none());
    assert!(
        blobs.reclaim(Hash::of(b"y")).await.is_some(),
        "another blob"
    );
    drop(right);
    assert!(blobs.reclaim(hash).await.is_some());
}

pub async fn a_right_that_is_not_used_deletes_nothing(blobs: Store) {
    let hash = put(&blobs, &[b"x"]).await.hash;
    drop(blobs.reclaim(hash).await.unwrap());
    blobs.verify(hash).await.unwrap();
}

pub async fn a_writer_waits_for_a_deletion_and_puts_the_blob_back(blobs: Store) {
    let hash = put(&blobs, &[b"x"]).await.hash;
    let right = blobs.reclaim(hash).await.unwrap();
    let writer = spawn_put(&blobs, b"x");
    tokio::time::sleep(Duration::from_millis(30)).await;
    assert!(!writer.is_finished());
    drop(right.delete().await.unwrap());
    assert_eq!(writer.await.unwrap(), hash);
    blobs.verify(hash).await.unwrap();
}

pub async fn a_deletion_holds_writers_off_until_its_answer_is_dropped(blobs: Store) {
    let hash = put(&blobs, &[b"x"]).await.hash;
    let right = blobs.reclaim(hash).await.unwrap();
    let deleted = right.delete().await.unwrap();
    let writer = spawn_put(&blobs, b"x");
    tokio::time::sleep(Duration::from_millis(30)).await;
    assert!(!writer.is_finished());
    assert!(!blobs.exists(hash).await.unwrap());
    assert!(blobs.reclaim(hash).await.is_none());
    drop(deleted);
    assert_eq!(writer.await.unwrap(), hash);
    blobs.verify(hash).await.unwrap();
}

fn spawn_put(blobs: &Store, bytes: &'static [u8]) -> tokio::task::JoinHandle<Hash> {
    let blobs = Arc::clone(blobs);
    tokio::spawn(async move { put(&blobs, &[bytes]).await.hash })
}

pub async fn what_is_not_there_is_deleted(blobs: Store) {
    let hash = Hash::of(b"never written");
    for _ in 0..2 {
        drop(blobs.reclaim(hash).await.unwrap().delete().await.unwrap());
    }
    let written = put(&blobs, &[b"x"]).await.hash;
    drop(
        blobs
            .reclaim(written)
            .await
            .unwrap()
            .delete()
            .await
            .unwrap(),
    );
    assert!(!blobs.exists(written).await.unwrap());
    assert!(share_of(&blobs, written).await.is_empty());
}

pub async fn many_writers_at_once_are_all_there(blobs: Store) {
    let tasks: Vec<_> = (0..40_u8)
        .map(|seed| {
            let blobs = Arc::clone(&blobs);
            tokio::spawn(async move {
                let bytes = noise(seed, 200_000);
                let pieces: Vec<_> = bytes.chunks(30_000).collect();
                let sealed = put(&blobs, &pieces).await;
                assert_eq!(sealed.hash, Hash::of(&bytes));
                sealed.hash
            })
        })
        .collect();
    for task in tasks {
        blobs.verify(task.await.unwrap()).await.unwrap();
    }
}

pub async fn writers_of_one_content_at_once_are_all_sealed(blobs: Store) {
    let tasks: Vec<_> = (0..12).map(|_| spawn_put(&blobs, b"the same")).collect();
    for task in tasks {
        assert_eq!(task.await.unwrap(), Hash::of(b"the same"));
    }
    blobs.verify(Hash::of(b"the same")).await.unwrap();
}
