//! A Test PAS in a folder of its own, a browser that keeps cookies, and a toolbar's FHIR calls.

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{HeaderMap, Method, Request, StatusCode, header},
};
use base64::{Engine, prelude::BASE64_STANDARD};
use lab::{
    pas::{Pas, PasConfig, faults::PasFaults},
    people,
};
use model::{clock::ManualClock, entropy::SeededEntropy};
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};
use tower::ServiceExt;

pub(crate) const DOCTOR: &str = "555000000101";
pub(crate) const NHS: &str = "https://fhir.nhs.uk/Id/nhs-number";
const PART: &str = "urn:x-baton:message-part";

/// One Test PAS.
pub(crate) struct World {
    pub(crate) folder: tempfile::TempDir,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) faults: Arc<PasFaults>,
    pub(crate) pas: Pas,
    router: Router,
}

/// An answer, read to its end.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) bytes: Vec<u8>,
}

impl Answer {
    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.bytes.clone()).unwrap()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |v| v.to_str().unwrap())
    }

    /// The diagnostics of an `OperationOutcome`, with the first element each names.
    pub(crate) fn issues(&self) -> Vec<(String, String)> {
        assert_eq!(self.json()["resourceType"], "OperationOutcome");
        let issues = self.json()["issue"].as_array().unwrap().clone();
        let text = |v: &Value| v.as_str().unwrap_or_default().to_owned();
        issues
            .iter()
            .map(|i| (text(&i["code"]), text(&i["expression"][0])))
            .collect()
    }
}

fn open(
    folder: &std::path::Path,
    clock: &Arc<ManualClock>,
    faults: &Arc<PasFaults>,
    seed: u64,
) -> Pas {
    Pas::open(PasConfig {
        data_dir: folder.to_owned(),
        organisation: people::riverside(),
        users: people::riverside_practitioners(),
        clock: Arc::<ManualClock>::clone(clock),
        entropy: Arc::new(SeededEntropy::new(seed)),
        faults: Arc::clone(faults),
    })
    .unwrap()
}

impl World {
    /// Empty, at noon on a day in November 2026.
    pub(crate) fn empty() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(ManualClock::at("2026-11-21T12:00:00Z".parse().unwrap()));
        let faults = Arc::new(PasFaults::new());
        let pas = open(folder.path(), &clock, &faults, 1);
        let router = pas.router();
        Self {
            folder,
            clock,
            faults,
            pas,
            router,
        }
    }

    /// With the shipped patients.
    pub(crate) async fn with_patients() -> Self {
        let world = Self::empty();
        world
            .pas
            .load_patients(people::patients_json().as_bytes())
            .await
            .unwrap();
        world
    }

    /// The same files, opened by a new process.
    pub(crate) fn restarted(self) -> Self {
        let Self {
            folder,
            clock,
            faults,
            pas,
            router,
        } = self;
        drop((pas, router));
        let pas = open(folder.path(), &clock, &faults, 2);
        let router = pas.router();
        Self {
            folder,
            clock,
            faults,
            pas,
            router,
        }
    }

    pub(crate) async fn call(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.unwrap().to_vec();
        Answer {
            status: parts.status,
            headers: parts.headers,
            bytes,
        }
    }

    pub(crate) async fn fhir(&self, path: &str) -> Answer {
        self.call(
            Request::get(format!("/fhir{path}"))
                .header("host", "pas.test")
                .body(Body::empty())
                .unwrap(),
        )
        .await
    }

    pub(crate) async fn transaction(&self, entries: Vec<Value>) -> Answer {
        self.post_fhir(
            json!({"resourceType": "Bundle", "type": "transaction", "entry": entries}).to_string(),
        )
        .await
    }

    pub(crate) async fn post_fhir(&self, body: String) -> Answer {
        let request = Request::post("/fhir").header("content-type", "application/fhir+json");
        self.call(request.body(Body::from(body)).unwrap()).await
    }

    /// The id of a patient.
    pub(crate) async fn patient(&self, nhs_number: &str) -> String {
        let found = self
            .fhir(&format!("/Patient?identifier={NHS}|{nhs_number}"))
            .await
            .json();
        assert_eq!(found["total"], 1);
        found["entry"][0]["resource"]["id"]
            .as_str()
            .unwrap()
            .to_owned()
    }

    pub(crate) async fn total(&self, path: &str) -> u64 {
        self.fhir(path).await.json()["total"].as_u64().unwrap()
    }

    /// A browser that has logged in.
    pub(crate) async fn browser(&self) -> Browser<'_> {
        let browser = Browser::new(self);
        let answer = browser.log_in(DOCTOR).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER);
        browser
    }
}

/// The two entries of an attachment: its bytes and the document that points at them.
pub(crate) fn attachment(
    patient: &str,
    message: &str,
    index: usize,
    kind: &str,
    content_type: &str,
    bytes: &[u8],
) -> Vec<Value> {
    let address = format!("urn:uuid:00000000-0000-4000-8000-{index:012}");
    let part = format!("cs-1/{message}/attachment/{index}");
    vec![
        json!({"fullUrl": address, "request": {"method": "POST", "url": "Binary"},
            "resource": {"resourceType": "Binary", "contentType": content_type, "data": BASE64_STANDARD.encode(bytes)}}),
        json!({"request": {"method": "POST", "url": "DocumentReference", "ifNoneExist": format!("identifier={PART}|{part}")},
            "resource": {
                "resourceType": "DocumentReference", "status": "current",
                "identifier": [{"system": PART, "value": part}, {"system": "urn:x-baton:message-id", "value": message}],
                "type": {"coding": [{"system": "urn:x-baton:document-kind", "code": kind}]},
                "subject": {"reference": format!("Patient/{patient}")},
                "date": "2026-11-21T11:59:00Z", "author": [{"display": "Cardio & Link"}], "description": "Discharge summary",
                "context": {"related": [{"display": "kept"}]},
                "content": [{"attachment": {"contentType": content_type, "url": address, "title": format!("file-{index}"), "size": bytes.len()}}]}}),
    ]
}

/// A coded entry; `value` is JSON text, kept as it is.
pub(crate) fn coded(patient: &str, message: &str, index: usize) -> Value {
    let part = format!("cs-1/{message}/coded/{index}");
    json!({"request": {"method": "POST", "url": "Observation", "ifNoneExist": format!("identifier={PART}|{part}")},
        "resource": {
            "resourceType": "Observation", "status": "final",
            "identifier": [{"system": PART, "value": part}, {"system": "urn:x-baton:message-id", "value": message}],
            "code": {"coding": [{"system": "http://snomed.info/sct", "code": "27113001"}], "text": "Body weight"},
            "subject": {"reference": format!("Patient/{patient}")},
            "effectiveDateTime": "2026-11-21T11:00:00Z", "valueQuantity": {"value": 71.5, "unit": "kg"}}})
}

/// A browser: it keeps cookies and fills in the hidden token of forms.
pub(crate) struct Browser<'w> {
    world: &'w World,
    pub(crate) cookies: Mutex<BTreeMap<String, String>>,
}

impl<'w> Browser<'w> {
    pub(crate) fn new(world: &'w World) -> Self {
        Self {
            world,
            cookies: Mutex::default(),
        }
    }

    /// The cookies of another run of the same browser.
    pub(crate) fn returning(world: &'w World, cookies: BTreeMap<String, String>) -> Self {
        Self {
            world,
            cookies: Mutex::new(cookies),
        }
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, "", Vec::new()).await
    }

    pub(crate) async fn post(&self, path: &str, form: &str) -> Answer {
        self.send(
            Method::POST,
            path,
            "application/x-www-form-urlencoded",
            form.as_bytes().to_vec(),
        )
        .await
    }

    pub(crate) async fn log_in(&self, id: &str) -> Answer {
        let token = token(&self.get("/login").await.text());
        self.post("/login", &format!("csrf={token}&spineUserId={id}"))
            .await
    }

    /// Uploads a file as the Load Subject Data form does.
    pub(crate) async fn load(&self, file: &[u8]) -> Answer {
        let token = token(&self.get("/manage-data/load").await.text());
        self.load_with(&token, file).await
    }

    pub(crate) async fn load_with(&self, token: &str, file: &[u8]) -> Answer {
        let mut body = format!(
            "--edge\r\ncontent-disposition: form-data; name=\"csrf\"\r\n\r\n{token}\r\n--edge\r\n\
             content-disposition: form-data; name=\"file\"; filename=\"p.json\"\r\ncontent-type: application/json\r\n\r\n"
        )
        .into_bytes();
        body.extend_from_slice(file);
        body.extend_from_slice(b"\r\n--edge--\r\n");
        self.send(
            Method::POST,
            "/manage-data/load",
            "multipart/form-data; boundary=edge",
            body,
        )
        .await
    }

    async fn send(&self, method: Method, path: &str, content_type: &str, body: Vec<u8>) -> Answer {
        let cookies = self
            .cookies
            .lock()
            .unwrap()
            .iter()
            .map(|(n, v)| format!("{n}={v}"))
            .collect::<Vec<_>>()
            .join("; ");
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::CONTENT_TYPE, content_type)
            .header(header::COOKIE, cookies)
            .body(Body::from(body))
            .unwrap();
        let answer = self.world.call(request).await;
        for line in answer.headers.get_all(header::SET_COOKIE) {
            let (name, rest) = line.to_str().unwrap().split_once('=').unwrap();
            let value = rest.split(';').next().unwrap();
            let mut cookies = self.cookies.lock().unwrap();
            if value.is_empty() {
                cookies.remove(name);
            } else {
                cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        answer
    }
}

/// The hidden token of a page's first form.
pub(crate) fn token(page: &str) -> String {
    let rest = page
        .split("name=\"csrf\" value=\"")
        .nth(1)
        .expect("the page has a form");
    rest.split('"').next().unwrap().to_owned()
}
