//! Registration at run time, and its end.

use crate::world::*;
use toolbar::keeper::{KeeperError, KeyKeeper, PcKey};
use toolbar::settings::{RecordSystemSettings, SettingsError};
use toolbar::{Agent, AgentConfig, AgentHandle, OperationError, RegisterError, StartError, State};

fn without_key(world: &World) -> AgentConfig {
    AgentConfig {
        registration: None,
        ..world.config()
    }
}

async fn until_not_registered(toolbar: &AgentHandle) {
    until_state(toolbar, "not registered", |state| {
        matches!(state, State::NotRegistered { .. })
    })
    .await;
}

#[tokio::test]
async fn a_pc_is_registered_by_hand_and_signs_in() {
    let world = World::new().await;
    let toolbar = Agent::start(without_key(&world)).await.unwrap();
    until_not_registered(&toolbar).await;
    assert_eq!(toolbar.registration(), None);
    let refused = toolbar.register(key("wrong")).await.unwrap_err();
    assert!(matches!(&refused, RegisterError::Refused { words } if !words.is_empty()));
    let State::NotRegistered { reason } = toolbar.state().borrow().clone() else {
        panic!("registered");
    };
    assert_eq!(reason, refused.to_string());
    let registration = toolbar.register(key("part-two")).await.unwrap();
    assert_eq!(registration.practice.name, "Riverside Test Practice");
    until_online(&toolbar).await;
    assert_eq!(toolbar.registration(), Some(registration));
    let again = toolbar.register(key("part-two")).await;
    assert!(matches!(again, Err(RegisterError::AlreadyRegistered)));
    until_online(&toolbar).await;
    assert_eq!(world.platform.inner().registrations, 1);
}

#[tokio::test]
async fn a_person_who_registers_hears_at_once_that_the_platform_is_away() {
    let world = World::new().await;
    world.platform.inner().unavailable = true;
    let toolbar = Agent::start(without_key(&world)).await.unwrap();
    let away = toolbar.register(key("part-two")).await.unwrap_err();
    assert!(matches!(away, RegisterError::Unreachable { .. }));
    until_not_registered(&toolbar).await;
    let first = std::fs::read(world.dir.path().join("toolbar/device.json")).unwrap();
    world.platform.inner().unavailable = false;
    toolbar.register(key("part-two")).await.unwrap();
    until_online(&toolbar).await;
    let second = std::fs::read(world.dir.path().join("toolbar/device.json")).unwrap();
    assert_ne!(first, second);
}

#[tokio::test]
async fn a_pc_that_unregisters_runs_on_and_may_register_again() {
    let world = World::new().await;
    let toolbar = world.online().await;
    toolbar.unregister().await.unwrap();
    until_not_registered(&toolbar).await;
    assert_eq!(toolbar.registration(), None);
    {
        let inner = world.platform.inner();
        assert_eq!((inner.sign_outs, inner.unregistrations), (1, 1));
    }
    let mut left = Vec::new();
    for entry in std::fs::read_dir(world.dir.path().join("toolbar")).unwrap() {
        left.push(entry.unwrap().file_name());
    }
    // The toolbar still runs here, and knows nothing any more.
    assert_eq!(left, ["toolbar.lock"]);
    let second = Agent::start(without_key(&world)).await;
    assert!(matches!(second, Err(StartError::InUse)));
    toolbar.unregister().await.unwrap();
    toolbar.register(key("part-two")).await.unwrap();
    until_online(&toolbar).await;
}

#[tokio::test]
async fn a_pc_that_cannot_unregister_stays_registered() {
    let world = World::new().await;
    let toolbar = world.online().await;
    world.platform.inner().unavailable = true;
    assert!(matches!(
        toolbar.unregister().await,
        Err(OperationError::Platform(_))
    ));
    assert!(toolbar.registration().is_some());
    world.platform.inner().unavailable = false;
    until_online(&toolbar).await;
    toolbar.set_offline(true);
    assert!(matches!(
        toolbar.unregister().await,
        Err(OperationError::Offline)
    ));
    toolbar.set_offline(false);
    until_online(&toolbar).await;
}

#[tokio::test]
async fn a_pc_that_the_platform_forgot_may_register_anew() {
    let world = World::new().await;
    let toolbar = world.online().await;
    {
        let mut inner = world.platform.inner();
        inner.public_key = None;
        inner.sessions.clear();
    }
    until_not_registered(&toolbar).await;
    toolbar.register(key("part-two")).await.unwrap();
    until_online(&toolbar).await;
    assert_eq!(world.platform.inner().registrations, 2);
    // What the platform does not know needs not be told to it.
    world.platform.inner().public_key = None;
    world.platform.inner().sessions.clear();
    toolbar.unregister().await.unwrap();
    until_not_registered(&toolbar).await;
    assert_eq!(toolbar.registration(), None);
}

#[tokio::test]
async fn nothing_is_said_unencrypted_to_another_machine() {
    let world = World::new().await;
    let mut config = world.config();
    config.platform_url = "http://192.0.2.1:8080".to_owned();
    assert!(matches!(
        Agent::start(config).await,
        Err(StartError::Settings(SettingsError::Faults(_)))
    ));
    let mut config = world.config();
    config.record_system = RecordSystemSettings::FhirR4 {
        url: "http://192.0.2.1:5000".to_owned(),
        record_url_template: None,
    };
    let fault = Agent::start(config).await.unwrap_err().to_string();
    assert!(fault.contains("https://"), "{fault}");
}

/// A keyring that its user did not unlock.
struct Locked;

impl KeyKeeper for Locked {
    fn read(&self) -> Result<Option<PcKey>, KeeperError> {
        Err(KeeperError::Refused("locked".to_owned()))
    }
    fn keep(&self, _: &[u8; 32]) -> Result<(), KeeperError> {
        Err(KeeperError::Refused("locked".to_owned()))
    }
    fn forget(&self) -> Result<(), KeeperError> {
        Err(KeeperError::Refused("locked".to_owned()))
    }
    fn name(&self) -> &'static str {
        "the keyring"
    }
}

#[tokio::test]
async fn a_locked_keyring_makes_no_new_device() {
    let world = World::new().await;
    world.online().await.shutdown().await;
    let device = world.dir.path().join("toolbar/device.json");
    let before = std::fs::read(&device).unwrap();
    let mut config = world.config();
    config.keeper = std::sync::Arc::new(Locked);
    let fault = Agent::start(config).await.unwrap_err();
    assert!(matches!(fault, StartError::Device(_)));
    assert!(fault.to_string().contains("locked"), "{fault}");
    assert_eq!(std::fs::read(&device).unwrap(), before);
    // A new PC is not registered when its key could not be kept.
    let new = World::new().await;
    let mut config = new.config();
    config.keeper = std::sync::Arc::new(Locked);
    let toolbar = Agent::start(config).await.unwrap();
    until_not_registered(&toolbar).await;
    assert_eq!(new.platform.inner().registrations, 0);
}
