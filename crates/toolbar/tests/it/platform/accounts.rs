//! Its registrations and sessions.

use super::{Platform, Shared, problem};
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use wire::practice::AssertionClaims;
use wire::problem::ProblemType;

pub(super) async fn register(State(platform): State<Shared>, Json(body): Json<Value>) -> Response {
    let mut inner = platform.inner();
    if inner.unavailable {
        return problem(ProblemType::Unavailable);
    }
    if inner.registration_refused || body["keyPart2"] != "part-two" {
        return problem(ProblemType::Forbidden);
    }
    inner.registrations += 1;
    let key = body["publicKey"].as_str().unwrap();
    inner.public_key = Some(URL_SAFE_NO_PAD.decode(key).unwrap());
    let practice = json!({"odsCode": "GPPRAC001", "name": "Riverside Test Practice"});
    let answer = json!({"deviceId": "device-1", "practice": practice});
    (StatusCode::CREATED, Json(answer)).into_response()
}

pub(super) async fn unregister(State(platform): State<Shared>, headers: HeaderMap) -> Response {
    if platform.inner().unavailable {
        return problem(ProblemType::Unavailable);
    }
    if let Some(refusal) = mistimed(&platform) {
        return refusal;
    }
    if platform.inner().public_key.is_none() {
        return problem(ProblemType::Unauthorized);
    }
    let value = headers["authorization"].to_str().unwrap();
    let claims = verified(&platform, value.strip_prefix("DeviceAssertion ").unwrap());
    assert_eq!(claims.iss, claims.sub);
    let mut inner = platform.inner();
    inner.public_key = None;
    inner.sessions.clear();
    inner.unregistrations += 1;
    StatusCode::NO_CONTENT.into_response()
}

/// The refusal of an assertion by a platform whose clock differs.
fn mistimed(platform: &Platform) -> Option<Response> {
    let date = platform.inner().clock?;
    let body = json!({"type": "x", "title": "Unauthorized", "status": 401, "instance": "urn:uuid:0",
        "detail": "The assertion is not valid at this time. Check this computer's clock."});
    let kind = ("content-type", "application/problem+json");
    Some(
        (
            StatusCode::UNAUTHORIZED,
            [kind, ("date", date)],
            body.to_string(),
        )
            .into_response(),
    )
}

fn verified(platform: &Platform, jwt: &str) -> AssertionClaims {
    let (signed, signature) = jwt.rsplit_once('.').unwrap();
    let key = platform.inner().public_key.clone().unwrap();
    ring::signature::UnparsedPublicKey::new(&ring::signature::ED25519, key)
        .verify(
            signed.as_bytes(),
            &URL_SAFE_NO_PAD.decode(signature).unwrap(),
        )
        .unwrap();
    let claims = signed.split_once('.').unwrap().1;
    let claims: AssertionClaims =
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).unwrap()).unwrap();
    assert_eq!(claims.aud, platform.url);
    claims
}

pub(super) async fn sign_in(State(platform): State<Shared>, Json(body): Json<Value>) -> Response {
    if platform.inner().unavailable {
        return problem(ProblemType::Unavailable);
    }
    if platform.inner().blocked {
        return problem(ProblemType::Forbidden);
    }
    if let Some(refusal) = mistimed(&platform) {
        return refusal;
    }
    if platform.inner().public_key.is_none() {
        return problem(ProblemType::Unauthorized);
    }
    let claims = verified(&platform, body["assertion"].as_str().unwrap());
    let mut inner = platform.inner();
    inner.sign_ins.push(claims.sub.clone());
    let session = format!("session-{}", inner.sign_ins.len());
    inner.sessions.insert(session.clone(), claims.sub.clone());
    Json(json!({
        "session": session,
        "expiresAt": "2026-11-22T00:00:00Z",
        "practitioner": {"spineUserId": claims.sub, "name": claims.name.unwrap()},
        "practice": {"odsCode": "GPPRAC001", "name": "Riverside Test Practice"},
    }))
    .into_response()
}

pub(super) async fn sign_out(State(platform): State<Shared>, headers: HeaderMap) -> Response {
    let mut inner = platform.inner();
    let value = headers["authorization"].to_str().unwrap();
    inner
        .sessions
        .remove(value.strip_prefix("Bearer ").unwrap());
    inner.sign_outs += 1;
    StatusCode::NO_CONTENT.into_response()
}
