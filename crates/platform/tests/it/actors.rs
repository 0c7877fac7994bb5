//! Who calls: a partner's system with its key, and a toolbar with its device key.

use crate::world::{Answer, BASE, World, request};
use axum::body::Body;
use axum::http::{Method, Request};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::SignedDuration;
use model::{ClientSystemId, Clock as _, OdsCode};
use ring::signature::{Ed25519KeyPair, KeyPair as _};
use serde_json::{Value, json};
use wire::paths::{partner, practice};
use wire::practice::{Claimed, Detail, Inbox, NewCode, Registered, SignedIn, Tokens};

/// A partner's system.
pub(crate) struct Integrator {
    pub(crate) id: ClientSystemId,
    pub(crate) key_id: String,
    pub(crate) key: String,
}

impl Integrator {
    pub(crate) async fn new(world: &World, name: &str) -> Self {
        let client = world.admin().add_client(name).await.unwrap();
        let issued = world.admin().issue_key(client.id).await.unwrap();
        Self {
            id: client.id,
            key_id: issued.key_id,
            key: issued.key.reveal().to_owned(),
        }
    }

    pub(crate) async fn get(&self, world: &World, path: &str) -> Answer {
        let key = [("ApiKey", self.key.as_str())];
        world
            .call(request(Method::GET, path, &key, Body::empty()))
            .await
    }

    pub(crate) fn posting(&self, path: &str, body: impl Into<Body>) -> Request<Body> {
        let headers = [
            ("ApiKey", self.key.as_str()),
            ("Content-Type", "application/json"),
        ];
        request(Method::POST, path, &headers, body)
    }

    pub(crate) fn posting_with(
        &self,
        path: &str,
        token: &str,
        body: impl Into<Body>,
    ) -> Request<Body> {
        let mut request = self.posting(path, body);
        request
            .headers_mut()
            .insert("AccessToken", token.parse().unwrap());
        request
    }

    /// Posts a standard message.
    pub(crate) async fn send(&self, world: &World, message: &Value) -> Answer {
        world
            .call(self.posting(partner::MESSAGES, message.to_string()))
            .await
    }

    /// Posts an instant message.
    pub(crate) async fn send_instant(&self, world: &World, token: &str, message: &Value) -> Answer {
        world
            .call(self.posting_with(partner::INSTANT, token, message.to_string()))
            .await
    }

    pub(crate) async fn status(&self, world: &World, id: &str) -> Answer {
        self.get(world, &partner::status_of(id)).await
    }

    /// Status and sub-status now.
    pub(crate) async fn stands(&self, world: &World, id: &str) -> (String, String) {
        let status = self.status(world, id).await.value();
        let text = |name: &str| status[name].as_str().unwrap_or_default().to_owned();
        (text("status"), text("subStatus"))
    }

    pub(crate) async fn exchange(&self, world: &World, code: &str) -> Answer {
        let body = json!({ "accessCode": code }).to_string();
        world.call(self.posting(partner::ACCESS_TOKEN, body)).await
    }

    pub(crate) async fn verify(&self, world: &World, token: &str) -> Answer {
        let headers = [("ApiKey", self.key.as_str()), ("AccessToken", token)];
        world
            .call(request(
                Method::GET,
                partner::VERIFY,
                &headers,
                Body::empty(),
            ))
            .await
    }

    /// A token of the practitioner who is signed in at `toolbar`.
    pub(crate) async fn token_of(&self, world: &World, toolbar: &Toolbar) -> String {
        let code: NewCode = toolbar.post(world, practice::CODES, "").await.json();
        let answer = self.exchange(world, &code.access_code).await.value();
        answer["token"].as_str().unwrap().to_owned()
    }
}

/// A toolbar installation, and perhaps a practitioner signed in at it.
pub(crate) struct Toolbar {
    pub(crate) device: String,
    pub(crate) keys: Ed25519KeyPair,
    pub(crate) session: String,
}

/// A device key made from one number.
pub(crate) fn key_pair(seed: u8) -> Ed25519KeyPair {
    Ed25519KeyPair::from_seed_unchecked(&[seed; 32]).unwrap()
}

/// Its public half as a registration carries it.
pub(crate) fn public_half(keys: &Ed25519KeyPair) -> String {
    URL_SAFE_NO_PAD.encode(keys.public_key().as_ref())
}

impl Toolbar {
    /// Registered at a practice; nobody is signed in.
    pub(crate) async fn registered(world: &World, practice: &str, seed: u8) -> Self {
        let code = OdsCode::parse(practice).unwrap();
        let lives = SignedDuration::from_hours(24);
        let key = world
            .admin()
            .issue_registration_key(&code, false, lives)
            .await
            .unwrap();
        let keys = key_pair(seed);
        let body = json!({
            "keyPart1": key.part_1, "keyPart2": key.part_2.reveal(), "organisationCode": practice,
            "deviceName": "Room 1", "publicKey": public_half(&keys),
        });
        let answer = world
            .call(request(
                Method::POST,
                practice::REGISTRATIONS,
                &[],
                body.to_string(),
            ))
            .await;
        let registered: Registered = answer.json();
        Self {
            device: registered.device_id,
            keys,
            session: String::new(),
        }
    }

    /// Registered at a practice, with a practitioner signed in.
    pub(crate) async fn signed_in(world: &World, practice: &str, seed: u8, who: &str) -> Self {
        let mut toolbar = Self::registered(world, practice, seed).await;
        toolbar.sign_in(world, who).await;
        toolbar
    }

    /// The claims of an assertion that is right in every way.
    pub(crate) fn claims(&self, world: &World, subject: &str) -> Value {
        let now = world.clock.now().as_second();
        let jti = model::entropy::uuid_v4(&*world.entropy).to_string();
        json!({
            "iss": self.device, "sub": subject, "name": "Dr Amara Okafor", "aud": BASE,
            "iat": now, "exp": now + 60, "jti": jti,
        })
    }

    pub(crate) fn sign(&self, header: &Value, claims: &Value) -> String {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let signed = format!("{}.{}", part(header), part(claims));
        let signature = URL_SAFE_NO_PAD.encode(self.keys.sign(signed.as_bytes()).as_ref());
        format!("{signed}.{signature}")
    }

    pub(crate) fn header(&self) -> Value {
        json!({ "alg": "EdDSA", "typ": "JWT", "kid": self.device })
    }

    pub(crate) fn assertion(&self, world: &World, subject: &str) -> String {
        self.sign(&self.header(), &self.claims(world, subject))
    }

    pub(crate) async fn sign_in(&mut self, world: &World, who: &str) {
        let answer = assert_sign_in(world, &self.assertion(world, who)).await;
        let signed_in: SignedIn = answer.json();
        self.session = signed_in.session;
    }

    fn bearer(&self) -> String {
        format!("Bearer {}", self.session)
    }

    pub(crate) fn calling(&self, method: Method, path: &str, body: &str) -> Request<Body> {
        request(
            method,
            path,
            &[("Authorization", &self.bearer())],
            body.to_owned(),
        )
    }

    pub(crate) async fn get(&self, world: &World, path: &str) -> Answer {
        world.call(self.calling(Method::GET, path, "")).await
    }

    pub(crate) async fn post(&self, world: &World, path: &str, body: &str) -> Answer {
        world.call(self.calling(Method::POST, path, body)).await
    }

    pub(crate) async fn delete(&self, world: &World, path: &str) -> Answer {
        world.call(self.calling(Method::DELETE, path, "")).await
    }

    /// What waits for the practitioner.
    pub(crate) async fn inbox(&self, world: &World) -> Inbox {
        self.get(world, practice::MESSAGES).await.json()
    }

    /// The platform's name of the message with that id, if the practitioner is shown it.
    pub(crate) async fn reference(&self, world: &World, id: &str) -> Option<String> {
        let found = self.inbox(world).await.messages;
        found
            .into_iter()
            .find(|message| message.message_id == id)
            .map(|message| message.message_ref)
    }

    /// An act on a message: `claim`, `renew`, `complete`, `fail`, `reject`, `release`.
    pub(crate) async fn act(
        &self,
        world: &World,
        act: &str,
        reference: &str,
        body: Value,
    ) -> Answer {
        let path = format!("{}/{reference}/{act}", practice::MESSAGES);
        self.post(world, &path, &body.to_string()).await
    }

    pub(crate) async fn claim(&self, world: &World, reference: &str, mode: &str) -> Claimed {
        self.act(world, "claim", reference, json!({ "mode": mode }))
            .await
            .json()
    }

    pub(crate) async fn detail(&self, world: &World, reference: &str) -> Detail {
        let path = practice::MESSAGE.replace("{messageRef}", reference);
        self.get(world, &path).await.json()
    }

    pub(crate) async fn tokens(&self, world: &World) -> Tokens {
        self.get(world, practice::TOKENS).await.json()
    }

    /// Withdraws every permission that the practitioner gave.
    pub(crate) async fn withdraw_all(&self, world: &World) {
        for token in self.tokens(world).await.tokens {
            let path = practice::TOKEN.replace("{tokenId}", &token.token_id);
            assert_eq!(self.delete(world, &path).await.status.as_u16(), 204);
        }
    }
}

/// Posts an assertion to the sign-in route.
pub(crate) async fn assert_sign_in(world: &World, assertion: &str) -> Answer {
    let body = json!({ "assertion": assertion }).to_string();
    world
        .call(request(Method::POST, practice::SESSIONS, &[], body))
        .await
}
