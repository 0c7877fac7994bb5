//! A PKB in a test's hand: rotates tokens, ends a session whose refresh token comes twice, fails as it is told to, and
//! remembers all of it.

mod data;
mod token;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::response::Response;
use axum::routing::{get, post};
use futures_util::stream;
use jiff::Timestamp;
use model::Clock;
use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;
use url::Url;

/// The client that it knows.
pub(crate) const CLIENT: &str = "gateway-under-test";

/// What goes wrong at the token endpoint.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum TokenFault {
    /// Says no with this status, error code and `Retry-After`; spends nothing.
    Says(u16, Option<&'static str>, Option<u64>),
    /// Takes its time to say that it is busy; spends nothing.
    SlowlyBusy(Duration),
    /// Spends it, and the answer breaks off.
    Lost,
    /// Spends it, and answers something that can't be read.
    Rubbish,
    /// Spends it, and takes its time to say so.
    Slow(Duration),
    /// Leaves the refresh token out.
    LastToken,
}

/// What goes wrong when data are read.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum DataFault {
    /// Says no with this status and response code.
    Code(u16, &'static str),
    /// Says no without a code.
    Says(u16),
}

/// Somebody with an account at PKB.
#[derive(Clone, Copy)]
pub(crate) struct Person {
    /// What `$purview` says.
    pub(crate) reference: &'static str,
    pub(crate) name: &'static str,
    pub(crate) nhs_number: &'static str,
}

/// The person of most tests.
pub(crate) const AMY: Person = Person {
    reference: "Patient/1d4a8b2d-f885-499f-ba51-50600312f316",
    name: "Amaryllis",
    nhs_number: "9547852140",
};
/// Somebody else.
pub(crate) const BOB: Person = Person {
    reference: "Patient/2d4a8b2d-f885-499f-ba51-50600312f317",
    name: "Bartholomew",
    nhs_number: "9990000018",
};
/// Not a patient.
pub(crate) const DOCTOR: Person = Person {
    reference: "Practitioner/3d4a8b2d-f885-499f-ba51-50600312f318",
    name: "Doctor",
    nhs_number: "",
};

struct Code {
    person: Person,
    redirect_uri: String,
    challenge: Option<String>,
}

struct Session {
    person: Person,
    alive: bool,
}

#[derive(Default)]
struct Inner {
    codes: HashMap<String, Code>,
    sessions: Vec<Session>,
    /// Access tokens, by session and end.
    access: HashMap<String, (usize, Timestamp)>,
    /// Refresh tokens, by session; whether they were spent.
    refresh: HashMap<String, (usize, bool)>,
    life: u64,
    made: usize,
    next_token: VecDeque<TokenFault>,
    token_fault: Option<TokenFault>,
    next_data: VecDeque<DataFault>,
    /// Paths on which data are not given.
    data_fault: Option<(&'static str, DataFault)>,
    forms: Vec<BTreeMap<String, String>>,
    reused: usize,
    reads: Vec<(String, String)>,
    at_once: usize,
    most_at_once: usize,
}

/// The PKB.
#[derive(Clone)]
pub(crate) struct Fake {
    pub(crate) url: String,
    inner: Arc<Mutex<Inner>>,
    clock: Arc<dyn Clock>,
}

impl Fake {
    /// Listens at a port of its own. Access tokens live for ten minutes.
    pub(crate) async fn start(clock: Arc<dyn Clock>) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let inner = Inner {
            life: 600,
            ..Inner::default()
        };
        let fake = Self {
            url: format!("http://{}", listener.local_addr().unwrap()),
            inner: Arc::new(Mutex::new(inner)),
            clock,
        };
        let app = Router::new()
            .route("/apiToken.action", post(token::token).get(token::knock))
            .route("/fhir/{*rest}", get(data::data))
            .route("/json/{*rest}", get(data::data))
            .with_state(fake.clone());
        tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        fake
    }

    /// The patient signs in as `person` and says yes: where the browser goes.
    pub(crate) fn approve(&self, grant_url: &str, person: Person) -> String {
        let asked = Asked::read(grant_url);
        assert_eq!(asked.get("response_type"), "code");
        assert_eq!(asked.get("client_id"), CLIENT);
        assert_eq!(asked.get("scope"), "PATIENT");
        let mut inner = self.lock();
        let code = inner.make("code");
        let kept = Code {
            person,
            redirect_uri: asked.get("redirect_uri"),
            challenge: asked.find("code_challenge"),
        };
        inner.codes.insert(code.clone(), kept);
        asked.back(&[("code", &code)])
    }

    /// PKB sends the patient back with an error.
    pub(crate) fn refuse(grant_url: &str, error: &str) -> String {
        Asked::read(grant_url).back(&[("error", error)])
    }

    /// How long access tokens live from now on, in seconds.
    pub(crate) fn set_life(&self, seconds: u64) {
        self.lock().life = seconds;
    }

    /// The next token calls go wrong like this, one after another.
    pub(crate) fn next_tokens(&self, faults: impl IntoIterator<Item = TokenFault>) {
        self.lock().next_token.extend(faults);
    }

    /// Every token call goes wrong like this, or well again.
    pub(crate) fn set_tokens(&self, fault: Option<TokenFault>) {
        self.lock().token_fault = fault;
    }

    /// Nothing goes wrong any more at the token endpoint.
    pub(crate) fn calm(&self) {
        let mut inner = self.lock();
        inner.next_token.clear();
        inner.token_fault = None;
    }

    /// The next reads go wrong like this, one after another.
    pub(crate) fn next_data(&self, faults: impl IntoIterator<Item = DataFault>) {
        self.lock().next_data.extend(faults);
    }

    /// Reads of paths with this in them go wrong, or well again.
    pub(crate) fn set_data(&self, fault: Option<(&'static str, DataFault)>) {
        self.lock().data_fault = fault;
    }

    /// Ends every session.
    pub(crate) fn end_sessions(&self) {
        for session in &mut self.lock().sessions {
            session.alive = false;
        }
    }

    /// Sessions that are alive.
    pub(crate) fn alive(&self) -> usize {
        let inner = self.lock();
        inner
            .sessions
            .iter()
            .filter(|session| session.alive)
            .count()
    }

    /// Codes that came.
    pub(crate) fn exchanges(&self) -> usize {
        self.calls("authorization_code")
    }

    /// Refresh tokens that came.
    pub(crate) fn refreshes(&self) -> usize {
        self.calls("refresh_token")
    }

    fn calls(&self, grant: &str) -> usize {
        let inner = self.lock();
        let of = |form: &&BTreeMap<String, String>| form.get("grant_type").unwrap() == grant;
        inner.forms.iter().filter(of).count()
    }

    /// Forms that came to the token endpoint.
    pub(crate) fn forms(&self) -> Vec<BTreeMap<String, String>> {
        self.lock().forms.clone()
    }

    /// Codes and refresh tokens that came a second time.
    pub(crate) fn reused(&self) -> usize {
        self.lock().reused
    }

    /// Paths that were read, with `Accept`.
    pub(crate) fn reads(&self) -> Vec<(String, String)> {
        self.lock().reads.clone()
    }

    /// The most token calls that were under way at the same time.
    pub(crate) fn most_at_once(&self) -> usize {
        self.lock().most_at_once
    }

    /// Every code and token that was ever made.
    pub(crate) fn secrets(&self) -> Vec<String> {
        let inner = self.lock();
        let tokens = inner.access.keys().chain(inner.refresh.keys());
        tokens.chain(inner.codes.keys()).cloned().collect()
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap()
    }
}

impl Inner {
    fn make(&mut self, what: &str) -> String {
        self.made += 1;
        format!("pkb-{what}-CANARY-{:08}", self.made)
    }
}

/// What the authorise page was asked.
struct Asked(Vec<(String, String)>);

impl Asked {
    fn read(grant_url: &str) -> Self {
        let url = Url::parse(grant_url).unwrap();
        assert_eq!(url.path(), "/apiAuthorize.action");
        Self(url.query_pairs().into_owned().collect())
    }

    fn find(&self, name: &str) -> Option<String> {
        let mut found = self.0.iter().filter(|(other, _)| other == name);
        let first = found.next().map(|(_, value)| value.clone());
        assert!(found.next().is_none(), "{name} once");
        first
    }

    fn get(&self, name: &str) -> String {
        self.find(name).unwrap()
    }

    /// Path and query of the callback.
    fn back(&self, with: &[(&str, &str)]) -> String {
        let mut url = Url::parse(&self.get("redirect_uri")).unwrap();
        let mut query = url.query_pairs_mut();
        query.extend_pairs(with);
        query.append_pair("state", &self.get("state"));
        drop(query);
        format!("{}?{}", url.path(), url.query().unwrap())
    }
}

fn broken() -> Response {
    let broken = stream::once(async { Err::<Bytes, _>(std::io::Error::other("cut")) });
    Response::new(Body::from_stream(broken))
}
