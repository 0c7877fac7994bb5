//! Patients, attempts and links, for the tests here.

use super::world::{BY, World, at, sealed};
use model::entropy::{SeededEntropy, bytes, uuid_v4};
use model::{AppUserId, AttemptId, DataKeyId, Hash, PublicId};
use store::gateway::{Flight, LinkAttempt, Linked, NewAttempt, NewLink, NewPair, Way};
use uuid::Uuid;

/// The holder of flights.
pub(super) const NODE: &str = "node";

pub(super) fn patient(number: u32) -> AppUserId {
    AppUserId::parse(&format!("patient-{number}")).unwrap()
}

pub(super) fn record(number: u32) -> PublicId {
    PublicId(Uuid::from_u128(number.into()))
}

/// Tokens that nobody else has.
pub(super) fn pair(key: DataKeyId, name: &str) -> NewPair {
    NewPair {
        tokens: sealed(key, name),
        has_refresh: true,
        obtained_at: at(10),
        good_until: at(600),
        due_at: at(500),
        risk: None,
    }
}

pub(super) fn new_link(key: DataKeyId, number: u32, name: &str) -> NewLink {
    NewLink {
        public_id: record(number),
        pair: pair(key, name),
        details: Some((sealed(key, "details"), at(10))),
    }
}

pub(super) fn attempt(entropy: &SeededEntropy, whose: &AppUserId) -> NewAttempt {
    NewAttempt {
        id: AttemptId(uuid_v4(entropy)),
        patient: whose.clone(),
        state: Hash::from_bytes(bytes(entropy)),
        way: Way::Product {
            return_url: "https://example.org/back".to_owned(),
        },
        redirect_uri: "https://example.org/pkb/callback".to_owned(),
        verifier: None,
        made_at: at(1),
        until: at(601),
    }
}

impl World {
    /// A burned attempt of this patient, who is made if need be.
    pub(super) async fn burned(&self, whose: &AppUserId, entropy: &SeededEntropy) -> AttemptId {
        let patients = &self.store.patients;
        patients.put(whose, at(0)).await.unwrap();
        let new = attempt(entropy, whose);
        assert!(patients.begin(BY, &new).await.unwrap());
        assert!(patients.burn(new.id, at(2)).await.unwrap());
        new.id
    }

    /// Links a patient to the record of the same number; `name` is the tokens'.
    pub(super) async fn linked(&self, number: u32, key: DataKeyId, name: &str) -> AppUserId {
        let whose = patient(number);
        let id = self
            .burned(&whose, &SeededEntropy::new(number.into()))
            .await;
        let new = new_link(key, number, name);
        let linked = self.store.patients.link(BY, id, &new, at(10));
        assert_eq!(linked.await.unwrap(), Linked::Linked);
        whose
    }

    pub(super) async fn generation(&self, whose: &AppUserId) -> u64 {
        let tokens = self.store.links.tokens(whose).await.unwrap();
        tokens.unwrap().generation
    }

    pub(super) async fn take(&self, whose: &AppUserId, generation: u64, now: i64) -> Flight {
        let links = &self.store.links;
        links
            .take_flight(BY, whose, generation, NODE, at(now), at(now + 60))
            .await
            .unwrap()
    }

    pub(super) async fn attempt_of(&self, new: &NewAttempt) -> Option<LinkAttempt> {
        self.store.patients.attempt(new.state).await.unwrap()
    }
}
