//! A database with a given number of messages, of which some wait and some have ended.

use crate::database::Database;
use crate::migrate::PLATFORM;
use crate::open::prepare;
use crate::platform::messages::{accept, change};
use crate::platform::{Beside, Db, Known, Tx};
use crate::sql::tests::Meter;
use bytes::Bytes;
use jiff::Timestamp;
use model::attachment::{Attachment, Kind};
use model::message::{Approval, Body, BodyType, ClaimMode, Envelope, Event, Fence, LEASE, Stage};
use model::{
    Actor, ClientMessageId, ClientSystemId, FileName, Hash, MessageRef, NhsNumber, OdsCode,
    SessionId, SpineUserId, TokenId,
};
use rusqlite::Connection;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use store::Result;
use store::platform::{AttachmentBytes, NewMessage};
use store::wake::Hub;
use tempfile::TempDir;
use uuid::Uuid;

/// Practices that the messages are spread over.
pub(super) const PRACTICES: u64 = 20;
/// Messages in one transaction while the database is filled.
const BATCH: u64 = 1_000;

/// The moment `seconds` after the start. All messages are accepted within the first ten seconds.
pub(super) fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_795_251_600 + seconds).unwrap()
}

pub(super) fn client() -> ClientSystemId {
    ClientSystemId(Uuid::from_u128(1))
}

fn token() -> TokenId {
    TokenId(Uuid::from_u128(2))
}

pub(super) fn practice(n: u64) -> OdsCode {
    OdsCode::parse(&format!("A{:05}", n % PRACTICES)).unwrap()
}

/// Grows with `n`, as the platform's names do.
pub(super) fn reference(n: u64) -> MessageRef {
    MessageRef(Uuid::from_u128(u128::from(n) + 1))
}

/// Random to SQLite, as senders' names are.
pub(super) fn message_id(n: u64) -> ClientMessageId {
    let hash = Hash::of(&n.to_be_bytes());
    ClientMessageId(Uuid::from_slice(&hash.as_bytes()[..16]).unwrap())
}

/// The `n`th message, as its sender sends it.
pub(super) fn message(n: u64, instant: bool) -> NewMessage {
    let content = b"%PDF-1.7 a letter";
    let attachment = Attachment {
        kind: Kind::Pdf,
        file_name: FileName::parse("Letter.pdf").unwrap(),
        size: content.len() as u64,
        hash: Hash::of(content),
    };
    NewMessage {
        envelope: Envelope {
            reference: reference(n),
            client: client(),
            message_id: message_id(n),
            approval: instant.then(|| Approval {
                spine_user_id: SpineUserId::parse("555000000101").unwrap(),
                token: token(),
            }),
            topic: model::topic::DISPENSE_EVENT.to_owned(),
            practice: practice(n),
            subject: NhsNumber::parse("9547852140").unwrap(),
            accepted_at: at(0),
            expires_at: at(86_400),
            content_hash: Hash::of(&n.to_be_bytes()),
        },
        stage: Stage::new(instant.then(|| at(600))),
        body: Some(Body {
            kind: BodyType::Plain,
            content: "Please see the letter.".to_owned(),
        }),
        attachments: vec![(
            attachment,
            AttachmentBytes::Inline(Bytes::from_static(content)),
        )],
        coded_data: Vec::new(),
    }
}

/// One in four has ended.
fn ended(n: u64) -> bool {
    (n / PRACTICES) % 4 == 3
}

pub(super) struct Crowd {
    pub(super) db: Db,
    pub(super) meter: Meter,
    pub(super) count: u64,
    next: AtomicU64,
    path: PathBuf,
}

impl Crowd {
    pub(super) async fn of(count: u64) -> Self {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("platform.sqlite");
        let mut connection = prepare(&path, "OFF", &PLATFORM).unwrap();
        let zero = [0_u8; 32];
        connection
            .execute(
                "INSERT INTO client (id, name, disabled, instant) VALUES (?1, 'Pharmacy', 0, 1)",
                [client().0.as_bytes()],
            )
            .unwrap();
        for n in 0..PRACTICES {
            connection
                .execute(
                    "INSERT INTO practice (ods_code, name) VALUES (?1, 'The Surgery')",
                    [practice(n).as_str()],
                )
                .unwrap();
        }
        connection
            .execute(
                "INSERT INTO token (id, hash, client, practice, spine_user_id, made_at) VALUES (?1, ?2, ?3, 'A00000', '555000000101', 0)",
                (token().0.as_bytes(), zero, client().0.as_bytes()),
            )
            .unwrap();
        let meter = Meter::default();
        meter.watch(&mut connection);
        let hub = Arc::new(Hub::default());
        let known = Arc::<Known>::default();
        let side = Beside::new(Arc::clone(&hub), Arc::clone(&known));
        let db = Db {
            database: Arc::new(Database::start(&path, connection, side, Some(folder)).unwrap()),
            hub,
            known,
            condemned: Arc::default(),
        };
        for first in (0..count).step_by(usize::try_from(BATCH).unwrap()) {
            let fill = move |tx: &mut Tx<'_>| {
                for n in first..count.min(first + BATCH) {
                    add(tx, n)?;
                }
                Ok(())
            };
            db.write("fill", fill).await.unwrap();
        }
        Self {
            db,
            meter,
            count,
            next: AtomicU64::new(count),
            path,
        }
    }

    /// A message of the first practice that waits.
    pub(super) const WAITING: u64 = 0;

    /// Another one of the same practice, among the newest.
    pub(super) fn another_waiting_one(&self) -> u64 {
        self.count / (4 * PRACTICES) * (4 * PRACTICES) - 4 * PRACTICES
    }

    /// Another connection to the same database.
    pub(super) fn connection(&self) -> Connection {
        Connection::open(&self.path).unwrap()
    }

    pub(super) fn next_message(&self, instant: bool) -> NewMessage {
        message(self.next.fetch_add(1, Ordering::Relaxed), instant)
    }
}

fn add(tx: &mut Tx<'_>, n: u64) -> Result<()> {
    let message = message(n, false);
    accept::accept(tx, &Actor::System, &message)?;
    if ended(n) {
        let claim = Event::Claim {
            holder: SessionId(Uuid::from_u128(3)),
            mode: ClaimMode::Review,
            lease: LEASE,
        };
        change::apply(tx, &Actor::System, reference(n), &claim, at(5))?;
        let done = Event::Imported { fence: Fence(1) };
        change::apply(tx, &Actor::System, reference(n), &done, at(6))?;
    }
    Ok(())
}
