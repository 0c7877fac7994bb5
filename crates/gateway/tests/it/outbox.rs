//! One message on its way: what goes out, and what becomes of it.

use crate::fake::Fault;
use crate::world::World;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use jiff::SignedDuration;
use model::Hash;
use model::attachment::{Attachment, Kind as FileKind};
use model::gateway_user::Authorisation;
use model::outbox::State;
use std::time::Duration;
use store::gateway::{AttemptOutcome, Happening, Mend, Released, StoredFile};
use wire::problem::ProblemType;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_standard_message_goes_out_at_once_and_without_a_token() {
    let world = World::new().await;
    let node = world.start();
    let id = world.enter().await;
    world.until_state(id, State::Accepted).await;
    let accepted = world.fake.accepted();
    assert_eq!(accepted.len(), 1);
    assert_eq!((accepted[0].id, &accepted[0].token), (id, &None));
    assert_eq!(accepted[0].message.kind, "ToolbarMessage");
    let sent = BASE64_STANDARD.decode(&accepted[0].message.attachments[0].content);
    assert_eq!(sent.unwrap(), b"a letter");
    let attempts = world.store.outbox.attempts(id).await.unwrap();
    assert_eq!(attempts.len(), 1);
    assert_eq!(attempts[0].outcome, Some(AttemptOutcome::Accepted));
    // It will be asked about.
    assert!(world.stored(id).await.look_at.is_some());
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_instant_message_goes_out_under_its_practitioners_token() {
    let world = World::new().await;
    let node = world.start();
    let user = world.authorised("dr-okafor", "her-token").await;
    let id = world.draft().instant(&user).enter(&world).await;
    world.until_state(id, State::Accepted).await;
    let accepted = world.fake.accepted();
    assert_eq!(accepted[0].token.as_deref(), Some("her-token"));
    assert_eq!(accepted[0].message.kind, "ToolbarInstantMessage");
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_an_authorisation_it_is_refused_and_goes_out_when_released_after_one() {
    let world = World::new().await;
    let node = world.start();
    let user = model::UserId::parse("dr-llewellyn").unwrap();
    let id = world.draft().instant(&user).enter(&world).await;
    world.until_state(id, State::Refused).await;
    let stored = world.stored(id).await;
    assert_eq!(stored.problem.as_deref(), Some("access-token-refused"));
    let attempts = world.store.outbox.attempts(id).await.unwrap();
    let why = AttemptOutcome::NotSent("no-authorisation".to_owned());
    assert_eq!(attempts[0].outcome, Some(why));
    assert_eq!(world.fake.sends(), 0);

    world.authorised("dr-llewellyn", "his-token").await;
    let now = model::Clock::now(&*world.clock);
    let (by, mend) = ("operator:test", Mend::default());
    let released = world.store.outbox.release(by, id, &mend, now).await;
    assert_eq!(released.unwrap(), Released::Queued);
    world.until_state(id, State::Accepted).await;
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_withdrawal_is_noticed_told_once_and_only_of_the_token_that_was_sent() {
    let world = World::new().await;
    let user = world.authorised("dr-okafor", "first").await;
    world.fake.withdraw("first");
    let one = world.draft().instant(&user).about(1).enter(&world).await;
    let two = world.draft().instant(&user).about(2).enter(&world).await;
    let node = world.start();
    for id in [one, two] {
        world.until_state(id, State::Refused).await;
        let stored = world.stored(id).await;
        assert_eq!(stored.problem.as_deref(), Some("access-token-refused"));
    }
    let found = world.store.users.get(&user).await.unwrap().unwrap();
    assert_eq!(found.authorisation, Authorisation::Withdrawn);
    let entries = world.store.events.since(0, 100).await.unwrap();
    let withdrawn = entries
        .iter()
        .filter(|entry| matches!(entry.happened.what, Happening::Withdrawn(_)));
    assert_eq!(withdrawn.count(), 1);
    // Another authorisation is another matter.
    world.authorised("dr-okafor", "second").await;
    let three = world.draft().instant(&user).about(3).enter(&world).await;
    world.until_state(three, State::Accepted).await;
    let found = world.store.users.get(&user).await.unwrap().unwrap();
    assert_eq!(found.authorisation, Authorisation::Authorised);
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_403_that_says_nothing_is_asked_about_before_anybody_is_called_withdrawn() {
    let world = World::new().await;
    let user = world.authorised("dr-okafor", "token").await;
    world.fake.next([Fault::Says(403, None)]);
    let node = world.start();
    let id = world.draft().instant(&user).enter(&world).await;
    world.until_state(id, State::Refused).await;
    assert_eq!(world.stored(id).await.problem.as_deref(), Some("forbidden"));
    let found = world.store.users.get(&user).await.unwrap().unwrap();
    assert_eq!(found.authorisation, Authorisation::Authorised);
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refusal_says_why_and_is_not_sent_again() {
    let world = World::new().await;
    let node = world.start();
    let table = [
        (
            Fault::Problem(ProblemType::ValidationError),
            "validation-error",
            400,
        ),
        (
            Fault::Problem(ProblemType::MessageIdConflict),
            "message-id-conflict",
            409,
        ),
        (Fault::Problem(ProblemType::TooLarge), "too-large", 413),
        (Fault::Problem(ProblemType::Forbidden), "forbidden", 403),
        (Fault::Says(415, None), "unsupported-media-type", 415),
    ];
    for (fault, name, status) in table {
        world.fake.next([fault]);
        let id = world.enter().await;
        world.until_state(id, State::Refused).await;
        assert_eq!(world.stored(id).await.problem.as_deref(), Some(name));
        let attempts = world.store.outbox.attempts(id).await.unwrap();
        assert_eq!(attempts.len(), 1);
        let Some(AttemptOutcome::Answer {
            status: kept,
            problem,
        }) = &attempts[0].outcome
        else {
            panic!("no answer");
        };
        assert_eq!(*kept, status);
        if let Some(problem) = problem {
            assert!(problem.contains(name));
        }
    }
    world.pass(SignedDuration::from_hours(1));
    world.a_moment().await;
    assert_eq!(world.fake.sends(), table.len());
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_whose_time_ran_out_is_not_sent() {
    let world = World::new().await;
    let id = world.enter().await;
    world.pass(model::outbox::DEFAULT_EXPIRY);
    let node = world.start();
    world.until_state(id, State::Refused).await;
    let attempts = world.store.outbox.attempts(id).await.unwrap();
    let why = AttemptOutcome::NotSent("expired".to_owned());
    assert_eq!(attempts[0].outcome, Some(why));
    assert_eq!(world.fake.sends(), 0);
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn content_that_is_not_what_was_entered_never_reaches_the_platform() {
    let world = World::new().await;
    let mut draft = world.draft().files(vec![vec![b'a'; 600_000]]);
    draft.message.content.files.push(StoredFile {
        part: 0,
        attachment: Attachment {
            kind: FileKind::Text,
            file_name: model::FileName::parse("0.txt").unwrap(),
            size: 600_000,
            hash: Hash::of(b"something else"),
        },
    });
    let id = draft.enter(&world).await;
    let node = world.start();
    world.until_state(id, State::Refused).await;
    let attempts = world.store.outbox.attempts(id).await.unwrap();
    let why = AttemptOutcome::NotSent("content-unreadable".to_owned());
    assert_eq!(attempts[0].outcome, Some(why));
    assert!(world.fake.accepted().is_empty());
    // It said nothing against the platform: the next one goes out at once.
    let next = world.enter().await;
    world.until_state(next, State::Accepted).await;
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_full_files_arrive_as_they_were() {
    let world = World::new().await;
    let files: Vec<Vec<u8>> = (0..10_u8)
        .map(|number| vec![b'a' + number; 5 * 1024 * 1024])
        .collect();
    let id = world.draft().files(files.clone()).enter(&world).await;
    let node = world.start();
    world.until_state(id, State::Accepted).await;
    let accepted = world.fake.accepted();
    let attachments = &accepted[0].message.attachments;
    assert_eq!(attachments.len(), 10);
    for (attachment, bytes) in attachments.iter().zip(&files) {
        let sent = BASE64_STANDARD.decode(&attachment.content).unwrap();
        assert!(&sent == bytes);
    }
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_more_are_on_their_way_than_the_settings_allow() {
    let world = World::new().await;
    world.fake.set(Some(Fault::Slow(Duration::from_millis(30))));
    let mut ids = Vec::new();
    for number in 0..20 {
        ids.push(world.draft().about(number).enter(&world).await);
    }
    let node = world.start_with(|config| config.senders = 3);
    for id in ids {
        world.until_state(id, State::Accepted).await;
    }
    assert_eq!(world.fake.most_at_once(), 3);
    node.stop().await;
}
