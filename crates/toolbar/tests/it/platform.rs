//! A messaging platform as far as a toolbar sees it, with faults on demand.

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, post};
use axum::{Json, Router};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;
use tokio::sync::{Semaphore, broadcast, mpsc};
use tokio::time::Instant;
use wire::paths::practice as paths;
use wire::practice::AssertionClaims;
use wire::problem::{Problem, ProblemType};

/// The moment at which the pretended platform's lease times are told from.
pub(crate) const NOW: &str = "2026-11-21T12:00:00Z";

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    Instant,
    Review(Option<String>),
    Claimed {
        fence: u64,
        until: Instant,
        instant: bool,
    },
    Completed,
    Rejected(String),
}

pub(crate) struct Message {
    pub(crate) owner: String,
    pub(crate) nhs_number: String,
    pub(crate) files: Vec<(&'static str, String, Vec<u8>)>,
    pub(crate) coded: Value,
    pub(crate) stage: Stage,
    pub(crate) fence: u64,
    /// What its SHA-256 is said to be, if not the truth.
    pub(crate) false_hash: bool,
}

#[derive(Default)]
pub(crate) struct Inner {
    pub(crate) messages: BTreeMap<String, Message>,
    pub(crate) sessions: HashMap<String, String>,
    pub(crate) public_key: Option<Vec<u8>>,
    pub(crate) tokens: Vec<String>,
    pub(crate) events: Vec<Event>,
    pub(crate) resumed_after: Vec<Option<String>>,
    pub(crate) streams_open: usize,
    pub(crate) inbox_reads: HashMap<String, usize>,
    pub(crate) claims: usize,
    pub(crate) renewals_refused: usize,
    pub(crate) releases: usize,
    pub(crate) attachments_asked: usize,
    pub(crate) registrations: usize,
    pub(crate) sign_ins: Vec<String>,
    pub(crate) sign_outs: usize,
    // Faults.
    pub(crate) registration_refused: bool,
    pub(crate) blocked: bool,
    pub(crate) silent: bool,
    /// For each `complete` to come: whether it takes effect, and the status that is answered.
    pub(crate) completes: VecDeque<(bool, u16)>,
    pub(crate) unavailable: bool,
    pub(crate) lease: Duration,
}

pub(crate) struct Platform {
    pub(crate) url: String,
    inner: Mutex<Inner>,
    live: broadcast::Sender<Option<Event>>,
    pub(crate) attachment_gate: Semaphore,
}

type Shared = Arc<Platform>;
type Event = (u64, &'static str, Value);

impl Platform {
    pub(crate) async fn start() -> Shared {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let platform = Arc::new(Self {
            url: format!("http://{}", listener.local_addr().unwrap()),
            inner: Mutex::new(Inner {
                lease: Duration::from_secs(60),
                ..Inner::default()
            }),
            live: broadcast::Sender::new(64),
            attachment_gate: Semaphore::new(Semaphore::MAX_PERMITS),
        });
        let app = Router::new()
            .route(paths::REGISTRATIONS, post(register))
            .route(paths::REGISTRATION, delete(unregister))
            .route(paths::SESSIONS, post(sign_in))
            .route(paths::SESSION, delete(sign_out))
            .route(paths::STREAM, get(stream))
            .route(paths::MESSAGES, get(inbox))
            .route(paths::MESSAGE, get(detail))
            .route(paths::ATTACHMENT, get(attachment))
            .route("/toolbar/v1/messages/{reference}/{act}", post(act))
            .route(paths::CODES, post(code))
            .route(paths::TOKENS, get(tokens))
            .route(paths::TOKEN, delete(withdraw))
            .with_state(Arc::clone(&platform));
        tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        platform
    }

    pub(crate) fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap()
    }

    pub(crate) fn stage(&self, reference: &str) -> Stage {
        self.inner().messages[reference].stage.clone()
    }

    /// Takes a message without telling any stream.
    pub(crate) fn hold(&self, reference: &str, message: Message) {
        self.inner().messages.insert(reference.to_owned(), message);
    }

    /// Tells the open streams about a message, and those that resume.
    pub(crate) fn announce(&self, reference: &str) {
        let summary = {
            let inner = self.inner();
            summary(reference, &inner.messages[reference])
        };
        self.tell("message", json!({ "message": summary }));
    }

    pub(crate) fn publish(&self, reference: &str, message: Message) {
        self.hold(reference, message);
        self.announce(reference);
    }

    pub(crate) fn tell(&self, name: &'static str, data: Value) {
        let event = {
            let mut inner = self.inner();
            let id = inner.events.len() as u64 + 1;
            inner.events.push((id, name, data.clone()));
            (id, name, data)
        };
        let _ = self.live.send(Some(event));
    }

    /// Breaks every open stream.
    pub(crate) fn cut(&self) {
        let _ = self.live.send(None);
    }
}

fn problem(kind: ProblemType) -> Response {
    let problem = Problem::new(kind, "http://platform", uuid::Uuid::nil());
    (StatusCode::from_u16(kind.status()).unwrap(), Json(problem)).into_response()
}

/// Who calls, unless the platform is down for the test.
fn caller(platform: &Platform, headers: &HeaderMap) -> Result<String, Box<Response>> {
    let inner = platform.inner();
    if inner.unavailable {
        return Err(Box::new(problem(ProblemType::Unavailable)));
    }
    let bearer = headers.get("authorization").and_then(|v| v.to_str().ok());
    bearer
        .and_then(|value| inner.sessions.get(value.strip_prefix("Bearer ")?).cloned())
        .ok_or_else(|| Box::new(problem(ProblemType::Unauthorized)))
}

async fn register(State(platform): State<Shared>, Json(body): Json<Value>) -> Response {
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

async fn unregister(State(platform): State<Shared>, headers: HeaderMap) -> Response {
    let value = headers["authorization"].to_str().unwrap();
    let claims = verified(&platform, value.strip_prefix("DeviceAssertion ").unwrap());
    assert_eq!(claims.iss, claims.sub);
    platform.inner().public_key = None;
    StatusCode::NO_CONTENT.into_response()
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

async fn sign_in(State(platform): State<Shared>, Json(body): Json<Value>) -> Response {
    if platform.inner().unavailable {
        return problem(ProblemType::Unavailable);
    }
    if platform.inner().blocked {
        return problem(ProblemType::Forbidden);
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

async fn sign_out(State(platform): State<Shared>, headers: HeaderMap) -> Response {
    let mut inner = platform.inner();
    let value = headers["authorization"].to_str().unwrap();
    inner
        .sessions
        .remove(value.strip_prefix("Bearer ").unwrap());
    inner.sign_outs += 1;
    StatusCode::NO_CONTENT.into_response()
}

async fn stream(State(platform): State<Shared>, headers: HeaderMap) -> Response {
    if let Err(refusal) = caller(&platform, &headers) {
        return *refusal;
    }
    let after = headers
        .get("last-event-id")
        .map(|value| value.to_str().unwrap().to_owned());
    let live = platform.live.subscribe();
    let missed: Vec<_> = {
        let mut inner = platform.inner();
        inner.resumed_after.push(after.clone());
        inner.streams_open += 1;
        let seen = after.map_or(inner.events.len() as u64, |id| id.parse().unwrap());
        let hello = (seen, "hello", json!({ "lastEventId": seen }));
        let missed = inner.events.iter().filter(|(id, ..)| *id > seen).cloned();
        std::iter::once(hello).chain(missed).collect()
    };
    let (out, lines) = mpsc::channel::<String>(16);
    tokio::spawn(pour(platform, missed, live, out));
    let lines = futures_util::stream::unfold(lines, |mut lines| async move {
        let line = lines.recv().await?;
        Some((Ok::<_, std::convert::Infallible>(line), lines))
    });
    let kind = [(header::CONTENT_TYPE, "text/event-stream")];
    (kind, Body::from_stream(lines)).into_response()
}

/// Writes events until the stream is cut or its reader goes.
async fn pour(
    platform: Shared,
    missed: Vec<Event>,
    mut live: broadcast::Receiver<Option<Event>>,
    out: mpsc::Sender<String>,
) {
    let mut ready = VecDeque::from(missed);
    while let Some(line) = match ready.pop_front() {
        Some((id, name, data)) => Some(format!("id: {id}\nevent: {name}\ndata: {data}\n\n")),
        None => tokio::select! {
            event = live.recv() => event.unwrap().map(|event| {
                ready.push_back(event);
                String::new()
            }),
            () = out.closed() => None,
            () = tokio::time::sleep(Duration::from_millis(100)) => Some(":\n\n".to_owned()),
        },
    } {
        let silent = platform.inner().silent;
        if !silent && !line.is_empty() && out.send(line).await.is_err() {
            break;
        }
    }
    platform.inner().streams_open -= 1;
}

fn shown(stage: &Stage) -> (&'static str, Option<&'static str>, bool) {
    match stage {
        Stage::Instant => ("PENDING", Some("Awaiting instant import"), true),
        Stage::Review(None) => ("PENDING", Some("Awaiting review"), false),
        Stage::Review(Some(_)) => ("PENDING", Some("Failed instant message import"), false),
        Stage::Claimed { instant, .. } => ("PENDING", Some("Import in progress"), *instant),
        Stage::Completed => ("COMPLETED", None, false),
        Stage::Rejected(_) => ("REJECTED", None, false),
    }
}

fn summary(reference: &str, message: &Message) -> Value {
    let (status, sub_status, auto_import) = shown(&message.stage);
    json!({
        "messageRef": reference, "messageId": format!("id-of-{reference}"),
        "type": "ToolbarInstantMessage", "status": status, "subStatus": sub_status,
        "autoImport": auto_import, "sender": "Ward letters", "topic": "Discharge",
        "nhsNumber": message.nhs_number, "receivedAt": NOW,
        "expiresAt": "2026-12-21T12:00:00Z", "attachments": message.files.len(),
        "codedDataItems": message.coded.as_array().map_or(0, Vec::len),
    })
}

fn full(reference: &str, message: &Message) -> Value {
    let files: Vec<_> = message
        .files
        .iter()
        .enumerate()
        .map(|(index, (mime_type, name, bytes))| {
            let hash = model::Hash::of(if message.false_hash { b"other" } else { bytes });
            json!({
                "index": index, "fileName": name, "mimeType": mime_type,
                "size": bytes.len(), "sha256": hash.to_hex(),
            })
        })
        .collect();
    json!({
        "summary": summary(reference, message), "clientSystemId": "client-1",
        "attachments": files, "codedDataItems": message.coded,
    })
}

async fn inbox(State(platform): State<Shared>, headers: HeaderMap) -> Response {
    let user = match caller(&platform, &headers) {
        Ok(user) => user,
        Err(refusal) => return *refusal,
    };
    let mut inner = platform.inner();
    *inner.inbox_reads.entry(user.clone()).or_default() += 1;
    let waiting: Vec<_> = inner
        .messages
        .iter_mut()
        .filter_map(|(reference, message)| {
            settle(message);
            let instant = matches!(
                message.stage,
                Stage::Instant | Stage::Claimed { instant: true, .. }
            );
            let pending = shown(&message.stage).0 == "PENDING";
            let theirs = message.owner == user || !instant;
            (pending && theirs).then(|| summary(reference, message))
        })
        .collect();
    Json(json!({ "messages": waiting })).into_response()
}

/// Ends a claim whose time is over.
fn settle(message: &mut Message) {
    if let Stage::Claimed { until, instant, .. } = message.stage
        && until <= Instant::now()
    {
        message.stage = if instant {
            Stage::Instant
        } else {
            Stage::Review(None)
        };
    }
}

async fn detail(
    State(platform): State<Shared>,
    Path(reference): Path<String>,
    headers: HeaderMap,
) -> Response {
    if let Err(refusal) = caller(&platform, &headers) {
        return *refusal;
    }
    match platform.inner().messages.get(&reference) {
        Some(message) => Json(full(&reference, message)).into_response(),
        None => problem(ProblemType::NotFound),
    }
}

async fn attachment(
    State(platform): State<Shared>,
    Path((reference, index)): Path<(String, usize)>,
    headers: HeaderMap,
) -> Response {
    if let Err(refusal) = caller(&platform, &headers) {
        return *refusal;
    }
    platform.inner().attachments_asked += 1;
    platform.attachment_gate.acquire().await.unwrap().forget();
    platform.attachment_gate.add_permits(1);
    let bytes = platform.inner().messages[&reference].files[index].2.clone();
    bytes.into_response()
}

async fn act(
    State(platform): State<Shared>,
    Path((reference, act)): Path<(String, String)>,
    headers: HeaderMap,
    Json(body): Json<Value>,
) -> Response {
    if let Err(refusal) = caller(&platform, &headers) {
        return *refusal;
    }
    let mut inner = platform.inner();
    let inner = &mut *inner;
    let Some(message) = inner.messages.get_mut(&reference) else {
        return problem(ProblemType::NotFound);
    };
    settle(message);
    if act == "claim" {
        let automatic = body["mode"] == "automatic";
        let instant = match message.stage {
            Stage::Instant => true,
            Stage::Review(_) if !automatic => false,
            _ => return problem(ProblemType::MessageHeld),
        };
        inner.claims += 1;
        message.fence += 1;
        message.stage = Stage::Claimed {
            fence: message.fence,
            until: Instant::now() + inner.lease,
            instant,
        };
        let until = NOW.parse::<jiff::Timestamp>().unwrap() + inner.lease;
        return Json(json!({
            "fence": message.fence, "leaseUntil": until.to_string(),
            "message": full(&reference, message),
        }))
        .into_response();
    }
    let held = matches!(message.stage, Stage::Claimed { fence, .. } if body["fence"] == fence);
    if !held {
        if act == "renew" {
            inner.renewals_refused += 1;
        }
        return problem(ProblemType::LeaseLost);
    }
    let (was, answered) = match act.as_str() {
        "complete" => inner.completes.pop_front().unwrap_or((true, 200)),
        _ => (true, 200),
    };
    let reason = || body["reason"].as_str().unwrap().to_owned();
    if was {
        match act.as_str() {
            "renew" => {
                if let Stage::Claimed { until, .. } = &mut message.stage {
                    *until = Instant::now() + inner.lease;
                }
                return Json(json!({ "leaseUntil": NOW })).into_response();
            }
            "complete" => message.stage = Stage::Completed,
            "fail" => message.stage = Stage::Review(Some(reason())),
            "reject" => message.stage = Stage::Rejected(reason()),
            "release" => {
                inner.releases += 1;
                message.stage = match message.stage {
                    Stage::Claimed { instant: true, .. } => Stage::Instant,
                    _ => Stage::Review(None),
                };
            }
            other => panic!("no such act: {other}"),
        }
    }
    let (status, ..) = shown(&message.stage);
    let answered = StatusCode::from_u16(answered).unwrap();
    (answered, Json(json!({ "status": status }))).into_response()
}

async fn code(State(platform): State<Shared>, headers: HeaderMap) -> Response {
    if let Err(refusal) = caller(&platform, &headers) {
        return *refusal;
    }
    let code = json!({"accessCode": "ABCD2345", "expiresAt": "2026-11-21T12:01:00Z"});
    (StatusCode::CREATED, Json(code)).into_response()
}

async fn tokens(State(platform): State<Shared>, headers: HeaderMap) -> Response {
    if let Err(refusal) = caller(&platform, &headers) {
        return *refusal;
    }
    let tokens: Vec<_> = platform
        .inner()
        .tokens
        .iter()
        .map(|id| json!({"tokenId": id, "clientName": "Ward letters", "createdAt": NOW}))
        .collect();
    Json(json!({ "tokens": tokens })).into_response()
}

async fn withdraw(State(platform): State<Shared>, Path(token): Path<String>) -> Response {
    let tokens = &mut platform.inner().tokens;
    let Some(place) = tokens.iter().position(|id| *id == token) else {
        return problem(ProblemType::NotFound);
    };
    tokens.remove(place);
    StatusCode::NO_CONTENT.into_response()
}
