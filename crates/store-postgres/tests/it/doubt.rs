//! A connection that is lost during COMMIT: nobody knows whether it happened.

use crate::proxy::{Cut, Proxy};
use crate::server::Database;
use crate::world::{BY, World, at};
use model::organisation::ClientSystem;
use model::{ClientSystemId, OdsCode};
use store::StoreError;
use store::platform::Accepted;
use uuid::Uuid;

/// A node whose wire to the server can be cut, and one that looks on.
struct Cuttable {
    proxy: Proxy,
    node: World,
    onlooker: World,
    _database: Database,
}

impl Cuttable {
    async fn new() -> Self {
        let mut database = Database::new().await;
        let onlooker = World::new(database.open().await).await;
        let proxy = Proxy::to(database.server_port()).await;
        database.through(proxy.port);
        Self {
            node: onlooker.seen_by(database.open().await),
            onlooker,
            proxy,
            _database: database,
        }
    }

    async fn acts(&self, action: &str) -> usize {
        let log = self.onlooker.store.audit.recent(1_000).await.unwrap();
        log.iter().filter(|entry| entry.action == action).count()
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL: scripts/test postgres"]
async fn what_twice_is_once_is_done_once_and_ends_well() {
    for cut in [Cut::After, Cut::Before] {
        let world = Cuttable::new().await;
        let practice = model::organisation::Practice {
            ods_code: OdsCode::parse("A81001").unwrap(),
            name: "Riverside".to_owned(),
        };
        let before = world.acts("add practice").await;
        world.proxy.cut(cut);
        let directory = &world.node.store.directory;
        directory.put_practice(&BY, &practice, at(0)).await.unwrap();
        assert_eq!(world.proxy.cuts(), 1);
        assert_eq!(world.acts("add practice").await, before + 1);
        let log = world.onlooker.store.audit.verify().await.unwrap();
        assert_eq!(log.broken_at, None);
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL: scripts/test postgres"]
async fn what_twice_is_not_once_is_not_told_as_success_and_not_repeated() {
    for (cut, there) in [(Cut::After, true), (Cut::Before, false)] {
        let world = Cuttable::new().await;
        let client = ClientSystem {
            id: ClientSystemId(Uuid::from_u128(77)),
            name: "Kestrel Lane".to_owned(),
            disabled: false,
            instant: false,
        };
        let before = world.acts("add client system").await;
        world.proxy.cut(cut);
        let added = world
            .node
            .store
            .directory
            .add_client(&BY, &client, at(0))
            .await;
        assert!(matches!(added, Err(StoreError::Unavailable { .. })));
        // It may be at work on it still.
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        let found = world.onlooker.store.directory.client(client.id).await;
        assert_eq!(found.unwrap().is_some(), there);
        let acts = world.acts("add client system").await - before;
        assert_eq!(acts, usize::from(there));
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL: scripts/test postgres"]
async fn a_message_is_accepted_once_whichever_way_its_commit_went() {
    for cut in [Cut::After, Cut::Before] {
        let world = Cuttable::new().await;
        let message = world.node.standard(at(5));
        world.proxy.cut(cut);
        assert_eq!(world.node.accept(&message).await, Accepted::New);
        assert_eq!(world.proxy.cuts(), 1);
        assert_eq!(world.node.accept(&message).await, Accepted::Same);
        assert_eq!(world.acts("accept message").await, 1);
        let counts = world.onlooker.store.messages.counts().await.unwrap();
        assert_eq!(counts.iter().map(|(_, _, count)| count).sum::<u64>(), 1);
        assert_eq!(world.onlooker.told(0).await.len(), 1);
    }
}
