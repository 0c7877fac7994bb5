//! A database with a given number of messages: most are finished, some wait, some were refused.

use crate::gateway::{Beside, Db};
use crate::migrate::GATEWAY;
use crate::open::prepare;
use crate::sql::tests::Meter;
use jiff::Timestamp;
use model::message::{Body, BodyType};
use model::outbox::Kind;
use model::{ClientMessageId, Hash, NhsNumber, OdsCode, UploadId, UserId};
use rusqlite::Connection;
use std::path::PathBuf;
use store::gateway::{Content, NewMessage};
use tempfile::TempDir;
use uuid::Uuid;

/// Messages of one day.
pub(super) const A_DAY: u64 = 100;
/// The moment at which the newest message was entered; the others, before.
const NOW: i64 = 1_795_251_600_000;
const DAY: i64 = 86_400_000;

/// One in fifty was refused, one in twenty-five waits at its practice; the rest is completed and emptied.
const FILL: &str = "
INSERT INTO message (id, kind, app_user, topic, practice, subject, entered_at, expires_at, entered_by, content_hash, upload,
    has_content, state, turn, blocked, changed_at, due_at, tries, fence, problem, accepted_at, status, sub_status, since,
    answer, looked_at, look_at, bucket, day)
WITH RECURSIVE
    n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < ?1),
    m AS (SELECT n, ?2 - ((?1 - n) / ?3) * ?4 - (?1 - n) % ?3 * 1000 AS at, n % 50 = 0 AS refused, n % 25 = 1 AS pending FROM n)
SELECT unhex(printf('%08x%024x', n * 2654435761 % 4294967296, n)), iif(n % 3 = 0, 'standard', 'instant'), 'user-' || (n % 10),
    'Dispense event', printf('A%05d', n % 20), '9547852140', at, at + ?4, 'product:abc', zeroblob(32), zeroblob(16),
    refused OR pending, iif(refused, 'refused', 'accepted'), 1, 0, at + 2000, at, 1, 1, iif(refused, 'conflict', NULL),
    iif(refused, NULL, at + 2000), iif(refused, NULL, iif(pending, 'PENDING', 'COMPLETED')), NULL, iif(refused, NULL, at + 3000),
    iif(refused, NULL, '{}'), iif(refused, NULL, at + 4000), iif(pending, ?2 + ?4, NULL),
    iif(refused, 'refused', iif(pending, 'pending', 'completed')), at / 86400000
FROM m;
";
const REST: &str = "
INSERT INTO attempt (message, number, began_at, ended_at, outcome, status)
    SELECT number, 1, entered_at, changed_at, iif(state = 'refused', 'answer', 'accepted'), iif(state = 'refused', 409, NULL) FROM message;
INSERT INTO event (at, by, kind, message) SELECT entered_at, 'product:abc', 'message.queued', id FROM message;
INSERT INTO event (at, by, kind, message) SELECT changed_at, 'gateway', 'message.accepted', id FROM message WHERE state = 'accepted';
INSERT INTO entry_tally SELECT day, practice, count(*) FROM message GROUP BY day, practice;
INSERT INTO entry_day SELECT day, min(number), max(number) FROM message GROUP BY day;
INSERT INTO bucket_tally SELECT bucket, count(*) FROM message GROUP BY bucket;
INSERT INTO data_key VALUES (zeroblob(16), 'test', zeroblob(40), 0);
INSERT INTO webhook (id, url, wants, secret_key, secret, made_at) VALUES (zeroblob(16), 'https://product.example/', 0, zeroblob(16), zeroblob(60), 0);
";
/// As many patients as messages: one in twenty never linked, one in twenty did not stay, one in fifty has to authorise
/// again; the others are linked and not due. Each of them was renewed twice.
const PATIENTS: &str = "
INSERT INTO patient (id, made_at, standing, public_id, why, since, linked_at, authorised_at, generation, fence, tokens_key, tokens,
    has_refresh, obtained_at, good_until, used, due_at, details_key, details, details_at)
WITH RECURSIVE
    n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < ?1),
    p AS (SELECT n, n % 20 <= 1 AS free, n % 20 = 1 AS never, n % 50 = 7 AS lapsed FROM n)
SELECT printf('p%08d', n), ?2, iif(never, 'none', iif(free, 'unlinked', iif(lapsed, 'lapsed', 'linked'))),
    iif(free, NULL, unhex(printf('%08x%024x', n * 2654435761 % 4294967296, n))), iif(lapsed AND NOT free, 'session-over', NULL),
    iif(never, NULL, ?2), iif(free, NULL, ?2), iif(free, NULL, ?2), n, n, iif(free OR lapsed, NULL, zeroblob(16)),
    iif(free OR lapsed, NULL, zeroblob(60)), iif(free OR lapsed, NULL, 1), iif(free OR lapsed, NULL, ?2),
    iif(free OR lapsed, NULL, ?2 + 600000), iif(free OR lapsed, NULL, 0), iif(free OR lapsed, NULL, ?2 + 86400000 + n),
    iif(free, NULL, zeroblob(16)), iif(free, NULL, zeroblob(100)), iif(free, NULL, ?2)
FROM p;
";
const FLIGHTS: &str = "
INSERT INTO link_flight (patient, fence, holder, taken_at, until, called_at, ended_at, outcome)
    SELECT id, fence * 2 + column1, 'node', made_at, made_at, made_at, made_at + fence, 'renewed'
    FROM patient, (VALUES (0), (1)) WHERE generation > 0;
UPDATE last_link SET number = 1000000000;
";

/// The moment `seconds` after everything was entered.
pub(super) fn at(seconds: i64) -> Timestamp {
    Timestamp::from_millisecond(NOW + seconds * 1000).unwrap()
}

/// The id of the `n`th message.
pub(super) fn id(n: u64) -> ClientMessageId {
    let text = format!("{:08x}{n:024x}", n * 2_654_435_761 % 4_294_967_296);
    ClientMessageId(Uuid::parse_str(&text).unwrap())
}

pub(super) fn practice() -> OdsCode {
    OdsCode::parse("A00001").unwrap()
}

pub(super) fn user() -> UserId {
    UserId::parse("user-1").unwrap()
}

/// A new message about a patient of its own.
pub(super) fn message(n: u64) -> NewMessage {
    // One in eleven has no check digit.
    let mut numbers = (0..160).map(|k| format!("{}{}", 900_000_000 + 16 * n + k / 10, k % 10));
    let subject = numbers.find_map(|text| NhsNumber::parse(&text).ok());
    NewMessage {
        id: ClientMessageId(Uuid::from_u128(u128::MAX - u128::from(n))),
        kind: Kind::Instant,
        user: Some(user()),
        topic: "Dispense event".to_owned(),
        to: practice(),
        subject: subject.unwrap(),
        expires_at: at(86_400),
        entered_at: at(0),
        by: "product:abc".to_owned(),
        content_hash: Hash::of(&n.to_be_bytes()),
        upload: UploadId(Uuid::from_u128(u128::MAX - u128::from(n))),
        content: Content {
            body: Some(Body {
                kind: BodyType::Plain,
                content: "Please see the letter.".to_owned(),
            }),
            files: Vec::new(),
            coded_data: Vec::new(),
        },
    }
}

pub(super) struct Crowd {
    pub(super) db: Db,
    pub(super) meter: Meter,
    pub(super) count: u64,
    path: PathBuf,
}

impl Crowd {
    pub(super) fn of(count: u64) -> Self {
        let folder =
            TempDir::new_in(env!("CARGO_MANIFEST_DIR").to_owned() + "/../../target").unwrap();
        let path = folder.path().join("gateway.sqlite");
        let mut connection = prepare(&path, "OFF", &GATEWAY).unwrap();
        if count > 0 {
            let [count, a_day] = [count, A_DAY].map(store::row::int);
            let numbers = (count, NOW, a_day, DAY);
            connection.execute(FILL, numbers).unwrap();
        }
        connection.execute_batch(REST).unwrap();
        if count > 0 {
            let numbers = (store::row::int(count), NOW);
            connection.execute(PATIENTS, numbers).unwrap();
        }
        connection.execute_batch(FLIGHTS).unwrap();
        let meter = Meter::default();
        meter.watch(&mut connection);
        let beside = Beside::new(std::sync::Arc::default());
        let db = Db::start(&path, connection, beside, Some(folder)).unwrap();
        Self {
            db,
            meter,
            count,
            path,
        }
    }

    /// Another connection to the same database.
    pub(super) fn connection(&self) -> Connection {
        Connection::open(&self.path).unwrap()
    }
}
