//! A PKB sandbox in a folder of its own, an app that links, and a browser.

use crate::world::{Answer, token};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode, header, request};
use jiff::SignedDuration;
use lab::pkb::{
    DemoUser, Pkb, PkbConfig, PkbControls, Profile, SystemClient, UserClient, UserType, demo_users,
};
use model::Hash;
use model::clock::ManualClock;
use model::entropy::SeededEntropy;
use serde_json::{Value, json};
use std::path::Path;
use std::sync::{Arc, Mutex};
use tower::ServiceExt;
use url::Url;

pub(crate) const BASE: &str = "http://127.0.0.1:8095";
pub(crate) const APP: &str = "riverside-app";
pub(crate) const OTHER: &str = "other-app";
pub(crate) const CALLBACK: &str = "https://app.example/pkb/callback";
pub(crate) const SYSTEM: &str = "riverside-system";
pub(crate) const SYSTEM_SECRET: &str = "tidal-heron-9317";
const AUTHORIZE: &str = "/apiAuthorize.action";
const TOKEN: &str = "/apiToken.action";
/// PKCE: RFC 7636, appendix B.
pub(crate) const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
pub(crate) const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// One PKB sandbox.
pub(crate) struct PkbWorld {
    pub(crate) folder: tempfile::TempDir,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) controls: Arc<PkbControls>,
    pub(crate) router: Router,
    profile: Profile,
    cookie: Mutex<String>,
}

/// What the token endpoint gave.
pub(crate) struct Pair {
    pub(crate) access: String,
    pub(crate) refresh: String,
}

fn app(client_id: &str, redirect_uris: &[&str], localhost: bool) -> UserClient {
    UserClient {
        client_id: client_id.to_owned(),
        owner: "Riverside Pharmacy Ltd".to_owned(),
        product: "Riverside Health <app>".to_owned(),
        redirect_uris: redirect_uris.iter().map(|&uri| uri.to_owned()).collect(),
        localhost,
        user_types: vec![UserType::Patient],
    }
}

fn open(
    folder: &Path,
    clock: &Arc<ManualClock>,
    controls: &Arc<PkbControls>,
    profile: Profile,
    seed: u64,
) -> Router {
    let two = [CALLBACK, "riverside://linked"];
    let pkb = Pkb::open(PkbConfig {
        data_dir: folder.to_owned(),
        base_url: BASE.to_owned(),
        clock: Arc::<ManualClock>::clone(clock),
        entropy: Arc::new(SeededEntropy::new(seed)),
        controls: Arc::clone(controls),
        profile,
        clients: vec![
            app(APP, &[CALLBACK], true),
            app(OTHER, &two, false),
            UserClient {
                user_types: vec![UserType::Patient, UserType::Clinician],
                ..app("any-app", &[CALLBACK], false)
            },
        ],
        system_clients: vec![SystemClient {
            client_id: SYSTEM.to_owned(),
            secret_hash: Hash::of(SYSTEM_SECRET.as_bytes()),
            organisations: Vec::new(),
        }],
    });
    pkb.unwrap().router()
}

impl PkbWorld {
    pub(crate) fn documented() -> Self {
        Self::new(Profile::AsDocumented)
    }

    pub(crate) fn strict() -> Self {
        Self::new(Profile::Strict)
    }

    fn new(profile: Profile) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(ManualClock::at("2026-11-21T12:00:00Z".parse().unwrap()));
        let controls = Arc::new(PkbControls::new());
        let router = open(folder.path(), &clock, &controls, profile, 1);
        Self {
            folder,
            clock,
            controls,
            router,
            profile,
            cookie: Mutex::default(),
        }
    }

    /// The same files, opened by a new process.
    pub(crate) fn restarted(self) -> Self {
        let Self {
            folder,
            clock,
            profile,
            router,
            ..
        } = self;
        drop(router);
        let controls = Arc::new(PkbControls::new());
        let router = open(folder.path(), &clock, &controls, profile, 2);
        Self {
            folder,
            clock,
            controls,
            router,
            profile,
            cookie: Mutex::default(),
        }
    }

    pub(crate) fn later(&self, seconds: i64) {
        self.clock.advance(SignedDuration::from_secs(seconds));
    }

    pub(crate) async fn call(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.unwrap().to_vec();
        for line in parts.headers.get_all(header::SET_COOKIE) {
            let line = line.to_str().unwrap();
            let pair = line.split(';').next().unwrap();
            pair.clone_into(&mut self.cookie.lock().unwrap());
        }
        Answer {
            status: parts.status,
            headers: parts.headers,
            bytes,
        }
    }

    fn request(&self, method: &str, path: &str) -> request::Builder {
        Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, "127.0.0.1:8095")
            .header(header::COOKIE, self.cookie.lock().unwrap().as_str())
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.call(self.request("GET", path).body(Body::empty()).unwrap())
            .await
    }

    /// A data call with a token.
    pub(crate) async fn data(&self, path: &str, bearer: &str) -> Answer {
        let request = self
            .request("GET", path)
            .header(header::AUTHORIZATION, format!("Bearer {bearer}"));
        self.call(request.body(Body::empty()).unwrap()).await
    }

    pub(crate) async fn form(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let body = encoded(fields);
        let kind = "application/x-www-form-urlencoded";
        let request = self
            .request("POST", path)
            .header(header::CONTENT_TYPE, kind);
        self.call(request.body(Body::from(body)).unwrap()).await
    }

    /// A call of the controls.
    pub(crate) async fn control(&self, path: &str, body: &Value) -> Answer {
        let request = self
            .request("POST", &format!("/sandbox/v1/pkb{path}"))
            .header(header::CONTENT_TYPE, "application/json");
        self.call(request.body(Body::from(body.to_string())).unwrap())
            .await
    }

    /// The page for a request that has these parameters.
    pub(crate) async fn page(&self, query: &[(&str, &str)]) -> Answer {
        self.get(&format!("{AUTHORIZE}?{}", encoded(query))).await
    }

    /// A user at the page: fills the form in and presses a button.
    pub(crate) async fn press(
        &self,
        query: &[(&str, &str)],
        email: &str,
        password: &str,
        decision: &str,
    ) -> Answer {
        let page = self.page(query).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.text());
        let csrf = token(&page.text());
        let typed = [
            ("csrf", csrf.as_str()),
            ("email", email),
            ("password", password),
            ("decision", decision),
        ];
        let fields: Vec<(&str, &str)> = query.iter().copied().chain(typed).collect();
        self.form(AUTHORIZE, &fields).await
    }

    /// Where a headless approval leads.
    pub(crate) async fn approve(&self, query: &[(&str, &str)], user: &DemoUser) -> Url {
        let url = format!("{BASE}{AUTHORIZE}?{}", encoded(query));
        let answer = self
            .control(
                "/approvals",
                &json!({"url": url, "email": user.email, "decision": "approve"}),
            )
            .await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
        Url::parse(answer.json()["location"].as_str().unwrap()).unwrap()
    }

    /// A code for the app.
    pub(crate) async fn code(&self, user: &DemoUser) -> String {
        self.code_of(&usual(), user).await
    }

    pub(crate) async fn code_of(&self, query: &[(&str, &str)], user: &DemoUser) -> String {
        parameter(&self.approve(query, user).await, "code").unwrap()
    }

    /// The app exchanges a code, as it should.
    pub(crate) async fn exchange(&self, code: &str) -> Answer {
        self.exchange_with(&[
            ("client_id", APP),
            ("code", code),
            ("redirect_uri", CALLBACK),
        ])
        .await
    }

    pub(crate) async fn exchange_with(&self, fields: &[(&str, &str)]) -> Answer {
        let grant = [("grant_type", "authorization_code")];
        let fields: Vec<_> = grant.iter().chain(fields).copied().collect();
        self.form(TOKEN, &fields).await
    }

    pub(crate) async fn refresh(&self, refresh_token: &str) -> Answer {
        let fields = [
            ("grant_type", "refresh_token"),
            ("client_id", APP),
            ("refresh_token", refresh_token),
        ];
        self.form(TOKEN, &fields).await
    }

    /// Tokens for the app.
    pub(crate) async fn tokens(&self, user: &DemoUser) -> Pair {
        let code = self.code(user).await;
        Pair::of(&self.exchange(&code).await)
    }

    /// How often such a thing happened.
    pub(crate) async fn count(&self, what: &str) -> i64 {
        let log = self.get("/sandbox/v1/pkb/log").await.json();
        log["counts"][what].as_i64().unwrap_or(0)
    }
}

impl Pair {
    pub(crate) fn of(answer: &Answer) -> Self {
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
        let told = answer.json();
        let text = |name: &str| told[name].as_str().unwrap_or_default().to_owned();
        Self {
            access: text("access_token"),
            refresh: text("refresh_token"),
        }
    }
}

/// Asserts an error of the token endpoint.
pub(crate) fn refused(answer: &Answer, error: &str) -> String {
    let told = answer.json();
    assert_eq!(told["error"], error, "{told}");
    let status = if error == "invalid_client" { 401 } else { 400 };
    assert_eq!(answer.status, status);
    assert_eq!(answer.header("content-type"), "application/json");
    assert_eq!(answer.header("cache-control"), "no-store");
    told["error_description"].as_str().unwrap().to_owned()
}

/// The parameters of a good request.
pub(crate) fn usual() -> Vec<(&'static str, &'static str)> {
    vec![
        ("response_type", "code"),
        ("client_id", APP),
        ("redirect_uri", CALLBACK),
        ("scope", "PATIENT"),
        ("state", "xyz"),
    ]
}

/// The same with some replaced; an empty value leaves one out.
pub(crate) fn with(changes: &[(&'static str, &'static str)]) -> Vec<(&'static str, &'static str)> {
    let mut query = usual();
    query.retain(|(name, _)| changes.iter().all(|(changed, _)| changed != name));
    query.extend(changes.iter().filter(|(_, value)| !value.is_empty()));
    query
}

pub(crate) fn encoded(fields: &[(&str, &str)]) -> String {
    url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(fields)
        .finish()
}

pub(crate) fn parameter(url: &Url, name: &str) -> Option<String> {
    url.query_pairs()
        .find(|(key, _)| key == name)
        .map(|(_, value)| value.into_owned())
}

/// A patient with nothing special about them.
pub(crate) fn patient() -> DemoUser {
    let users = demo_users().into_iter();
    users
        .filter(|user| user.user_type == "PATIENT" && user.note.is_empty())
        .find(|user| user.nhs_number.is_some())
        .unwrap()
}

/// A professional.
pub(crate) fn clinician() -> DemoUser {
    let mut users = demo_users().into_iter();
    users.find(|user| user.user_type == "CLINICIAN").unwrap()
}
