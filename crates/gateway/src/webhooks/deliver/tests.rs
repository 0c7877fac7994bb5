//! How deliveries share the room there is.

use super::*;
use uuid::Uuid;

fn to(counts: &[u32]) -> Flying {
    let mut flying = Flying::default();
    for (endpoint, count) in counts.iter().enumerate() {
        for _ in 0..*count {
            let task = flying.tasks.spawn(std::future::pending());
            let webhook = WebhookId(Uuid::from_u128(endpoint as u128));
            flying.to.insert(task.id(), webhook);
        }
    }
    flying
}

#[tokio::test]
async fn no_endpoint_is_ever_given_more_than_four() {
    for counts in [&[][..], &[0], &[1], &[4], &[3, 0], &[4, 2, 1], &[4, 4, 4]] {
        let (busy, each) = to(counts).room_for_each();
        assert!(each >= 1);
        for (endpoint, count) in counts.iter().enumerate() {
            let webhook = WebhookId(Uuid::from_u128(endpoint as u128));
            assert_eq!(busy.contains(&webhook), *count == EACH, "{counts:?}");
            assert!(*count == EACH || count + each <= EACH, "{counts:?}");
        }
    }
}

#[tokio::test]
async fn one_that_panicked_makes_room_again() {
    let mut flying = Flying::default();
    let task = flying.tasks.spawn(async { panic!("on purpose") });
    flying.to.insert(task.id(), WebhookId(Uuid::nil()));
    let landed = flying.tasks.join_next_with_id().await.unwrap();
    flying.landed(landed);
    assert!(flying.to.is_empty());
}
