//! Messages that somebody has open: one claim from opening to decision, and what ends it before.

use crate::platform::{Message, NOW, Stage};
use crate::world::*;
use jiff::SignedDuration;
use model::clock::ManualClock;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;
use toolbar::{Agent, AgentEvent, AgentHandle, Holding, Opened, OperationError, State, WhyLost};

fn for_review() -> Message {
    Message {
        stage: Stage::Review(None),
        ..letter()
    }
}

/// A practice with a toolbar that has one standard message open.
async fn open_desk() -> (World, AgentHandle, Opened) {
    let world = World::new().await;
    world.platform.hold("m1", for_review());
    let toolbar = world.online().await;
    let opened = toolbar.open("m1").await.unwrap();
    (world, toolbar, opened)
}

fn held(world: &World) -> bool {
    matches!(world.platform.stage("m1"), Stage::Claimed { .. })
}

async fn until_waiting(world: &World) {
    until("the message waits again", || {
        world.platform.stage("m1") == Stage::Review(None)
    })
    .await;
}

async fn until_lost(opened: &Opened) -> WhyLost {
    let mut held = opened.held();
    let lost = held.wait_for(|now| *now != Holding::Held);
    match *tokio::time::timeout(Duration::from_secs(20), lost)
        .await
        .unwrap()
        .unwrap()
    {
        Holding::Lost { why } => why,
        Holding::Held => unreachable!(),
    }
}

#[tokio::test]
async fn an_open_message_is_held_until_it_is_closed() {
    let world = World::new().await;
    world.platform.inner().lease = Duration::from_millis(400);
    world.platform.hold("m1", for_review());
    let toolbar = world.online().await;
    let opened = toolbar.open("m1").await.unwrap();
    assert_eq!(opened.detail().summary.topic, "Discharge");
    let notes = opened.attachment(1).await.unwrap();
    assert_eq!(notes.as_ref(), "Größe 1,80 m 🩺".as_bytes());
    let none = opened.attachment(2).await;
    assert!(matches!(none, Err(OperationError::NoSuchAttachment)));
    let begun = Instant::now();
    until("three leases have passed", || {
        begun.elapsed() > Duration::from_millis(1200)
    })
    .await;
    assert_eq!(*opened.held().borrow(), Holding::Held);
    assert!(held(&world));
    assert_eq!(world.platform.inner().messages["m1"].fence, 1);
    let note = world.dir.path().join("toolbar/open/m1");
    assert_eq!(std::fs::read_to_string(&note).unwrap(), "1");
    drop(opened);
    until_waiting(&world).await;
    assert!(!note.exists());
    let again = toolbar.open("m1").await.unwrap();
    again.release().await.unwrap();
    assert_eq!(world.platform.stage("m1"), Stage::Review(None));
}

#[tokio::test]
async fn a_message_is_imported_under_the_claim_it_was_opened_under() {
    let (world, _toolbar, opened) = open_desk().await;
    let imported = opened.import().await.unwrap();
    assert!(!imported.already);
    assert_eq!(world.platform.stage("m1"), Stage::Completed);
    assert_eq!(world.platform.inner().claims, 1);
    assert_eq!(world.platform.inner().releases, 0);
    assert_eq!(world.records.inner().transactions, 1);
}

#[tokio::test]
async fn of_two_windows_that_open_a_message_at_once_one_is_told_who_has_it() {
    let world = World::new().await;
    world.platform.hold("m1", for_review());
    let toolbar = world.online().await;
    let (one, other) = tokio::join!(toolbar.open("m1"), toolbar.open("m1"));
    let ((Ok(opened), Err(refused)) | (Err(refused), Ok(opened))) = (one, other) else {
        panic!("both or neither");
    };
    let OperationError::HeldBy { name } = refused else {
        panic!("{refused}");
    };
    assert_eq!(name.unwrap(), format!("the holder {OKAFOR}"));
    opened.import().await.unwrap();
    let ended = toolbar.open("m1").await.unwrap_err();
    assert!(matches!(ended, OperationError::Ended));
}

#[tokio::test]
async fn a_message_that_somebody_else_took_is_not_written() {
    let world = World::new().await;
    world.platform.inner().lease = Duration::from_millis(900);
    world.platform.hold("m1", for_review());
    let toolbar = world.online().await;
    let opened = toolbar.open("m1").await.unwrap();
    world.platform.take_away("m1");
    assert_eq!(until_lost(&opened).await, WhyLost::Over);
    assert!(matches!(opened.import().await, Err(OperationError::Lost)));
    assert_eq!(world.records.inner().transactions, 0);
    assert!(held(&world));
    assert_eq!(world.platform.inner().releases, 0);
    match toolbar.open("m1").await {
        Err(OperationError::HeldBy { name }) => assert_eq!(name.unwrap(), "Dr Tom Llewellyn"),
        _ => panic!("it was opened"),
    }
}

#[tokio::test]
async fn a_claim_that_goes_while_the_message_is_made_ready_is_noticed_before_the_write() {
    let world = World::new().await;
    world.platform.inner().lease = Duration::from_millis(900);
    world.platform.hold("m1", for_review());
    let toolbar = world.online().await;
    let opened = toolbar.open("m1").await.unwrap();
    world.platform.attachment_gate.forget_permits(usize::MAX);
    let importing = tokio::spawn(opened.import());
    until("the attachment is asked for", || {
        world.platform.inner().attachments_asked == 1
    })
    .await;
    world.platform.take_away("m1");
    let done = importing.await.unwrap();
    assert!(matches!(done, Err(OperationError::Lost)));
    world.platform.attachment_gate.add_permits(1);
    assert_eq!(world.records.inner().transactions, 0);
}

#[tokio::test]
async fn a_pc_that_slept_longer_than_the_lease_knows_it_on_waking() {
    for cut_off in [true, false] {
        let world = World::new().await;
        world.platform.hold("m1", for_review());
        let clock = Arc::new(ManualClock::at(NOW.parse().unwrap()));
        let mut config = world.config();
        config.clock = clock.clone();
        let toolbar = Agent::start(config).await.unwrap();
        until_online(&toolbar).await;
        let opened = toolbar.open("m1").await.unwrap();
        // On waking the network isn't there yet, or the platform has given the message to somebody else.
        world.platform.inner().unavailable = cut_off;
        world.platform.take_away("m1");
        clock.advance(SignedDuration::from_secs(90));
        let why = if cut_off {
            WhyLost::NotRenewed
        } else {
            WhyLost::Over
        };
        assert_eq!(until_lost(&opened).await, why);
        world.platform.inner().unavailable = false;
        let refused = opened.reject("Not ours").await;
        assert!(matches!(refused, Err(OperationError::Lost)));
        assert!(held(&world));
    }
}

#[tokio::test]
async fn a_nap_shorter_than_the_lease_costs_a_renewal_and_no_more() {
    let world = World::new().await;
    world.platform.hold("m1", for_review());
    let clock = Arc::new(ManualClock::at(NOW.parse().unwrap()));
    let mut config = world.config();
    config.clock = clock.clone();
    let toolbar = Agent::start(config).await.unwrap();
    until_online(&toolbar).await;
    let opened = toolbar.open("m1").await.unwrap();
    clock.advance(SignedDuration::from_secs(40));
    opened.import().await.unwrap();
    assert_eq!(world.platform.inner().claims, 1);
    assert_eq!(world.platform.stage("m1"), Stage::Completed);
}

#[tokio::test]
async fn whoever_signs_out_gives_back_what_is_open_before_the_session_ends() {
    let (world, toolbar, opened) = open_desk().await;
    world.records.log_in(LLEWELLYN, "GPPRAC001");
    assert_eq!(until_lost(&opened).await, WhyLost::SignedOut);
    until("signed out", || world.platform.inner().sign_outs == 1).await;
    assert_eq!(world.platform.stage("m1"), Stage::Review(None));
    assert!(matches!(opened.import().await, Err(OperationError::Lost)));
    assert_eq!(world.records.inner().transactions, 0);
    until_state(
        &toolbar,
        "Dr Llewellyn is online",
        |state| matches!(state, State::Online { practitioner, .. } if practitioner.spine_user_id == LLEWELLYN),
    )
    .await;
    toolbar.open("m1").await.unwrap().import().await.unwrap();
}

#[tokio::test]
async fn a_toolbar_that_stops_gives_back_what_is_open() {
    let (world, toolbar, opened) = open_desk().await;
    toolbar.shutdown().await;
    assert_eq!(until_lost(&opened).await, WhyLost::SignedOut);
    assert_eq!(world.platform.stage("m1"), Stage::Review(None));
    assert_eq!(world.platform.inner().sign_outs, 1);
}

#[tokio::test]
async fn a_toolbar_that_goes_offline_has_nothing_open_any_more() {
    let (world, toolbar, opened) = open_desk().await;
    toolbar.set_offline(true);
    assert_eq!(until_lost(&opened).await, WhyLost::Offline);
    let offline = opened.attachment(0).await;
    assert!(matches!(offline, Err(OperationError::Offline)));
    assert!(matches!(opened.import().await, Err(OperationError::Lost)));
    assert_eq!(world.platform.inner().releases, 0);
}

#[tokio::test]
async fn what_was_decided_is_done_whether_or_not_anybody_waits_for_it() {
    let (world, toolbar, opened) = open_desk().await;
    world.platform.hold("m2", for_review());
    world.records.admit("9990000018", false);
    world.platform.attachment_gate.forget_permits(usize::MAX);
    let mut events = toolbar.events();
    let importing = tokio::spawn(opened.import());
    until("the attachment is asked for", || {
        world.platform.inner().attachments_asked == 1
    })
    .await;
    importing.abort();
    world.platform.attachment_gate.add_permits(1);
    event(&mut events, |event| {
        matches!(event, AgentEvent::Imported { .. }).then_some(())
    })
    .await;
    assert_eq!(world.platform.stage("m1"), Stage::Completed);
    assert_eq!(world.platform.inner().claims, 1);
}

#[tokio::test]
async fn a_message_that_nobody_waits_for_any_more_is_not_kept_open() {
    let world = World::new().await;
    world.platform.hold("m1", for_review());
    let toolbar = world.online().await;
    let asking = tokio::spawn(async move {
        let _opened = toolbar.open("m1").await;
        std::future::pending::<()>().await;
    });
    until("claimed", || world.platform.inner().claims == 1).await;
    asking.abort();
    // Aborted before or after the answer: either way it is given back. The toolbar itself is gone too.
    until_waiting(&world).await;
}

#[tokio::test]
async fn a_platform_that_restarts_meanwhile_changes_nothing() {
    let world = World::new().await;
    world.platform.inner().lease = Duration::from_secs(3);
    world.platform.hold("m1", for_review());
    let toolbar = world.online().await;
    let opened = toolbar.open("m1").await.unwrap();
    world.platform.inner().unavailable = true;
    world.platform.cut();
    until("the toolbar knows", || {
        !matches!(*toolbar.state().borrow(), State::Online { .. })
    })
    .await;
    // Long enough for a renewal to fail, not for the lease to end.
    tokio::time::sleep(Duration::from_millis(1500)).await;
    assert_eq!(*opened.held().borrow(), Holding::Held);
    world.platform.inner().unavailable = false;
    opened.import().await.unwrap();
    assert_eq!(world.platform.stage("m1"), Stage::Completed);
    assert_eq!(world.platform.inner().claims, 1);
}

#[tokio::test]
async fn an_open_message_waits_its_turn_behind_another_of_the_same_patient() {
    let (world, _toolbar, opened) = open_desk().await;
    world.records.gate.forget_permits(usize::MAX);
    world.platform.publish("m2", letter());
    until("the other is being written", || {
        world.records.inner().transactions == 1
    })
    .await;
    let importing = tokio::spawn(opened.import());
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!(world.records.inner().transactions, 1);
    world.records.gate.add_permits(1);
    importing.await.unwrap().unwrap();
    assert!(!world.records.inner().twice_for_one_patient);
    for message in ["m1", "m2"] {
        assert_eq!(world.platform.stage(message), Stage::Completed);
    }
}

#[tokio::test]
async fn an_automatic_import_waits_while_somebody_looks_at_the_message() {
    let world = World::new().await;
    world.platform.hold("m1", letter());
    world.platform.take_away("m1");
    let toolbar = world.online().await;
    world.platform.inner().tells_of_acts = true;
    let mut events = toolbar.events();
    until("the inbox was read a few times", || {
        let inner = world.platform.inner();
        inner
            .inbox_reads
            .get(OKAFOR)
            .is_some_and(|reads| *reads > 3)
    })
    .await;
    assert_eq!(world.platform.inner().claims, 0);
    // An event from before it was taken comes late: the toolbar tries, and is told who has it.
    world
        .platform
        .tell("message", world.platform.old_news("m1"));
    until("it was asked for in vain", || {
        world.platform.inner().claims_refused == 1
    })
    .await;
    world.platform.turn("m1", Stage::Instant);
    let imported = event(&mut events, |event| match event {
        AgentEvent::Imported { message_ref, .. } => Some(message_ref),
        AgentEvent::ImportFailed { .. } => panic!("it failed"),
        _ => None,
    })
    .await;
    assert_eq!(imported, "m1");
}

#[tokio::test]
async fn a_rejection_whose_answer_was_lost_was_one_all_the_same() {
    let (world, toolbar, opened) = open_desk().await;
    world.platform.inner().tells_of_acts = true;
    let mut events = toolbar.events();
    world.platform.inner().rejects.push_back((true, 503));
    let outcome = opened.reject("Not our patient").await.unwrap();
    assert_eq!(outcome.status, "REJECTED");
    assert_eq!(
        world.platform.stage("m1"),
        Stage::Rejected("Not our patient".to_owned())
    );
    world.platform.publish("m2", for_review());
    event(&mut events, |event| match event {
        AgentEvent::Settled { .. } => panic!("it was this toolbar's own doing"),
        AgentEvent::Waiting { message_ref, .. } => (message_ref == "m2").then_some(()),
        _ => None,
    })
    .await;
}

#[tokio::test]
async fn a_rejection_that_a_platform_refused_for_a_moment_is_tried_again() {
    let (world, _toolbar, opened) = open_desk().await;
    let answers = [(false, 503), (false, 429)];
    world.platform.inner().rejects.extend(answers);
    opened.reject("Not our patient").await.unwrap();
    assert!(matches!(world.platform.stage("m1"), Stage::Rejected(_)));
}

#[tokio::test]
async fn an_open_message_that_is_in_the_record_is_completed_and_not_rejected() {
    let world = World::new().await;
    world.platform.hold("m1", for_review());
    let mut config = world.config();
    config.pace.sweep = Duration::from_mins(10);
    let toolbar = Agent::start(config).await.unwrap();
    until_online(&toolbar).await;
    // The platform does not learn that it was imported.
    world.platform.inner().completes.push_back((false, 404));
    let unreported = toolbar.import("m1").await;
    assert!(matches!(unreported, Err(OperationError::Unreported)));
    world.platform.turn("m1", Stage::Review(None));
    let opened = toolbar.open("m1").await.unwrap();
    let refused = opened.reject("Not ours").await;
    assert!(matches!(refused, Err(OperationError::InRecord)));
    assert_eq!(world.platform.stage("m1"), Stage::Completed);
    assert_eq!(world.records.inner().transactions, 1);
    assert!(toolbar.inbox_view().borrow().rows.is_empty());
}
