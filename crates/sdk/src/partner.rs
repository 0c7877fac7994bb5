//! The partner API (contract A), as an integrating system calls it.

mod events;
mod topics;
mod widgets;

pub use events::{StatusEvents, Told};
pub use topics::TopicList;

use crate::Error;
use crate::http::{BadAddress, Base, CALL_TIMEOUT, fill, secret_header, send, send_for, send_only};
use crate::sse::EventStream;
use reqwest::header::{ACCEPT, CONTENT_LENGTH, CONTENT_TYPE, HeaderValue};
use std::time::Duration;
use wire::partner::{AccessToken, ExchangeCode, SendMessage, Sent, StatusAnswer, Topic};
use wire::{headers, paths::partner as paths};

/// A send carries up to 84 MiB and is answered only when all of it is on stable storage.
const SEND_TIMEOUT: Duration = Duration::from_secs(120);
/// A stream lives until somebody ends it; this only takes away the client's own limit.
const STREAM_TIMEOUT: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// A message's JSON that is made while it is sent.
pub struct StreamedMessage {
    /// The JSON, as [`SendMessage`] would be written. An error of this stream ends the call with
    /// [`Error::Unreachable`], and the platform has not got the message.
    pub body: reqwest::Body,
    /// How many bytes it has.
    pub length: u64,
}

/// Calls the messaging platform with one client system's key.
#[derive(Clone, Debug)]
pub struct PartnerClient {
    http: reqwest::Client,
    base: Base,
    api_key: HeaderValue,
}

impl PartnerClient {
    /// A client of the platform at `base`, for instance `http://127.0.0.1:8080`.
    ///
    /// # Errors
    /// [`BadAddress`] when `base` is not an absolute address or `api_key` cannot stand in a header.
    pub fn new(http: reqwest::Client, base: &str, api_key: &str) -> Result<Self, BadAddress> {
        Ok(Self {
            http,
            base: Base::parse(base)?,
            api_key: secret_header(api_key)?,
        })
    }

    /// Whether the platform is there and takes the key.
    ///
    /// # Errors
    /// [`Error`]; 401 when the key is not good.
    pub async fn test(&self) -> Result<(), Error> {
        send_only(self.get(paths::TEST)).await
    }

    /// The topics that a message may have.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn topics(&self) -> Result<Vec<Topic>, Error> {
        send_for(self.get(paths::TOPICS)).await
    }

    /// Exchanges an access code for a token. A code works once: a lost answer loses the code too.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn exchange(&self, access_code: &str) -> Result<AccessToken, Error> {
        let body = ExchangeCode {
            access_code: access_code.to_owned(),
        };
        send_for(self.post(paths::ACCESS_TOKEN).json(&body)).await
    }

    /// Whether `token` still gives permission: `false` when the platform says it is gone (410).
    ///
    /// # Errors
    /// [`Error`], 403 among them for a token that was never good.
    pub async fn verify(&self, token: &str) -> Result<bool, Error> {
        let token = access_token(token)?;
        let request = self.get(paths::VERIFY).header(headers::ACCESS_TOKEN, token);
        match send_only(request).await {
            Ok(()) => Ok(true),
            Err(error) if error.status() == Some(410) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Sends an instant message under `token`. The same message may be sent again after a lost answer.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn send_instant(&self, token: &str, message: &SendMessage) -> Result<Sent, Error> {
        let request = self
            .post(paths::INSTANT)
            .header(headers::ACCESS_TOKEN, access_token(token)?);
        send_for(request.timeout(SEND_TIMEOUT).json(message)).await
    }

    /// Sends a standard message. The same message may be sent again after a lost answer.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn send_standard(&self, message: &SendMessage) -> Result<Sent, Error> {
        let request = self.post(paths::MESSAGES);
        send_for(request.timeout(SEND_TIMEOUT).json(message)).await
    }

    /// Sends a message whose JSON is made meanwhile: an instant one under `token`, a standard one without. The
    /// same message may be sent again after a lost answer.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn send_streamed(
        &self,
        token: Option<&str>,
        message: StreamedMessage,
    ) -> Result<Sent, Error> {
        let request = match token {
            Some(token) => self
                .post(paths::INSTANT)
                .header(headers::ACCESS_TOKEN, access_token(token)?),
            None => self.post(paths::MESSAGES),
        };
        let request = request
            .header(CONTENT_TYPE, "application/json")
            .header(CONTENT_LENGTH, message.length)
            .timeout(SEND_TIMEOUT);
        send_for(request.body(message.body)).await
    }

    /// Opens the stream of this client system's events, after the place `last_event_id` if there was one. `None`
    /// when the platform has no such stream: its messages' statuses must be asked for.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn events(&self, last_event_id: Option<&str>) -> Result<Option<StatusEvents>, Error> {
        let mut request = self
            .get(paths::EVENTS)
            .header(ACCEPT, "text/event-stream")
            .timeout(STREAM_TIMEOUT);
        if let Some(id) = last_event_id {
            request = request.header("Last-Event-ID", id);
        }
        let response = match send(request).await {
            Err(error) if matches!(error.status(), Some(404 | 405 | 406 | 501)) => return Ok(None),
            answered => answered?,
        };
        let is_stream = response
            .headers()
            .get(CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .is_some_and(|kind| kind.starts_with("text/event-stream"));
        Ok(is_stream.then(|| StatusEvents::new(EventStream::new(response))))
    }

    /// Where a message stands; 404 when this client system has no such message.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn status(&self, message_id: &str) -> Result<StatusAnswer, Error> {
        send_for(self.get(&fill(paths::STATUS, "messageId", message_id))).await
    }

    fn get(&self, path: &str) -> reqwest::RequestBuilder {
        self.http
            .get(self.base.at(path))
            .header(headers::API_KEY, self.api_key.clone())
            .timeout(CALL_TIMEOUT)
    }

    fn post(&self, path: &str) -> reqwest::RequestBuilder {
        self.http
            .post(self.base.at(path))
            .header(headers::API_KEY, self.api_key.clone())
            .timeout(CALL_TIMEOUT)
    }
}

fn access_token(token: &str) -> Result<HeaderValue, Error> {
    secret_header(token)
        .map_err(|_| Error::Unintelligible("the token cannot stand in a header".to_owned()))
}
