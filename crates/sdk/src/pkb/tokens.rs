//! Codes and refresh tokens become tokens.

use super::{MAX_REFUSED, PkbClient, TokenFailure, TokenLine, response_code};
use crate::http::read;
use crate::retry_after;
use model::secret::Secret;
use reqwest::header::HeaderValue;
use std::time::Duration;
use wire::pkb::token::errors;
use wire::pkb::{ResponseCode, TokenAnswer, TokenError, fields, values};

/// The largest answer with tokens that is read: 64 KiB.
const MAX_TOKENS: usize = 64 * 1024;

/// A code and what it is bound to.
#[derive(Clone, Copy)]
pub struct ExchangeCode<'a> {
    /// The client id that PKB gave.
    pub client_id: &'a str,
    /// The code of the redirect.
    pub code: &'a str,
    /// Exactly what was sent to the authorise page.
    pub redirect_uri: &'a str,
    /// PKCE: what the challenge was made of, if one was sent.
    pub verifier: Option<&'a str>,
}

/// Tokens of a patient's session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tokens {
    /// What calls are made with.
    pub access: Secret,
    /// How long the access token lives, in seconds from when it was asked for. May be 0.
    pub expires_in: u64,
    /// Good once, for the next tokens. Missing when the session ends no later than the access token.
    pub refresh: Option<Secret>,
    /// What the server says that it is good for.
    pub scope: Option<String>,
}

impl PkbClient {
    /// Connects, and hands in a code: [`TokenLine::exchange`].
    ///
    /// # Errors
    /// [`TokenFailure`].
    pub async fn exchange(&self, code: &ExchangeCode<'_>) -> Result<Tokens, TokenFailure> {
        self.connect().await?.exchange(code).await
    }

    /// Connects, and hands in a refresh token: [`TokenLine::refresh`]. Whoever keeps a journal of what may be spent
    /// connects first, and writes it then.
    ///
    /// # Errors
    /// [`TokenFailure`].
    pub async fn refresh(
        &self,
        client_id: &str,
        refresh_token: &Secret,
    ) -> Result<Tokens, TokenFailure> {
        let line = self.connect().await?;
        line.refresh(client_id, refresh_token).await
    }
}

impl TokenLine {
    /// Hands in a code. It is sent once; a code that was used twice ends its session.
    ///
    /// # Errors
    /// [`TokenFailure`].
    pub async fn exchange(self, code: &ExchangeCode<'_>) -> Result<Tokens, TokenFailure> {
        let mut form = vec![
            (fields::GRANT_TYPE, values::AUTHORIZATION_CODE),
            (fields::CLIENT_ID, code.client_id),
            (fields::CODE, code.code),
            (fields::REDIRECT_URI, code.redirect_uri),
        ];
        form.extend(code.verifier.map(|text| (fields::CODE_VERIFIER, text)));
        self.tokens(&form).await
    }

    /// Hands in a refresh token. It is sent once; one that was used twice ends its session.
    ///
    /// # Errors
    /// [`TokenFailure`].
    pub async fn refresh(
        self,
        client_id: &str,
        refresh_token: &Secret,
    ) -> Result<Tokens, TokenFailure> {
        // The scope may be left out (RFC 6749, section 6), but PKB documents this call only with one.
        self.tokens(&[
            (fields::GRANT_TYPE, values::REFRESH_TOKEN),
            (fields::CLIENT_ID, client_id),
            (fields::REFRESH_TOKEN, refresh_token.reveal()),
            (fields::SCOPE, values::PATIENT),
        ])
        .await
    }

    async fn tokens(self, form: &[(&str, &str)]) -> Result<Tokens, TokenFailure> {
        let (mut driver, response) = self.send(form).await?;
        match response.status().as_u16() {
            200..=299 => {
                let body = driver.during(read(response, MAX_TOKENS)).await;
                let body = body.and_then(Result::ok);
                body.and_then(|body| tokens_in(&body))
                    .ok_or(TokenFailure::Lost)
            }
            // A go-between speaks: PKB itself may have done it.
            502 | 504 => Err(TokenFailure::Lost),
            status => {
                let retry_after = retry_after::of(response.headers());
                let body = driver.during(read(response, MAX_REFUSED)).await;
                // A refusal whose body breaks off is still a refusal.
                let body = body.and_then(Result::ok).unwrap_or_default();
                Err(answered(status, retry_after, &body))
            }
        }
    }
}

fn tokens_in(body: &[u8]) -> Option<Tokens> {
    let answer: TokenAnswer = serde_json::from_slice(body).ok()?;
    let usable = answer.token_type.eq_ignore_ascii_case(values::BEARER)
        && !answer.access_token.is_empty()
        && HeaderValue::from_str(&answer.access_token).is_ok();
    usable.then(|| Tokens {
        access: Secret::new(answer.access_token),
        expires_in: answer.expires_in,
        refresh: answer
            .refresh_token
            .filter(|token| !token.is_empty())
            .map(Secret::new),
        scope: answer.scope,
    })
}

fn answered(status: u16, retry_after: Option<Duration>, body: &[u8]) -> TokenFailure {
    let stated = serde_json::from_slice::<TokenError>(body).ok();
    let error = stated
        .and_then(|error| errors::known(&error.error))
        .or_else(|| match response_code(body)? {
            ResponseCode::ApiSessionExpired | ResponseCode::ApiSessionInvalid => {
                Some(errors::INVALID_GRANT)
            }
            _ => None,
        });
    TokenFailure::Answered {
        status,
        error,
        retry_after,
    }
}

impl std::fmt::Debug for ExchangeCode<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ExchangeCode(…)")
    }
}
