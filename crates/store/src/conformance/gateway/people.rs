//! Patients of an app, their attempts and links, for the suite.

use super::sealing::{add_key, sealed};
use crate::conformance::world::at;
use crate::gateway::{
    AtRisk, Fence, Flight, FlightLine, GatewayStore, Happening, Landed, Linked, NewAttempt,
    NewLink, NewPair, Patient, PatientHappening, Sealed, Tokens, Way,
};
use jiff::Timestamp;
use model::pkb_link::Risk;
use model::{AppUserId, AttemptId, DataKeyId, Hash, PublicId};
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use uuid::Uuid;

pub(super) const BY: &str = "product:k1";
/// How many seconds an attempt lasts here.
pub(super) const ATTEMPT: i64 = 600;
/// How a flight ended that has not.
pub(super) const UNDER_WAY: &str = "under way";
/// How many seconds a flight's lease lasts here.
pub(super) const LEASE: i64 = 60;

pub(super) fn patient(name: &str) -> AppUserId {
    AppUserId::parse(name).unwrap()
}

/// The `n`th record.
pub(super) fn record(n: u128) -> PublicId {
    PublicId(Uuid::from_u128(0x9EC0_0000 + n))
}

pub(super) fn attempt_id(number: u8) -> AttemptId {
    AttemptId(Uuid::from_u128(0xA7_0000 + u128::from(number)))
}

/// The hash of the `number`th attempt's `state`.
pub(super) fn state_of(number: u8) -> Hash {
    Hash::of(&[b's', number])
}

/// The hash of a `result`.
pub(super) fn result_of(number: u8) -> Hash {
    Hash::of(&[b'r', number])
}

pub(super) fn at_risk(why: Risk, since: i64) -> AtRisk {
    AtRisk {
        why,
        since: at(since),
        ends_at: Some(at(since + 1_000)),
    }
}

/// A store with a data key.
#[derive(Clone)]
pub(super) struct People {
    pub(super) store: GatewayStore,
    pub(super) key: DataKeyId,
    attempts: Arc<AtomicU8>,
}

impl People {
    pub(super) async fn new(store: GatewayStore) -> Self {
        let key = add_key(&store, 1).await;
        Self::under(store, key)
    }

    /// People whose secrets are sealed under this key.
    pub(super) fn under(store: GatewayStore, key: DataKeyId) -> Self {
        Self {
            store,
            key,
            attempts: Arc::default(),
        }
    }

    pub(super) async fn add(&self, name: &str) -> AppUserId {
        let id = patient(name);
        assert!(self.store.patients.put(&id, at(0)).await.unwrap());
        id
    }

    pub(super) async fn get(&self, id: &AppUserId) -> Patient {
        self.store.patients.get(id).await.unwrap().unwrap()
    }

    pub(super) fn attempt(&self, number: u8, patient: &AppUserId, made: i64) -> NewAttempt {
        NewAttempt {
            id: attempt_id(number),
            patient: patient.clone(),
            state: state_of(number),
            way: Way::Product {
                return_url: format!("https://product.example/back/{number}"),
            },
            redirect_uri: "https://gateway.example/pkb/callback".to_owned(),
            verifier: Some(sealed(self.key, &format!("verifier {number}"))),
            made_at: at(made),
            until: at(made + ATTEMPT),
        }
    }

    pub(super) async fn begin(&self, number: u8, patient: &AppUserId, made: i64) -> AttemptId {
        let attempt = self.attempt(number, patient, made);
        assert!(self.store.patients.begin(BY, &attempt).await.unwrap());
        attempt.id
    }

    pub(super) async fn burn(&self, id: AttemptId, now: i64) -> bool {
        self.store.patients.burn(id, at(now)).await.unwrap()
    }

    /// An attempt with a number of its own that was begun and burned.
    pub(super) async fn burned(&self, patient: &AppUserId, when: i64) -> AttemptId {
        let number = 100 + self.attempts.fetch_add(1, Ordering::Relaxed);
        let id = self.begin(number, patient, when).await;
        assert!(self.burn(id, when).await);
        id
    }

    /// A pair of tokens that is good for ten minutes.
    pub(super) fn pair(&self, tokens: &str, obtained: i64) -> NewPair {
        NewPair {
            tokens: sealed(self.key, tokens),
            has_refresh: true,
            obtained_at: at(obtained),
            good_until: at(obtained + 570),
            due_at: at(obtained + 450),
            risk: None,
        }
    }

    pub(super) fn new_link(&self, record: PublicId, tokens: &str, when: i64) -> NewLink {
        NewLink {
            public_id: record,
            pair: self.pair(tokens, when),
            details: Some((self.details(tokens), at(when))),
        }
    }

    pub(super) fn details(&self, of: &str) -> Sealed {
        sealed(self.key, &format!("details with {of}"))
    }

    pub(super) async fn link(&self, id: AttemptId, new: &NewLink, when: i64) -> Linked {
        let linked = self.store.patients.link(BY, id, new, at(when));
        linked.await.unwrap()
    }

    /// Has a patient go the whole way.
    pub(super) async fn authorise(
        &self,
        patient: &AppUserId,
        record: PublicId,
        tokens: &str,
        when: i64,
    ) -> Linked {
        let attempt = self.burned(patient, when).await;
        let new = self.new_link(record, tokens, when);
        self.link(attempt, &new, when).await
    }

    /// A patient who is linked to a record since 10 seconds after the start.
    pub(super) async fn linked(&self, name: &str, n: u128) -> AppUserId {
        let id = self.add(name).await;
        let linked = self.authorise(&id, record(n), "first", 10).await;
        assert_eq!(linked, Linked::Linked);
        id
    }

    pub(super) async fn unlink(&self, id: &AppUserId, when: i64) -> bool {
        let done = self.store.patients.unlink(BY, id, at(when));
        done.await.unwrap()
    }

    pub(super) async fn tokens(&self, id: &AppUserId) -> Option<Tokens> {
        self.store.links.tokens(id).await.unwrap()
    }

    /// Asks for a flight for the present tokens.
    pub(super) async fn ask(&self, id: &AppUserId, now: i64) -> Flight {
        let tokens = self.tokens(id).await.unwrap();
        self.ask_for(id, tokens.generation, now).await
    }

    pub(super) async fn ask_for(&self, id: &AppUserId, generation: u64, now: i64) -> Flight {
        let until = at(now + LEASE);
        let flight =
            self.store
                .links
                .take_flight("gateway", id, generation, "node 1", at(now), until);
        flight.await.unwrap()
    }

    /// Takes a flight that nobody else has.
    pub(super) async fn take(&self, id: &AppUserId, now: i64) -> Fence {
        match self.ask(id, now).await {
            Flight::Yours { fence, .. } => fence,
            other => panic!("{other:?}"),
        }
    }

    pub(super) async fn calling(&self, id: &AppUserId, fence: Fence, now: i64) -> bool {
        let calling = self.store.links.calling(id, fence, at(now));
        calling.await.unwrap()
    }

    /// Takes a flight and notes its call.
    pub(super) async fn call(&self, id: &AppUserId, now: i64) -> Fence {
        let fence = self.take(id, now).await;
        assert!(self.calling(id, fence, now).await);
        fence
    }

    pub(super) async fn land(
        &self,
        id: &AppUserId,
        fence: Fence,
        landed: &Landed,
        now: i64,
    ) -> bool {
        let landed = self.store.links.land("gateway", id, fence, landed, at(now));
        landed.await.unwrap()
    }

    /// Lands with these tokens.
    pub(super) async fn renew(&self, id: &AppUserId, fence: Fence, tokens: &str, now: i64) -> bool {
        let landed = Landed::Renewed(self.pair(tokens, now));
        self.land(id, fence, &landed, now).await
    }

    pub(super) async fn settle(&self, now: i64) -> u64 {
        let settled = self.store.links.settle_flights("gateway", at(now), 100);
        settled.await.unwrap()
    }

    pub(super) async fn journal(&self, id: &AppUserId) -> Vec<FlightLine> {
        self.store.links.flights(id, 100).await.unwrap()
    }

    /// How each flight ended, newest first.
    pub(super) async fn outcomes(&self, id: &AppUserId) -> Vec<String> {
        let lines = self.journal(id).await.into_iter();
        let ends = lines.map(|line| line.ended.map(|(_, how)| how));
        ends.map(|how| how.unwrap_or_else(|| UNDER_WAY.to_owned()))
            .collect()
    }

    /// What was told of a patient, oldest first, without what is told of each attempt's beginning.
    pub(super) async fn told(&self, id: &AppUserId) -> Vec<PatientHappening> {
        let mut told = self.all_told(id).await;
        told.retain(|what| *what != PatientHappening::Pending);
        told
    }

    /// What was told of a patient, oldest first.
    pub(super) async fn all_told(&self, id: &AppUserId) -> Vec<PatientHappening> {
        let entries = self.happened().await.into_iter();
        let of = entries.filter_map(|(_, _, what)| match what {
            Happening::Patient { patient, what } if patient == *id => Some(what),
            _ => None,
        });
        of.collect()
    }

    /// All that happened, oldest first.
    pub(super) async fn happened(&self) -> Vec<(Timestamp, String, Happening)> {
        let entries = self.store.events.since(0, 1_000).await.unwrap();
        let happened = entries.into_iter().map(|entry| entry.happened);
        happened.map(|it| (it.at, it.by, it.what)).collect()
    }

    /// Whether nothing is sealed under the data key any more. If so, it is gone.
    pub(super) async fn nothing_is_sealed(&self) -> bool {
        self.store.vault.remove_key(self.key).await.unwrap()
    }
}
