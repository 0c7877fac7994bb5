//! What the fake platform answers to each call.

use super::{Came, Fake, Fault, KEY, Kept};
use axum::Json;
use axum::body::{Body, Bytes};
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::sse::{Event, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::{StreamExt as _, stream};
use model::{ClientMessageId, Hash};
use serde_json::json;
use std::convert::Infallible;
use wire::partner::{SendMessage, StatusAnswer};
use wire::problem::{Problem, ProblemType};
use wire::widgets::RegisterWidget;

fn refuse(kind: ProblemType) -> Response {
    let problem = Problem::new(kind, "http://platform.test", uuid::Uuid::nil());
    let status = StatusCode::from_u16(kind.status()).unwrap();
    (status, Json(problem)).into_response()
}

fn says(status: u16, retry_after: Option<u64>) -> Response {
    let mut response = StatusCode::from_u16(status).unwrap().into_response();
    if let Some(seconds) = retry_after {
        response
            .headers_mut()
            .insert(header::RETRY_AFTER, seconds.into());
    }
    response
}

fn busy(now: &'static str, until: &'static str) -> Response {
    let dates = [(header::DATE, now), (header::RETRY_AFTER, until)];
    (StatusCode::TOO_MANY_REQUESTS, dates).into_response()
}

/// An answer that breaks off.
fn broken() -> Response {
    let broken = stream::once(async { Err::<Bytes, _>(std::io::Error::other("cut")) });
    Response::new(Body::from_stream(broken))
}

/// What is wrong with every call alike.
fn wrong(fake: &Fake, headers: &HeaderMap) -> Option<Response> {
    if headers.get("apikey").is_none_or(|key| key != KEY) {
        return Some(refuse(ProblemType::Unauthorized));
    }
    match fake.lock().fault? {
        Fault::Down => Some(broken()),
        Fault::Says(status, retry_after) => Some(says(status, retry_after)),
        Fault::Busy(now, until) => Some(busy(now, until)),
        Fault::Problem(kind) => Some(refuse(kind)),
        Fault::Lost | Fault::Slow(_) => None,
    }
}

pub(super) async fn test(State(fake): State<Fake>, headers: HeaderMap) -> Response {
    fake.lock().tests += 1;
    wrong(&fake, &headers).unwrap_or_else(|| StatusCode::OK.into_response())
}

/// Counts sends that are under way.
struct UnderWay(Fake);

impl UnderWay {
    fn count(fake: &Fake) -> Self {
        let mut inner = fake.lock();
        inner.at_once += 1;
        inner.most_at_once = inner.most_at_once.max(inner.at_once);
        Self(fake.clone())
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.lock().at_once -= 1;
    }
}

pub(super) async fn send(State(fake): State<Fake>, headers: HeaderMap, body: Bytes) -> Response {
    let _under_way = UnderWay::count(&fake);
    fake.lock().sends += 1;
    if let Some(wrong) = wrong(&fake, &headers) {
        return wrong;
    }
    let fault = {
        let mut inner = fake.lock();
        inner.next.pop_front().or(inner.fault)
    };
    match fault {
        Some(Fault::Down) => return broken(),
        Some(Fault::Says(status, retry_after)) => return says(status, retry_after),
        Some(Fault::Busy(now, until)) => return busy(now, until),
        Some(Fault::Problem(kind)) => return refuse(kind),
        Some(Fault::Slow(time)) => tokio::time::sleep(time).await,
        Some(Fault::Lost) | None => {}
    }
    let answer = take(&fake, &headers, &body);
    if fault == Some(Fault::Lost) {
        broken()
    } else {
        answer
    }
}

fn take(fake: &Fake, headers: &HeaderMap, body: &Bytes) -> Response {
    let message: SendMessage = match serde_json::from_slice(body) {
        Ok(message) => message,
        Err(_) => return refuse(ProblemType::MalformedJson),
    };
    let id: ClientMessageId = message.message_id.parse().unwrap();
    let token = headers.get("accesstoken");
    let token = token.map(|token| token.to_str().unwrap().to_owned());
    let now = fake.clock.now().to_string();
    let mut inner = fake.lock();
    if token
        .as_ref()
        .is_some_and(|token| !inner.tokens.contains(token))
    {
        return refuse(ProblemType::AccessTokenRefused);
    }
    let answer = Json(
        json!({ "messageStatusEndpoint": wire::paths::partner::status_of(&message.message_id) }),
    );
    let hash = Hash::of(body);
    if let Some(kept) = inner.kept.get(&id) {
        if kept.hash != hash {
            return refuse(ProblemType::MessageIdConflict);
        }
        inner.repeats += 1;
        return answer.into_response();
    }
    let status = StatusAnswer {
        message_id: message.message_id.clone(),
        kind: message.kind.clone(),
        status: "PENDING".to_owned(),
        sub_status: Some("Awaiting review".to_owned()),
        status_date_time: now,
        expiry_date_time: message.expiry_date_time.clone().unwrap_or_default(),
        reason: None,
        history: Vec::new(),
    };
    inner.kept.insert(id, Kept { hash, status });
    inner.accepted.push(Came { id, token, message });
    answer.into_response()
}

pub(super) async fn status(
    State(fake): State<Fake>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    if let Some(wrong) = wrong(&fake, &headers) {
        return wrong;
    }
    let Ok(id) = id.parse::<ClientMessageId>() else {
        return refuse(ProblemType::NotFound);
    };
    let mut inner = fake.lock();
    inner.looks.push(id);
    match inner.kept.get(&id) {
        Some(kept) => Json(&kept.status).into_response(),
        None => refuse(ProblemType::NotFound),
    }
}

pub(super) async fn topics(State(fake): State<Fake>, headers: HeaderMap) -> Response {
    wrong(&fake, &headers).unwrap_or_else(|| {
        let names = model::topic::INITIAL.map(|name| json!({ "topicName": name }));
        Json(names.to_vec()).into_response()
    })
}

/// The code becomes the token `token-of-<code>`.
pub(super) async fn exchange(
    State(fake): State<Fake>,
    headers: HeaderMap,
    Json(body): Json<wire::partner::ExchangeCode>,
) -> Response {
    if let Some(wrong) = wrong(&fake, &headers) {
        return wrong;
    }
    let token = format!("token-of-{}", body.access_code);
    fake.give(&token);
    Json(json!({ "token": token })).into_response()
}

pub(super) async fn verify(State(fake): State<Fake>, headers: HeaderMap) -> Response {
    if let Some(wrong) = wrong(&fake, &headers) {
        return wrong;
    }
    let token = headers.get("accesstoken").unwrap().to_str().unwrap();
    if fake.lock().tokens.contains(token) {
        StatusCode::OK.into_response()
    } else {
        refuse(ProblemType::TokenGone)
    }
}

pub(super) async fn events(State(fake): State<Fake>, headers: HeaderMap) -> Response {
    if let Some(wrong) = wrong(&fake, &headers) {
        return wrong;
    }
    if !fake.lock().announces {
        return refuse(ProblemType::NotFound);
    }
    let after = headers.get("last-event-id");
    let after = after.map(|id| id.to_str().unwrap().to_owned());
    let place = {
        let mut inner = fake.lock();
        inner.resumed.push(after.clone());
        after.map_or(inner.events.len(), |after| after.parse().unwrap())
    };
    let mut cut = fake.cut.subscribe();
    cut.mark_unchanged();
    let state = (fake.clone(), place, fake.told.subscribe());
    let rows = stream::unfold(state, async |(fake, place, mut told)| {
        loop {
            told.mark_unchanged();
            let row = fake.lock().events.get(place).cloned();
            if let Some(row) = row {
                let event = match row {
                    Some(event) => Event::default().event("status").json_data(event),
                    None => Event::default()
                        .event("gap")
                        .json_data(json!({ "detail": "ask" })),
                };
                let event = event.unwrap().id((place + 1).to_string());
                return Some((Ok::<_, Infallible>(event), (fake, place + 1, told)));
            }
            told.changed().await.ok()?;
        }
    });
    let rows = rows.take_until(async move {
        let _ = cut.changed().await;
    });
    Sse::new(rows).into_response()
}

pub(super) async fn register_widget(
    State(fake): State<Fake>,
    headers: HeaderMap,
    Json(widget): Json<RegisterWidget>,
) -> Response {
    if let Some(wrong) = wrong(&fake, &headers) {
        return wrong;
    }
    let mut inner = fake.lock();
    inner.widgets.push(widget.clone());
    Json(json!({
        "widgetId": uuid::Uuid::nil(), "name": widget.name, "state": "awaiting-approval",
        "revision": inner.widgets.len(),
    }))
    .into_response()
}

pub(super) async fn widget_key(
    State(fake): State<Fake>,
    Path(kid): Path<String>,
    headers: HeaderMap,
) -> Response {
    fake.lock().keys_asked += 1;
    if let Some(wrong) = wrong(&fake, &headers) {
        return wrong;
    }
    match fake.lock().toolbars.get(&kid) {
        Some(key) => Json(key).into_response(),
        None => refuse(ProblemType::NotFound),
    }
}
