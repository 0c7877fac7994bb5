//! One message that cannot be read harms no other: each is damaged here behind the platform's back.

use crate::open;
use jiff::{SignedDuration, Timestamp};
use model::entropy::{SeededEntropy, uuid_v4, uuid_v7};
use model::message::{Approval, Envelope, Stage, Status, SubStatus};
use model::organisation::{ClientSystem, Practice};
use model::practitioner::Practitioner;
use model::{
    Actor, ClientMessageId, ClientSystemId, Hash, MessageRef, NhsNumber, OdsCode, SpineUserId,
    TokenId,
};
use rusqlite::Connection;
use store::StoreError;
use store::platform::{
    Accepted, Audience, CodeExchange, Narrow, NewAccessCode, NewMessage, PUT_OFF, PlatformStore,
    Settled,
};
use tempfile::TempDir;

const BY: Actor = Actor::System;
const CONVERTS: i64 = 600;

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_795_251_600 + seconds).unwrap()
}

/// Three instant messages of one practitioner in a database that can be changed by hand.
struct World {
    store: PlatformStore,
    folder: TempDir,
    client: ClientSystemId,
    doctor: Practitioner,
    token: TokenId,
    messages: Vec<(MessageRef, ClientMessageId)>,
}

impl World {
    async fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let store = open(folder.path());
        let entropy = SeededEntropy::new(11);
        let practice = OdsCode::parse("GPPRAC001").unwrap();
        let directory = &store.directory;
        let surgery = Practice {
            ods_code: practice.clone(),
            name: "Riverside".to_owned(),
        };
        directory.put_practice(&BY, &surgery, at(0)).await.unwrap();
        let client = ClientSystem {
            id: ClientSystemId(uuid_v4(&entropy)),
            name: "Pharmacy".to_owned(),
            disabled: false,
            instant: true,
        };
        directory.add_client(&BY, &client, at(0)).await.unwrap();
        let doctor = Practitioner {
            practice: practice.clone(),
            spine_user_id: SpineUserId::parse("555000000101").unwrap(),
        };
        let mut world = Self {
            store,
            folder,
            client: client.id,
            doctor,
            token: TokenId(uuid_v4(&entropy)),
            messages: Vec::new(),
        };
        world.permit().await;
        for n in 0..3 {
            let reference = MessageRef(uuid_v7(at(n), &entropy));
            let message_id = ClientMessageId(uuid_v4(&entropy));
            let message = NewMessage {
                envelope: Envelope {
                    reference,
                    client: client.id,
                    message_id,
                    approval: Some(Approval {
                        spine_user_id: world.doctor.spine_user_id.clone(),
                        token: world.token,
                    }),
                    topic: model::topic::DISPENSE_EVENT.to_owned(),
                    practice: practice.clone(),
                    subject: NhsNumber::parse("9547852140").unwrap(),
                    accepted_at: at(n),
                    expires_at: at(86_400),
                    content_hash: Hash::of(b"content"),
                },
                stage: Stage::new(Some(at(n + CONVERTS))),
                body: None,
                attachments: Vec::new(),
                coded_data: Vec::new(),
            };
            let accepted = world.store.messages.accept(&BY, &message).await;
            assert_eq!(accepted.unwrap(), Accepted::New);
            world.messages.push((reference, message_id));
        }
        world
    }

    /// The practitioner permits the client system to send.
    async fn permit(&self) {
        let permissions = &self.store.permissions;
        let code = NewAccessCode {
            hash: Hash::of(b"code"),
            practitioner: self.doctor.clone(),
            made_at: at(0),
            ends_at: at(60),
        };
        permissions.add_code(&BY, &code).await.unwrap();
        let exchange = CodeExchange {
            client: self.client,
            code_hash: code.hash,
            token: self.token,
            token_hash: Hash::of(b"token"),
            at: at(1),
        };
        permissions.exchange(&BY, &exchange).await.unwrap();
    }

    /// Changes the second message's row by hand.
    fn damage(&self, change: &str) {
        let connection = self.connection();
        connection
            .pragma_update(None, "ignore_check_constraints", true)
            .unwrap();
        let reference = self.messages.get(1).unwrap().0.0;
        let sql = format!("UPDATE message SET {change} WHERE reference = ?1");
        let changed = connection.execute(&sql, [reference.as_bytes()]).unwrap();
        assert_eq!(changed, 1);
    }

    fn connection(&self) -> Connection {
        Connection::open(self.folder.path().join("platform.sqlite")).unwrap()
    }

    async fn settle(&self, now: Timestamp) -> Settled {
        self.store.messages.settle_due(now, 10).await.unwrap()
    }

    async fn sub_status(&self, n: usize) -> Option<SubStatus> {
        let found = self
            .store
            .messages
            .find(self.client, self.messages.get(n).unwrap().1)
            .await
            .unwrap()
            .unwrap();
        found.history.last().unwrap().1
    }
}

#[tokio::test]
async fn a_message_that_cannot_be_read_is_set_aside_and_the_others_are_settled() {
    for change in [
        "stage = 'nonsense'",
        "waits_for = 'nothing known'",
        "subject = 'x'",
        "token = NULL",
        "fence = -1",
    ] {
        let world = World::new().await;
        world.damage(change);
        let now = at(CONVERTS + 10);
        let settled = world.settle(now).await;
        assert_eq!((settled.changed, settled.more), (2, false), "{change}");
        let [aside] = settled.set_aside.as_slice() else {
            panic!("{change}: {settled:?}");
        };
        assert_eq!(aside.reference, Some(world.messages[1].0));
        assert!(matches!(aside.cause, StoreError::Inconsistent { .. }));
        for n in [0, 2] {
            let timed_out = Some(SubStatus::InstantMessageTimedOut);
            assert_eq!(world.sub_status(n).await, timed_out);
        }
        // Not again at once, but later.
        assert!(world.settle(now).await.set_aside.is_empty());
        let later = now + PUT_OFF;
        let just = later - SignedDuration::from_secs(1);
        assert!(world.settle(just).await.set_aside.is_empty());
        assert_eq!(world.settle(later).await.set_aside.len(), 1);
    }
}

#[tokio::test]
async fn an_operator_sees_what_cannot_be_read() {
    for (change, wrong, listed) in [
        ("stage = 'nonsense'", "message.stage", 2),
        // Operators are not shown whom a message is about.
        ("subject = 'x'", "message.subject", 3),
        ("token = NULL", "message.token", 3),
    ] {
        let world = World::new().await;
        let oversight = &world.store.oversight;
        let now = at(CONVERTS + 10);
        assert!(oversight.dead(now, 10).await.unwrap().messages.is_empty());
        world.damage(change);
        for settled in [false, true] {
            if settled {
                assert_eq!(world.settle(now).await.set_aside.len(), 1);
            }
            let dead = oversight.dead(now, 10).await.unwrap().messages;
            let [one] = dead.as_slice() else {
                panic!("{change}: {dead:?}");
            };
            assert_eq!(one.reference, Some(world.messages[1].0));
            assert_eq!(one.wrong, Some(wrong));
            let again = one.again_at.unwrap();
            assert_eq!(again > now, settled, "{change}: {again}");
        }
        let all = Narrow::default();
        let page = oversight.seen(&all, None, 10).await.unwrap();
        assert_eq!((page.rows.len(), page.next), (listed, None), "{change}");
    }
}

#[tokio::test]
async fn a_mended_message_is_settled_after_all() {
    let world = World::new().await;
    world.damage("stage = 'nonsense'");
    let now = at(CONVERTS + 10);
    assert_eq!(world.settle(now).await.set_aside.len(), 1);
    world.damage("stage = 'waiting'");
    let settled = world.settle(now + PUT_OFF).await;
    assert_eq!((settled.changed, settled.set_aside.len()), (1, 0));
    let timed_out = Some(SubStatus::InstantMessageTimedOut);
    assert_eq!(world.sub_status(1).await, timed_out);
}

/// The row can be read, but what follows from it cannot be written: half of it must not stay.
#[tokio::test]
async fn a_message_that_cannot_be_changed_leaves_nothing_half_done() {
    let world = World::new().await;
    let connection = world.connection();
    let counts = "UPDATE message_count SET messages = 1";
    assert_eq!(connection.execute(counts, []).unwrap(), 1);
    let before = world.store.audit.verify().await.unwrap().entries;
    let settled = world.settle(at(CONVERTS + 10)).await;
    assert_eq!((settled.changed, settled.set_aside.len()), (1, 2));
    let verified = world.store.audit.verify().await.unwrap();
    assert_eq!((verified.entries, verified.broken_at), (before + 1, None));
    let told = world.store.feed.kept().await.unwrap().newest;
    // The code's use, two rows for each accepted message, two for the one that changed.
    assert_eq!(told, 1 + 3 * 2 + 2);
}

#[tokio::test]
async fn a_message_whose_due_time_is_wrong_is_not_found_for_ever() {
    let world = World::new().await;
    world.damage("due_at = 0");
    let settled = world.settle(at(10)).await;
    assert_eq!((settled.changed, settled.set_aside.len()), (0, 0));
    let early =
        world
            .connection()
            .query_row("SELECT count(*) FROM message WHERE due_at < 1", [], |row| {
                row.get::<_, i64>(0)
            });
    assert_eq!(early.unwrap(), 0);
    assert_eq!(world.settle(at(CONVERTS + 10)).await.changed, 3);
}

#[tokio::test]
async fn an_inbox_lists_the_others() {
    let world = World::new().await;
    world.damage("subject = 'x'");
    let practice = &world.doctor.practice;
    let whose = &world.doctor.spine_user_id;
    for limit in [1, 2, 3, 10] {
        let mut listed = Vec::new();
        let mut after = None;
        loop {
            let messages = &world.store.messages;
            let page = messages.waiting(practice, whose, after, limit).await;
            let page = page.unwrap();
            let Some(last) = page.last() else { break };
            after = Some(last.stored.envelope.reference);
            listed.extend(
                page.into_iter()
                    .map(|found| found.stored.envelope.reference),
            );
        }
        let others = [world.messages[0].0, world.messages[2].0];
        assert_eq!(listed, others, "in pages of {limit}");
    }
}

#[tokio::test]
async fn a_permission_is_withdrawn_all_the_same() {
    let world = World::new().await;
    world.damage("subject = 'x'");
    let permissions = &world.store.permissions;
    let withdrawn = permissions
        .withdraw(&BY, &world.doctor, world.token, at(10))
        .await;
    assert!(withdrawn.unwrap());
    for n in [0, 2] {
        let standard = Some(SubStatus::AuthorisationWithdrawn);
        assert_eq!(world.sub_status(n).await, standard);
    }
}

#[tokio::test]
async fn a_feed_tells_of_the_others() {
    let world = World::new().await;
    let sql = "UPDATE feed SET kind = 'nonsense' WHERE practice IS NOT NULL AND message = ?1";
    let reference = world.messages.get(1).unwrap().0.0;
    let changed = world.connection().execute(sql, [reference.as_bytes()]);
    assert_eq!(changed.unwrap(), 1);
    let toolbars = Audience::Practice(world.doctor.practice.clone());
    let told = world.store.feed.since(&toolbars, 0, 100).await.unwrap();
    // The code's use, and two messages.
    assert_eq!(told.len(), 3);
}

#[tokio::test]
async fn a_lost_count_of_a_blob_does_not_stop_retention() {
    let world = World::new().await;
    assert_eq!(world.settle(at(86_400)).await.changed, 3);
    let connection = world.connection();
    let insert = "INSERT INTO attachment (message, place, kind, file_name, size, hash) SELECT id, 0, 'application/pdf', 'a.pdf', 3, zeroblob(32) FROM message";
    assert_eq!(connection.execute(insert, []).unwrap(), 3);
    let counts = world.store.messages.counts().await.unwrap();
    assert_eq!(counts, [(Status::Expired, None, 3)]);
    let collected = world.store.messages.empty_ended(at(90_000), 10).await;
    assert_eq!(collected.unwrap().messages, 3);
}

#[tokio::test]
async fn a_message_that_lost_a_part_is_not_read_as_the_whole() {
    let world = World::new().await;
    // It says that there was an attachment, and there is none.
    world.damage("attachments = 1");
    let messages = &world.store.messages;
    let place = |which: usize| world.messages.get(which).unwrap().0;
    let content = messages.content(place(1)).await;
    assert!(
        matches!(content, Err(StoreError::Inconsistent { place }) if place == "message.attachments")
    );
    assert!(messages.content(place(0)).await.unwrap().is_some());
}
