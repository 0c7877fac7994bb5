//! A record system as far as a toolbar sees it, with faults on demand.

use axum::extract::{DefaultBodyLimit, RawQuery, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard};
use tokio::sync::Semaphore;

#[derive(Default)]
pub(crate) struct Inner {
    pub(crate) user: Option<Value>,
    /// FHIR patients by NHS number.
    pub(crate) patients: HashMap<String, Vec<Value>>,
    /// What was filed, by message part; a second copy would be a second entry.
    pub(crate) filed: BTreeMap<String, Vec<Value>>,
    pub(crate) binaries: Vec<Value>,
    pub(crate) transactions: usize,
    pub(crate) now_writing: Vec<String>,
    pub(crate) most_at_once: usize,
    pub(crate) twice_for_one_patient: bool,
    // Faults.
    /// For each transaction to come: whether it takes effect, and the status that is answered.
    pub(crate) answers: VecDeque<(bool, u16)>,
    pub(crate) silent: bool,
    /// It answers a transaction with no entries.
    pub(crate) curt: bool,
    /// It does not answer searches for documents.
    pub(crate) searches_fail: bool,
}

pub(crate) struct Records {
    pub(crate) url: String,
    inner: Mutex<Inner>,
    pub(crate) gate: Semaphore,
}

type Shared = Arc<Records>;

impl Records {
    pub(crate) async fn start() -> Shared {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let records = Arc::new(Self {
            url: format!("http://{}", listener.local_addr().unwrap()),
            inner: Mutex::default(),
            gate: Semaphore::new(Semaphore::MAX_PERMITS),
        });
        let app = Router::new()
            .route("/session/current", get(current))
            .route("/fhir/Patient", get(patients))
            .route("/fhir/DocumentReference", get(documents))
            .route("/fhir", post(transaction))
            .layer(DefaultBodyLimit::max(100 * 1024 * 1024))
            .with_state(Arc::clone(&records));
        tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        records
    }

    pub(crate) fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap()
    }

    pub(crate) fn log_in(&self, spine_user_id: &str, ods_code: &str) {
        self.inner().user = Some(json!({
            "spineUserId": spine_user_id, "name": "Dr Amara Okafor",
            "odsCode": ods_code, "organisationName": "Riverside Test Practice",
        }));
    }

    pub(crate) fn log_out(&self) {
        self.inner().user = None;
    }

    pub(crate) fn admit(&self, nhs_number: &str, deceased: bool) {
        let mut inner = self.inner();
        let patients = inner.patients.entry(nhs_number.to_owned()).or_default();
        let id = format!("{nhs_number}-{}", patients.len());
        patients.push(
            json!({"resourceType": "Patient", "id": id, "deceasedBoolean": deceased,
            "identifier": [{"system": "https://fhir.nhs.uk/Id/nhs-number", "value": nhs_number}]}),
        );
    }

    /// How many copies of each part there are.
    pub(crate) fn copies(&self) -> Vec<(String, usize)> {
        let inner = self.inner();
        let count = |(part, copies): (&String, &Vec<Value>)| (part.clone(), copies.len());
        inner.filed.iter().map(count).collect()
    }
}

async fn current(State(records): State<Shared>) -> Response {
    let inner = records.inner();
    if inner.silent {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    match &inner.user {
        Some(user) => Json(user.clone()).into_response(),
        None => StatusCode::NO_CONTENT.into_response(),
    }
}

async fn patients(State(records): State<Shared>, RawQuery(query): RawQuery) -> Response {
    let query = query.unwrap();
    let prefix = "identifier=https://fhir.nhs.uk/Id/nhs-number|";
    let nhs_number = query.strip_prefix(prefix).unwrap();
    let found = records.inner().patients.get(nhs_number).cloned();
    let entries: Vec<_> = found
        .unwrap_or_default()
        .into_iter()
        .map(|patient| json!({"resource": patient, "search": {"mode": "match"}}))
        .collect();
    Json(json!({"resourceType": "Bundle", "type": "searchset", "entry": entries})).into_response()
}

async fn documents(State(records): State<Shared>, RawQuery(query): RawQuery) -> Response {
    let inner = records.inner();
    if inner.searches_fail {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    let query = query.unwrap();
    let part = query
        .strip_prefix("identifier=urn:x-baton:message-part|")
        .unwrap();
    let found = inner.filed.get(part).cloned().unwrap_or_default();
    let entries: Vec<_> = found
        .into_iter()
        .map(|document| json!({"resource": document, "search": {"mode": "match"}}))
        .collect();
    Json(json!({"resourceType": "Bundle", "type": "searchset", "entry": entries})).into_response()
}

async fn transaction(State(records): State<Shared>, Json(bundle): Json<Value>) -> Response {
    let entries = bundle["entry"].as_array().unwrap().clone();
    let patient = entries
        .iter()
        .find_map(|entry| entry["resource"]["subject"]["reference"].as_str())
        .unwrap()
        .to_owned();
    let (takes_effect, status) = {
        let mut inner = records.inner();
        inner.transactions += 1;
        inner.twice_for_one_patient |= inner.now_writing.contains(&patient);
        inner.now_writing.push(patient.clone());
        inner.most_at_once = inner.most_at_once.max(inner.now_writing.len());
        inner.answers.pop_front().unwrap_or((true, 200))
    };
    records.gate.acquire().await.unwrap().forget();
    records.gate.add_permits(1);
    let mut inner = records.inner();
    inner.now_writing.retain(|writing| *writing != patient);
    let mut answers = Vec::new();
    if takes_effect {
        for entry in &entries {
            answers.push(file(&mut inner, entry));
        }
    }
    if inner.curt {
        answers.clear();
    }
    let body = if status == 200 {
        json!({"resourceType": "Bundle", "type": "transaction-response", "entry": answers})
    } else {
        json!({"resourceType": "OperationOutcome", "issue": [
            {"severity": "error", "code": "processing", "diagnostics": "no more room"}
        ]})
    };
    (StatusCode::from_u16(status).unwrap(), Json(body)).into_response()
}

fn file(inner: &mut Inner, entry: &Value) -> Value {
    let resource = entry["resource"].clone();
    let Some(condition) = entry["request"]["ifNoneExist"].as_str() else {
        inner.binaries.push(resource);
        return json!({"response": {"status": "201 Created"}});
    };
    let part = condition.rsplit('|').next().unwrap();
    assert_eq!(resource["identifier"][0]["value"], part);
    if inner.filed.contains_key(part) {
        return json!({"response": {"status": "200 OK"}});
    }
    inner
        .filed
        .entry(part.to_owned())
        .or_default()
        .push(resource);
    json!({"response": {"status": "201 Created"}})
}
