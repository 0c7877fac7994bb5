//! Which gateway is asked, with which key; and what its answers mean to a person.

use crate::args::AtGateway;
use crate::exit::{refused, unreachable, usage};
use crate::up::sdk_dir::Connection;
use sdk::{Error, GatewayClient};
use serde::Serialize;
use serde_json::Value;

/// A gateway, as the product calls it.
pub(crate) struct Client {
    pub(crate) sdk: GatewayClient,
    base: String,
    /// The user that `up` made there, when it is that of an `up`.
    pub(crate) user: Option<String>,
}

impl Client {
    /// The one that flags or environment name, or that of the `up` on the data folder.
    pub(crate) fn of(at: &AtGateway) -> anyhow::Result<Self> {
        let given = at
            .gateway_url
            .as_ref()
            .map(|url| url.as_str().trim_end_matches('/').to_owned());
        let key = at.gateway_key.as_ref().map(|key| key.reveal().to_owned());
        if let (Some(base), Some(key)) = (&given, &key) {
            return Self::at(base, key, None);
        }
        let running = Connection::read(&at.data.data_dir)
            .ok()
            .and_then(|connection| connection.gateway);
        match running {
            // The key of an `up` is for its own gateway and for nobody else.
            Some(running) if given.as_ref().is_none_or(|given| *given == running.url) => {
                let key = key.unwrap_or(running.api_key);
                Self::at(&running.url, &key, Some(running.user_id))
            }
            _ if given.is_some() => Err(usage(
                "a key for that gateway is needed: BATON_GATEWAY_API_KEY (made by `baton gateway key issue`)",
            )),
            _ => Err(unreachable(format!(
                "`{}` holds no environment with a gateway; start `baton up`, or set BATON_GATEWAY_URL and \
                 BATON_GATEWAY_API_KEY",
                at.data.data_dir.display()
            ))),
        }
    }

    fn at(base: &str, key: &str, user: Option<String>) -> anyhow::Result<Self> {
        let http = httpkit::outbound::client(None)?;
        let sdk = GatewayClient::new(http, base, key)
            .map_err(|error| usage(format!("the gateway's address or key {error}")))?;
        Ok(Self {
            sdk,
            base: base.to_owned(),
            user,
        })
    }

    /// What a good answer holds, for a table or as JSON.
    pub(crate) async fn value<T: Serialize>(
        &self,
        answer: impl Future<Output = Result<T, Error>>,
    ) -> anyhow::Result<Value> {
        Ok(serde_json::to_value(self.told(answer).await?)?)
    }

    /// A good answer; or what went wrong, every fault of a request in a line of its own.
    pub(crate) async fn told<T>(
        &self,
        answer: impl Future<Output = Result<T, Error>>,
    ) -> anyhow::Result<T> {
        answer.await.map_err(|error| match error {
            Error::Refused(refusal) => {
                let mut lines = vec![if refusal.words.is_empty() {
                    refusal.to_string()
                } else {
                    refusal.words.clone()
                }];
                let problem = refusal.problem.as_ref();
                let faults = problem.map(|problem| problem.invalid_parameters.as_slice());
                for fault in faults.unwrap_or_default() {
                    lines.push(format!("  {}: {}", fault.name, fault.reason));
                }
                refused(lines.join("\n"))
            }
            Error::Unreachable(why) => unreachable(format!(
                "the gateway at {} does not answer ({why}); is it running?",
                self.base
            )),
            other @ Error::Unintelligible(_) => anyhow::Error::new(other),
        })
    }
}

/// A member as text; empty when it is missing.
pub(crate) fn text(value: &Value, pointer: &str) -> String {
    match value.pointer(pointer) {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    }
}

/// The members of a list.
pub(crate) fn list<'v>(value: &'v Value, name: &str) -> &'v [Value] {
    value
        .get(name)
        .and_then(Value::as_array)
        .map(Vec::as_slice)
        .unwrap_or_default()
}
