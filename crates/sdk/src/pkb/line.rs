//! A connection for one token call, made before anything is put at risk.

mod driver;
mod watched;

use super::place::{Place, Stream};
use super::{PkbClient, TokenFailure, USER_AGENT};
pub(super) use driver::Driver;
use driver::Moving;
use hyper::Request;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use reqwest::header::{ACCEPT, CONNECTION, CONTENT_TYPE, HOST, HeaderValue, USER_AGENT as AGENT};
use reqwest::{Body, Method, Response};
use std::time::Duration;
use tokio::time::{Instant, timeout_at};
use url::form_urlencoded::Serializer;
use watched::{Touched, Watched};

/// A connection to PKB over which nothing was sent yet: TCP and TLS stand. It is good for one call, and soon: PKB may
/// close it if nothing comes. Dropping it sends nothing.
///
/// Whoever notes that a token is about to be spent connects first. Then nothing slow lies between the note and the
/// first byte.
#[must_use]
pub struct TokenLine {
    sender: SendRequest<String>,
    moving: Moving,
    touched: Touched,
    place: Place,
    /// Of the time for the whole call.
    left: Duration,
}

impl PkbClient {
    /// Connects for one token call.
    ///
    /// # Errors
    /// [`TokenFailure::NotSent`].
    pub async fn connect(&self) -> Result<TokenLine, TokenFailure> {
        let began = Instant::now();
        let until = began + self.patience.connecting();
        let opened = timeout_at(until, self.tokens.open(until)).await;
        let Ok(Ok(stream)) = opened else {
            return Err(TokenFailure::NotSent);
        };
        let left = self.patience.whole.saturating_sub(began.elapsed());
        TokenLine::over(stream, self.tokens.clone(), left).await
    }
}

impl TokenLine {
    async fn over(
        stream: Box<dyn Stream>,
        place: Place,
        left: Duration,
    ) -> Result<Self, TokenFailure> {
        let (stream, touched) = Watched::new(stream);
        // HTTP/1.1 has no preface: this sends nothing.
        let (sender, moving) = handshake(TokioIo::new(stream))
            .await
            .map_err(|_| TokenFailure::NotSent)?;
        Ok(Self {
            sender,
            moving: Box::pin(moving),
            touched,
            place,
            left,
        })
    }

    /// Sends a form, once, and waits for the head of the answer. Its body is read with the driver.
    pub(super) async fn send(
        mut self,
        form: &[(&str, &str)],
    ) -> Result<(Driver, Response), TokenFailure> {
        let form = Serializer::new(String::new()).extend_pairs(form).finish();
        let mut request = Request::new(form);
        *request.method_mut() = Method::POST;
        *request.uri_mut() = self.place.path;
        let headers = request.headers_mut();
        headers.insert(HOST, self.place.authority);
        for (name, value) in [
            (AGENT, USER_AGENT),
            (ACCEPT, "application/json"),
            (CONTENT_TYPE, "application/x-www-form-urlencoded"),
            (CONNECTION, "close"),
        ] {
            headers.insert(name, HeaderValue::from_static(value));
        }
        let mut driver = Driver::new(self.moving, Instant::now() + self.left);
        // One that PKB has closed meanwhile takes nothing any more.
        driver.look().await;
        let answer = driver.during(self.sender.send_request(request)).await;
        if let Some(Ok(answer)) = answer {
            return Ok((driver, answer.map(Body::wrap).into()));
        }
        // Without a driver nothing more is written: what was not sent never will be.
        drop(driver);
        Err(if self.touched.is_set() {
            TokenFailure::Lost
        } else {
            TokenFailure::NotSent
        })
    }
}

impl std::fmt::Debug for TokenLine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TokenLine(…)")
    }
}

#[cfg(test)]
mod tests;
