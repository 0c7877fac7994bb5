//! Stands before a foreign server under PKB's addresses, counts what comes, and plays the patient's browser.

use super::server::Server;
use crate::world::BASE;
use axum::Form;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value, json};
use std::collections::HashSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use url::Url;
use url::form_urlencoded::{Serializer, parse};

/// Public id of the one user of `oauth2-mock-server`, whose subject is a name.
pub(super) const JOHN: &str = "7d4a8b2d-f885-499f-ba51-50600312f31a";

pub(super) struct Adapter {
    pub(super) url: String,
    shared: Arc<Shared>,
}

struct Shared {
    server: Server,
    outbound: reqwest::Client,
    /// What came to the token endpoint.
    forms: Mutex<Vec<Fields>>,
}

type Fields = Vec<(String, String)>;

impl Adapter {
    pub(super) async fn before(server: Server) -> Self {
        let shared = Arc::new(Shared {
            server,
            outbound: httpkit::outbound::client(Some(Duration::from_secs(20))).unwrap(),
            forms: Mutex::default(),
        });
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let app = Router::new()
            .route("/apiAuthorize.action", get(authorize))
            .route("/apiToken.action", post(token))
            .route("/fhir/{*rest}", get(data))
            .route("/json/{*rest}", get(data))
            .with_state(Arc::clone(&shared));
        tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self { url, shared }
    }

    /// A browser goes to the authorise page, sends the form there with this decision, if there is one, and stops where
    /// it is sent to the gateway: path and query of that.
    pub(super) async fn decide(&self, grant_url: &str, decision: &[(&str, &str)]) -> String {
        let browser = &self.shared.outbound;
        let mut at = grant_url.to_owned();
        for _ in 0..5 {
            let mut answer = browser.get(&at).send().await.unwrap();
            if answer.status() == StatusCode::OK {
                let sent = browser.post(&at).form(decision).send().await;
                answer = sent.unwrap();
            }
            assert!(answer.status().is_redirection(), "{}", answer.status());
            let location = answer.headers()[header::LOCATION].to_str().unwrap();
            if let Some(callback) = location.strip_prefix(BASE) {
                return callback.to_owned();
            }
            at = Url::parse(&at).unwrap().join(location).unwrap().into();
        }
        panic!("it never came back");
    }

    /// Has the server forget all tokens of a user.
    pub(super) async fn revoke(&self, sub: &str) {
        let url = format!("{}/users/{sub}/revoke-tokens", self.shared.server.url);
        let answer = self.shared.outbound.post(url).send().await.unwrap();
        assert!(answer.status().is_success());
    }

    /// The values of a field that came to the token endpoint, oldest first.
    pub(super) fn sent(&self, field: &str) -> Vec<String> {
        let forms = self.shared.forms.lock().unwrap();
        let fields = forms.iter().flatten().filter(|(name, _)| name == field);
        fields.map(|(_, value)| value.clone()).collect()
    }

    /// How many codes and refresh tokens came more than once.
    pub(super) fn twice(&self) -> usize {
        let all = [self.sent("code"), self.sent("refresh_token")].concat();
        all.len() - all.iter().collect::<HashSet<_>>().len()
    }
}

/// The patient's browser is sent on, with a scope that they know.
async fn authorize(State(shared): State<Arc<Shared>>, RawQuery(query): RawQuery) -> Redirect {
    let (ways, base) = (shared.server.ways, &shared.server.url);
    let query = query.unwrap_or_default();
    let asked = parse(query.as_bytes()).into_owned().collect();
    let query = Serializer::new(String::new())
        .extend_pairs(shared.in_their_words(asked))
        .finish();
    Redirect::to(&format!("{base}{}?{query}", ways.authorize))
}

async fn token(State(shared): State<Arc<Shared>>, Form(sent): Form<Fields>) -> Response {
    shared.forms.lock().unwrap().push(sent.clone());
    let Server { url, ways, .. } = &shared.server;
    let mut request = shared.outbound.post(format!("{url}{}", ways.token));
    if ways.wants_secret {
        let client = sent.iter().find(|(name, _)| name == "client_id").unwrap();
        request = request.basic_auth(&client.1, Some("any"));
    }
    let sent = shared.in_their_words(sent);
    let answer = request.form(&sent).send().await.unwrap();
    let status = answer.status();
    let body = answer.bytes().await.unwrap();
    (status, [(header::CONTENT_TYPE, "application/json")], body).into_response()
}

/// Whatever is read, it is about the user whom they name.
async fn data(State(shared): State<Arc<Shared>>, uri: Uri, headers: HeaderMap) -> Response {
    let Server { url, ways, .. } = &shared.server;
    let token = &headers[header::AUTHORIZATION];
    let request = shared.outbound.get(format!("{url}{}", ways.userinfo));
    let request = request.header(header::AUTHORIZATION, token);
    let answer = request.send().await.unwrap();
    if !answer.status().is_success() {
        return no(uri.path());
    }
    let user: Value = answer.json().await.unwrap();
    let sub = user["sub"].as_str().unwrap();
    let public_id = if sub == "johndoe" { JOHN } else { sub };
    let reference = format!("Patient/{public_id}");
    Json(match uri.path() {
        "/fhir/Consent/$purview" => json!({
            "resourceType": "Parameters",
            "parameter": [{ "name": "purview", "valueReference": { "reference": reference } }],
        }),
        "/json/users/self" => json!({
            "id": "1234567", "firstName": user["given_name"], "email": user["email"],
            "nationalIds": [], "patient": true,
        }),
        _ => json!({ "of": reference }),
    })
    .into_response()
}

/// They say no in ways of their own; PKB has one for a token that it does not take.
fn no(path: &str) -> Response {
    let code = "BAD_AUTHENTICATION";
    let system = "http://fhir.patientsknowbest.com/codesystem/response-code";
    let body = if path.starts_with("/fhir/") {
        let details = json!({ "coding": [{ "system": system, "code": code }] });
        let issue = json!([{ "severity": "error", "code": "login", "details": details }]);
        json!({ "resourceType": "OperationOutcome", "issue": issue })
    } else {
        json!({ "code": code, "message": "no" })
    };
    (StatusCode::UNAUTHORIZED, Json(body)).into_response()
}

impl Shared {
    fn in_their_words(&self, mut sent: Fields) -> Fields {
        for (_, value) in sent.iter_mut().filter(|(name, _)| name == "scope") {
            assert_eq!(value, "PATIENT");
            self.server.ways.scope.clone_into(value);
        }
        sent
    }
}
