//! The supplier's product: calls of its gateway, written out as its developer would write them.

use super::listener::Listener;
use super::partner::Answer;
use super::watch::Watch;
use super::{PATIENT, PRACTICE, message, wait};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

/// A product with its key.
#[derive(Clone)]
pub(crate) struct Product {
    pub(crate) base: String,
    pub(crate) key: String,
    /// A user that the gateway has.
    pub(crate) user: String,
    pub(crate) http: reqwest::Client,
    watch: Watch,
}

/// A file to be sent: name, type, bytes.
pub(crate) type File<'f> = (&'f str, &'f str, &'f [u8]);

impl Product {
    /// The product of the gateway that `up` told of.
    pub(crate) fn of(http: reqwest::Client, gateway: &Value, watch: Watch) -> Self {
        let text = |name: &str| gateway[name].as_str().unwrap();
        Self::new(http, text("url"), text("apiKey"), text("userId"), watch)
    }

    /// The product of this key at the gateway at `base`.
    pub(crate) fn new(
        http: reqwest::Client,
        base: &str,
        key: &str,
        user: &str,
        watch: Watch,
    ) -> Self {
        watch.secret(key);
        Self {
            base: base.to_owned(),
            key: key.to_owned(),
            user: user.to_owned(),
            http,
            watch,
        }
    }

    /// The same product with another key.
    pub(crate) fn with_key(&self, key: &str) -> Self {
        self.watch.secret(key);
        Self {
            key: key.to_owned(),
            ..self.clone()
        }
    }

    /// This may stand in no log.
    pub(crate) fn keep_secret(&self, text: &str) {
        self.watch.secret(text);
    }

    /// A call with the key.
    pub(crate) fn call(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.http.request(method, format!("{}{path}", self.base));
        request.bearer_auth(&self.key)
    }

    /// `GET`.
    pub(crate) async fn get(&self, path: &str) -> Answer {
        Answer::of(self.call(Method::GET, path).send().await.unwrap()).await
    }

    /// `POST` with JSON.
    pub(crate) async fn post(&self, path: &str, body: &Value) -> Answer {
        let request = self.call(Method::POST, path).json(body);
        Answer::of(request.send().await.unwrap()).await
    }

    /// Hands in an access code.
    pub(crate) async fn try_code(&self, code: &str) -> Answer {
        let path = format!("/v1/users/{}/authorisation", self.user);
        self.post(&path, &json!({ "accessCode": code })).await
    }

    /// Hands in a good access code.
    pub(crate) async fn authorise(&self, code: &str) {
        let answer = self.try_code(code).await;
        assert_eq!(answer.status, 200, "{answer:?}");
    }

    /// The user's authorisation, as the gateway has it.
    pub(crate) async fn authorisation(&self) -> String {
        let user = self.get(&format!("/v1/users/{}", self.user)).await.json();
        let state = user["authorisation"]["state"].as_str();
        state.unwrap_or_else(|| panic!("{user}")).to_owned()
    }

    /// A good instant message in the user's name, without files.
    pub(crate) fn instant(&self) -> Value {
        json!({
            "messageId": message::new_id(),
            "kind": "instant",
            "userId": self.user,
            "topic": "DispenseEventNotification",
            "to": PRACTICE,
            "nhsNumber": PATIENT,
        })
    }

    /// A small good instant message about a patient, with a text that nothing but the record may show.
    pub(crate) fn small(&self, marker: &str) -> Value {
        let text = format!("Collected by the patient's daughter. {marker}");
        with_files(
            self.instant(),
            &[("Note.txt", "text/plain", text.as_bytes())],
        )
    }

    /// The same for review.
    pub(crate) fn small_standard(&self, marker: &str) -> Value {
        let mut message = self.small(marker);
        message["kind"] = json!("standard");
        message.as_object_mut().unwrap().remove("userId");
        message
    }

    /// Enters a message as JSON.
    pub(crate) async fn enter(&self, message: &Value) -> Answer {
        self.post("/v1/messages", message).await
    }

    /// Enters a message that must be taken; its id.
    pub(crate) async fn entered(&self, message: &Value) -> String {
        let answer = self.enter(message).await;
        assert_eq!(answer.status, 202, "{answer:?}");
        let said = answer.json();
        assert_eq!(said["state"], "queued", "{said}");
        said["messageId"].as_str().unwrap().to_owned()
    }

    /// Enters a message as a form with files.
    pub(crate) async fn enter_form(&self, message: &Value, files: &[File<'_>]) -> Answer {
        let (content_type, body) = form(message, files);
        let request = self
            .call(Method::POST, "/v1/messages")
            .header("Content-Type", content_type)
            .body(body);
        Answer::of(request.send().await.unwrap()).await
    }

    /// Everything about a message.
    pub(crate) async fn message(&self, id: &str) -> Value {
        let answer = self.get(&format!("/v1/messages/{id}")).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.json()
    }

    /// Follows a message until it stands as said (`accepted / COMPLETED / Imported automatically`,
    /// `refused / access-token-refused`, `queued`).
    pub(crate) async fn until(&self, id: &str, stands: &str) -> Value {
        wait::found(&format!("{id} is {stands}"), async || {
            let message = self.message(id).await;
            (standing(&message) == stands).then_some(message)
        })
        .await
    }

    /// Waits until it is in the record, as the gateway tells.
    pub(crate) async fn in_the_record(&self, id: &str) -> Value {
        self.until(id, "accepted / COMPLETED / Imported automatically")
            .await
    }

    /// Lets a refused message go again.
    pub(crate) async fn release(&self, id: &str, mend: &Value) -> Answer {
        self.post(&format!("/v1/messages/{id}/release"), mend).await
    }

    /// Adds an endpoint that listens; its name.
    pub(crate) async fn be_told(&self, listener: &Listener) -> String {
        let answer = self
            .post("/v1/webhooks", &json!({ "url": listener.url }))
            .await;
        assert_eq!(answer.status, 201, "{answer:?}");
        let said = answer.json();
        let secret = said["secret"].as_str().unwrap();
        self.watch.secret(secret);
        listener.trust(secret);
        said["webhookId"].as_str().unwrap().to_owned()
    }
}

/// A message with files in it, as Base64.
pub(crate) fn with_files(mut message: Value, files: &[File<'_>]) -> Value {
    let file = |(name, kind, bytes): &File<'_>| json!({ "fileName": name, "mimeType": kind, "content": STANDARD.encode(bytes) });
    message["files"] = files.iter().map(file).collect();
    message
}

/// Where a message stands, in one.
pub(crate) fn standing(message: &Value) -> String {
    let parts = match message["state"].as_str().unwrap() {
        "refused" => ["state", "problem", ""],
        "accepted" => ["state", "status", "subStatus"],
        _ => ["state", "", ""],
    };
    let parts = parts.into_iter().filter_map(|name| message[name].as_str());
    parts.collect::<Vec<_>>().join(" / ")
}

fn form(message: &Value, files: &[File<'_>]) -> (String, Vec<u8>) {
    const BOUNDARY: &str = "baton-e2e-9b2e6d41";
    let mut body = Vec::new();
    let mut part = |head: String, bytes: &[u8]| {
        let head = format!("--{BOUNDARY}\r\nContent-Disposition: form-data; {head}\r\n\r\n");
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(bytes);
        body.extend_from_slice(b"\r\n");
    };
    part(
        "name=\"message\"\r\nContent-Type: application/json".to_owned(),
        message.to_string().as_bytes(),
    );
    for (name, kind, bytes) in files {
        part(
            format!("name=\"file\"; filename=\"{name}\"\r\nContent-Type: {kind}"),
            bytes,
        );
    }
    body.extend_from_slice(format!("--{BOUNDARY}--\r\n").as_bytes());
    (format!("multipart/form-data; boundary={BOUNDARY}"), body)
}
