//! One post: what is sent, and what its answer is read for.

use crate::vault::Vault;
use crate::webhooks::address::guard::NotPublic;
use crate::webhooks::payload;
use crate::webhooks::retry::{self, Silence};
use crate::webhooks::sign::{self, SigningSecret};
use jiff::{SignedDuration, Timestamp};
use model::Secret;
use reqwest::header::{CONTENT_TYPE, RETRY_AFTER};
use reqwest::{Client, Response};
use std::error::Error;
use std::io;
use store::gateway::{Answer, Entry, SealedPlace, Webhook};
use url::Url;

#[cfg(test)]
mod tests;

/// An answer's body is read as far as this, so that its connection can be used again, and dropped.
const MOST_READ: usize = 64 * 1024;

/// The secrets that sign now: the present one, and after a rotation the one before.
///
/// # Errors
/// When the vault does not open the present one.
pub(super) async fn secrets(
    vault: &Vault,
    webhook: &Webhook,
    now: Timestamp,
) -> Result<Vec<SigningSecret>, Silence> {
    let read = |text: Secret| SigningSecret::parse(text.reveal()).ok_or(Silence::NoSecret);
    let place = SealedPlace::WebhookSecret(webhook.id);
    let present = vault.unseal(&place, &webhook.secret).await;
    let mut secrets = vec![read(present.map_err(|_| Silence::NoSecret)?)?];
    if let Some((former, until)) = &webhook.former_secret
        && *until > now
    {
        let place = SealedPlace::FormerWebhookSecret(webhook.id);
        let former = vault.unseal(&place, former).await;
        secrets.push(read(former.map_err(|_| Silence::NoSecret)?)?);
    }
    Ok(secrets)
}

/// What came of a post.
#[derive(Debug)]
pub(super) struct Posted {
    pub(super) answer: Answer,
    /// How long the endpoint asked to be left alone.
    pub(super) asked: Option<SignedDuration>,
}

impl Posted {
    pub(super) fn nothing(silence: Silence) -> Self {
        Self {
            answer: silence.into(),
            asked: None,
        }
    }
}

/// A signed event.
pub(super) struct Post {
    id: String,
    at: Timestamp,
    signatures: String,
    body: Vec<u8>,
}

impl Post {
    /// Signs an event for a try at `at`.
    ///
    /// # Errors
    /// When it cannot be written as JSON, which does not happen.
    pub(super) fn new(
        entry: &Entry,
        secrets: &[SigningSecret],
        at: Timestamp,
    ) -> Result<Self, Silence> {
        let id = payload::event_id(entry);
        let body = serde_json::to_vec(&payload::event(&entry.happened));
        let body = body.map_err(|_| Silence::Unreachable)?;
        let signatures = sign::signatures(secrets, &id, at, &body);
        Ok(Self {
            id,
            at,
            signatures,
            body,
        })
    }

    /// Posts it.
    pub(super) async fn send(self, client: &Client, url: Url) -> Posted {
        let request = client
            .post(url)
            .header(CONTENT_TYPE, "application/json")
            .header(sign::ID, self.id)
            .header(sign::TIMESTAMP, self.at.as_second())
            .header(sign::SIGNATURE, self.signatures)
            .body(self.body);
        match request.send().await {
            Ok(response) => read(response, self.at).await,
            Err(error) => Posted::nothing(silence(&error)),
        }
    }
}

async fn read(mut response: Response, now: Timestamp) -> Posted {
    let asked = response.headers().get(RETRY_AFTER);
    let asked = asked.and_then(|value| retry::retry_after(value.to_str().ok()?, now));
    let answer = Answer::Status(response.status().as_u16());
    let mut left = MOST_READ;
    // The status has been said; whatever becomes of the body changes nothing.
    while let Ok(Some(piece)) = response.chunk().await {
        match left.checked_sub(piece.len()) {
            Some(rest) => left = rest,
            None => break,
        }
    }
    Posted { answer, asked }
}

/// Why a post got no answer.
fn silence(error: &reqwest::Error) -> Silence {
    if NotPublic::is_behind(error) {
        Silence::RefusedAddress
    } else if error.is_timeout() {
        Silence::TimedOut
    } else if is_of_tls(error) {
        Silence::Tls
    } else {
        Silence::Unreachable
    }
}

/// Whether the other end could not show who it is: TLS hands its faults on as invalid data.
fn is_of_tls(error: &reqwest::Error) -> bool {
    let mut next: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(error) = next {
        let of_io = error.downcast_ref::<io::Error>();
        if of_io.is_some_and(|error| error.kind() == io::ErrorKind::InvalidData) {
            return true;
        }
        // What such an error wraps is not its source, but that one's source is.
        let wrapped = of_io.and_then(io::Error::get_ref);
        next = wrapped.map_or_else(|| error.source(), |wrapped| Some(wrapped));
    }
    false
}
