//! How much is taken, and how much of it is ever in memory.

use super::desk::{Desk, MULTIPART, Outcome, apart, parts, whole};
use super::{message, names, pdf};
use axum::body::{Body, Bytes};
use futures_util::stream;
use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

const MIB: usize = 1024 * 1024;

#[test]
fn a_file_may_have_five_mebibytes_and_a_message_ten_files() {
    let desk = Desk::new();
    let mut files: Vec<_> = (0..12)
        .map(|number| pdf(&format!("{number}.pdf"), b""))
        .collect();
    files[3].bytes.resize(5 * MIB, b' ');
    files[5].bytes.resize(5 * MIB + 1, b' ');
    let parts = names(&desk.read_parts(&message(), &files, &[70_000]));
    assert_eq!(names(&desk.read_json(&message(), &files, &[70_000])), parts);
    let told: Vec<_> = parts.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(told, ["files", "files[5].content"]);
    files.truncate(5);
    let outcome = desk.read_parts(&message(), &files, &[70_000]);
    assert!(matches!(outcome, Outcome::Good(_)), "{outcome:?}");
}

#[test]
fn a_body_over_the_limit_ends_at_once() {
    let desk = Desk::new();
    let first = apart(&message(), &[]);
    let endless = stream::repeat(Bytes::from(vec![b'x'; MIB]));
    let pieces = stream::iter([Bytes::from(first)]);
    let pieces = futures_util::StreamExt::chain(pieces, endless);
    let pieces = futures_util::StreamExt::map(pieces, Ok::<_, Infallible>);
    let outcome = desk.send(MULTIPART, Body::from_stream(pieces));
    assert_eq!(outcome.err().unwrap().kind().status(), 413);
}

#[test]
fn headers_without_an_end_and_bodies_without_a_part_are_not_collected() {
    for start in ["----a-boundary\r\nx: ", ""] {
        let taken = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&taken);
        let pieces = stream::iter((0..80).map(move |number| {
            let start = if number == 0 { start } else { "" };
            counted.fetch_add(MIB, Ordering::Relaxed);
            Ok::<_, Infallible>([start.as_bytes(), &vec![b'x'; MIB]].concat())
        }));
        let outcome = Desk::new().send(MULTIPART, Body::from_stream(pieces));
        let refusal = outcome.err().unwrap();
        assert_eq!(refusal.kind().status(), 400);
        assert!(format!("{refusal:?}").contains("headers of a part are too long"));
        // The rest was read and thrown away, so that the answer is read.
        assert_eq!(taken.load(Ordering::Relaxed), 80 * MIB);
    }
}

#[test]
fn a_fast_sender_is_never_far_ahead_of_what_is_written() {
    let files: Vec<_> = (0..4)
        .map(|number| {
            let mut file = pdf(&format!("{number}.pdf"), b"");
            file.bytes.resize(5 * MIB, b' ');
            file
        })
        .collect();
    for (kind, body) in [
        (MULTIPART, apart(&message(), &files)),
        (
            "application/json",
            whole(&message(), &files).to_string().into_bytes(),
        ),
    ] {
        let desk = Desk::new();
        let written = Arc::clone(&desk.written);
        let furthest = Arc::new(AtomicUsize::new(0));
        let seen = Arc::clone(&furthest);
        let mut sent = 0;
        // Base64 has a third more bytes than what is written of it.
        let worth = if kind == MULTIPART { 1.0 } else { 0.75 };
        let pieces: Vec<_> = body.chunks(60_000).map(<[u8]>::to_vec).collect();
        let pieces = stream::iter(pieces.into_iter().map(move |piece| {
            sent += piece.len();
            #[expect(
                clippy::cast_precision_loss,
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "a rough figure"
            )]
            let worth = (sent as f64 * worth) as usize;
            seen.fetch_max(
                worth.saturating_sub(written.load(Ordering::Relaxed)),
                Ordering::Relaxed,
            );
            Ok::<_, Infallible>(Bytes::from(piece))
        }));
        let read = desk.send(kind, Body::from_stream(pieces)).ok().unwrap();
        assert!(read.faults.is_empty());
        let furthest = furthest.load(Ordering::Relaxed);
        assert!(furthest < MIB / 2, "{kind}: {furthest} bytes");
    }
}

#[test]
fn another_type_another_coding_and_no_boundary_are_refused() {
    let desk = Desk::new();
    for (kind, status) in [
        ("text/plain", 415),
        ("multipart/mixed; boundary=x", 415),
        ("multipart/form-data", 400),
        ("multipart/form-data; boundary=", 400),
    ] {
        let outcome = desk.send(kind, Body::empty());
        assert_eq!(outcome.err().unwrap().kind().status(), status, "{kind}");
    }
}

#[test]
fn a_body_that_is_no_form_is_refused_in_words_of_ours() {
    let desk = Desk::new();
    let part = "Content-Disposition: form-data; name=\"message\"";
    let cut_short = parts(&[(part, b"{}")]);
    let cut_short = &cut_short[..cut_short.len() - 8];
    let json = parts(&[(part, b"{\n  secret")]);
    for (body, words) in [
        (cut_short, "which also ends the last one"),
        (b"".as_slice(), "which also ends the last one"),
        (
            b"----a-boundary\r\nsecret\r\n\r\n",
            "headers of a part cannot be read",
        ),
        (&json, "In the part 'message': "),
    ] {
        let Outcome::Refused(status, told) = desk.read(MULTIPART, &[body]) else {
            panic!("it was read");
        };
        assert_eq!(status, 400);
        assert!(told.contains(words) && !told.contains("secret"), "{told}");
    }
}

#[test]
fn writers_that_keep_nothing_do_for_looking_and_for_nothing_else() {
    let desk = Desk::new();
    let body = apart(&message(), &[pdf("a.pdf", b"")]);
    let mut headers = axum::http::HeaderMap::new();
    headers.insert("content-type", MULTIPART.parse().unwrap());
    let mut turn = desk.turn();
    let nowhere = crate::nowhere();
    let now = super::desk::now();
    let reading = crate::gateway::read(&headers, Body::from(body), &mut turn, &nowhere, now);
    let read = desk.runtime.block_on(reading).ok().unwrap();
    let (_, kept) = read.complete().ok().unwrap();
    for kept in kept {
        let crate::Kept::Large(writer) = kept else {
            panic!("a content stayed in memory");
        };
        assert!(desk.runtime.block_on(writer.seal()).is_err());
    }
}
