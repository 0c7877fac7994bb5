//! Tokens of computer systems: client credentials, with Basic authentication.

use super::parameters::{Parameters, Repeated};
use super::{Context, SystemClient, rest};
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use base64::{Engine, prelude::BASE64_STANDARD};
use model::Hash;
use serde::Serialize;
use std::sync::Arc;
use wire::pkb::token::errors;
use wire::pkb::{SystemToken, TokenError, fields, paths, values};

/// How long such a token lives, in seconds: as in the newer documented example.
const SECONDS: u16 = 3599;

/// The route.
pub(super) fn router() -> Router<Arc<Context>> {
    Router::new().route(paths::SYSTEM_TOKEN, post(answer))
}

async fn answer(State(context): State<Arc<Context>>, headers: HeaderMap, body: Bytes) -> Response {
    let Some(client) = client(&context, &headers) else {
        // The documented words.
        let words = "Full authentication is required to access this resource";
        let error = TokenError::new(errors::UNAUTHORIZED, words);
        let mut response = told(StatusCode::UNAUTHORIZED, &error);
        let basic = HeaderValue::from_static("Basic realm=\"PKB sandbox\"");
        response
            .headers_mut()
            .insert(header::WWW_AUTHENTICATE, basic);
        return response;
    };
    if let Err(error) = asks_rightly(&headers, &body) {
        return told(StatusCode::BAD_REQUEST, &error);
    }
    let seconds = i64::from(SECONDS);
    match context.issue_system_token(&client.client_id, seconds).await {
        Ok(token) => {
            let answer = SystemToken {
                access_token: token.reveal().to_owned(),
                token_type: "bearer".to_owned(),
                expires_in: u64::from(SECONDS),
                scope: "none".to_owned(),
                jti: model::entropy::uuid_v4(&*context.entropy).to_string(),
                client_name: Some(client.client_id.clone()),
            };
            told(StatusCode::OK, &answer)
        }
        Err(error) => {
            rest::broken(&error);
            let error = TokenError::new(errors::SERVER_ERROR, "The sandbox can't write its data.");
            told(StatusCode::INTERNAL_SERVER_ERROR, &error)
        }
    }
}

/// The client whose id and secret stand in the header.
fn client<'c>(context: &'c Context, headers: &HeaderMap) -> Option<&'c SystemClient> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, credentials) = value.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let credentials = BASE64_STANDARD.decode(credentials.trim()).ok()?;
    let (id, secret) = std::str::from_utf8(&credentials).ok()?.split_once(':')?;
    let secret = Hash::of(secret.as_bytes());
    let client = context.system_clients.iter().find(|c| c.client_id == id)?;
    client.secret_hash.same(&secret).then_some(client)
}

fn asks_rightly(headers: &HeaderMap, body: &[u8]) -> Result<(), TokenError> {
    let invalid = |words: String| TokenError::new(errors::INVALID_REQUEST, words);
    let form = headers
        .get(header::CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok())
        .and_then(|kind| kind.split(';').next())
        .is_some_and(|kind| {
            kind.trim()
                .eq_ignore_ascii_case("application/x-www-form-urlencoded")
        });
    if !form {
        let words = "The body must be application/x-www-form-urlencoded.";
        return Err(invalid(words.to_owned()));
    }
    let form = Parameters::read(body, &[fields::GRANT_TYPE])
        .map_err(|Repeated(name)| invalid(format!("{name} was sent more than once.")))?;
    match form.get(fields::GRANT_TYPE) {
        Some(values::CLIENT_CREDENTIALS) => Ok(()),
        Some(_) => {
            let words = "grant_type must be client_credentials here.";
            Err(TokenError::new(errors::UNSUPPORTED_GRANT_TYPE, words))
        }
        None => Err(invalid("grant_type is missing.".to_owned())),
    }
}

fn told(status: StatusCode, body: &impl Serialize) -> Response {
    let no_store = HeaderValue::from_static("no-store");
    let headers = [(header::CACHE_CONTROL, no_store)];
    (status, headers, Json(body)).into_response()
}
