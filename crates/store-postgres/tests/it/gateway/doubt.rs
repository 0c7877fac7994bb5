//! A connection that is lost during COMMIT: what twice is once ends well, anything else is not told as done.

use super::world::{BY, PATIENTS, World, at, sealed};
use crate::proxy::{Cut, Proxy};
use crate::server::Database;
use model::outbox::{Bucket, State};
use store::StoreError;
use store::gateway::{Entered, Mend, NewMessage, Released, SealedPlace, Settled, Withdrawn};

const PATIENT: &str = PATIENTS[0];

/// A node whose wire to the server can be cut, and one that looks on.
pub(super) struct Cuttable {
    pub(super) proxy: Proxy,
    pub(super) node: World,
    pub(super) onlooker: World,
    _database: Database,
}

impl Cuttable {
    pub(super) async fn new() -> Self {
        let mut database = Database::new().await;
        let onlooker = World::new(database.open_gateway().await);
        let proxy = Proxy::to(database.server_port()).await;
        database.through(proxy.port);
        Self {
            node: onlooker.seen_by(database.open_gateway().await),
            onlooker,
            proxy,
            _database: database,
        }
    }

    async fn count(&self, bucket: Bucket) -> u64 {
        let counts = self.onlooker.store.outbox.counts().await.unwrap();
        let count = counts.iter().find(|(of, _)| *of == bucket);
        count.map_or(0, |(_, count)| *count)
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL: scripts/test postgres"]
async fn a_message_is_entered_once_whichever_way_its_commit_went() {
    for cut in [Cut::After, Cut::Before] {
        let world = Cuttable::new().await;
        let message = world.node.message(PATIENT, 5).await;
        world.proxy.cut(cut);
        assert_eq!(world.node.enter(&message).await, Entered::New);
        assert_eq!(world.proxy.cuts(), 1);
        let again = NewMessage {
            upload: world.node.upload_id(),
            ..message.clone()
        };
        assert_eq!(world.node.enter(&again).await, Entered::Same(State::Queued));
        assert_eq!(world.onlooker.told().await, ["message.queued"]);
        assert_eq!(world.count(Bucket::Queued).await, 1);
        let found = world.onlooker.store.outbox.find(message.id).await.unwrap();
        assert_eq!(found.unwrap().topic, message.topic);
        let content = world.onlooker.store.outbox.content(message.id).await;
        assert_eq!(content.unwrap(), Some((message.upload, message.content)));
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL: scripts/test postgres"]
async fn a_try_ends_once_and_the_turn_goes_on() {
    for cut in [Cut::After, Cut::Before] {
        let world = Cuttable::new().await;
        world.node.entered(PATIENT, 1).await;
        let next = world.node.entered(PATIENT, 2).await;
        let claimed = world.node.claim(5, 10).await.remove(0);
        world.proxy.cut(cut);
        world.node.accept(&claimed, 6).await;
        assert_eq!(world.proxy.cuts(), 1);
        let accept = Settled::Accepted { look_at: at(9) };
        assert!(!world.node.settle(&claimed, 6, &accept).await);
        let told = world.onlooker.told().await;
        assert_eq!(
            told,
            ["message.queued", "message.queued", "message.accepted"]
        );
        assert_eq!(world.count(Bucket::Pending).await, 1);
        let due = world.onlooker.claim(7, 10).await;
        assert_eq!(due.len(), 1);
        assert_eq!(due[0].message.id, next);
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL: scripts/test postgres"]
async fn a_refused_message_is_released_once() {
    for cut in [Cut::After, Cut::Before] {
        let world = Cuttable::new().await;
        let id = world.node.entered(PATIENT, 1).await;
        let claimed = world.node.claim(5, 10).await.remove(0);
        let problem = "invalid-parameters".to_owned();
        let refuse = Settled::Refused { problem };
        assert!(world.node.settle(&claimed, 6, &refuse).await);
        world.proxy.cut(cut);
        let outbox = &world.node.store.outbox;
        let released = outbox.release(BY, id, &Mend::default(), at(7)).await;
        assert_eq!(released.unwrap(), Released::Queued);
        assert_eq!(world.proxy.cuts(), 1);
        let released = outbox.release(BY, id, &Mend::default(), at(7)).await;
        assert_eq!(released.unwrap(), Released::NotRefused);
        let told = world.onlooker.told().await;
        assert_eq!(
            told,
            ["message.queued", "message.refused", "message.released"]
        );
        assert_eq!(world.count(Bucket::Queued).await, 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL: scripts/test postgres"]
async fn a_token_is_not_lost_and_is_one_grant() {
    for cut in [Cut::After, Cut::Before] {
        let world = Cuttable::new().await;
        let (user, key) = world.node.user().await;
        let token = sealed(key, "token");
        let users = &world.node.store.users;
        world.proxy.cut(cut);
        let grant = users.authorise(BY, &user, &token, at(5)).await;
        // What did not happen may have used up a number.
        let grant = grant.unwrap().unwrap();
        assert_eq!(world.proxy.cuts(), 1);
        let found = users.token(&user).await.unwrap();
        assert_eq!(found, Some((grant, token.clone())));
        let place = SealedPlace::UserToken(user.clone());
        let resealed = sealed(key, "sealed anew");
        world.proxy.cut(cut);
        let vault = &world.node.store.vault;
        assert!(vault.reseal(&place, &token, &resealed).await.unwrap());
        assert_eq!(world.proxy.cuts(), 2);
        world.proxy.cut(cut);
        let withdrawn = users.withdrawn("gateway", &user, grant, at(6)).await;
        let expected = match cut {
            Cut::Before => Withdrawn::Marked,
            // It was, and is told; who asked hears that it is so already.
            Cut::After => Withdrawn::Not,
        };
        assert_eq!(withdrawn.unwrap(), expected);
        let told = world.onlooker.told().await;
        assert_eq!(told, ["user.authorised", "user.withdrawn"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL: scripts/test postgres"]
async fn a_piece_is_put_once() {
    for cut in [Cut::After, Cut::Before] {
        let world = Cuttable::new().await;
        let upload = world.node.upload_id();
        let pieces = &world.node.store.pieces;
        pieces.begin(upload, at(1)).await.unwrap();
        world.proxy.cut(cut);
        let bytes = bytes_of("a letter");
        pieces.put(upload, 0, 0, bytes.clone()).await.unwrap();
        assert_eq!(world.proxy.cuts(), 1);
        let again = pieces.put(upload, 0, 0, bytes.clone()).await;
        assert!(matches!(again, Err(StoreError::Inconsistent { .. })));
        assert_eq!(pieces.get(upload, 0, 0).await.unwrap(), Some(bytes));
    }
}

fn bytes_of(text: &'static str) -> bytes::Bytes {
    bytes::Bytes::from_static(text.as_bytes())
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL: scripts/test postgres"]
async fn what_cannot_be_told_from_another_act_is_not_told_as_success() {
    for (cut, there) in [(Cut::After, false), (Cut::Before, true)] {
        let world = Cuttable::new().await;
        let (user, _) = world.node.user().await;
        world.proxy.cut(cut);
        let deleted = world.node.store.users.delete(BY, &user, at(5)).await;
        assert!(matches!(deleted, Err(StoreError::Unavailable { .. })));
        // It may be at work on it still.
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        let found = world.onlooker.store.users.get(&user).await.unwrap();
        assert_eq!(found.is_some(), there);
    }
}
