//! The integrating system: calls of the partner API, written out as its developer would write them.

use super::wait;
use super::watch::Watch;
use reqwest::{RequestBuilder, Response};
use sdk::PartnerClient;
use serde_json::{Value, json};
use wire::paths::partner as paths;

/// A client system with its key.
#[derive(Clone)]
pub(crate) struct Integrator {
    pub(crate) base: String,
    pub(crate) key: String,
    pub(crate) http: reqwest::Client,
    watch: Watch,
}

/// An answer, read whole.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) content_type: String,
    pub(crate) retry_after: Option<String>,
    pub(crate) allow: Option<String>,
    pub(crate) text: String,
}

impl Answer {
    /// Reads an answer.
    pub(crate) async fn of(response: Response) -> Self {
        let header = |name| {
            let value = response.headers().get(name)?;
            Some(value.to_str().unwrap().to_owned())
        };
        Self {
            status: response.status().as_u16(),
            content_type: header("content-type").unwrap_or_default(),
            retry_after: header("retry-after"),
            allow: header("allow"),
            text: response.text().await.unwrap(),
        }
    }

    /// Its JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("no JSON: {self:?}"))
    }

    /// Its `type`'s last part; it must be a problem document of the answer's status.
    pub(crate) fn problem(&self) -> String {
        assert_eq!(self.content_type, "application/problem+json", "{self:?}");
        let problem = self.json();
        assert_eq!(problem["status"], self.status);
        assert!(problem["title"].is_string(), "{self:?}");
        let instance = problem["instance"].as_str().unwrap();
        assert!(instance.starts_with("urn:uuid:"), "{instance}");
        let kind = problem["type"].as_str().unwrap();
        kind.rsplit('/').next().unwrap().to_owned()
    }

    /// The names of the faults that it tells, in order.
    pub(crate) fn faults(&self) -> Vec<String> {
        assert_eq!(self.problem(), "validation-error", "{self:?}");
        let problem = self.json();
        let faults = problem["invalidParameters"].as_array().unwrap();
        let name = |fault: &Value| fault["name"].as_str().unwrap().to_owned();
        faults.iter().map(name).collect()
    }
}

impl Integrator {
    /// The client system of this key at the platform at `base`.
    pub(crate) fn new(http: reqwest::Client, base: &str, key: &str, watch: Watch) -> Self {
        Self {
            base: base.to_owned(),
            key: key.to_owned(),
            http,
            watch,
        }
    }

    /// The same system at another address of the platform.
    pub(crate) fn at(&self, base: &str) -> Self {
        Self {
            base: base.to_owned(),
            ..self.clone()
        }
    }

    /// The same system by the SDK.
    pub(crate) fn sdk(&self) -> PartnerClient {
        PartnerClient::new(self.http.clone(), &self.base, &self.key).unwrap()
    }

    /// A call with the key.
    pub(crate) fn call(&self, method: reqwest::Method, path: &str) -> RequestBuilder {
        let request = self.http.request(method, format!("{}{path}", self.base));
        request.header("ApiKey", &self.key)
    }

    /// `GET`.
    pub(crate) async fn get(&self, path: &str) -> Answer {
        let request = self.call(reqwest::Method::GET, path);
        Answer::of(request.send().await.unwrap()).await
    }

    /// Tries an access code.
    pub(crate) async fn try_code(&self, code: &str) -> Answer {
        let request = self.call(reqwest::Method::POST, paths::ACCESS_TOKEN);
        let sent = request.json(&json!({ "accessCode": code })).send().await;
        Answer::of(sent.unwrap()).await
    }

    /// The token for a good access code.
    pub(crate) async fn exchange(&self, code: &str) -> String {
        let answer = self.try_code(code).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        let token = answer.json()["token"].as_str().unwrap().to_owned();
        self.watch.secret(&token);
        token
    }

    /// Whether a token is still good.
    pub(crate) async fn verify(&self, token: &str) -> Answer {
        let request = self.call(reqwest::Method::GET, paths::VERIFY);
        let sent = request.header("AccessToken", token).send().await;
        Answer::of(sent.unwrap()).await
    }

    /// Sends an instant message.
    pub(crate) async fn send(&self, token: &str, message: &Value) -> Answer {
        self.send_text(token, message.to_string()).await
    }

    /// Sends an instant message, written by hand.
    pub(crate) async fn send_text(&self, token: &str, message: String) -> Answer {
        let request = self.call(reqwest::Method::POST, paths::INSTANT);
        let request = request
            .header("AccessToken", token)
            .header("Content-Type", "application/json; charset=utf-8")
            .body(message);
        Answer::of(request.send().await.unwrap()).await
    }

    /// Sends an instant message that must be taken; its id.
    pub(crate) async fn sent(&self, token: &str, message: &Value) -> String {
        let answer = self.send(token, message).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        super::message::id(message)
    }

    /// Sends a standard message.
    pub(crate) async fn send_standard(&self, message: &Value) -> Answer {
        let request = self.call(reqwest::Method::POST, paths::MESSAGES);
        Answer::of(request.json(message).send().await.unwrap()).await
    }

    /// Where a message stands.
    pub(crate) async fn status(&self, message_id: &str) -> Value {
        let answer = self.get(&paths::status_of(message_id)).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.json()
    }

    /// Follows a message until it stands as said (`PENDING / Awaiting review`, `EXPIRED`).
    pub(crate) async fn until(&self, message_id: &str, stands: &str) -> Value {
        wait::found(&format!("{message_id} is {stands}"), async || {
            let status = self.status(message_id).await;
            (standing(&status) == stands).then_some(status)
        })
        .await
    }
}

/// Status and sub-status in one.
pub(crate) fn standing(status: &Value) -> String {
    let main = status["status"].as_str().unwrap();
    match status["subStatus"].as_str() {
        Some(sub) => format!("{main} / {sub}"),
        None => main.to_owned(),
    }
}

/// Every standing that a message had, in order.
pub(crate) fn history(status: &Value) -> Vec<String> {
    status["history"]
        .as_array()
        .unwrap()
        .iter()
        .map(standing)
        .collect()
}
