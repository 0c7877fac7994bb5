//! Properties of reading a message: pieces, order and noise change nothing that they should not.

use crate::{Begin, Budget, Endpoint, Faults, Kept, LargeBodies, MESSAGE, read_body, read_message};
use axum::body::{Body, Bytes};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures_util::stream;
use httpkit::metrics::Metrics;
use model::Hash;
use model::entropy::SeededEntropy;
use proptest::prelude::*;
use serde_json::{Value, json};
use std::convert::Infallible;
use std::sync::{Arc, Mutex};
use store::blob::{BlobError, BlobWriter, Blobs as _, DiskBlobs, NotSealed, SealedBlob};
use wire::problem::InvalidParameter;

/// Contents up to so many bytes stay in memory here.
const INLINE_MAX: usize = 64 * 1024;

/// What came of a body.
#[derive(Clone, Debug, PartialEq)]
enum Outcome {
    /// Refused while it was read.
    Refused(u16, String),
    /// Read, with these faults.
    Faulty(Vec<InvalidParameter>),
    /// Without a fault: what identifies each part that was kept.
    Good(Vec<String>),
}

/// A folder for blobs and something that runs futures.
struct Desk {
    runtime: tokio::runtime::Runtime,
    begin: Begin,
    folder: tempfile::TempDir,
}

impl Desk {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let blobs = DiskBlobs::open(folder.path(), Arc::new(SeededEntropy::new(3))).unwrap();
        Self {
            runtime: tokio::runtime::Builder::new_current_thread()
                .enable_time()
                .build()
                .unwrap(),
            begin: Arc::new(move || blobs.begin()),
            folder,
        }
    }

    /// Reads a body that comes in these pieces.
    fn read(&self, pieces: &[&[u8]]) -> Outcome {
        let pieces: Vec<_> = pieces
            .iter()
            .map(|piece| Ok::<_, Infallible>(Bytes::copy_from_slice(piece)))
            .collect();
        let body = Body::from_stream(stream::iter(pieces));
        let outcome = self.runtime.block_on(self.judge(body));
        let left = std::fs::read_dir(self.folder.path().join("incoming"))
            .unwrap()
            .count();
        assert_eq!(left, 0, "a file is left behind");
        outcome
    }

    async fn judge(&self, body: Body) -> Outcome {
        let budget = Budget::new(LargeBodies::default(), &Metrics::default());
        let mut turn = budget.admit(None).await.unwrap();
        let read = match read_body(body, &mut turn, &MESSAGE, &self.begin, INLINE_MAX).await {
            Ok(read) => read,
            Err(refusal) => {
                return Outcome::Refused(refusal.kind().status(), format!("{refusal:?}"));
            }
        };
        let now = "2026-11-21T12:00:00Z".parse().unwrap();
        let mut faults = Faults::default();
        let draft = read_message(
            &read.root,
            &read.contents,
            Endpoint::Standard,
            now,
            &mut faults,
        );
        if !faults.is_empty() {
            return Outcome::Faulty(faults.in_order());
        }
        let draft = draft.expect("no fault, so a draft");
        let mut parts = vec![
            draft.message_id.unwrap().to_string(),
            draft.topic.unwrap().1,
            draft.subject.unwrap().as_str().to_owned(),
            draft.body.map(|body| body.content).unwrap_or_default(),
        ];
        let mut kept = read.kept;
        for attachment in draft.attachments {
            let hash = match kept[attachment.content].take().expect("it was kept") {
                Kept::Inline(bytes) => Hash::of(&bytes),
                Kept::Large(writer) => writer.seal().await.unwrap().hash,
            };
            parts.push(format!(
                "{} {} {}",
                attachment.file_name.as_str(),
                attachment.size,
                hash.to_hex()
            ));
        }
        for item in draft.coded_data {
            let value = item.value.map(|value| value.as_str().to_owned());
            parts.push(format!(
                "{} {value:?} {:?} {:?}",
                item.code.as_str(),
                item.unit,
                item.additional_text
            ));
        }
        Outcome::Good(parts)
    }
}

/// A right message with an attachment of so many bytes.
fn message(size: usize) -> Value {
    let bytes: Vec<u8> = b"%PDF-1.7 ".iter().copied().cycle().take(size).collect();
    let text = "Caf\u{e9} \u{1F600}\n";
    json!({
        "messageId": "869c3439-fcb8-4546-b372-2af2bf54e197",
        "type": "ToolbarMessage",
        "topic": "DispenseEventNotification",
        "recipient": { "id": { "type": "OcsClientIdentifier", "value": "GPPRAC001" } },
        "subject": { "id": { "type": "VerifiedNhsNumber", "value": "9547852140" } },
        "expiryDateTime": "2026-12-01T09:00:00+01:00",
        "body": { "mimeType": "text/plain", "content": text },
        "unknown": [{ "a": [1, "b", null, true, { "c": {} }] }],
        "attachments": [
            { "mimeType": "application/pdf", "fileName": "F\u{f6}rm.pdf", "content": STANDARD.encode(bytes) },
            { "mimeType": "text/plain", "fileName": "N\u{1F600}.txt", "content": STANDARD.encode(text) },
        ],
        "codedDataItems": [
            { "code": "407554009", "value": 37.5, "unit": "mmHg", "additionalText": "Sitting" },
            { "code": "248223005" },
        ],
    })
}

/// The same with something wrong in many places.
fn faulty(size: usize) -> Value {
    let mut message = message(size);
    message["messageId"] = "x".into();
    message["subject"]["id"]["value"] = "9547852141".into();
    message["body"]["mimeType"] = "text/markdown".into();
    message["attachments"][0]["fileName"] = "NUL".into();
    message["attachments"][1]["content"] = "=".into();
    message["codedDataItems"][1] = json!({ "value": "1", "units": 5 });
    message
}

/// JSON text with the members of every object in an order drawn from `seed`, and white space.
fn shuffled(value: &Value, seed: &mut u64) -> String {
    let mut draw = |below: usize| {
        *seed = seed
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(*seed >> 33).unwrap() % below.max(1)
    };
    match value {
        Value::Object(members) => {
            let mut members: Vec<_> = members.iter().collect();
            for last in (1..members.len()).rev() {
                members.swap(last, draw(last + 1));
            }
            let space = ["", " ", "\n\t", "\r\n"][draw(4)];
            let members: Vec<_> = members
                .into_iter()
                .map(|(name, value)| format!("{}{space}:{}", json!(name), shuffled(value, seed)))
                .collect();
            format!("{{{space}{}{space}}}", members.join(&format!(",{space}")))
        }
        Value::Array(items) => {
            let items: Vec<_> = items.iter().map(|item| shuffled(item, seed)).collect();
            format!("[{}]", items.join(", "))
        }
        other => other.to_string(),
    }
}

/// Cuts `bytes` into pieces whose lengths repeat `sizes`.
fn cut<'a>(bytes: &'a [u8], sizes: &[usize]) -> Vec<&'a [u8]> {
    let mut pieces = Vec::new();
    let mut rest = bytes;
    for size in sizes.iter().copied().cycle() {
        if rest.is_empty() {
            break;
        }
        let (piece, after) = rest.split_at(size.min(rest.len()));
        pieces.push(piece);
        rest = after;
    }
    pieces
}

fn sizes() -> impl Strategy<Value = Vec<usize>> {
    proptest::collection::vec(prop_oneof![1_usize..5, 1_usize..200, 1_usize..9_000], 1..6)
}

fn sorted(outcome: Outcome) -> Outcome {
    match outcome {
        Outcome::Faulty(mut faults) => {
            faults.sort_by(|a, b| a.name.cmp(&b.name));
            Outcome::Faulty(faults)
        }
        other => other,
    }
}

/// Changes bytes, takes some away, and puts some in.
fn mutated(mut bytes: Vec<u8>, changes: &[(usize, u8, u8)]) -> Vec<u8> {
    const TELLING: &[u8] = b"{}[]\":,\\u0nte-.+ \n\0\xC3\xFF=9";
    for (place, kind, byte) in changes {
        let place = place % bytes.len().max(1);
        let byte = if kind % 2 == 0 {
            *byte
        } else {
            TELLING[usize::from(*byte) % TELLING.len()]
        };
        match kind % 6 {
            0 | 1 if !bytes.is_empty() => bytes[place] = byte,
            2 | 3 => bytes.insert(place, byte),
            4 if !bytes.is_empty() => drop(bytes.remove(place)),
            _ => bytes.truncate(place.max(1)),
        }
    }
    bytes
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn pieces_of_any_size_give_the_same_result(sizes in sizes(), size in prop_oneof![9_usize..200, 16_300_usize..16_500, 30_000_usize..60_000], wrong in any::<bool>()) {
        let desk = Desk::new();
        let message = if wrong { faulty(size) } else { message(size) };
        for text in [message.to_string(), serde_json::to_string_pretty(&message).unwrap()] {
            let whole = desk.read(&[text.as_bytes()]);
            prop_assert_eq!(matches!(whole, Outcome::Good(_)), !wrong);
            prop_assert_eq!(desk.read(&cut(text.as_bytes(), &sizes)), whole);
        }
    }

    #[test]
    fn members_in_any_order_say_the_same(mut seed in any::<u64>(), wrong in any::<bool>()) {
        let desk = Desk::new();
        let message = if wrong { faulty(100) } else { message(100) };
        let text = shuffled(&message, &mut seed);
        let plain = sorted(desk.read(&[message.to_string().as_bytes()]));
        prop_assert_eq!(sorted(desk.read(&[text.as_bytes()])), plain);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn noise_never_panics_and_is_never_a_fault_of_ours(changes in proptest::collection::vec((any::<usize>(), any::<u8>(), any::<u8>()), 1..12), sizes in sizes()) {
        let desk = Desk::new();
        let bytes = mutated(message(60).to_string().into_bytes(), &changes);
        let whole = desk.read(&[&bytes]);
        if let Outcome::Refused(status, _) = &whole {
            prop_assert_eq!(*status, 400);
        }
        let in_pieces = desk.read(&cut(&bytes, &sizes));
        if std::str::from_utf8(&bytes).is_ok() {
            prop_assert_eq!(&in_pieces, &whole);
        } else {
            // The place of a character that a piece cuts may be told a byte apart.
            prop_assert!(matches!(whole, Outcome::Refused(..)) && matches!(in_pieces, Outcome::Refused(..)));
        }
        // Another reader agrees on what is JSON; it alone refuses numbers that are too large for it.
        let malformed = matches!(whole, Outcome::Refused(..));
        let elsewhere = serde_json::from_slice::<Value>(&bytes);
        if elsewhere.is_ok() {
            prop_assert!(!malformed);
        } else if !malformed {
            prop_assert!(String::from_utf8_lossy(&bytes).contains(['e', 'E']));
        }
    }

    #[test]
    fn any_bytes_at_all_are_an_answer(bytes in proptest::collection::vec(any::<u8>(), 0..300), sizes in sizes()) {
        let desk = Desk::new();
        if let Outcome::Refused(status, _) = desk.read(&cut(&bytes, &sizes)) {
            prop_assert_eq!(status, 400);
        }
    }
}

#[test]
fn a_content_that_breaks_keeps_its_number_and_no_other() {
    let desk = Desk::new();
    let mib = 1024 * 1024;
    let too_large = "QUJD".repeat(2 * mib);
    for broken in ["QUI", "not Base64", too_large.as_str()] {
        let good = "JVBERi0xLjc=";
        let attachment = |content| json!({ "content": content });
        let contents: Vec<_> = [good, broken, good, broken].map(attachment).into();
        let body = json!({ "attachments": contents }).to_string();
        let pieces: Vec<_> = body
            .as_bytes()
            .chunks(3_000)
            .map(Bytes::copy_from_slice)
            .collect();
        let body = Body::from_stream(stream::iter(pieces.into_iter().map(Ok::<_, Infallible>)));
        let read = desk.runtime.block_on(async {
            let budget = Budget::new(LargeBodies::default(), &Metrics::default());
            let mut turn = budget.admit(None).await.unwrap();
            read_body(body, &mut turn, &MESSAGE, &desk.begin, 100).await
        });
        let Ok(read) = read else {
            panic!("the body was not read");
        };
        let kept: Vec<_> = read.kept.iter().map(Option::is_some).collect();
        assert_eq!(kept, [true, false, true, false], "{}", &broken[..3]);
    }
}

/// What writers wrote, each with its number, as they were finished.
type Written = Arc<Mutex<Vec<(usize, Vec<u8>)>>>;

/// A writer with a number.
struct Counted {
    number: usize,
    written: Written,
    bytes: Vec<u8>,
}

#[async_trait::async_trait]
impl BlobWriter for Counted {
    async fn write(&mut self, bytes: Bytes) -> Result<(), BlobError> {
        self.bytes.extend_from_slice(&bytes);
        Ok(())
    }

    async fn finish(&mut self) -> Result<(), BlobError> {
        let bytes = std::mem::take(&mut self.bytes);
        self.written.lock().unwrap().push((self.number, bytes));
        Ok(())
    }

    async fn seal(self: Box<Self>) -> Result<SealedBlob, NotSealed> {
        unreachable!("nothing is sealed here")
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn with_nothing_kept_in_memory_the_kth_writer_belongs_to_the_kth_content(lengths in proptest::collection::vec(1_usize..40_000, 1..10), sizes in sizes()) {
        let desk = Desk::new();
        let contents: Vec<_> = lengths.iter().zip(b'a'..).map(|(length, letter)| vec![letter; *length]).collect();
        let attachments: Vec<_> = contents.iter().map(|bytes| json!({ "content": STANDARD.encode(bytes) })).collect();
        let text = json!({ "unknown": [{ "content": "QUJD" }], "attachments": attachments }).to_string();
        let pieces: Vec<_> = cut(text.as_bytes(), &sizes).into_iter().map(|piece| Ok::<_, Infallible>(Bytes::copy_from_slice(piece))).collect();
        let written = Written::default();
        let begun = Arc::new(Mutex::new(0..));
        let begin: Begin = {
            let written = Arc::clone(&written);
            Arc::new(move || Box::new(Counted { number: begun.lock().unwrap().next().unwrap(), written: Arc::clone(&written), bytes: Vec::new() }))
        };
        let read = desk.runtime.block_on(async {
            let budget = Budget::new(LargeBodies::default(), &Metrics::default());
            let mut turn = budget.admit(None).await.unwrap();
            read_body(Body::from_stream(stream::iter(pieces)), &mut turn, &MESSAGE, &begin, 0).await
        });
        let read = read.map_err(|refusal| format!("{refusal:?}")).unwrap();
        prop_assert!(read.kept.iter().all(|kept| matches!(kept, Some(Kept::Large(_)))));
        prop_assert_eq!(read.kept.len(), contents.len());
        let written = written.lock().unwrap().clone();
        prop_assert_eq!(written, contents.into_iter().enumerate().collect::<Vec<_>>());
    }
}
