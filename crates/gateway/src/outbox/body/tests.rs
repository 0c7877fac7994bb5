//! The JSON, read back as the platform reads it.

use super::*;
use async_trait::async_trait;
use futures_util::StreamExt as _;
use jiff::{SignedDuration, Timestamp};
use model::attachment::{Attachment, Kind as FileKind};
use model::coded_data::{CodedItem, Number};
use model::message::BodyType;
use model::outbox::{Bucket, State};
use model::{ClientMessageId, FileName, NhsNumber, OdsCode, SnomedCode};
use proptest::prelude::*;
use std::sync::atomic::{AtomicUsize, Ordering};
use store::Result;
use store::gateway::{Content, Stored, StoredFile};
use wire::partner::SendMessage;

/// Pieces in memory, cut as the test says; counts how many bytes were given out.
struct Cut {
    files: Vec<Vec<u8>>,
    piece: usize,
    given: AtomicUsize,
}

#[async_trait]
impl Pieces for Cut {
    async fn begin(&self, _: UploadId, _: Timestamp) -> Result<()> {
        Ok(())
    }
    async fn put(&self, _: UploadId, _: u32, _: u32, _: Bytes) -> Result<()> {
        Ok(())
    }
    async fn get(&self, _: UploadId, part: u32, number: u32) -> Result<Option<Bytes>> {
        let file = &self.files[part as usize];
        let piece = file.chunks(self.piece).nth(number as usize);
        let piece = piece.map(Bytes::copy_from_slice);
        let length = piece.as_ref().map_or(0, Bytes::len);
        self.given.fetch_add(length, Ordering::SeqCst);
        Ok(piece)
    }
    async fn abandon(&self, _: UploadId) -> Result<()> {
        Ok(())
    }
    async fn sweep(&self, _: Timestamp, _: u32) -> Result<u64> {
        Ok(0)
    }
}

fn claimed(files: &[Vec<u8>], coded_data: Vec<CodedItem>, body: Option<Body>) -> Claimed {
    let then: Timestamp = "2026-11-21T12:00:00Z".parse().unwrap();
    let stored = |(part, bytes): (usize, &Vec<u8>)| StoredFile {
        part: u32::try_from(part).unwrap(),
        attachment: Attachment {
            kind: FileKind::Text,
            file_name: FileName::parse(&format!("letter \u{e9} {part}.txt")).unwrap(),
            size: bytes.len() as u64,
            hash: Hash::of(bytes),
        },
    };
    Claimed {
        message: Stored {
            id: ClientMessageId(uuid::Uuid::from_u128(7)),
            number: 1,
            kind: Kind::Instant,
            user: None,
            topic: "Discharge".to_owned(),
            to: OdsCode::parse("GPPRAC001").unwrap(),
            subject: NhsNumber::parse("9547852140").unwrap(),
            entered_at: then,
            expires_at: then + SignedDuration::from_hours(24),
            state: State::Sending,
            blocked: false,
            changed_at: then,
            due_at: then,
            tries: 1,
            problem: None,
            accepted_at: None,
            standing: None,
            look_at: None,
            bucket: Bucket::Queued,
            has_content: true,
        },
        fence: 1,
        upload: UploadId(uuid::Uuid::from_u128(8)),
        content: Content {
            body,
            files: files.iter().enumerate().map(stored).collect(),
            coded_data,
        },
    }
}

/// The body as it goes out, unless it breaks off; and why.
async fn send(claimed: &Claimed, pieces: Cut) -> (Option<Vec<u8>>, u64, Option<Unreadable>) {
    let outgoing = outgoing(Arc::new(pieces), claimed).unwrap();
    let length = outgoing.message.length;
    let mut body = pieces_of(outgoing.message.body);
    let mut whole = Vec::new();
    while let Some(piece) = body.next().await {
        match piece {
            Ok(piece) => whole.extend_from_slice(&piece),
            Err(()) => return (None, length, outgoing.fault.get().copied()),
        }
    }
    (Some(whole), length, outgoing.fault.get().copied())
}

/// A body's pieces.
fn pieces_of(
    body: reqwest::Body,
) -> impl futures_util::Stream<Item = std::result::Result<Bytes, ()>> + Unpin {
    Box::pin(
        axum::body::Body::new(body)
            .into_data_stream()
            .map(|piece| piece.map_err(|_| ())),
    )
}

fn cut(files: &[Vec<u8>], piece: usize) -> Cut {
    Cut {
        files: files.to_vec(),
        piece,
        given: AtomicUsize::new(0),
    }
}

#[tokio::test]
async fn the_platform_reads_what_was_entered() {
    let files = [b"one".to_vec(), vec![b'x'; 1_000]];
    let coded = CodedItem {
        code: SnomedCode::parse("22298006").unwrap(),
        value: Number::parse("37.50"),
        unit: Some("Cel".to_owned()),
        additional_text: None,
    };
    let body = Body {
        kind: BodyType::Plain,
        content: "a \"quoted\" word\n".to_owned(),
    };
    let claimed = claimed(&files, vec![coded], Some(body));
    let (json, length, fault) = send(&claimed, cut(&files, 100)).await;
    let json = json.unwrap();
    assert_eq!((json.len() as u64, fault), (length, None));
    // Every digit as it was written.
    let text = std::str::from_utf8(&json).unwrap();
    assert!(text.contains("\"value\":37.50,"), "{text}");
    let read: SendMessage = serde_json::from_slice(&json).unwrap();
    assert_eq!(read.message_id, claimed.message.id.to_string());
    assert_eq!(read.kind, INSTANT_TYPE);
    assert_eq!(read.recipient.id.kind, "OdsOrganisationId");
    assert_eq!(read.recipient.id.value, "GPPRAC001");
    assert_eq!(read.subject.id.value, "9547852140");
    assert_eq!(read.topic, "Discharge");
    assert_eq!(
        read.expiry_date_time.as_deref(),
        Some("2026-11-22T12:00:00Z")
    );
    assert_eq!(read.body.unwrap().content, "a \"quoted\" word\n");
    assert_eq!(read.coded_data_items[0].unit.as_deref(), Some("Cel"));
    assert_eq!(read.attachments.len(), 2);
    for (attachment, bytes) in read.attachments.iter().zip(&files) {
        assert_eq!(&BASE64_STANDARD.decode(&attachment.content).unwrap(), bytes);
    }
    assert_eq!(read.attachments[1].file_name, "letter \u{e9} 1.txt");
    // Nothing is written that the contract does not name: what is read and written again is the same.
    let again: serde_json::Value =
        serde_json::to_value(serde_json::from_slice::<SendMessage>(&json).unwrap()).unwrap();
    assert_eq!(
        again,
        serde_json::from_slice::<serde_json::Value>(&json).unwrap()
    );
}

#[tokio::test]
async fn entered_anew_without_an_end_of_its_own_it_is_the_same_to_the_platform() {
    let mut first = claimed(&[b"letter".to_vec()], Vec::new(), None);
    first.message.expires_at = first.message.entered_at + DEFAULT_EXPIRY;
    let mut again = claimed(&[b"letter".to_vec()], Vec::new(), None);
    again.message.entered_at += SignedDuration::from_hours(5);
    again.message.expires_at = again.message.entered_at + DEFAULT_EXPIRY;
    let (first, ..) = send(&first, cut(&[b"letter".to_vec()], 100)).await;
    let (again, ..) = send(&again, cut(&[b"letter".to_vec()], 100)).await;
    assert_eq!(first, again);
    let read: SendMessage = serde_json::from_slice(&first.unwrap()).unwrap();
    assert_eq!(read.expiry_date_time, None);
}

#[tokio::test]
async fn content_that_changed_never_goes_out_whole() {
    let entered = [vec![b'a'; 700]];
    let claimed = claimed(&entered, Vec::new(), None);
    let changed = |bytes: Vec<u8>| cut(&[bytes], 64);
    let mut one_other = entered[0].clone();
    one_other[699] = b'b';
    for bytes in [
        one_other,
        vec![b'a'; 699],
        vec![b'a'; 701],
        vec![b'a'; 800],
        Vec::new(),
    ] {
        let (json, _, fault) = send(&claimed, changed(bytes)).await;
        assert_eq!((json, fault), (None, Some(Unreadable::Changed)));
    }
}

#[tokio::test]
async fn no_more_is_read_than_is_sent() {
    let files = [vec![b'a'; 50_000], vec![b'b'; 50_000]];
    let claimed = claimed(&files, Vec::new(), None);
    let pieces = Arc::new(cut(&files, 1_000));
    let outgoing = outgoing(pieces.clone(), &claimed).unwrap();
    let mut body = pieces_of(outgoing.message.body);
    let mut sent = 0;
    while let Some(piece) = body.next().await {
        sent += piece.unwrap().len();
        let given = pieces.given.load(Ordering::SeqCst);
        assert!(given * 4 / 3 <= sent + 8_000, "{given} read, {sent} sent");
    }
}

proptest! {
    #[test]
    fn any_bytes_in_any_pieces_come_back(
        files in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 1..200), 1..4),
        piece in 1_usize..50,
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let claimed = claimed(&files, Vec::new(), None);
        let (json, length, fault) = runtime.block_on(send(&claimed, cut(&files, piece)));
        let json = json.unwrap();
        prop_assert_eq!((json.len() as u64, fault), (length, None));
        let read: SendMessage = serde_json::from_slice(&json).unwrap();
        for (attachment, bytes) in read.attachments.iter().zip(&files) {
            prop_assert_eq!(&BASE64_STANDARD.decode(&attachment.content).unwrap(), bytes);
        }
    }
}
