//! A gateway with a PKB, and a product with patients.

use super::fake::{CLIENT, Fake, Person};
use crate::client::{Answer, Browser, Product};
use crate::world::{BASE, Node, World};
use axum::http::StatusCode;
use gateway::{GatewayConfig, PkbConfig};
use jiff::SignedDuration;
use model::AppUserId;
use serde_json::{Value, json};
use std::time::Duration;
use store::gateway::{FlightLine, Happening, Tokens};
use url::Url;

/// Where the product takes patients back.
pub(crate) const RETURN: &str = "https://product.example/back?from=pkb";

/// A world with a PKB in it.
pub(crate) struct Setting {
    pub(crate) world: World,
    pub(crate) pkb: Fake,
}

/// A gateway at work, and a product that calls it.
pub(crate) struct Running {
    pub(crate) node: Node,
    pub(crate) product: Product,
}

impl Running {
    pub(crate) async fn stop(self) {
        self.node.stop().await;
    }
}

impl Setting {
    pub(crate) async fn new() -> Self {
        let world = World::new().await;
        let pkb = Fake::start(world.clock.clone()).await;
        Self { world, pkb }
    }

    /// Settings that do not make a test wait.
    pub(crate) fn config(&self) -> PkbConfig {
        Self::config_at(&self.pkb.url)
    }

    pub(crate) fn config_at(url: &str) -> PkbConfig {
        let mut config = PkbConfig::new(url.to_owned(), CLIENT.to_owned(), BASE);
        config.patience.whole = Duration::from_secs(5);
        config
    }

    /// A gateway at work.
    pub(crate) async fn start(&self) -> Running {
        self.start_with(|_| {}).await
    }

    /// A gateway at work, with settings of its own.
    pub(crate) async fn start_with(&self, set: impl FnOnce(&mut GatewayConfig)) -> Running {
        let pkb = self.config();
        let node = self.world.start_with(|config| {
            config.pkb = Some(pkb);
            set(config);
        });
        let product = Product {
            router: node.router.clone(),
            bearer: self.world.bearer().await,
        };
        Running { node, product }
    }

    /// A link of this patient to this person's record, made as products make it.
    pub(crate) async fn link(&self, running: &Running, patient: &str, person: Person) {
        let (callback, _) = self.begin(running, patient, person).await;
        let result = result(&self.back(running, &callback).await).unwrap();
        let confirmed = confirm(&running.product, patient, &result).await;
        assert_eq!(confirmed.status, StatusCode::OK, "{}", confirmed.text);
        assert_eq!(confirmed.json()["link"]["state"], "linked");
    }

    /// A patient who has approved: the callback, and the address of the grant.
    pub(crate) async fn begin(
        &self,
        running: &Running,
        patient: &str,
        person: Person,
    ) -> (String, String) {
        let grant_url = grant_url(&running.product, patient).await;
        (self.pkb.approve(&grant_url, person), grant_url)
    }

    /// The patient's browser comes back, in a product's way.
    pub(crate) async fn back(&self, running: &Running, callback: &str) -> Answer {
        Browser::new(&running.node.router).get(callback).await
    }

    /// The tokens of a link.
    pub(crate) async fn tokens(&self, patient: &str) -> Option<Tokens> {
        let found = self.world.store.links.tokens(&id(patient)).await;
        found.unwrap()
    }

    /// The journal of a link, newest first.
    pub(crate) async fn journal(&self, patient: &str) -> Vec<FlightLine> {
        let found = self.world.store.links.flights(&id(patient), 100).await;
        found.unwrap()
    }

    /// Renewals that have ended.
    pub(crate) async fn landed(&self, patient: &str) -> usize {
        let journal = self.journal(patient).await;
        journal.iter().filter(|line| line.ended.is_some()).count()
    }

    /// What was told of a patient's link: kind and reason, oldest first.
    pub(crate) async fn told(&self, of: &str) -> Vec<String> {
        let entries = self.world.store.events.since(0, 1000).await.unwrap();
        let of = id(of);
        entries
            .into_iter()
            .filter_map(|entry| match entry.happened.what {
                Happening::Patient {
                    ref patient,
                    ref what,
                } if *patient == of => {
                    let kind = entry.happened.what.kind();
                    let kind = kind.as_str().strip_prefix("patient.").unwrap();
                    Some(match what.reason() {
                        Some(reason) => format!("{kind}: {reason}"),
                        None => kind.to_owned(),
                    })
                }
                _ => None,
            })
            .collect()
    }

    /// The access token is over.
    pub(crate) fn token_ends(&self) {
        self.world.pass(SignedDuration::from_secs(601));
    }
}

pub(crate) fn id(patient: &str) -> AppUserId {
    AppUserId::parse(patient).unwrap()
}

/// A new attempt of this patient, who is made on the way.
pub(crate) async fn grant_url(product: &Product, patient: &str) -> String {
    product.put(&format!("/v1/patients/{patient}")).await;
    let body = json!({ "returnUrl": RETURN });
    let begun = product
        .post(&format!("/v1/patients/{patient}/link"), Some(body))
        .await;
    assert_eq!(begun.status, StatusCode::CREATED, "{}", begun.text);
    begun.json()["grantUrl"].as_str().unwrap().to_owned()
}

/// The product confirms.
pub(crate) async fn confirm(product: &Product, patient: &str, result: &str) -> Answer {
    let path = format!("/v1/patients/{patient}/link/confirm");
    product.post(&path, Some(json!({ "result": result }))).await
}

/// The patient as the product sees them.
pub(crate) async fn patient(product: &Product, patient: &str) -> Value {
    product.get(&format!("/v1/patients/{patient}")).await.json()
}

/// The link's state, and why.
pub(crate) async fn stands(product: &Product, of: &str) -> String {
    let link = &patient(product, of).await["link"];
    let state = link["state"].as_str().unwrap();
    match link["reason"].as_str() {
        Some(reason) => format!("{state}: {reason}"),
        None => state.to_owned(),
    }
}

/// Reads something at PKB.
pub(crate) async fn read(product: &Product, patient: &str) -> Answer {
    product
        .get(&format!(
            "/v1/patients/{patient}/pkb/fhir/Observation?date=gt2026"
        ))
        .await
}

/// The result with which a patient was sent to the product; else the error.
pub(crate) fn result(answer: &Answer) -> Result<String, String> {
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
    let url = Url::parse(answer.header(axum::http::header::LOCATION)).unwrap();
    assert!(url.as_str().starts_with(RETURN), "{url}");
    let find = |wanted| {
        let mut pairs = url.query_pairs();
        pairs
            .find(|(name, _)| name == wanted)
            .map(|(_, value)| value.into_owned())
    };
    find("result").ok_or_else(|| find("error").unwrap())
}
