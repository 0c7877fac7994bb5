//! What only the gateway's file can show of links: tokens that went are in it no more, a restart finds what was left, and
//! one damaged row holds nobody else up.

use super::open_gateway;
use jiff::Timestamp;
use model::pkb_link::{Lapse, Standing};
use model::{AppUserId, AttemptId, DataKeyId, Hash, PublicId};
use rusqlite::Connection;
use std::path::Path;
use std::time::Duration;
use store::gateway::{
    DataKey, Fence, Flight, GatewayStore, Landed, Linked, NewAttempt, NewLink, NewPair, SET_ASIDE,
    Sealed, Way,
};
use tempfile::TempDir;
use uuid::Uuid;

const SECRET: &str = "a sealed pair of tokens";
const KEY: DataKeyId = DataKeyId(Uuid::from_u128(1));

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_795_251_600 + second).unwrap()
}

fn sealed(secret: &str) -> Sealed {
    Sealed {
        key: KEY,
        bytes: secret.as_bytes().to_vec(),
    }
}

fn pair(tokens: &str) -> NewPair {
    NewPair {
        tokens: sealed(tokens),
        has_refresh: true,
        obtained_at: at(10),
        good_until: at(600),
        due_at: at(400),
        risk: None,
    }
}

async fn open(folder: &TempDir) -> GatewayStore {
    let store = open_gateway(folder.path());
    let key = DataKey {
        id: KEY,
        wrapped_by: "file".to_owned(),
        wrapped: vec![1; 40],
        made_at: at(0),
    };
    store.vault.add_key(&key, true).await.unwrap();
    store
}

/// An attempt of a patient, burned, that holds the secret.
async fn burned(store: &GatewayStore, name: &str, n: u128) -> (AppUserId, AttemptId) {
    let id = AppUserId::parse(name).unwrap();
    store.patients.put(&id, at(0)).await.unwrap();
    let attempt = NewAttempt {
        id: AttemptId(Uuid::from_u128(n)),
        patient: id.clone(),
        state: Hash::of(&n.to_be_bytes()),
        way: Way::App {
            session: Hash::of(b"cookie"),
        },
        redirect_uri: "https://gateway.example/pkb/callback".to_owned(),
        verifier: Some(sealed(SECRET)),
        made_at: at(1),
        until: at(600),
    };
    assert!(store.patients.begin("patient", &attempt).await.unwrap());
    assert!(store.patients.burn(attempt.id, at(2)).await.unwrap());
    (id, attempt.id)
}

async fn linked(store: &GatewayStore, name: &str, n: u128, tokens: &str) -> AppUserId {
    let (id, attempt) = burned(store, name, n).await;
    let new = NewLink {
        public_id: PublicId(Uuid::from_u128(n)),
        pair: pair(tokens),
        details: Some((sealed(tokens), at(10))),
    };
    let linked = store.patients.link("patient", attempt, &new, at(10));
    assert_eq!(linked.await.unwrap(), Linked::Linked);
    id
}

async fn call(store: &GatewayStore, id: &AppUserId) -> Fence {
    let tokens = store.links.tokens(id).await.unwrap().unwrap();
    let flight = store
        .links
        .take_flight("gateway", id, tokens.generation, "node", at(20), at(80));
    let yours = match flight.await.unwrap() {
        Flight::Yours { fence, .. } => Some(fence),
        _ => None,
    };
    let fence = yours.unwrap();
    assert!(store.links.calling(id, fence, at(21)).await.unwrap());
    fence
}

fn holds_secret(folder: &Path) -> bool {
    ["gateway.sqlite", "gateway.sqlite-wal"]
        .into_iter()
        .any(|name| {
            let bytes = std::fs::read(folder.join(name)).unwrap_or_default();
            bytes
                .windows(SECRET.len())
                .any(|window| window == SECRET.as_bytes())
        })
}

/// Waits until the secret has gone: the log is cut off after whoever asked was answered.
async fn is_gone(folder: &TempDir) {
    let gone = async {
        while holds_secret(folder.path()) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), gone)
        .await
        .unwrap();
}

#[tokio::test]
async fn tokens_that_went_are_in_no_file() {
    let folder = TempDir::new().unwrap();
    let store = open(&folder).await;
    // What an attempt held.
    let (_, attempt) = burned(&store, "verifier", 1).await;
    assert!(holds_secret(folder.path()));
    let why = model::pkb_link::Failure::Denied;
    let failed = store.patients.fail("patient", attempt, why, at(5)).await;
    assert!(failed.unwrap());
    is_gone(&folder).await;
    burned(&store, "sweep", 2).await;
    assert_eq!(
        store.patients.sweep("gateway", at(600), 10).await.unwrap(),
        1
    );
    is_gone(&folder).await;
    // What a link held: renewed, lapsed, unlinked, deleted.
    let id = linked(&store, "a", 3, SECRET).await;
    let fence = call(&store, &id).await;
    let landed = Landed::Renewed(pair("another"));
    let details = sealed("other details");
    let record = PublicId(Uuid::from_u128(3));
    let kept = store
        .links
        .keep_details(&id, record, &details, at(22))
        .await;
    assert!(kept.unwrap());
    assert!(holds_secret(folder.path()));
    let landed = store
        .links
        .land("gateway", &id, fence, &landed, at(23))
        .await;
    assert!(landed.unwrap());
    is_gone(&folder).await;
    let id = linked(&store, "b", 4, SECRET).await;
    assert!(store.patients.unlink("patient", &id, at(30)).await.unwrap());
    is_gone(&folder).await;
    let id = linked(&store, "c", 5, SECRET).await;
    call(&store, &id).await;
    assert!(store.patients.delete("patient", &id, at(30)).await.unwrap());
    is_gone(&folder).await;
}

#[tokio::test]
async fn a_restart_settles_what_was_under_way_and_a_late_answer_still_lands() {
    let folder = TempDir::new().unwrap();
    let store = open(&folder).await;
    let id = linked(&store, "a", 1, "first").await;
    let fence = call(&store, &id).await;
    drop(store);
    let store = open(&folder).await;
    let settled = store.links.settle_all_flights("gateway", at(22)).await;
    assert_eq!(settled.unwrap(), 1);
    let found = store.patients.get(&id).await.unwrap().unwrap();
    let (public_id, why) = (PublicId(Uuid::from_u128(1)), Lapse::AnswerLost);
    assert_eq!(found.standing, Standing::Lapsed { public_id, why });
    drop(store);
    let store = open(&folder).await;
    let landed = Landed::Renewed(pair("second"));
    let landed = store
        .links
        .land("gateway", &id, fence, &landed, at(40))
        .await;
    assert!(landed.unwrap());
    let tokens = store.links.tokens(&id).await.unwrap().unwrap();
    assert_eq!(tokens.sealed, sealed("second"));
}

#[tokio::test]
async fn a_damaged_link_holds_no_other_up() {
    let folder = TempDir::new().unwrap();
    let store = open(&folder).await;
    let damaged = linked(&store, "a", 1, "first").await;
    let whole = linked(&store, "b", 2, "first").await;
    for id in [&damaged, &whole] {
        call(&store, id).await;
    }
    let connection = Connection::open(folder.path().join("gateway.sqlite")).unwrap();
    let change =
        "PRAGMA ignore_check_constraints = 1; UPDATE patient SET why = 'nonsense' WHERE id = 'a';";
    connection.execute_batch(change).unwrap();
    drop(connection);
    let settled = store.links.settle_flights("gateway", at(900), 10).await;
    assert_eq!(settled.unwrap(), 1);
    assert!(store.links.tokens(&damaged).await.is_err());
    assert_eq!(store.links.tokens(&whole).await.unwrap(), None);
    let attempt = burned(&store, "a", 3).await;
    assert_eq!(attempt.0, damaged);
    assert_eq!(
        store.patients.sweep("gateway", at(900), 10).await.unwrap(),
        1
    );
    // What cannot be read can still be deleted.
    assert!(
        store
            .patients
            .delete("patient", &damaged, at(901))
            .await
            .unwrap()
    );
}

#[tokio::test]
async fn a_damaged_link_is_set_aside_and_the_others_are_renewed() {
    let folder = TempDir::new().unwrap();
    let store = open(&folder).await;
    let damaged = linked(&store, "a", 1, "first").await;
    let whole = linked(&store, "b", 2, "first").await;
    let path = folder.path().join("gateway.sqlite");
    let connection = Connection::open(path).unwrap();
    let change = "PRAGMA ignore_check_constraints = 1; UPDATE patient SET public_id = x'00', due_at = 1 WHERE id = 'a';";
    connection.execute_batch(change).unwrap();
    let due = async |now: Timestamp, limit| {
        let due = store.links.due(now, limit).await.unwrap();
        due.into_iter().map(|(id, _)| id).collect::<Vec<_>>()
    };
    let now = at(1_000_000);
    // It was first in line, and fills a short one.
    assert_eq!(due(now, 1).await, []);
    assert_eq!(due(now, 1).await, std::slice::from_ref(&whole));
    assert_eq!(due(now, 9).await, std::slice::from_ref(&whole));
    connection
        .execute(
            "UPDATE patient SET public_id = ?1 WHERE id = 'a'",
            [[7_u8; 16]],
        )
        .unwrap();
    // Not again at once, but later; and then it is as it was.
    assert_eq!(due(now, 9).await, std::slice::from_ref(&whole));
    assert_eq!(due(now + SET_ASIDE, 9).await, [whole, damaged]);
}

#[tokio::test]
async fn no_refresh_token_of_a_backup_is_sent_again() {
    let folder = TempDir::new().unwrap();
    let store = open(&folder).await;
    let idle = linked(&store, "idle", 1, "first").await;
    let taken = linked(&store, "taken", 2, "first").await;
    let renewed = linked(&store, "renewed", 3, "first").await;
    let fence = call(&store, &renewed).await;
    let landed = Landed::Renewed(pair("second"));
    let landed = store
        .links
        .land("gateway", &renewed, fence, &landed, at(23));
    assert!(landed.await.unwrap());
    let generation = store
        .links
        .tokens(&taken)
        .await
        .unwrap()
        .unwrap()
        .generation;
    let flight = store
        .links
        .take_flight("gateway", &taken, generation, "node", at(24), at(84));
    assert!(matches!(flight.await.unwrap(), Flight::Yours { .. }));
    let (last, attempt) = burned(&store, "last", 4).await;
    let mut new = NewLink {
        public_id: PublicId(Uuid::from_u128(4)),
        pair: pair("only"),
        details: None,
    };
    new.pair.has_refresh = false;
    let done = store.patients.link("patient", attempt, &new, at(25)).await;
    assert_eq!(done.unwrap(), Linked::Linked);
    drop(store);
    let path = folder.path().join("gateway.sqlite");
    store_sqlite::backup::gateway_go_on(&path).unwrap();
    let store = open(&folder).await;
    let told = store.events.latest().await.unwrap();
    let settled = store.links.settle_flights("gateway", at(100), 10).await;
    assert_eq!(settled.unwrap(), 3);
    for id in [&idle, &taken, &renewed] {
        assert_eq!(store.links.tokens(id).await.unwrap(), None);
    }
    let entries = store.events.since(told, 10).await.unwrap();
    assert_eq!(entries.len(), 3);
    // There is nothing that could be sent twice.
    assert!(store.links.tokens(&last).await.unwrap().is_some());
    // Whoever authorises again goes on as ever.
    let (_, attempt) = burned(&store, "idle", 5).await;
    new.public_id = PublicId(Uuid::from_u128(1));
    let done = store.patients.link("patient", attempt, &new, at(200)).await;
    assert_eq!(done.unwrap(), Linked::Linked);
    let lines = store.links.flights(&renewed, 10).await.unwrap();
    assert!(call(&store, &idle).await > lines[0].fence);
}
