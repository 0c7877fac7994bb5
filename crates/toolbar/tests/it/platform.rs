//! A messaging platform as far as a toolbar sees it, with faults on demand.

mod accounts;
mod messages;
mod stream;
mod widgets;

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, post, put};
use axum::{Json, Router};
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;
use tokio::sync::{Semaphore, broadcast};
use tokio::time::Instant;
use wire::paths::practice as paths;
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
    /// Who claimed it last.
    pub(crate) holder: Option<String>,
    /// What its SHA-256 is said to be, if not the truth.
    pub(crate) false_hash: bool,
    /// Its first file is counted and not listed.
    pub(crate) hides_a_file: bool,
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
    pub(crate) claims_refused: usize,
    pub(crate) renewals_refused: usize,
    pub(crate) releases: usize,
    pub(crate) attachments_asked: usize,
    pub(crate) registrations: usize,
    pub(crate) sign_ins: Vec<String>,
    pub(crate) sign_outs: usize,
    pub(crate) bar: widgets::Bar,
    // Faults.
    pub(crate) registration_refused: bool,
    pub(crate) blocked: bool,
    /// It takes no assertion, and says that it is this time: an HTTP date.
    pub(crate) clock: Option<&'static str>,
    pub(crate) unregistrations: usize,
    pub(crate) silent: bool,
    /// For each `complete` to come: whether it takes effect, and the status that is answered.
    pub(crate) completes: VecDeque<(bool, u16)>,
    /// The same for each `reject`.
    pub(crate) rejects: VecDeque<(bool, u16)>,
    /// Streams are told of what toolbars do.
    pub(crate) tells_of_acts: bool,
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
            .route(paths::REGISTRATIONS, post(accounts::register))
            .route(paths::REGISTRATION, delete(accounts::unregister))
            .route(paths::SESSIONS, post(accounts::sign_in))
            .route(paths::SESSION, delete(accounts::sign_out))
            .route(paths::STREAM, get(stream::stream))
            .route(paths::MESSAGES, get(messages::inbox))
            .route(paths::MESSAGE, get(messages::detail))
            .route(paths::ATTACHMENT, get(messages::attachment))
            .route(
                "/toolbar/v1/messages/{reference}/{act}",
                post(messages::act),
            )
            .route(paths::CODES, post(code))
            .route(paths::TOKENS, get(tokens))
            .route(paths::TOKEN, delete(withdraw))
            .route(paths::WIDGETS, get(widgets::list))
            .route(
                paths::WIDGET_HIDDEN,
                put(widgets::hidden).delete(widgets::hidden),
            )
            .route(paths::WIDGET_LAUNCHES, post(widgets::launch))
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
            messages::summary(reference, &inner.messages[reference])
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

    /// An event of when a message awaited its instant import.
    pub(crate) fn old_news(&self, reference: &str) -> Value {
        let mut inner = self.inner();
        let message = inner.messages.get_mut(reference).unwrap();
        let now = std::mem::replace(&mut message.stage, Stage::Instant);
        let summary = messages::summary(reference, message);
        message.stage = now;
        json!({ "message": summary })
    }

    /// Somebody else takes a message, whoever had it.
    pub(crate) fn take_away(&self, reference: &str) {
        let mut inner = self.inner();
        let message = inner.messages.get_mut(reference).unwrap();
        message.fence += 1;
        message.holder = Some("Dr Tom Llewellyn".to_owned());
        message.stage = Stage::Claimed {
            fence: message.fence,
            until: Instant::now() + Duration::from_secs(60),
            instant: message.stage == Stage::Instant,
        };
    }

    /// The message stands like this now, and streams are told.
    pub(crate) fn turn(&self, reference: &str, stage: Stage) {
        self.inner().messages.get_mut(reference).unwrap().stage = stage;
        self.announce(reference);
    }

    /// Breaks every open stream.
    pub(crate) fn cut(&self) {
        let _ = self.live.send(None);
    }
}

fn problem(kind: ProblemType) -> Response {
    told(Problem::new(kind, "http://platform", uuid::Uuid::nil()))
}

/// Somebody has the message.
fn held_by(holder: Option<String>) -> Response {
    let kind = ProblemType::MessageHeld;
    let mut problem = Problem::new(kind, "http://platform", uuid::Uuid::nil());
    problem.held_by = holder;
    told(problem)
}

fn told(problem: Problem) -> Response {
    let status = StatusCode::from_u16(problem.status).unwrap();
    (status, Json(problem)).into_response()
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
