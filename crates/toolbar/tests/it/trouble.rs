//! What goes wrong on the way, and that it ends with one copy in the record or none, never two.

use crate::platform::{NOW, Stage};
use crate::world::*;
use jiff::SignedDuration;
use model::clock::ManualClock;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;
use toolbar::{Agent, AgentEvent};

const ONE_COPY_EACH: [usize; 3] = [1, 1, 1];

fn copies(world: &World) -> Vec<usize> {
    world
        .records
        .copies()
        .into_iter()
        .map(|(_, count)| count)
        .collect()
}

#[tokio::test]
async fn a_lease_lost_before_the_write_writes_nothing_until_it_is_claimed_anew() {
    let world = World::new().await;
    world.platform.inner().lease = Duration::from_millis(900);
    world.platform.attachment_gate.forget_permits(usize::MAX);
    let _toolbar = world.online().await;
    world.platform.publish("m1", letter());
    until("the attachment is asked for", || {
        world.platform.inner().attachments_asked == 1
    })
    .await;
    let elsewhere = Stage::Claimed {
        fence: 2,
        until: Instant::now() + Duration::from_secs(60),
        instant: true,
    };
    {
        let mut inner = world.platform.inner();
        let message = inner.messages.get_mut("m1").unwrap();
        (message.stage, message.fence) = (elsewhere, 2);
    }
    until("the loss is noticed", || {
        world.platform.inner().renewals_refused > 0
    })
    .await;
    world.platform.attachment_gate.add_permits(1);
    let reads = world.platform.inner().inbox_reads[OKAFOR];
    until("the inbox was read twice more", || {
        world.platform.inner().inbox_reads[OKAFOR] >= reads + 2
    })
    .await;
    assert_eq!(world.records.inner().transactions, 0);
    world.platform.inner().messages.get_mut("m1").unwrap().stage = Stage::Instant;
    until("completed", || {
        world.platform.stage("m1") == Stage::Completed
    })
    .await;
    assert_eq!(world.platform.inner().messages["m1"].fence, 3);
    assert_eq!(copies(&world), ONE_COPY_EACH);
}

#[tokio::test]
async fn after_a_sleep_that_outlasts_the_lease_nothing_is_written() {
    let world = World::new().await;
    world.platform.attachment_gate.forget_permits(usize::MAX);
    let clock = Arc::new(ManualClock::at(NOW.parse().unwrap()));
    let mut config = world.config();
    config.clock = clock.clone();
    let toolbar = Agent::start(config).await.unwrap();
    until_online(&toolbar).await;
    world.platform.publish("m1", letter());
    until("the attachment is asked for", || {
        world.platform.inner().attachments_asked == 1
    })
    .await;
    // The stopwatch stands still while the machine sleeps; meanwhile somebody else takes the message.
    clock.advance(SignedDuration::from_secs(90));
    {
        let mut inner = world.platform.inner();
        let message = inner.messages.get_mut("m1").unwrap();
        message.stage = Stage::Claimed {
            fence: 2,
            until: Instant::now() + Duration::from_secs(60),
            instant: true,
        };
        message.fence = 2;
    }
    world.platform.attachment_gate.add_permits(1);
    let reads = world.platform.inner().inbox_reads[OKAFOR];
    until("the inbox was read three times more", || {
        world.platform.inner().inbox_reads[OKAFOR] >= reads + 3
    })
    .await;
    assert_eq!(world.records.inner().transactions, 0);
}

#[tokio::test]
async fn a_slow_write_keeps_its_claim() {
    let world = World::new().await;
    world.platform.inner().lease = Duration::from_millis(400);
    world.records.gate.forget_permits(usize::MAX);
    let _toolbar = world.online().await;
    world.platform.publish("m1", letter());
    until("the write has begun", || {
        world.records.inner().transactions == 1
    })
    .await;
    let begun = Instant::now();
    until("three leases have passed", || {
        begun.elapsed() > Duration::from_millis(1200)
    })
    .await;
    world.records.gate.add_permits(1);
    until("completed", || {
        world.platform.stage("m1") == Stage::Completed
    })
    .await;
    assert_eq!(world.platform.inner().messages["m1"].fence, 1);
}

#[tokio::test]
async fn a_record_system_that_stumbles_is_asked_again() {
    let world = World::new().await;
    world
        .records
        .inner()
        .answers
        .extend([(false, 500), (true, 503)]);
    let _toolbar = world.online().await;
    world.platform.publish("m1", letter());
    until("completed", || {
        world.platform.stage("m1") == Stage::Completed
    })
    .await;
    assert_eq!(world.records.inner().transactions, 3);
    assert_eq!(copies(&world), ONE_COPY_EACH);
}

#[tokio::test]
async fn a_record_system_that_stays_down_fails_the_message() {
    let world = World::new().await;
    world.records.inner().answers.extend([(false, 500); 4]);
    let toolbar = world.online().await;
    let mut events = toolbar.events();
    world.platform.publish("m1", letter());
    let reason = event(&mut events, |event| match event {
        AgentEvent::ImportFailed { reason, .. } => Some(reason),
        _ => None,
    })
    .await;
    assert_eq!(reason, "The record system did not answer.");
    assert_eq!(world.platform.stage("m1"), Stage::Review(Some(reason)));
    assert_eq!(world.records.inner().transactions, 4);
}

#[tokio::test]
async fn a_record_system_that_refuses_fails_the_message_at_once() {
    let world = World::new().await;
    world.records.inner().answers.push_back((false, 422));
    let _toolbar = world.online().await;
    world.platform.publish("m1", letter());
    until("failed", || {
        world.platform.stage("m1")
            == Stage::Review(Some(
                "The record system refused the message: no more room".to_owned(),
            ))
    })
    .await;
    assert_eq!(world.records.inner().transactions, 1);
}

#[tokio::test]
async fn an_import_whose_complete_took_effect_but_was_not_answered_is_known_as_completed() {
    let world = World::new().await;
    world.platform.inner().completes.push_back((true, 500));
    let toolbar = world.online().await;
    let mut events = toolbar.events();
    world.platform.publish("m1", letter());
    event(&mut events, |event| {
        matches!(event, AgentEvent::Imported { .. }).then_some(())
    })
    .await;
    assert_eq!(world.platform.stage("m1"), Stage::Completed);
    assert_eq!(world.platform.inner().claims, 1);
    assert_eq!(copies(&world), ONE_COPY_EACH);
}

#[tokio::test]
async fn an_import_that_could_not_be_reported_in_time_is_claimed_again_and_completed() {
    let world = World::new().await;
    world.platform.inner().lease = Duration::from_millis(300);
    world.platform.inner().completes.extend([(false, 503); 12]);
    let toolbar = world.online().await;
    let mut events = toolbar.events();
    world.platform.publish("m1", letter());
    until("some completes were lost", || {
        world.platform.inner().completes.len() < 10
    })
    .await;
    {
        // The claim ends while the platform is away.
        let mut inner = world.platform.inner();
        inner.completes.clear();
        inner.messages.get_mut("m1").unwrap().stage = Stage::Instant;
    }
    event(&mut events, |event| {
        matches!(event, AgentEvent::Imported { .. }).then_some(())
    })
    .await;
    assert_eq!(world.platform.stage("m1"), Stage::Completed);
    assert_eq!(world.records.inner().transactions, 1);
    assert_eq!(copies(&world), ONE_COPY_EACH);
}

#[tokio::test]
async fn an_import_that_became_a_standard_message_meanwhile_is_still_completed() {
    let world = World::new().await;
    world.platform.inner().completes.extend([(false, 503); 100]);
    let _toolbar = world.online().await;
    world.platform.publish("m1", letter());
    until("a complete was lost", || {
        world.platform.inner().completes.len() < 100
    })
    .await;
    {
        let mut inner = world.platform.inner();
        inner.completes.clear();
        inner.messages.get_mut("m1").unwrap().stage = Stage::Review(None);
    }
    until("completed", || {
        world.platform.stage("m1") == Stage::Completed
    })
    .await;
    assert_eq!(copies(&world), ONE_COPY_EACH);
}

#[tokio::test]
async fn a_toolbar_that_died_after_the_write_leaves_one_copy() {
    let world = World::new().await;
    world
        .platform
        .inner()
        .completes
        .extend([(false, 503); 1000]);
    let first = world.online().await;
    world.platform.publish("m1", letter());
    until("written", || world.records.inner().filed.len() == 3).await;
    // What it could not report when it stops is as if it had died.
    first.shutdown().await;
    drop(first);
    {
        let mut inner = world.platform.inner();
        inner.completes.clear();
        inner.messages.get_mut("m1").unwrap().stage = Stage::Instant;
    }
    let second = world.start().await;
    let mut events = second.events();
    let already = event(&mut events, |event| match event {
        AgentEvent::Imported { already, .. } => Some(already),
        _ => None,
    })
    .await;
    assert!(already);
    assert_eq!(world.platform.stage("m1"), Stage::Completed);
    assert_eq!(copies(&world), ONE_COPY_EACH);
}

#[tokio::test]
async fn an_attachment_that_is_not_what_was_sent_is_never_filed() {
    let world = World::new().await;
    let _toolbar = world.online().await;
    let mut message = letter();
    message.false_hash = true;
    world.platform.publish("m1", message);
    until("failed", || {
        matches!(world.platform.stage("m1"), Stage::Review(Some(reason)) if reason.contains("Attachment 1"))
    })
    .await;
    assert_eq!(world.records.inner().transactions, 0);
}

#[tokio::test]
async fn offline_nothing_is_imported_and_back_online_everything_is() {
    let world = World::new().await;
    let toolbar = world.online().await;
    toolbar.set_offline(true);
    until("the stream is closed", || {
        world.platform.inner().streams_open == 0
    })
    .await;
    world.platform.publish("m1", letter());
    assert!(toolbar.inbox().await.is_err());
    assert_eq!(world.platform.inner().claims, 0);
    toolbar.set_offline(false);
    until("completed", || {
        world.platform.stage("m1") == Stage::Completed
    })
    .await;
    // It came back with the session that it had.
    assert_eq!(world.platform.inner().sign_ins.len(), 1);
}
