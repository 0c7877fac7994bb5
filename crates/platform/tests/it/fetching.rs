//! Fetching attachments: whole, in part, not again, and never other bytes than were sent.

use crate::actors::Toolbar;
use crate::faults::set;
use crate::sample::{ID, OKAFOR, base64, pdf_of, standard};
use crate::world::{Answer, RIVERSIDE, World};
use axum::http::Method;
use model::Hash;
use serde_json::{Value, json};
use wire::paths::{operator, practice as paths};

struct Shelf {
    world: World,
    toolbar: Toolbar,
    reference: String,
}

/// A practice with one message whose attachments these are: type and bytes.
async fn shelf(files: &[(&str, &[u8])]) -> Shelf {
    let world = World::new().await;
    let partner = world.integrator("Pharmacy First").await;
    let toolbar = Toolbar::signed_in(&world, RIVERSIDE, 1, OKAFOR).await;
    let mut message = standard();
    let file = |(place, (kind, bytes)): (usize, &(&str, &[u8]))| json!({ "mimeType": kind, "fileName": format!("{place}.bin"), "content": base64(bytes) });
    let files: Vec<Value> = files.iter().enumerate().map(file).collect();
    set(&mut message, "/attachments", files.into());
    let sent = partner.send(&world, &message).await;
    assert_eq!(sent.status.as_u16(), 200, "{}", sent.text());
    let reference = toolbar.reference(&world, ID).await.unwrap();
    Shelf {
        world,
        toolbar,
        reference,
    }
}

impl Shelf {
    async fn fetch(&self, index: usize, headers: &[(&'static str, &str)]) -> Answer {
        let path = paths::ATTACHMENT
            .replace("{messageRef}", &self.reference)
            .replace("{index}", &index.to_string());
        let mut request = self.toolbar.calling(Method::GET, &path, "");
        for (name, value) in headers {
            request.headers_mut().append(*name, value.parse().unwrap());
        }
        self.world.call(request).await
    }
}

/// Bytes of every value, after a JPEG's beginning.
fn jpeg_of(size: usize) -> Vec<u8> {
    let head = [0xFF, 0xD8, 0xFF, 0xE0];
    let bytes = (0..size).map(|n| u8::try_from(n * 31 % 256).unwrap());
    head.into_iter().chain(bytes).take(size).collect()
}

#[tokio::test]
async fn every_attachment_comes_back_byte_for_byte_under_its_hash() {
    let consultation = "text/vnd.qxlva.conneqt.consultation";
    let files: [(&str, &[u8]); 5] = [
        ("application/pdf", &pdf_of(100)),
        ("image/jpeg", &jpeg_of(64 * 1024)),
        ("image/jpeg", &jpeg_of(64 * 1024 + 1)),
        ("text/plain", "Café 😀\r\n".as_bytes()),
        (consultation, &pdf_of(3 * 1024 * 1024)),
    ];
    let shelf = shelf(&files).await;
    let detail = shelf.toolbar.detail(&shelf.world, &shelf.reference).await;
    for (index, (kind, bytes)) in files.into_iter().enumerate() {
        let answer = shelf.fetch(index, &[]).await;
        assert_eq!(answer.status.as_u16(), 200);
        assert!(answer.bytes == bytes, "attachment {index}");
        let hash = Hash::of(bytes).to_hex();
        assert_eq!(answer.header("etag"), format!("\"{hash}\""));
        assert_eq!(answer.header("content-type"), kind);
        assert_eq!(answer.header("accept-ranges"), "bytes");
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert!(answer.header("cache-control").contains("no-store"));
        let shown = &detail.attachments[index];
        assert_eq!(
            (shown.sha256.as_str(), shown.size),
            (hash.as_str(), bytes.len() as u64)
        );
    }
    assert_eq!(
        shelf.world.blob_files().len(),
        2,
        "small ones live in the row"
    );
}

#[tokio::test]
async fn what_the_toolbar_has_is_not_sent_again() {
    let shelf = shelf(&[("application/pdf", &pdf_of(90_000))]).await;
    let tag = shelf.fetch(0, &[]).await.header("etag").to_owned();
    let weak = format!("W/{tag}");
    let list = format!("\"x\", {tag}");
    for given in [tag.as_str(), "*", &weak, &list] {
        let answer = shelf.fetch(0, &[("if-none-match", given)]).await;
        assert_eq!(answer.status.as_u16(), 304, "{given}");
        assert!(answer.bytes.is_empty());
        assert_eq!(answer.header("etag"), tag);
    }
    for given in ["\"x\"", "", tag.trim_matches('"')] {
        let answer = shelf.fetch(0, &[("if-none-match", given)]).await;
        assert_eq!(answer.status.as_u16(), 200, "{given}");
    }
}

#[tokio::test]
async fn a_part_is_sent_when_a_part_is_asked_for() {
    for size in [1_000, 90_000] {
        let bytes = pdf_of(size);
        let shelf = shelf(&[("application/pdf", &bytes)]).await;
        let tag = shelf.fetch(0, &[]).await.header("etag").to_owned();
        let parts = [
            ("bytes=0-0", 0, 1),
            ("bytes=10-19", 10, 20),
            ("bytes=900-", 900, size),
            ("bytes=-5", size - 5, size),
            ("bytes=0-99999999", 0, size),
        ];
        for (range, start, end) in parts {
            for headers in [
                vec![("range", range)],
                vec![("range", range), ("if-range", tag.as_str())],
            ] {
                let answer = shelf.fetch(0, &headers).await;
                assert_eq!(answer.status.as_u16(), 206, "{range}");
                assert_eq!(answer.bytes, &bytes[start..end], "{range}");
                assert_eq!(
                    answer.header("content-range"),
                    format!("bytes {start}-{}/{size}", end - 1)
                );
                assert_eq!(answer.header("etag"), tag);
            }
            let other = shelf
                .fetch(0, &[("range", range), ("if-range", "\"other\"")])
                .await;
            assert_eq!(
                (other.status.as_u16(), other.bytes.len()),
                (200, size),
                "{range}"
            );
        }
        let past_the_end = format!("bytes={size}-");
        for range in [past_the_end.as_str(), "bytes=-0"] {
            let answer = shelf.fetch(0, &[("range", range)]).await;
            assert_eq!(answer.status.as_u16(), 416, "{range}");
            assert_eq!(answer.header("content-range"), format!("bytes */{size}"));
            assert!(answer.bytes.is_empty());
        }
    }
}

#[tokio::test]
async fn a_damaged_blob_is_never_delivered() {
    let whole = pdf_of(90_000);
    let mut flipped = whole.clone();
    flipped[19_999] ^= 1;
    let damages: [Option<&[u8]>; 5] = [
        Some(&flipped),
        Some(&whole[..19_999]),
        Some(b""),
        Some(&pdf_of(90_001)),
        None,
    ];
    for (case, damage) in damages.into_iter().enumerate() {
        let shelf = shelf(&[("application/pdf", &whole), ("text/plain", b"fine")]).await;
        let file = shelf.world.blob_files().remove(0);
        match damage {
            Some(bytes) => std::fs::write(&file, bytes).unwrap(),
            None => std::fs::remove_file(&file).unwrap(),
        }
        // What stands beyond the length that was sent is never read, so it does no harm.
        if damage.is_some_and(|bytes| bytes.starts_with(&whole)) {
            assert!(shelf.fetch(0, &[]).await.bytes == whole);
            continue;
        }
        for headers in [vec![], vec![("range", "bytes=0-9")]] {
            let answer = shelf.fetch(0, &headers).await;
            assert_eq!(
                answer.refused(),
                (404, "not-found".to_owned()),
                "case {case}"
            );
            assert!(!answer.text().contains("%PDF"));
        }
        assert_eq!(shelf.fetch(1, &[]).await.bytes, b"fine");
        let metrics = shelf
            .toolbar
            .get(&shelf.world, operator::METRICS)
            .await
            .text();
        assert!(metrics.contains("baton_damaged_blobs_total 2"), "{metrics}");
    }
}
