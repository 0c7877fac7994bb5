//! Two nodes at the same row in the same moment.

use crate::server::Database;
use crate::world::{BY, World, at};
use futures_util::future::join_all;
use model::TokenId;
use model::access_code::MAX_WRONG;
use store::platform::{CodeExchange, Exchanged, NewAccessCode};
use uuid::Uuid;

fn guess(world: &World, token: u128) -> CodeExchange {
    CodeExchange {
        client: world.client,
        code_hash: world.hash(),
        token: TokenId(Uuid::from_u128(token)),
        token_hash: world.hash(),
        at: at(5),
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL: scripts/test postgres"]
async fn a_client_system_has_as_many_guesses_on_two_nodes_as_on_one() {
    let database = Database::new().await;
    let one = World::new(database.open().await).await;
    let other = one.seen_by(database.open().await);
    let guesses = (0..40_u128).map(|n| {
        let node = if n % 2 == 0 { &one } else { &other };
        let guess = guess(node, n);
        async move { node.store.permissions.exchange(&BY, &guess).await.unwrap() }
    });
    let answers = join_all(guesses).await;
    let wrong = answers
        .iter()
        .filter(|answer| **answer == Exchanged::Wrong)
        .count();
    assert_eq!(wrong, MAX_WRONG as usize);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL: scripts/test postgres"]
async fn a_code_brought_to_two_nodes_at_once_gives_one_token() {
    let database = Database::new().await;
    let one = World::new(database.open().await).await;
    let other = one.seen_by(database.open().await);
    for round in 0..20_u128 {
        let code = NewAccessCode {
            hash: one.hash(),
            practitioner: one.doctor.clone(),
            made_at: at(0),
            ends_at: at(60),
        };
        one.store.permissions.add_code(&BY, &code).await.unwrap();
        let exchanges = [&one, &other].into_iter().zip(0..).map(|(node, n)| {
            let mut exchange = guess(node, round * 2 + n);
            exchange.code_hash = code.hash;
            // Wrong guesses of earlier rounds do not count any more.
            exchange.at = at(10);
            async move {
                node.store
                    .permissions
                    .exchange(&BY, &exchange)
                    .await
                    .unwrap()
            }
        });
        let answers = join_all(exchanges).await;
        let tokens = answers
            .iter()
            .filter(|answer| matches!(answer, Exchanged::Token(_)))
            .count();
        assert!(tokens <= 1, "{answers:?}");
        if round < 4 {
            assert_eq!(tokens, 1, "{answers:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL: scripts/test postgres"]
async fn a_caller_that_goes_away_leaves_nothing_open() {
    let database = Database::new().await;
    let world = World::new(database.open().await).await;
    let client = database.client().await;
    client
        .batch_execute("BEGIN; SELECT FROM client FOR UPDATE")
        .await
        .unwrap();
    let waiting = {
        let world = world.clone();
        tokio::spawn(async move {
            let directory = &world.store.directory;
            directory
                .set_client_disabled(&BY, world.client, true, at(5))
                .await
        })
    };
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    waiting.abort();
    client.batch_execute("COMMIT").await.unwrap();
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    let open: i64 = client
        .query_one(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND state LIKE 'idle in transaction%'",
            &[],
        )
        .await
        .unwrap()
        .get(0);
    assert_eq!(open, 0);
    let found = world.store.directory.client(world.client).await.unwrap();
    assert!(!found.unwrap().disabled);
    world.store.health.check().await.unwrap();
}
