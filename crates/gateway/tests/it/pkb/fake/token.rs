//! The token endpoint.

use super::{CLIENT, Code, Fake, Inner, Session, TokenFault, broken};
use axum::Form;
use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use jiff::SignedDuration;
use serde_json::{Value, json};
use std::collections::BTreeMap;

type Sent = BTreeMap<String, String>;

/// Counts calls that are under way.
struct UnderWay(Fake);

impl UnderWay {
    fn count(fake: &Fake) -> Self {
        let mut inner = fake.lock();
        inner.at_once += 1;
        inner.most_at_once = inner.most_at_once.max(inner.at_once);
        drop(inner);
        Self(fake.clone())
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.lock().at_once -= 1;
    }
}

pub(super) async fn token(State(fake): State<Fake>, Form(sent): Form<Sent>) -> Response {
    let _count = UnderWay::count(&fake);
    let fault = {
        let mut inner = fake.lock();
        inner.forms.push(sent.clone());
        inner.next_token.pop_front().or(inner.token_fault)
    };
    if let Some(TokenFault::Says(status, error, retry_after)) = fault {
        return says(status, error, retry_after);
    }
    if let Some(TokenFault::SlowlyBusy(time)) = fault {
        tokio::time::sleep(time).await;
        return says(503, None, None);
    }
    let answer = take(&fake, &sent, fault == Some(TokenFault::LastToken));
    match fault {
        Some(TokenFault::Lost) => return broken(),
        Some(TokenFault::Rubbish) => return "well done".into_response(),
        Some(TokenFault::Slow(time)) => tokio::time::sleep(time).await,
        Some(TokenFault::Says(..) | TokenFault::SlowlyBusy(_) | TokenFault::LastToken) | None => {}
    }
    answer
}

/// Somebody asks whether it is there.
pub(super) async fn knock(State(fake): State<Fake>) -> Response {
    match fake.lock().token_fault {
        Some(TokenFault::Says(status, error, retry_after)) => says(status, error, retry_after),
        _ => StatusCode::METHOD_NOT_ALLOWED.into_response(),
    }
}

fn says(status: u16, error: Option<&str>, retry_after: Option<u64>) -> Response {
    let status = StatusCode::from_u16(status).unwrap();
    let mut response = match error {
        Some(error) => (status, Json(json!({ "error": error }))).into_response(),
        None => (status, "not now").into_response(),
    };
    if let Some(seconds) = retry_after {
        response
            .headers_mut()
            .insert(header::RETRY_AFTER, seconds.into());
    }
    response
}

fn take(fake: &Fake, sent: &Sent, last: bool) -> Response {
    let now = fake.clock.now();
    let mut inner = fake.lock();
    let field = |name: &str| sent.get(name).map(String::as_str);
    assert_eq!(field("client_id"), Some(CLIENT));
    let session = match field("grant_type") {
        Some("authorization_code") => inner.exchange(sent),
        Some("refresh_token") => inner.rotate(field("refresh_token").unwrap()),
        other => panic!("{other:?}"),
    };
    let Some(session) = session else {
        return says(400, Some("invalid_grant"), None);
    };
    let life = inner.life;
    let access = inner.make("access");
    let until = now + SignedDuration::from_secs(i64::try_from(life).unwrap());
    inner.access.insert(access.clone(), (session, until));
    let mut answer = json!({
        "access_token": access, "token_type": "Bearer", "expires_in": life, "scope": "PATIENT",
    });
    if !last {
        let refresh = inner.make("refresh");
        inner.refresh.insert(refresh.clone(), (session, false));
        answer["refresh_token"] = Value::String(refresh);
    }
    Json(answer).into_response()
}

impl Inner {
    fn exchange(&mut self, sent: &Sent) -> Option<usize> {
        let Code {
            person,
            redirect_uri,
            challenge,
        } = match self.codes.get(&sent["code"]) {
            Some(code) => Code {
                person: code.person,
                redirect_uri: code.redirect_uri.clone(),
                challenge: code.challenge.clone(),
            },
            None => return None,
        };
        // Codes stay, so that a second use is seen.
        let times = self
            .forms
            .iter()
            .filter(|form| form.get("code") == sent.get("code"));
        if times.count() > 1 {
            self.reused += 1;
            return None;
        }
        if sent["redirect_uri"] != redirect_uri {
            return None;
        }
        let verified = sent.get("code_verifier").map(|verifier| {
            let hash = model::Hash::of(verifier.as_bytes());
            BASE64_URL_SAFE_NO_PAD.encode(hash.as_bytes())
        });
        if verified != challenge {
            return None;
        }
        self.sessions.push(Session {
            person,
            alive: true,
        });
        Some(self.sessions.len() - 1)
    }

    fn rotate(&mut self, token: &str) -> Option<usize> {
        let (session, spent) = self.refresh.get_mut(token)?;
        let session = *session;
        if std::mem::replace(spent, true) {
            self.reused += 1;
            self.sessions[session].alive = false;
        }
        self.sessions[session].alive.then_some(session)
    }
}
