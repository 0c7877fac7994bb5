//! What a signed-in toolbar may call.

use super::AttachmentStream;
use crate::Error;
use crate::http::{Base, CALL_TIMEOUT, fill, path_part, send, send_for, send_only};
use crate::sse::EventStream;
use reqwest::RequestBuilder;
use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use std::time::Duration;
use wire::paths::practice as paths;
use wire::practice::{
    AttachmentInfo, Claim, ClaimMode, Claimed, Detail, Held, HeldWithReason, Inbox, LaunchWidget,
    NewCode, Outcome, Renewed, Tokens, WidgetLaunched, Widgets,
};

/// A stream lives until somebody ends it; this only takes away the client's own limit.
const STREAM_TIMEOUT: Duration = Duration::from_secs(30 * 24 * 60 * 60);
/// An attachment has at most 5 MiB.
const ATTACHMENT_TIMEOUT: Duration = Duration::from_secs(60);

/// Calls the platform as one signed-in practitioner. Every call may be refused with 401: the session
/// is over then.
#[derive(Clone, Debug)]
pub struct ToolbarSession {
    http: reqwest::Client,
    base: Base,
    bearer: HeaderValue,
}

impl ToolbarSession {
    pub(super) fn new(http: reqwest::Client, base: Base, bearer: HeaderValue) -> Self {
        Self { http, base, bearer }
    }

    /// Signs out.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn sign_out(&self) -> Result<(), Error> {
        let request = self.http.delete(self.base.at(paths::SESSION));
        send_only(self.with_session(request)).await
    }

    /// Opens the live stream, after the event `last_event_id` if there was one.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn stream(&self, last_event_id: Option<&str>) -> Result<EventStream, Error> {
        let mut request = self
            .get(paths::STREAM)
            .header(ACCEPT, "text/event-stream")
            .timeout(STREAM_TIMEOUT);
        if let Some(id) = last_event_id {
            request = request.header("Last-Event-ID", id);
        }
        let response = send(request).await?;
        let fits = response
            .headers()
            .get(CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .is_some_and(|kind| kind.starts_with("text/event-stream"));
        if fits {
            Ok(EventStream::new(response))
        } else {
            Err(Error::Unintelligible("not an event stream".to_owned()))
        }
    }

    /// One page of what waits, oldest first; `after` is the cursor of the page before.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn inbox(&self, after: Option<&str>) -> Result<Inbox, Error> {
        let path = match after {
            Some(after) => format!("{}?after={}", paths::MESSAGES, path_part(after)),
            None => paths::MESSAGES.to_owned(),
        };
        send_for(self.get(&path)).await
    }

    /// A message with its content, without taking it.
    ///
    /// # Errors
    /// [`Error`]; 404 when it is not for this practitioner.
    pub async fn detail(&self, message_ref: &str) -> Result<Detail, Error> {
        send_for(self.get(&fill(paths::MESSAGE, "messageRef", message_ref))).await
    }

    /// Opens an attachment. Its length and SHA-256 are checked against `info` as it passes.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn attachment(
        &self,
        message_ref: &str,
        info: &AttachmentInfo,
    ) -> Result<AttachmentStream, Error> {
        let path = fill(paths::ATTACHMENT, "messageRef", message_ref)
            .replace("{index}", &info.index.to_string());
        let response = send(self.get(&path).timeout(ATTACHMENT_TIMEOUT)).await?;
        AttachmentStream::new(response, info)
    }

    /// Takes a message under a lease; 409 when somebody else holds it or it cannot be taken so.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn claim(&self, message_ref: &str, mode: ClaimMode) -> Result<Claimed, Error> {
        send_for(self.post(paths::CLAIM, message_ref).json(&Claim { mode })).await
    }

    /// Holds a message longer; 409 `lease-lost` when it is not ours any more.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn renew(&self, message_ref: &str, fence: u64) -> Result<Renewed, Error> {
        send_for(self.post(paths::RENEW, message_ref).json(&Held { fence })).await
    }

    /// Says that the message is in the record; 409 `lease-lost` when it is not ours any more.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn complete(&self, message_ref: &str, fence: u64) -> Result<Outcome, Error> {
        send_for(
            self.post(paths::COMPLETE, message_ref)
                .json(&Held { fence }),
        )
        .await
    }

    /// Says that the record system would not take it; `reason` has 1 to 500 characters.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn fail(
        &self,
        message_ref: &str,
        fence: u64,
        reason: &str,
    ) -> Result<Outcome, Error> {
        self.with_reason(paths::FAIL, message_ref, fence, reason)
            .await
    }

    /// Says that the practice refuses it; `reason` has 1 to 500 characters.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn reject(
        &self,
        message_ref: &str,
        fence: u64,
        reason: &str,
    ) -> Result<Outcome, Error> {
        self.with_reason(paths::REJECT, message_ref, fence, reason)
            .await
    }

    /// Gives a message back.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn release(&self, message_ref: &str, fence: u64) -> Result<Outcome, Error> {
        send_for(self.post(paths::RELEASE, message_ref).json(&Held { fence })).await
    }

    /// Makes an access code.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn new_code(&self) -> Result<NewCode, Error> {
        send_for(self.with_session(self.http.post(self.base.at(paths::CODES)))).await
    }

    /// The permissions that the practitioner gave.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn tokens(&self) -> Result<Tokens, Error> {
        send_for(self.get(paths::TOKENS)).await
    }

    /// Withdraws a permission.
    ///
    /// # Errors
    /// [`Error`]; 404 when the practitioner has no such token.
    pub async fn withdraw(&self, token_id: &str) -> Result<(), Error> {
        let path = fill(paths::TOKEN, "tokenId", token_id);
        send_only(self.with_session(self.http.delete(self.base.at(&path)))).await
    }

    /// What stands on the practice's bars.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn widgets(&self) -> Result<Widgets, Error> {
        send_for(self.get(paths::WIDGETS)).await
    }

    /// Puts a widget out of the practitioner's sight, or back.
    ///
    /// # Errors
    /// [`Error`]; 404 when the practice has no such widget.
    pub async fn hide_widget(&self, widget_id: &str, hidden: bool) -> Result<(), Error> {
        let path = self
            .base
            .at(&fill(paths::WIDGET_HIDDEN, "widgetId", widget_id));
        let request = if hidden {
            self.http.put(path)
        } else {
            self.http.delete(path)
        };
        send_only(self.with_session(request)).await
    }

    /// Opens a widget with tokens that this session's device has signed.
    ///
    /// # Errors
    /// [`Error`]; 404 when the practice has no such widget, or it was changed.
    pub async fn launch_widget(
        &self,
        widget_id: &str,
        launch: &LaunchWidget,
    ) -> Result<WidgetLaunched, Error> {
        let path = fill(paths::WIDGET_LAUNCHES, "widgetId", widget_id);
        let request = self.http.post(self.base.at(&path)).json(launch);
        send_for(self.with_session(request)).await
    }

    async fn with_reason(
        &self,
        path: &str,
        message_ref: &str,
        fence: u64,
        reason: &str,
    ) -> Result<Outcome, Error> {
        let body = HeldWithReason {
            fence,
            reason: reason.to_owned(),
        };
        send_for(self.post(path, message_ref).json(&body)).await
    }

    fn get(&self, path: &str) -> RequestBuilder {
        self.with_session(self.http.get(self.base.at(path)))
    }

    fn post(&self, path: &str, message_ref: &str) -> RequestBuilder {
        let path = fill(path, "messageRef", message_ref);
        self.with_session(self.http.post(self.base.at(&path)))
    }

    fn with_session(&self, request: RequestBuilder) -> RequestBuilder {
        request
            .header(AUTHORIZATION, self.bearer.clone())
            .timeout(CALL_TIMEOUT)
    }
}
