//! The inbox as a window shows it: always there, kept by stream, sweeps and what this toolbar does.

use crate::platform::{Message, Stage};
use crate::world::*;
use std::sync::Arc;
use std::time::Duration;
use toolbar::{Agent, AgentEvent, AgentHandle, InboxView};

fn for_review() -> Message {
    Message {
        stage: Stage::Review(None),
        ..letter()
    }
}

/// The first view that `wanted` likes.
async fn view(
    toolbar: &AgentHandle,
    what: &str,
    wanted: impl Fn(&InboxView) -> bool,
) -> Arc<InboxView> {
    let mut views = toolbar.inbox_view();
    let waiting = views.wait_for(|view| wanted(view));
    let found = tokio::time::timeout(Duration::from_secs(20), waiting).await;
    found
        .unwrap_or_else(|_| panic!("waited in vain: {what}"))
        .unwrap()
        .clone()
}

fn names(view: &InboxView) -> Vec<&str> {
    let rows = view.rows.iter();
    rows.map(|row| row.message_ref.as_str()).collect()
}

/// A toolbar that reads its inbox at hello and then only listens.
async fn listening(world: &World) -> AgentHandle {
    let mut config = world.config();
    config.pace.sweep = Duration::from_mins(10);
    let toolbar = Agent::start(config).await.unwrap();
    until_online(&toolbar).await;
    view(&toolbar, "read", |view| view.complete).await;
    toolbar
}

#[tokio::test]
async fn what_waits_is_there_oldest_first_and_follows_the_stream() {
    let world = World::new().await;
    world.platform.hold("m2", for_review());
    let toolbar = world.start().await;
    assert!(!toolbar.inbox_view().borrow().complete);
    let first = view(&toolbar, "read", |view| view.complete).await;
    assert_eq!(names(&first), ["m2"]);
    world.platform.publish("m3", for_review());
    world.platform.publish("m1", for_review());
    let all = view(&toolbar, "all three", |view| view.rows.len() == 3).await;
    assert_eq!(names(&all), ["m1", "m2", "m3"]);
    world.platform.inner().tells_of_acts = true;
    let opened = toolbar.open("m2").await.unwrap();
    view(&toolbar, "it is shown who has it", |view| {
        view.rows[1].held_by.as_deref() == Some(&format!("the holder {OKAFOR}"))
    })
    .await;
    drop(opened);
    view(&toolbar, "nobody has it", |view| {
        view.rows[1].held_by.is_none()
    })
    .await;
    toolbar.reject("m2", "Not ours").await.unwrap();
    let left = toolbar.inbox_view().borrow().clone();
    assert_eq!(names(&left), ["m1", "m3"]);
}

#[tokio::test]
async fn what_a_sweep_finds_gone_is_gone() {
    let world = World::new().await;
    world.platform.hold("m1", for_review());
    let toolbar = world.online().await;
    view(&toolbar, "one", |view| view.rows.len() == 1).await;
    world.platform.inner().messages.get_mut("m1").unwrap().stage = Stage::Completed;
    view(&toolbar, "none", |view| view.rows.is_empty()).await;
}

#[tokio::test]
async fn an_import_that_failed_by_itself_shows_at_once_with_its_reason() {
    let world = World::new().await;
    let toolbar = listening(&world).await;
    let mut events = toolbar.events();
    world.platform.publish("m1", letter_about("9990000018"));
    event(&mut events, |event| {
        matches!(event, AgentEvent::ImportFailed { .. }).then_some(())
    })
    .await;
    // The stream said nothing yet.
    let now = toolbar.inbox_view().borrow().clone();
    assert_eq!(names(&now), ["m1"]);
    let row = &now.rows[0];
    assert_eq!(
        row.sub_status.as_deref(),
        Some("Failed instant message import")
    );
    assert!(row.reason.as_ref().unwrap().contains("No patient"));
    assert!(!row.auto_import);
}

#[tokio::test]
async fn what_ended_elsewhere_is_told_once_and_what_ended_here_is_not() {
    let world = World::new().await;
    world.platform.inner().tells_of_acts = true;
    for name in ["m1", "m2", "m3"] {
        world.platform.hold(name, for_review());
    }
    let toolbar = listening(&world).await;
    let mut events = toolbar.events();
    toolbar.import("m1").await.unwrap();
    world.platform.announce("m1");
    world
        .platform
        .turn("m2", Stage::Rejected("Not ours".to_owned()));
    world.platform.announce("m2");
    world.platform.turn("m3", Stage::Completed);
    let mut settled = Vec::new();
    while settled.len() < 2 {
        let next = event(&mut events, |event| match event {
            AgentEvent::Settled {
                message_ref,
                status,
                ..
            } => Some((message_ref, status)),
            _ => None,
        });
        settled.push(next.await);
    }
    let expected = [("m2", "REJECTED"), ("m3", "COMPLETED")];
    assert_eq!(
        settled,
        expected.map(|(name, status)| (name.to_owned(), status.to_owned()))
    );
    assert!(toolbar.inbox_view().borrow().rows.is_empty());
}

#[tokio::test]
async fn a_message_that_is_opened_and_given_back_is_no_news() {
    let world = World::new().await;
    world.platform.inner().tells_of_acts = true;
    let toolbar = listening(&world).await;
    let mut events = toolbar.events();
    world.platform.publish("m1", for_review());
    let waits = |event| match event {
        AgentEvent::Waiting { message_ref, .. } => Some(message_ref),
        _ => None,
    };
    assert_eq!(event(&mut events, waits).await, "m1");
    toolbar.open("m1").await.unwrap().release().await.unwrap();
    world.platform.publish("m2", for_review());
    assert_eq!(event(&mut events, waits).await, "m2");
}

#[tokio::test]
async fn what_happened_while_the_stream_was_cut_is_seen_afterwards() {
    let world = World::new().await;
    world.platform.hold("m1", for_review());
    let toolbar = listening(&world).await;
    world.platform.publish("m2", for_review());
    view(&toolbar, "two", |view| view.rows.len() == 2).await;
    let mut events = toolbar.events();
    world.platform.inner().unavailable = true;
    world.platform.cut();
    until("the stream is closed", || {
        world.platform.inner().streams_open == 0
    })
    .await;
    world.platform.turn("m1", Stage::Completed);
    world.platform.publish("m3", for_review());
    // What is shown stays while the platform is away.
    assert_eq!(toolbar.inbox_view().borrow().rows.len(), 2);
    world.platform.inner().unavailable = false;
    let now = view(&toolbar, "up to date", |view| names(view) == ["m2", "m3"]).await;
    assert!(now.complete);
    event(&mut events, |event| match event {
        AgentEvent::Settled { message_ref, .. } => (message_ref == "m1").then_some(()),
        _ => None,
    })
    .await;
}

#[tokio::test]
async fn whoever_comes_next_sees_nothing_of_the_one_before() {
    let world = World::new().await;
    world.records.gate.forget_permits(usize::MAX);
    world.platform.hold("m1", letter());
    world.platform.hold("m2", for_review());
    let toolbar = world.online().await;
    view(&toolbar, "both", |view| view.rows.len() == 2).await;
    assert_eq!(toolbar.notice("m2").unwrap().topic, "Discharge");
    world.records.gate.add_permits(1);
    view(&toolbar, "imported", |view| names(view) == ["m2"]).await;
    let notice = toolbar.notice("m1").unwrap();
    assert_eq!(
        (notice.nhs_number.as_str(), notice.sender.as_str()),
        (PATIENT, "Ward letters")
    );
    world.records.log_out();
    view(&toolbar, "empty", |view| {
        view.rows.is_empty() && !view.complete
    })
    .await;
    until("nothing is remembered", || {
        toolbar.notice("m1").is_none() && toolbar.notice("m2").is_none()
    })
    .await;
    world.platform.hold("m3", letter());
    world.records.log_in(LLEWELLYN, "GPPRAC001");
    let theirs = view(&toolbar, "read", |view| view.complete).await;
    // Dr Okafor's own instant message is not for her colleague's eyes.
    assert_eq!(names(&theirs), ["m2"]);
}
