//! Staying signed in over a crash, signing out by hand, and what is shown while the platform is away.

use crate::platform::{Message, Stage};
use crate::world::*;
use jiff::civil::date;
use std::time::Duration;
use toolbar::{Agent, AgentHandle, OperationError, PatientCard, SignedOutReason, State};

/// Ends a toolbar as a kill does: nothing is told to anybody.
async fn kill(world: &World, toolbar: AgentHandle) {
    let session = world.dir.path().join("toolbar/session.json");
    until("the session is kept", || session.exists()).await;
    let kept = std::fs::read(&session).unwrap();
    let device = std::fs::read(world.dir.path().join("toolbar/device.json")).unwrap();
    let key = std::fs::read(world.dir.path().join("toolbar/pc.key")).unwrap();
    let inner = |world: &World| world.platform.inner().sessions.clone();
    let sessions = inner(world);
    toolbar.shutdown().await;
    assert!(!session.exists());
    // As it was at the moment of the kill, here and at the platform.
    world.platform.inner().sessions = sessions;
    world.platform.inner().sign_outs = 0;
    let dir = world.dir.path().join("toolbar");
    std::fs::write(dir.join("session.json"), kept).unwrap();
    std::fs::write(dir.join("device.json"), device).unwrap();
    std::fs::write(dir.join("pc.key"), key).unwrap();
}

#[tokio::test]
async fn the_session_is_taken_up_again_after_a_kill() {
    let world = World::new().await;
    let toolbar = world.online().await;
    let file = world.dir.path().join("toolbar/session.json");
    until("the session is kept", || file.exists()).await;
    let text = std::fs::read_to_string(&file).unwrap();
    assert!(!text.contains("session-1") && !text.contains(OKAFOR));
    kill(&world, toolbar).await;
    let again = world.online().await;
    {
        let inner = world.platform.inner();
        assert_eq!((inner.sign_ins.len(), inner.sign_outs), (1, 0));
    }
    again.new_code().await.unwrap();
    again.shutdown().await;
    assert_eq!(world.platform.inner().sign_outs, 1);
    assert!(!file.exists());
}

/// A toolbar is killed with a message open; how often the message was given back by the time it is there again.
async fn killed_while_open(importing: bool) -> (World, usize) {
    let world = World::new().await;
    let message = Message {
        stage: Stage::Review(None),
        ..letter()
    };
    world.platform.hold("m1", message);
    let toolbar = world.online().await;
    let opened = toolbar.open("m1").await.unwrap();
    let dir = world.dir.path().join("toolbar");
    let note = dir.join("open/m1");
    until("the open message is noted", || note.exists()).await;
    let noted = std::fs::read(&note).unwrap();
    let stage = world.platform.stage("m1");
    kill(&world, toolbar).await;
    drop(opened);
    assert!(!note.exists());
    std::fs::write(&note, noted).unwrap();
    {
        let mut inner = world.platform.inner();
        inner.messages.get_mut("m1").unwrap().stage = stage;
        inner.releases = 0;
    }
    if importing {
        std::fs::create_dir_all(dir.join("importing")).unwrap();
        std::fs::write(dir.join("importing/m1"), OKAFOR).unwrap();
    }
    let again = world.online().await;
    let releases = world.platform.inner().releases;
    assert!(!note.exists());
    if !importing {
        again.open("m1").await.unwrap().release().await.unwrap();
    }
    again.shutdown().await;
    (world, releases)
}

#[tokio::test]
async fn a_message_that_was_open_at_a_kill_is_given_back_with_the_session() {
    let (world, releases) = killed_while_open(false).await;
    assert_eq!(releases, 1);
    assert_eq!(world.platform.inner().sign_ins.len(), 1);
}

#[tokio::test]
async fn one_whose_import_may_have_begun_is_not() {
    let (_world, releases) = killed_while_open(true).await;
    assert_eq!(releases, 0);
}

#[tokio::test]
async fn a_session_that_ended_meanwhile_is_replaced() {
    let world = World::new().await;
    let toolbar = world.online().await;
    kill(&world, toolbar).await;
    world.platform.inner().sessions.clear();
    let _again = world.online().await;
    assert_eq!(world.platform.inner().sign_ins.len(), 2);
}

#[tokio::test]
async fn another_users_session_is_ended_first() {
    let world = World::new().await;
    let toolbar = world.online().await;
    kill(&world, toolbar).await;
    world.records.log_in(LLEWELLYN, "GPPRAC001");
    let again = world.online().await;
    let inner = world.platform.inner();
    assert_eq!(inner.sign_ins, [OKAFOR, LLEWELLYN]);
    assert_eq!((inner.sign_outs, inner.sessions.len()), (1, 1));
    drop(again);
}

#[tokio::test]
async fn a_session_of_another_device_or_a_damaged_one_is_left_alone() {
    let world = World::new().await;
    let toolbar = world.online().await;
    kill(&world, toolbar).await;
    let file = world.dir.path().join("toolbar/session.json");
    std::fs::write(&file, "{}").unwrap();
    let again = world.online().await;
    assert_eq!(world.platform.inner().sign_ins.len(), 2);
    again.shutdown().await;
}

#[tokio::test]
async fn nobody_there_after_a_kill_ends_the_session() {
    let world = World::new().await;
    let toolbar = world.online().await;
    kill(&world, toolbar).await;
    world.records.log_out();
    let again = world.start().await;
    until("signed out", || world.platform.inner().sign_outs == 1).await;
    until_state(&again, "nobody", |state| {
        matches!(
            state,
            State::SignedOut {
                reason: SignedOutReason::NobodyAtRecordSystem
            }
        )
    })
    .await;
    assert!(!world.dir.path().join("toolbar/session.json").exists());
}

async fn until_asked(toolbar: &AgentHandle) {
    let asked = State::SignedOut {
        reason: SignedOutReason::Asked,
    };
    until_state(toolbar, "signed out by hand", |state| *state == asked).await;
}

#[tokio::test]
async fn who_signs_out_stays_out_until_they_sign_in() {
    let world = World::new().await;
    let toolbar = world.online().await;
    toolbar.sign_out();
    until_asked(&toolbar).await;
    until("signed out", || world.platform.inner().sign_outs == 1).await;
    assert!(matches!(
        toolbar.new_code().await,
        Err(OperationError::NotSignedIn)
    ));
    // The record system stumbles; nobody has left.
    world.records.inner().silent = true;
    tokio::time::sleep(Duration::from_millis(200)).await;
    world.records.inner().silent = false;
    until_asked(&toolbar).await;
    toolbar.sign_in();
    until_online(&toolbar).await;
}

#[tokio::test]
async fn signing_out_holds_for_one_user_and_until_they_leave() {
    let world = World::new().await;
    let toolbar = world.online().await;
    toolbar.sign_out();
    until_asked(&toolbar).await;
    world.records.log_in(LLEWELLYN, "GPPRAC001");
    until_online(&toolbar).await;
    world.records.log_in(OKAFOR, "GPPRAC001");
    until_state(&toolbar, "the first is back", |state| {
        matches!(state, State::Online { practitioner, .. } if practitioner.spine_user_id == OKAFOR)
    })
    .await;
    toolbar.sign_out();
    until_asked(&toolbar).await;
    world.records.log_out();
    until_state(&toolbar, "gone", |state| {
        matches!(
            state,
            State::SignedOut {
                reason: SignedOutReason::NobodyAtRecordSystem
            }
        )
    })
    .await;
    world.records.log_in(OKAFOR, "GPPRAC001");
    until_online(&toolbar).await;
}

#[tokio::test]
async fn an_offline_toolbar_says_since_when_why_and_when_it_tries_again() {
    let world = World::new().await;
    let mut config = world.config();
    // Nobody would wait for that.
    config.pace.retry = Duration::from_hours(1);
    config.pace.retry_most = Duration::from_hours(1);
    let toolbar = Agent::start(config).await.unwrap();
    until_online(&toolbar).await;
    let connection = toolbar.connection();
    assert_eq!(connection.borrow().last_problem, None);
    world.platform.inner().unavailable = true;
    world.platform.cut();
    until("it waits", || connection.borrow().next_try.is_some()).await;
    assert!(matches!(*toolbar.state().borrow(), State::Offline { .. }));
    assert!(connection.borrow().last_problem.is_some());
    toolbar.retry_now();
    until("it waits again", || connection.borrow().next_try.is_some()).await;
    world.platform.inner().unavailable = false;
    toolbar.retry_now();
    until_online(&toolbar).await;
    let now = connection.borrow().clone();
    assert_eq!((now.next_try, now.last_problem), (None, None));
}

#[tokio::test]
async fn a_wrong_clock_is_named() {
    let world = World::new().await;
    // The PC's clock says 12:00:00.
    world.platform.inner().clock = Some("Sat, 21 Nov 2026 12:07:05 GMT");
    let toolbar = world.start().await;
    let told = |words: &'static str| move |state: &State| matches!(state, State::Blocked { reason } if reason.contains(words));
    until_state(&toolbar, "slow", told("7 minutes slow")).await;
    world.platform.inner().clock = Some("Sat, 21 Nov 2026 09:00:00 GMT");
    until_state(&toolbar, "fast", told("3 hours fast")).await;
    let kept = toolbar.unregister().await;
    assert!(
        kept.is_err(),
        "a refusal for the clock's sake is no farewell"
    );
    assert!(toolbar.registration().is_some());
    // Who can't tell by how much says what the platform says.
    world.platform.inner().clock = Some("Sat, 21 Nov 2026 12:00:20 GMT");
    until_state(&toolbar, "doubted", told("Check this computer's clock")).await;
    world.platform.inner().clock = None;
    until_online(&toolbar).await;
}

#[tokio::test]
async fn the_patient_banner_has_what_the_record_system_says() {
    let world = World::new().await;
    let toolbar = world.online().await;
    world.records.inner().patients.get_mut(PATIENT).unwrap()[0]["name"] = serde_json::json!(
        [{"use": "official", "family": "Whitfield", "given": ["Margaret"], "prefix": ["Mrs"]}]
    );
    world.records.inner().patients.get_mut(PATIENT).unwrap()[0]["birthDate"] = "1948-02-20".into();
    let PatientCard::One {
        name,
        birth_date,
        deceased,
        record_url,
    } = toolbar.patient(PATIENT).await.unwrap()
    else {
        panic!("not one");
    };
    assert_eq!(name, "WHITFIELD, Margaret (Mrs)");
    assert_eq!(birth_date, Some(date(1948, 2, 20)));
    assert!(!deceased);
    let page = format!("{}/patients/{PATIENT}", world.records.url);
    assert_eq!(record_url, Some(page));
    assert!(toolbar.patient("9999999999").await.unwrap() == PatientCard::Nobody);
    world.records.admit(PATIENT, true);
    assert!(toolbar.patient(PATIENT).await.unwrap() == PatientCard::Several(2));
    toolbar.sign_out();
    until_asked(&toolbar).await;
    assert!(matches!(
        toolbar.patient(PATIENT).await,
        Err(OperationError::NotSignedIn)
    ));
}
