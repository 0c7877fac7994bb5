//! The token endpoint: codes and refresh tokens become access tokens (RFC 6749 §4.1.3, §5, §6).

use super::parameters::{Parameters, Repeated};
use super::store::{Denial, Event, Exchange, Issued, Minted, Refresh, Terms, What};
use super::{Context, UserClient, interfere};
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use httpkit::problem::Refusal;
use model::{Hash, Secret};
use std::sync::Arc;
use wire::pkb::token::errors;
use wire::pkb::{TokenAnswer, TokenError, fields, paths, values};

const FIELDS: [&str; 7] = [
    fields::GRANT_TYPE,
    fields::CLIENT_ID,
    fields::CODE,
    fields::REDIRECT_URI,
    fields::CODE_VERIFIER,
    fields::REFRESH_TOKEN,
    fields::SCOPE,
];

/// The route.
pub(super) fn router() -> Router<Arc<Context>> {
    Router::new().route(paths::TOKEN, post(answer))
}

/// Why there are no tokens.
enum Failure {
    /// Something is wrong with the call.
    Refused(&'static str, String),
    /// We can't.
    Ours(Refusal),
}

type Answer<T> = Result<T, Failure>;

fn refused<T>(error: &'static str, words: impl Into<String>) -> Answer<T> {
    Err(Failure::Refused(error, words.into()))
}

async fn answer(
    State(context): State<Arc<Context>>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Refusal> {
    let mut response = match grant(&context, &headers, &body).await {
        Ok(tokens) => {
            if context.controls.take_loss() {
                let event = Event::new(What::AnswerLost, context.clock.now());
                let logged = context.store.log(event).await;
                logged.map_err(|error| Refusal::internal(&error))?;
                return Ok(interfere::lost());
            }
            Json(tokens).into_response()
        }
        Err(Failure::Refused(error, words)) => {
            let status = match error {
                errors::INVALID_CLIENT => StatusCode::UNAUTHORIZED,
                _ => StatusCode::BAD_REQUEST,
            };
            let mut response = (status, Json(TokenError::new(error, words))).into_response();
            // Who tried that header is told which way it would have to be (RFC 6749 §5.2).
            if status == StatusCode::UNAUTHORIZED && headers.contains_key(header::AUTHORIZATION) {
                let way = HeaderValue::from_static("Basic realm=\"PKB sandbox\"");
                response.headers_mut().insert(header::WWW_AUTHENTICATE, way);
            }
            response
        }
        Err(Failure::Ours(refusal)) => return Err(refusal),
    };
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::PRAGMA, HeaderValue::from_static("no-cache"));
    Ok(response)
}

async fn grant(context: &Context, headers: &HeaderMap, body: &[u8]) -> Answer<TokenAnswer> {
    if !is_form(headers) {
        let words = "The body must be application/x-www-form-urlencoded.";
        return refused(errors::INVALID_REQUEST, words);
    }
    let form = match Parameters::read(body, &FIELDS) {
        Ok(form) => form,
        Err(Repeated(name)) => {
            let words = format!("{name} was sent more than once.");
            return refused(errors::INVALID_REQUEST, words);
        }
    };
    let grant = needed(&form, fields::GRANT_TYPE)?;
    let client_id = needed(&form, fields::CLIENT_ID)?;
    let Some(client) = context.client(client_id) else {
        let words = "No client of this sandbox has this id.";
        return refused(errors::INVALID_CLIENT, words);
    };
    match grant {
        values::AUTHORIZATION_CODE => exchange(context, client, &form).await,
        values::REFRESH_TOKEN => refresh(context, client, &form).await,
        values::CLIENT_CREDENTIALS => {
            let words = format!(
                "Computer systems get their tokens at {}.",
                paths::SYSTEM_TOKEN
            );
            refused(errors::UNAUTHORIZED_CLIENT, words)
        }
        _ => {
            let words = "grant_type must be authorization_code or refresh_token.";
            refused(errors::UNSUPPORTED_GRANT_TYPE, words)
        }
    }
}

async fn exchange(
    context: &Context,
    client: &UserClient,
    form: &Parameters,
) -> Answer<TokenAnswer> {
    let code = needed(form, fields::CODE)?;
    let now = context.clock.now();
    let session = model::entropy::uuid_v7(now, &*context.entropy);
    let wanted = Exchange {
        code: Hash::of(code.as_bytes()),
        client_id: client.client_id.clone(),
        redirect_uri: form.owned(fields::REDIRECT_URI),
        verifier: form.owned(fields::CODE_VERIFIER),
        session: session.to_string(),
    };
    let pair = Pair::new(context);
    let exchanged = context
        .store
        .exchange(wanted, pair.hashes(), context.terms())
        .await;
    pair.told(exchanged.map_err(|error| Failure::Ours(Refusal::internal(&error)))?)
}

async fn refresh(context: &Context, client: &UserClient, form: &Parameters) -> Answer<TokenAnswer> {
    let token = needed(form, fields::REFRESH_TOKEN)?;
    let wanted = Refresh {
        token: Hash::of(token.as_bytes()),
        client_id: client.client_id.clone(),
        scope: form.owned(fields::SCOPE),
    };
    let pair = Pair::new(context);
    let refreshed = context
        .store
        .refresh(wanted, pair.hashes(), context.terms())
        .await;
    pair.told(refreshed.map_err(|error| Failure::Ours(Refusal::internal(&error)))?)
}

fn needed<'f>(form: &'f Parameters, name: &'static str) -> Answer<&'f str> {
    match form.get(name) {
        Some(value) => Ok(value),
        None => refused(errors::INVALID_REQUEST, format!("{name} is missing.")),
    }
}

fn is_form(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE);
    let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    kind.eq_ignore_ascii_case("application/x-www-form-urlencoded")
}

/// New tokens in the clear, until they are told or dropped.
struct Pair {
    access: Secret,
    refresh: Secret,
}

impl Pair {
    fn new(context: &Context) -> Self {
        Self {
            access: context.new_secret(),
            refresh: context.new_secret(),
        }
    }

    fn hashes(&self) -> Minted {
        Minted {
            access: self.access.hash(),
            refresh: self.refresh.hash(),
        }
    }

    fn told(self, issued: Result<Issued, Denial>) -> Answer<TokenAnswer> {
        let issued = match issued {
            Ok(issued) => issued,
            Err(denial) => return refused(denial.error(), denial.words()),
        };
        let refresh = self.refresh.reveal().to_owned();
        Ok(TokenAnswer {
            access_token: self.access.reveal().to_owned(),
            token_type: values::BEARER.to_owned(),
            expires_in: u64::try_from(issued.expires_in).unwrap_or(0),
            refresh_token: issued.with_refresh.then_some(refresh),
            scope: issued.scope.map(|scope| scope.as_str().to_owned()),
        })
    }
}

impl Context {
    fn terms(&self) -> Terms {
        Terms {
            now: self.clock.now(),
            controls: Arc::clone(&self.controls),
        }
    }
}

impl Denial {
    fn error(self) -> &'static str {
        match self {
            Self::Scope => errors::INVALID_SCOPE,
            _ => errors::INVALID_GRANT,
        }
    }

    /// For developers: the documented response code, where there is one, and what happened.
    fn words(self) -> &'static str {
        match self {
            Self::UnknownCode => "There is no such code, or it was made for another client.",
            Self::CodeExpired => "The code has run out.",
            Self::CodeUsed => {
                "API_SESSION_INVALID: the code was used before; the session that it began has been ended."
            }
            Self::RedirectUri => {
                "redirect_uri must be the one that was sent to the authorise page."
            }
            Self::Verifier => {
                "code_verifier does not belong to the code_challenge that was sent to the authorise page."
            }
            Self::UnknownToken => {
                "There is no such refresh token, or it was issued to another client."
            }
            Self::TokenUsed => {
                "API_SESSION_INVALID: the refresh token was used before; its session has been ended."
            }
            Self::SessionInvalid => "API_SESSION_INVALID: the session was ended.",
            Self::SessionExpired => "API_SESSION_EXPIRED: the session is over.",
            Self::Scope => "scope must be the one of the session.",
        }
    }
}
