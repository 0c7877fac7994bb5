//! Another PC of a practice: registers and signs in by the toolbar API as it is written down, so that a
//! test can do what the shipped toolbar never would.

use super::command::Baton;
use super::partner::Answer;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use httpkit::entropy::OsEntropy;
use reqwest::Method;
use ring::signature::{Ed25519KeyPair, KeyPair as _};
use serde_json::{Value, json};
use std::path::Path;

/// What everybody is called here.
pub(crate) const NAME: &str = "Dr Test";

/// A registered PC.
pub(crate) struct Pc {
    http: reqwest::Client,
    base: String,
    key: Ed25519KeyPair,
    id: String,
}

/// Somebody signed in at it.
pub(crate) struct Desk {
    http: reqwest::Client,
    base: String,
    session: String,
}

impl Pc {
    /// Has a registration key issued on the platform's folder, and registers with it.
    pub(crate) async fn register(
        http: &reqwest::Client,
        base: &str,
        platform_folder: &Path,
        practice: &str,
    ) -> Self {
        Self::register_by(&Baton::on(platform_folder), http, base, practice).await
    }

    /// The same on a platform that this operator looks after.
    pub(crate) async fn register_by(
        operator: &Baton,
        http: &reqwest::Client,
        base: &str,
        practice: &str,
    ) -> Self {
        let issued = operator
            .json(&["platform", "device", "issue-key", practice])
            .await;
        let key = Ed25519KeyPair::from_seed_unchecked(&model::entropy::bytes::<32>(&OsEntropy));
        let key = key.unwrap();
        let body = json!({
            "keyPart1": issued["keyPart1"],
            "keyPart2": issued["keyPart2"],
            "organisationCode": practice,
            "deviceName": "PC in room 2",
            "publicKey": URL_SAFE_NO_PAD.encode(key.public_key()),
        });
        let request = http.post(format!("{base}/toolbar/v1/registrations"));
        let answer = Answer::of(request.json(&body).send().await.unwrap()).await;
        assert_eq!(answer.status, 201, "{answer:?}");
        let id = answer.json()["deviceId"].as_str().unwrap().to_owned();
        Self {
            http: http.clone(),
            base: base.to_owned(),
            key,
            id,
        }
    }

    /// A token of these claims.
    pub(crate) fn sign(&self, claims: &Value) -> String {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let header = part(&json!({ "alg": "EdDSA", "typ": "JWT", "kid": self.id }));
        let signed = format!("{header}.{}", part(claims));
        let signature = URL_SAFE_NO_PAD.encode(self.key.sign(signed.as_bytes()));
        format!("{signed}.{signature}")
    }

    /// Signs a practitioner in. `now` is the platform's time.
    pub(crate) async fn sign_in(&self, spine_user_id: &str, now: i64) -> Desk {
        let assertion = self.sign(&json!({
            "iss": self.id,
            "sub": spine_user_id,
            "name": NAME,
            "aud": self.base,
            "iat": now,
            "exp": now + 60,
            "jti": super::message::new_id(),
        }));
        let body = json!({ "assertion": assertion });
        let request = self.http.post(format!("{}/toolbar/v1/sessions", self.base));
        let answer = Answer::of(request.json(&body).send().await.unwrap()).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        let session = answer.json()["session"].as_str().unwrap().to_owned();
        Desk {
            http: self.http.clone(),
            base: self.base.clone(),
            session,
        }
    }
}

impl Desk {
    /// The same session at another address of the platform.
    pub(crate) fn at(&self, base: &str) -> Self {
        Self {
            http: self.http.clone(),
            base: base.to_owned(),
            session: self.session.clone(),
        }
    }

    /// A call with the session.
    pub(crate) async fn call(&self, method: Method, path: &str, body: Option<Value>) -> Answer {
        let request = self
            .http
            .request(method, format!("{}/toolbar/v1{path}", self.base))
            .bearer_auth(&self.session);
        let request = match body {
            Some(body) => request.json(&body),
            None => request,
        };
        Answer::of(request.send().await.unwrap()).await
    }

    /// `GET` with these headers; the answer unread.
    pub(crate) async fn fetch(&self, path: &str, headers: &[(&str, &str)]) -> reqwest::Response {
        let request = self.http.get(format!("{}/toolbar/v1{path}", self.base));
        let mut request = request.bearer_auth(&self.session);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.send().await.unwrap()
    }

    /// The messages of the inbox.
    pub(crate) async fn inbox(&self) -> Vec<Value> {
        let answer = self.call(Method::GET, "/messages", None).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.json()["messages"].as_array().unwrap().clone()
    }
}
