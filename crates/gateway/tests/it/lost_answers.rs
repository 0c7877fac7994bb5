//! An answer is lost, and the next try would be refused: what the platform has is not called refused. What expires
//! while the platform is away is told then, and can still be mended.

use crate::fake::Fault;
use crate::world::{Draft, Node, World};
use jiff::SignedDuration;
use model::gateway_user::Authorisation;
use model::outbox::{Kind, LEASE, State};
use model::{ClientMessageId, Clock as _};
use store::gateway::{AttemptOutcome, Mend, Released};
use wire::problem::ProblemType;

/// Enters a message whose first try loses its answer, or breaks like `fault`.
async fn tried_once(world: &World, draft: Draft, fault: Fault) -> (ClientMessageId, Node) {
    world.fake.next([fault]);
    let id = draft.enter(world).await;
    let node = world.start();
    world
        .until("the first try has ended", async || {
            let stored = world.stored(id).await;
            stored.tries == 1 && stored.state == State::Queued
        })
        .await;
    (id, node)
}

/// The message is at the platform, once, and followed.
async fn is_followed(world: &World, id: ClientMessageId) {
    world.until_state(id, State::Accepted).await;
    assert_eq!(world.fake.accepted_ids(), [id]);
    world
        .until("its status is known", async || {
            world.stored(id).await.standing.is_some()
        })
        .await;
    let attempts = world.store.outbox.attempts(id).await.unwrap();
    let last = attempts.last().unwrap();
    assert_eq!(last.outcome, Some(AttemptOutcome::Accepted));
}

fn minute() -> SignedDuration {
    SignedDuration::from_mins(1)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_answer_and_a_withdrawal_make_no_refusal() {
    let world = World::new().await;
    let user = world.authorised("dr-okafor", "token").await;
    let draft = world.draft().instant(&user);
    let (id, node) = tried_once(&world, draft, Fault::Lost).await;
    world.fake.withdraw("token");
    world.pass(minute());
    is_followed(&world, id).await;
    let found = world.store.users.get(&user).await.unwrap().unwrap();
    assert_eq!(found.authorisation, Authorisation::Withdrawn);
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_answer_and_a_user_without_an_authorisation_make_no_refusal() {
    let world = World::new().await;
    let user = world.authorised("dr-okafor", "token").await;
    let draft = world.draft().instant(&user);
    let (id, node) = tried_once(&world, draft, Fault::Lost).await;
    let now = world.clock.now();
    let forgotten = world.store.users.forget("product:test", &user, now).await;
    assert!(forgotten.unwrap());
    world.pass(minute());
    is_followed(&world, id).await;
    assert_eq!(world.fake.sends(), 1);
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_answer_and_new_rules_of_the_platform_make_no_refusal() {
    for kind in [
        ProblemType::ValidationError,
        ProblemType::Forbidden,
        ProblemType::MessageIdConflict,
    ] {
        let world = World::new().await;
        let (id, node) = tried_once(&world, world.draft(), Fault::Lost).await;
        world.fake.next([Fault::Problem(kind)]);
        world.pass(minute());
        is_followed(&world, id).await;
        node.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_answer_and_an_expiry_wait_for_the_platforms_word() {
    let world = World::new().await;
    let mut draft = world.draft();
    draft.message.expires_at = world.clock.now() + minute();
    let (id, node) = tried_once(&world, draft, Fault::Lost).await;
    world.fake.set(Some(Fault::Says(503, None)));
    for _ in 0..20 {
        world.pass(SignedDuration::from_mins(5));
        world.a_moment().await;
    }
    let stored = world.stored(id).await;
    assert!(stored.state.holds_its_patient(), "{stored:?}");
    let attempts = world.store.outbox.attempts(id).await.unwrap();
    assert!(attempts.len() > 1, "{attempts:?}");
    world.fake.set(None);
    world
        .until("it is found", async || {
            world.pass(minute());
            world.stored(id).await.state == State::Accepted
        })
        .await;
    is_followed(&world, id).await;
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_a_gateway_that_died_the_platform_is_asked_first() {
    let world = World::new().await;
    let user = world.authorised("dr-okafor", "token").await;
    let id = world.draft().instant(&user).enter(&world).await;
    // A gateway takes it, and is never heard of again.
    let now = world.clock.now();
    let claimed = world.store.outbox.claim(now, now + LEASE, 1).await;
    assert_eq!(claimed.unwrap().len(), 1);
    world.fake.withdraw("token");
    world.pass(LEASE);
    let node = world.start();
    world.until_state(id, State::Refused).await;
    assert_eq!(world.fake.looks(), [id]);
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_never_reached_the_platform_is_refused_when_it_says_so() {
    let world = World::new().await;
    let user = world.authorised("dr-okafor", "token").await;
    let draft = world.draft().instant(&user);
    let (id, node) = tried_once(&world, draft, Fault::Down).await;
    world.fake.withdraw("token");
    world.pass(minute());
    world.until_state(id, State::Refused).await;
    let stored = world.stored(id).await;
    assert_eq!(stored.problem.as_deref(), Some("access-token-refused"));
    assert_eq!(world.fake.looks(), [id]);
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_asks_after_a_message_that_was_only_ever_refused() {
    let world = World::new().await;
    let refusal = Fault::Problem(ProblemType::ValidationError);
    world.fake.next([refusal, refusal]);
    let node = world.start();
    let id = world.enter().await;
    world.until_state(id, State::Refused).await;
    let now = world.clock.now();
    let mend = Mend::default();
    let released = world.store.outbox.release("operator:test", id, &mend, now);
    assert_eq!(released.await.unwrap(), Released::Queued);
    world
        .until("it is refused again", async || {
            let stored = world.stored(id).await;
            stored.tries == 2 && stored.state == State::Refused
        })
        .await;
    assert!(world.fake.looks().is_empty());
    node.stop().await;
}

/// The platform has the message; the gateway's database is one from before it was sent.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_restored_gateway_does_not_call_refused_what_was_sent_since_the_backup() {
    let world = World::new().await;
    let user = world.authorised("dr-okafor", "token").await;
    let node = world.start();
    let draft = world.draft().instant(&user);
    let id = draft.message.id;
    draft.enter(&world).await;
    world.until_state(id, State::Accepted).await;
    node.stop().await;
    world.fake.withdraw("token");

    let restored = World {
        store: store_sqlite::open_gateway_temporary().unwrap(),
        ..world
    };
    let mut draft = restored.draft();
    (draft.message.id, draft.message.kind) = (id, Kind::Instant);
    draft.message.user = Some(user);
    draft.enter(&restored).await;
    let node = restored.start();
    is_followed(&restored, id).await;
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_doubt_a_silent_platform_does_not_hold_a_refusal_up() {
    let world = World::new().await;
    world.fake.set(Some(Fault::Says(503, None)));
    let user = model::UserId::parse("dr-llewellyn").unwrap();
    let id = world.draft().instant(&user).enter(&world).await;
    let node = world.start();
    world.until_state(id, State::Refused).await;
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_expires_while_the_platform_is_away_is_told_then_and_mended_days_later() {
    let world = World::new().await;
    world.fake.set(Some(Fault::Says(503, None)));
    let node = world.start();
    // So many failures that it is left alone.
    for number in 0..6 {
        world.draft().about(10 + number).enter(&world).await;
    }
    world
        .until("it is left alone", async || {
            world.pass(SignedDuration::from_millis(200));
            world.fake.tests() > 0
        })
        .await;
    let mut draft = world.draft();
    draft.message.expires_at = world.clock.now() + minute();
    let (id, kind) = (draft.enter(&world).await, Kind::Standard);
    world
        .until("it is refused", async || {
            world.pass(SignedDuration::from_secs(5));
            world.stored(id).await.state == State::Refused
        })
        .await;
    let stored = world.stored(id).await;
    assert_eq!((stored.kind, stored.tries), (kind, 1));
    assert_eq!(stored.problem.as_deref(), Some("validation-error"));
    let attempts = world.store.outbox.attempts(id).await.unwrap();
    let why = AttemptOutcome::NotSent("expired".to_owned());
    assert_eq!(attempts[0].outcome, Some(why));
    // A person is back after a week.
    world.pass(SignedDuration::from_hours(7 * 24));
    world.a_moment().await;
    assert!(world.stored(id).await.has_content);
    world.fake.set(None);
    let now = world.clock.now();
    let mend = Mend {
        expires_at: Some(now + SignedDuration::from_hours(24)),
        ..Mend::default()
    };
    let released = world.store.outbox.release("operator:test", id, &mend, now);
    assert_eq!(released.await.unwrap(), Released::Queued);
    world
        .until("it is sent", async || {
            world.pass(SignedDuration::from_secs(5));
            world.stored(id).await.state == State::Accepted
        })
        .await;
    node.stop().await;
}
