//! What the suite's functions begin with: a practice, client systems, practitioners, messages.

mod blobs;
mod messages;
mod told;

use crate::platform::{CodeExchange, Exchanged, NewAccessCode, NewSession, PlatformStore};
use jiff::{SignedDuration, Timestamp};
use model::device::{Device, RegistrationKey};
use model::entropy::{SeededEntropy, bytes, uuid_v4};
use model::organisation::{ClientSystem, Practice};
use model::practitioner::Practitioner;
use model::{Actor, ClientSystemId, DeviceId, Hash, OdsCode, SessionId, SpineUserId, TokenId};
use std::fmt::Debug;
use std::str::FromStr;
use std::sync::Arc;

/// Who does what needs no particular actor.
pub(super) const SOMEBODY: Actor = Actor::System;
/// How long after acceptance an instant message converts here.
pub(super) const CONVERTS: i64 = 600;
/// How long after acceptance a message expires here.
pub(super) const EXPIRES: i64 = 86_400;

/// The moment `seconds` after every test's start.
pub(super) fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_795_251_600 + seconds).unwrap()
}

pub(super) fn ods(code: &str) -> OdsCode {
    OdsCode::parse(code).unwrap()
}

pub(super) fn spine(id: &str) -> SpineUserId {
    SpineUserId::parse(id).unwrap()
}

/// Two practices, two client systems, and a source of identifiers.
#[derive(Clone)]
pub(super) struct World {
    pub(super) store: PlatformStore,
    pub(super) practice: OdsCode,
    pub(super) other_practice: OdsCode,
    pub(super) client: ClientSystemId,
    pub(super) other_client: ClientSystemId,
    pub(super) doctor: Practitioner,
    pub(super) colleague: Practitioner,
    entropy: Arc<SeededEntropy>,
}

impl World {
    pub(super) async fn new(store: PlatformStore) -> Self {
        let entropy = SeededEntropy::new(42);
        let who = |practice: &OdsCode, id| Practitioner {
            practice: practice.clone(),
            spine_user_id: spine(id),
        };
        let (practice, other_practice) = (ods("GPPRAC001"), ods("GPPRAC002"));
        let world = Self {
            doctor: who(&practice, "555000000101"),
            colleague: who(&practice, "555000000102"),
            client: ClientSystemId(uuid_v4(&entropy)),
            other_client: ClientSystemId(uuid_v4(&entropy)),
            store,
            practice,
            other_practice,
            entropy: Arc::new(entropy),
        };
        for code in [&world.practice, &world.other_practice] {
            let practice = Practice {
                ods_code: code.clone(),
                name: format!("Practice {code}"),
            };
            let directory = &world.store.directory;
            directory
                .put_practice(&SOMEBODY, &practice, at(0))
                .await
                .unwrap();
        }
        for (id, name) in [(world.client, "Pharmacy"), (world.other_client, "Hospital")] {
            let client = ClientSystem {
                id,
                name: name.to_owned(),
                disabled: false,
                instant: true,
            };
            let directory = &world.store.directory;
            directory
                .add_client(&SOMEBODY, &client, at(0))
                .await
                .unwrap();
        }
        world
    }

    pub(super) fn hash(&self) -> Hash {
        Hash::from_bytes(bytes(&*self.entropy))
    }

    pub(super) fn session_id(&self) -> SessionId {
        SessionId(uuid_v4(&*self.entropy))
    }

    // Toolbars.

    pub(super) async fn registration_key(&self, part_1: &str, many: bool) -> RegistrationKey {
        let key = RegistrationKey {
            part_1: part_1.to_owned(),
            practice: self.practice.clone(),
            many,
            ends_at: at(1_000),
        };
        let devices = &self.store.devices;
        devices
            .add_registration_key(&SOMEBODY, &key, self.hash(), at(0))
            .await
            .unwrap();
        key
    }

    /// A device that is not registered yet.
    pub(super) fn new_device(&self, registered: i64) -> Device {
        Device {
            id: DeviceId(uuid_v4(&*self.entropy)),
            practice: self.practice.clone(),
            name: "Reception".to_owned(),
            public_key: bytes(&*self.entropy),
            registered_at: at(registered),
            blocked_at: None,
        }
    }

    /// A registered device.
    pub(super) async fn device(&self) -> Device {
        let device = self.new_device(1);
        let part_1 = device.id.to_string();
        self.registration_key(&part_1, false).await;
        let devices = &self.store.devices;
        assert!(devices.register(&SOMEBODY, &part_1, &device).await.unwrap());
        device
    }

    pub(super) fn new_session(&self, device: &Device, assertion: &str, made: i64) -> NewSession {
        NewSession {
            id: self.session_id(),
            hash: self.hash(),
            device: device.id,
            practitioner: self.doctor.clone(),
            name: "Dr Amara Okafor".to_owned(),
            assertion_id: assertion.to_owned(),
            assertion_ends: at(made + 60),
            at: at(made),
        }
    }

    // Permissions.

    /// A new code's hash.
    pub(super) async fn code(&self, whose: &Practitioner, made: i64) -> Hash {
        let code = NewAccessCode {
            hash: self.hash(),
            practitioner: whose.clone(),
            made_at: at(made),
            ends_at: at(made + 60),
        };
        let permissions = &self.store.permissions;
        permissions.add_code(&SOMEBODY, &code).await.unwrap();
        code.hash
    }

    pub(super) fn exchange(&self, client: ClientSystemId, code: Hash, when: i64) -> CodeExchange {
        CodeExchange {
            client,
            code_hash: code,
            token: TokenId(uuid_v4(&*self.entropy)),
            token_hash: self.hash(),
            at: at(when),
        }
    }

    /// A token of `whose` for the first client system.
    pub(super) async fn token(&self, whose: &Practitioner) -> TokenId {
        let code = self.code(whose, 0).await;
        let exchange = self.exchange(self.client, code, 1);
        let permissions = &self.store.permissions;
        let answer = permissions.exchange(&SOMEBODY, &exchange).await.unwrap();
        assert_eq!(answer, Exchanged::Token(whose.clone()));
        exchange.token
    }
}

/// `count` tasks at once; their answers.
pub(super) async fn race<T, F>(count: usize, mut task: impl FnMut(usize) -> F) -> Vec<T>
where
    T: Debug + Send + 'static,
    F: Future<Output = T> + Send + 'static,
{
    let mut tasks = tokio::task::JoinSet::new();
    for place in 0..count {
        tasks.spawn(task(place));
    }
    tasks.join_all().await
}

/// An identifier that nothing has.
pub(super) fn unknown<T: FromStr<Err: Debug>>() -> T {
    "00000000-0000-0000-0000-000000000000".parse().unwrap()
}

pub(super) fn minutes(count: i64) -> SignedDuration {
    SignedDuration::from_mins(count)
}
