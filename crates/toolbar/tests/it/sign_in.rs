//! Registration, sign-in and the stream.

use crate::platform::Stage;
use crate::world::*;
use serde_json::json;
use toolbar::{AgentEvent, OfflineReason, SignedOutReason, State};

#[tokio::test]
async fn a_pc_registers_once_and_signs_in_whoever_is_logged_in() {
    let world = World::new().await;
    let toolbar = world.online().await;
    toolbar.shutdown().await;
    assert_eq!(world.platform.inner().sign_outs, 1);
    let again = world.online().await;
    let state = again.state().borrow().clone();
    let State::Online {
        practitioner,
        practice,
    } = state
    else {
        panic!("not online");
    };
    assert_eq!(practitioner.spine_user_id, OKAFOR);
    assert_eq!(practice.ods_code, "GPPRAC001");
    let inner = world.platform.inner();
    assert_eq!((inner.registrations, inner.sign_ins.len()), (1, 2));
}

#[tokio::test]
async fn a_refused_registration_key_shows() {
    let world = World::new().await;
    world.platform.inner().registration_refused = true;
    let toolbar = world.start().await;
    until_state(&toolbar, "not registered", |state| {
        matches!(state, State::NotRegistered { .. })
    })
    .await;
    toolbar.shutdown().await;
}

#[tokio::test]
async fn a_platform_that_is_away_at_the_start_is_waited_for() {
    let world = World::new().await;
    world.platform.inner().unavailable = true;
    let toolbar = world.start().await;
    let offline = State::Offline {
        reason: OfflineReason::PlatformUnreachable,
    };
    until_state(&toolbar, "offline", |state| *state == offline).await;
    world.platform.inner().unavailable = false;
    until_online(&toolbar).await;
    assert_eq!(world.platform.inner().registrations, 1);
}

#[tokio::test]
async fn when_the_user_switches_only_the_new_users_messages_are_imported() {
    let world = World::new().await;
    let toolbar = world.online().await;
    world.records.log_in(LLEWELLYN, "GPPRAC001");
    until_state(&toolbar, "the other is online", |state| {
        matches!(state, State::Online { practitioner, .. } if practitioner.spine_user_id == LLEWELLYN)
    })
    .await;
    assert_eq!(world.platform.inner().sign_outs, 1);
    world.platform.hold("okafors", letter());
    let mut theirs = letter();
    theirs.owner = LLEWELLYN.to_owned();
    world.platform.publish("llewellyns", theirs);
    until("completed", || {
        world.platform.stage("llewellyns") == Stage::Completed
    })
    .await;
    assert_eq!(world.platform.stage("okafors"), Stage::Instant);
    world.records.log_in(OKAFOR, "GPPRAC001");
    until("completed", || {
        world.platform.stage("okafors") == Stage::Completed
    })
    .await;
}

#[tokio::test]
async fn a_user_who_leaves_before_the_write_leaves_the_message_waiting() {
    let world = World::new().await;
    world.platform.attachment_gate.forget_permits(usize::MAX);
    let toolbar = world.online().await;
    world.platform.publish("m1", letter());
    until("the attachment is asked for", || {
        world.platform.inner().attachments_asked == 1
    })
    .await;
    world.records.log_out();
    until_state(&toolbar, "signing out", |_| {
        world.platform.inner().attachments_asked == 1
    })
    .await;
    until("the gate is closed", || toolbar_is_leaving(&toolbar)).await;
    world.platform.attachment_gate.add_permits(1);
    until("given back", || world.platform.inner().releases == 1).await;
    assert_eq!(world.records.inner().transactions, 0);
    assert_eq!(world.platform.stage("m1"), Stage::Instant);
    until("signed out", || world.platform.inner().sign_outs == 1).await;
}

#[tokio::test]
async fn a_user_who_leaves_during_a_long_write_keeps_the_session_until_it_is_reported() {
    let world = World::new().await;
    world.records.gate.forget_permits(usize::MAX);
    let mut config = world.config();
    config.pace.drain = std::time::Duration::from_millis(100);
    let toolbar = toolbar::Agent::start(config).await.unwrap();
    until_online(&toolbar).await;
    world.platform.publish("m1", letter());
    until("the write has begun", || {
        world.records.inner().transactions == 1
    })
    .await;
    // It is for the same patient, so that it waits for the first.
    world.platform.publish("m2", letter());
    world.records.log_in(LLEWELLYN, "GPPRAC001");
    until_state(&toolbar, "the other is online", |state| {
        matches!(state, State::Online { practitioner, .. } if practitioner.spine_user_id == LLEWELLYN)
    })
    .await;
    assert_eq!(world.platform.inner().sign_outs, 0);
    world.records.gate.add_permits(1);
    until("completed", || {
        world.platform.stage("m1") == Stage::Completed
    })
    .await;
    until("signed out", || world.platform.inner().sign_outs == 1).await;
    assert_eq!(world.platform.stage("m2"), Stage::Instant);
    assert_eq!(world.records.inner().transactions, 1);
}

/// Orders are refused as soon as the user has left.
fn toolbar_is_leaving(toolbar: &toolbar::AgentHandle) -> bool {
    use futures_util::FutureExt as _;
    // Without a session the answer comes without waiting.
    toolbar.tokens().now_or_never().is_some()
}

#[tokio::test]
async fn a_user_who_logs_out_is_signed_out() {
    let world = World::new().await;
    let toolbar = world.online().await;
    world.records.log_out();
    let nobody = State::SignedOut {
        reason: SignedOutReason::NobodyAtRecordSystem,
    };
    until_state(&toolbar, "signed out", |state| *state == nobody).await;
    assert!(toolbar.new_code().await.is_err());
    until("the session is gone", || {
        world.platform.inner().sessions.is_empty()
    })
    .await;
    world.records.log_in(OKAFOR, "GPPRAC001");
    until_online(&toolbar).await;
}

#[tokio::test]
async fn a_user_of_another_practice_is_not_signed_in() {
    let world = World::new().await;
    world.records.log_in("555000000201", "GPPRAC002");
    let toolbar = world.start().await;
    let other = State::SignedOut {
        reason: SignedOutReason::OtherPractice,
    };
    until_state(&toolbar, "another practice", |state| *state == other).await;
    assert!(world.platform.inner().sign_ins.is_empty());
}

#[tokio::test]
async fn a_record_system_that_stays_silent_signs_its_user_out() {
    let world = World::new().await;
    let toolbar = world.online().await;
    world.records.inner().silent = true;
    let silent = State::SignedOut {
        reason: SignedOutReason::RecordSystemUnreachable,
    };
    until_state(&toolbar, "signed out", |state| *state == silent).await;
    world.records.inner().silent = false;
    until_online(&toolbar).await;
}

#[tokio::test]
async fn a_blocked_pc_says_so_and_comes_back_when_it_is_unblocked() {
    let world = World::new().await;
    let toolbar = world.online().await;
    {
        let mut inner = world.platform.inner();
        inner.blocked = true;
        inner.sessions.clear();
    }
    world
        .platform
        .tell("signed-out", json!({"reason": "This PC was blocked."}));
    until_state(&toolbar, "blocked", |state| {
        matches!(state, State::Blocked { .. })
    })
    .await;
    assert!(toolbar.new_code().await.is_err());
    world.platform.publish("m1", letter());
    world.platform.inner().blocked = false;
    until_online(&toolbar).await;
    until("completed", || {
        world.platform.stage("m1") == Stage::Completed
    })
    .await;
}

#[tokio::test]
async fn a_session_that_ends_is_replaced() {
    let world = World::new().await;
    let toolbar = world.online().await;
    world.platform.inner().sessions.clear();
    // The next sweep is refused with 401.
    until("signed in anew", || {
        world.platform.inner().sign_ins.len() == 2
    })
    .await;
    until_online(&toolbar).await;
    world.platform.publish("m1", letter());
    until("completed", || {
        world.platform.stage("m1") == Stage::Completed
    })
    .await;
}

#[tokio::test]
async fn a_cut_stream_resumes_where_it_stood() {
    let world = World::new().await;
    let toolbar = world.online().await;
    let mut events = toolbar.events();
    let used = |client: &str| json!({"clientName": client, "usedAt": "2026-11-21T12:00:05Z"});
    let client = |event| match event {
        AgentEvent::CodeUsed { client_name, .. } => Some(client_name),
        _ => None,
    };
    world.platform.tell("access-code-used", used("first"));
    assert_eq!(event(&mut events, client).await, "first");
    world.platform.inner().unavailable = true;
    world.platform.cut();
    until("cut", || world.platform.inner().streams_open == 0).await;
    world.platform.tell("access-code-used", used("second"));
    world.platform.hold("m1", letter());
    world.platform.inner().unavailable = false;
    assert_eq!(event(&mut events, client).await, "second");
    until("completed", || {
        world.platform.stage("m1") == Stage::Completed
    })
    .await;
    let inner = world.platform.inner();
    assert_eq!(inner.resumed_after.last(), Some(&Some("1".to_owned())));
    assert_eq!(inner.sign_ins.len(), 1);
}

#[tokio::test]
async fn a_stream_without_heartbeats_is_opened_anew() {
    let world = World::new().await;
    let toolbar = world.online().await;
    world.platform.inner().silent = true;
    until_state(&toolbar, "not online", |state| {
        !matches!(state, State::Online { .. })
    })
    .await;
    world.platform.inner().silent = false;
    until_online(&toolbar).await;
}

#[tokio::test]
async fn a_pc_that_unregisters_forgets_its_device() {
    let world = World::new().await;
    let toolbar = world.online().await;
    toolbar.unregister().await.unwrap();
    assert!(world.platform.inner().public_key.is_none());
    assert!(!world.dir.path().join("toolbar/device.json").exists());
}
