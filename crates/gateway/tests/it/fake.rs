//! A platform in a test's hand: answers as the contract says, or as badly as it is told to, and remembers all of it.

mod calls;

use axum::Router;
use axum::routing::{get, post};
use calls::{events, exchange, register_widget, send, status, test, topics, verify, widget_key};
use model::{ClientMessageId, Clock, Hash};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;
use tokio::sync::watch;
use wire::partner::{SendMessage, StatusAnswer, StatusEntry, StatusEvent};
use wire::problem::ProblemType;
use wire::widgets::{RegisterWidget, WidgetKey};

/// The key that it takes.
pub(crate) const KEY: &str = "bak_fake_key";

/// How it misbehaves.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Fault {
    /// The connection breaks before anything is done.
    Down,
    /// All is done, and the answer is lost.
    Lost,
    /// Says no with this status, and how long to wait.
    Says(u16, Option<u64>),
    /// Is busy at the first moment, until the second: both as HTTP says dates.
    Busy(&'static str, &'static str),
    /// Says no with this kind of problem.
    Problem(ProblemType),
    /// Does it, but takes its time.
    Slow(Duration),
}

/// One message that came, whole.
#[derive(Clone)]
pub(crate) struct Came {
    pub(crate) id: ClientMessageId,
    pub(crate) token: Option<String>,
    pub(crate) message: SendMessage,
}

struct Kept {
    hash: Hash,
    status: StatusAnswer,
}

#[derive(Default)]
struct Inner {
    /// What will happen to the next sends, in turn.
    next: VecDeque<Fault>,
    /// What happens to everything until it is taken away.
    fault: Option<Fault>,
    /// Tokens that are good.
    tokens: BTreeSet<String>,
    /// Messages that were accepted as new, in order.
    accepted: Vec<Came>,
    kept: BTreeMap<ClientMessageId, Kept>,
    /// Calls of each kind.
    sends: usize,
    repeats: usize,
    tests: usize,
    looks: Vec<ClientMessageId>,
    /// Places that streams asked to go on from.
    resumed: Vec<Option<String>>,
    announces: bool,
    /// Rows of the stream; a place is an index plus one. `None` is a gap.
    events: Vec<Option<StatusEvent>>,
    /// Widgets that were registered, in order.
    widgets: Vec<RegisterWidget>,
    /// Toolbars' keys, by id.
    toolbars: BTreeMap<String, WidgetKey>,
    /// Calls for keys.
    keys_asked: usize,
    at_once: usize,
    most_at_once: usize,
}

/// The platform.
#[derive(Clone)]
pub(crate) struct Fake {
    pub(crate) url: String,
    inner: Arc<Mutex<Inner>>,
    clock: Arc<dyn Clock>,
    told: Arc<watch::Sender<usize>>,
    cut: Arc<watch::Sender<usize>>,
}

impl Fake {
    /// Listens at a port of its own; announces no events.
    pub(crate) async fn start(clock: Arc<dyn Clock>) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let fake = Self {
            url: format!("http://{}", listener.local_addr().unwrap()),
            inner: Arc::default(),
            clock,
            told: Arc::new(watch::channel(0).0),
            cut: Arc::new(watch::channel(0).0),
        };
        let app = Router::new()
            .route("/api/v1/test", get(test))
            .route("/api/v1/messages", post(send))
            .route("/api/v1/messages/instant", post(send))
            .route("/api/v1/messages/{id}/status", get(status))
            .route("/api/v1/events", get(events))
            .route("/api/v1/topics", get(topics))
            .route("/api/v1/messages/instant/access/token", post(exchange))
            .route("/api/v1/messages/instant/access/token/verify", get(verify))
            .route("/api/v1/widgets", post(register_widget))
            .route("/api/v1/widgets/keys/{kid}", get(widget_key))
            .layer(axum::extract::DefaultBodyLimit::disable())
            .with_state(fake.clone());
        tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        fake
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap()
    }

    /// From now on everything goes wrong like this, or well again.
    pub(crate) fn set(&self, fault: Option<Fault>) {
        self.lock().fault = fault;
    }

    /// The next sends go wrong like this, one after another.
    pub(crate) fn next(&self, faults: impl IntoIterator<Item = Fault>) {
        self.lock().next.extend(faults);
    }

    /// Takes this token from now on.
    pub(crate) fn give(&self, token: &str) {
        self.lock().tokens.insert(token.to_owned());
    }

    /// The practitioner withdraws it.
    pub(crate) fn withdraw(&self, token: &str) {
        self.lock().tokens.remove(token);
    }

    /// Has an event stream from now on, or none.
    pub(crate) fn announce(&self, announces: bool) {
        self.lock().announces = announces;
    }

    /// Widgets that were registered, in order.
    pub(crate) fn widgets(&self) -> Vec<RegisterWidget> {
        self.lock().widgets.clone()
    }

    /// A toolbar is registered, or blocked.
    pub(crate) fn set_toolbar(&self, kid: &str, key: Option<WidgetKey>) {
        let toolbars = &mut self.lock().toolbars;
        match key {
            Some(key) => toolbars.insert(kid.to_owned(), key),
            None => toolbars.remove(kid),
        };
    }

    /// Calls for toolbars' keys.
    pub(crate) fn keys_asked(&self) -> usize {
        self.lock().keys_asked
    }

    /// Cuts every open stream.
    pub(crate) fn cut_streams(&self) {
        self.cut.send_modify(|count| *count += 1);
    }

    /// The next stream event is a gap.
    pub(crate) fn tell_gap(&self) {
        self.lock().events.push(None);
        self.told.send_modify(|count| *count += 1);
    }

    /// The practice does something with a message; those who listen are told.
    pub(crate) fn change(&self, id: ClientMessageId, status: &str, sub_status: Option<&str>) {
        self.change_silently(id, status, sub_status);
        let event = StatusEvent {
            message_id: id.to_string(),
            status: status.to_owned(),
            sub_status: sub_status.map(str::to_owned),
            date_time: self.clock.now().to_string(),
        };
        self.lock().events.push(Some(event));
        self.told.send_modify(|count| *count += 1);
    }

    /// The practice does something with a message; nobody is told.
    pub(crate) fn change_silently(
        &self,
        id: ClientMessageId,
        status: &str,
        sub_status: Option<&str>,
    ) {
        let now = self.clock.now().to_string();
        let mut inner = self.lock();
        let kept = inner.kept.get_mut(&id).expect("the message was accepted");
        kept.status.status = status.to_owned();
        kept.status.sub_status = sub_status.map(str::to_owned);
        kept.status.status_date_time.clone_from(&now);
        kept.status.history.push(StatusEntry {
            status: status.to_owned(),
            sub_status: sub_status.map(str::to_owned),
            date_time: now,
        });
    }

    /// Messages that were accepted as new, in order.
    pub(crate) fn accepted(&self) -> Vec<Came> {
        self.lock().accepted.clone()
    }

    /// Their ids.
    pub(crate) fn accepted_ids(&self) -> Vec<ClientMessageId> {
        self.lock().accepted.iter().map(|came| came.id).collect()
    }

    /// Sends of any outcome.
    pub(crate) fn sends(&self) -> usize {
        self.lock().sends
    }

    /// Sends of messages that were there already.
    pub(crate) fn repeats(&self) -> usize {
        self.lock().repeats
    }

    /// Calls of `/test`.
    pub(crate) fn tests(&self) -> usize {
        self.lock().tests
    }

    /// Which messages were asked about.
    pub(crate) fn looks(&self) -> Vec<ClientMessageId> {
        self.lock().looks.clone()
    }

    /// Where streams went on from, one entry for each that was opened.
    pub(crate) fn resumed(&self) -> Vec<Option<String>> {
        self.lock().resumed.clone()
    }

    /// The most sends that were under way at the same time.
    pub(crate) fn most_at_once(&self) -> usize {
        self.lock().most_at_once
    }
}
