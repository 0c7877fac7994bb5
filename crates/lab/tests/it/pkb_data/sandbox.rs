//! A PKB sandbox that listens, and what a patient and an app do there.

use base64::{Engine, prelude::BASE64_STANDARD};
use lab::pkb::{Pkb, PkbConfig, PkbControls, Profile, SystemClient, UserClient, UserType};
use model::clock::ManualClock;
use model::entropy::SeededEntropy;
use model::{Hash, Secret};
use reqwest::header::HeaderMap;
use sdk::pkb::{AuthorizeRequest, ExchangeCode, PkbClient, Tokens};
use serde_json::{Value, json};
use std::sync::Arc;

pub(crate) const CLIENT: &str = "baton-demo-app";
pub(crate) const REDIRECT: &str = "http://127.0.0.1:8090/pkb/callback";
pub(crate) const SYSTEM: &str = "baton-demo-system";
pub(crate) const SYSTEM_SECRET: &str = "a-secret-of-the-system";
/// The organisation that granted the system access.
pub(crate) const ORGANISATION: &str = "0d9f4d8e-8a3b-4c39-9a55-6a3f1c2b7e10";
pub(crate) const MARGARET: &str = "margaret.whitfield@example.com";
pub(crate) const NHS: &str = "https://fhir.nhs.uk/Id/nhs-number";
pub(crate) const CODES: &str = "http://fhir.patientsknowbest.com/codesystem/response-code";

pub(crate) struct Sandbox {
    pub(crate) url: String,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) pkb: PkbClient,
    http: reqwest::Client,
    _folder: tempfile::TempDir,
}

/// An answer, read to its end.
pub(crate) struct Told {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Told {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |v| v.to_str().unwrap())
    }

    /// PKB's code in an `OperationOutcome`.
    pub(crate) fn code(&self) -> Value {
        let outcome = self.json();
        assert_eq!(outcome["resourceType"], "OperationOutcome");
        assert_eq!(
            self.header("content-type"),
            "application/fhir+json; charset=utf-8"
        );
        let coding = &outcome["issue"][0]["details"]["coding"][0];
        assert!(coding.is_null() || coding["system"] == CODES);
        coding["code"].clone()
    }
}

/// Whose data, of everybody who can sign in.
pub(crate) fn public_id(email: &str) -> String {
    let mut users = lab::pkb::demo_users().into_iter();
    users.find(|user| user.email == email).unwrap().public_id
}

impl Sandbox {
    pub(crate) async fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let clock = Arc::new(ManualClock::at("2026-11-21T12:00:00Z".parse().unwrap()));
        let pkb = Pkb::open(PkbConfig {
            data_dir: folder.path().to_owned(),
            base_url: url.clone(),
            clock: Arc::<ManualClock>::clone(&clock),
            entropy: Arc::new(SeededEntropy::new(7)),
            controls: Arc::new(PkbControls::default()),
            profile: Profile::AsDocumented,
            clients: vec![UserClient {
                client_id: CLIENT.to_owned(),
                owner: "Riverside Pharmacy Ltd".to_owned(),
                product: "Riverside Health app".to_owned(),
                redirect_uris: vec![REDIRECT.to_owned()],
                localhost: true,
                user_types: vec![UserType::Patient, UserType::Clinician],
            }],
            system_clients: vec![SystemClient {
                client_id: SYSTEM.to_owned(),
                secret_hash: Hash::of(SYSTEM_SECRET.as_bytes()),
                organisations: vec![ORGANISATION.to_owned()],
            }],
        })
        .unwrap();
        let router = pkb.router();
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self {
            pkb: PkbClient::new(&url).unwrap(),
            http: httpkit::outbound::client(None).unwrap(),
            url,
            clock,
            _folder: folder,
        }
    }

    /// The code that comes back when this person approves.
    pub(crate) async fn code(&self, email: &str, scope: &str) -> String {
        let url = self.pkb.authorize_url(&AuthorizeRequest {
            client_id: CLIENT,
            redirect_uri: REDIRECT,
            scope,
            state: "some-state",
            challenge: None,
        });
        let wanted = json!({"url": url.as_str(), "email": email, "decision": "approve"});
        let told = self.control("/approvals", &wanted).await;
        let location = url::Url::parse(told["location"].as_str().unwrap()).unwrap();
        let code = location.query_pairs().find(|(name, _)| name == "code");
        code.unwrap().1.into_owned()
    }

    /// The tokens of a session that this person lets us have.
    pub(crate) async fn tokens(&self, email: &str, scope: &str) -> Tokens {
        let code = self.code(email, scope).await;
        let code = ExchangeCode {
            client_id: CLIENT,
            code: &code,
            redirect_uri: REDIRECT,
            verifier: None,
        };
        self.pkb.exchange(&code).await.unwrap()
    }

    pub(crate) async fn patient(&self, email: &str) -> Tokens {
        self.tokens(email, "PATIENT").await
    }

    pub(crate) async fn control(&self, path: &str, body: &Value) -> Value {
        let url = format!("{}/sandbox/v1/pkb{path}", self.url);
        let told = told(self.http.post(url).json(body)).await;
        assert_eq!(told.status, 200, "{}", told.body);
        told.json()
    }

    /// What the sandbox counted so far.
    pub(crate) async fn counts(&self) -> Value {
        let url = format!("{}/sandbox/v1/pkb/log", self.url);
        told(self.http.get(url)).await.json()["counts"].clone()
    }

    pub(crate) async fn get(&self, path: &str, token: Option<&Secret>) -> Told {
        told(self.request("GET", path, token)).await
    }

    pub(crate) async fn send(
        &self,
        method: &str,
        path: &str,
        token: Option<&Secret>,
        body: &str,
    ) -> Told {
        told(self.request(method, path, token).body(body.to_owned())).await
    }

    /// As the system client, for an organisation.
    pub(crate) async fn get_for(&self, path: &str, token: &Secret, organisation: &str) -> Told {
        let request = self.request("GET", path, Some(token));
        told(request.header("X-Org-Public-Id", organisation)).await
    }

    fn request(&self, method: &str, path: &str, token: Option<&Secret>) -> reqwest::RequestBuilder {
        let request = self
            .http
            .request(method.parse().unwrap(), format!("{}{path}", self.url));
        match token {
            Some(token) => request.bearer_auth(token.reveal()),
            None => request,
        }
    }

    /// The answer to a system client's call.
    pub(crate) async fn system(&self, id: &str, secret: &str, form: &str) -> Told {
        let basic = BASE64_STANDARD.encode(format!("{id}:{secret}"));
        self.system_with(Some(&format!("Basic {basic}")), form)
            .await
    }

    pub(crate) async fn system_with(&self, authorization: Option<&str>, form: &str) -> Told {
        let mut request = self
            .http
            .post(format!("{}/api/oauth/token", self.url))
            .header("content-type", "application/x-www-form-urlencoded")
            .body(form.to_owned());
        if let Some(value) = authorization {
            request = request.header("authorization", value);
        }
        told(request).await
    }

    pub(crate) async fn system_token(&self) -> Secret {
        let form = "grant_type=client_credentials";
        let told = self.system(SYSTEM, SYSTEM_SECRET, form).await.json();
        Secret::new(told["access_token"].as_str().unwrap().to_owned())
    }
}

async fn told(request: reqwest::RequestBuilder) -> Told {
    let response = request.send().await.unwrap();
    Told {
        status: response.status().as_u16(),
        headers: response.headers().clone(),
        body: response.text().await.unwrap(),
    }
}
