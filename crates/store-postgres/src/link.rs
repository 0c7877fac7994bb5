//! One connection: its prepared statements, the order in which requests go out, the warnings that came.

use crate::sql::Sql;
use crate::trouble::Trouble;
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use std::collections::HashMap;
use std::future::poll_fn;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Poll;
use std::time::Duration;
use tokio::sync::{MutexGuard, mpsc};
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_postgres::error::{DbError, Severity};
use tokio_postgres::{Client, Error, Statement};

/// Longer than the server lets a statement take.
const ANSWER_WITHIN: Duration = Duration::from_secs(12);

/// Hears what a server says without being asked.
#[derive(Clone, Default)]
pub(crate) struct Ears {
    pub(crate) warnings: Arc<AtomicU64>,
    words: Option<mpsc::UnboundedSender<String>>,
}

impl Ears {
    /// Ears that pass on what other sessions notify.
    pub(crate) fn for_words(words: mpsc::UnboundedSender<String>) -> Self {
        Self {
            warnings: Arc::default(),
            words: Some(words),
        }
    }

    pub(crate) fn notice(&self, notice: &DbError) {
        if notice.parsed_severity() == Some(Severity::Warning) {
            self.warnings.fetch_add(1, Ordering::SeqCst);
            tracing::warn!(cause = %Trouble::from(notice), "the database warns");
        }
    }

    pub(crate) fn word(&self, payload: &str) {
        if let Some(words) = &self.words {
            // Nobody listens any more: then nobody needs it.
            drop(words.send(payload.to_owned()));
        }
    }
}

/// A connection and the task that moves its bytes. Dropped, it is cut at once, whatever is under way.
pub(crate) struct Session {
    pub(crate) link: Arc<Link>,
    driver: JoinHandle<()>,
}

impl Session {
    pub(crate) fn new(link: Link, driver: JoinHandle<()>) -> Self {
        Self {
            link: Arc::new(link),
            driver,
        }
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        self.driver.abort();
    }
}

/// What calls share of a connection.
pub(crate) struct Link {
    pub(crate) client: Client,
    warnings: Arc<AtomicU64>,
    prepared: Mutex<HashMap<&'static str, Statement>>,
    turns: tokio::sync::Mutex<()>,
}

impl Link {
    pub(crate) fn new(client: Client, warnings: Arc<AtomicU64>) -> Self {
        Self {
            client,
            warnings,
            prepared: Mutex::default(),
            turns: tokio::sync::Mutex::default(),
        }
    }

    /// How many warnings came so far. A warning is counted before the answer that it belongs to.
    pub(crate) fn warnings(&self) -> u64 {
        self.warnings.load(Ordering::SeqCst)
    }

    /// Waits for its turn to send; turns come in the order in which they were asked for.
    pub(crate) async fn turn(&self) -> Turn<'_> {
        Turn {
            link: self,
            _turn: self.turns.lock().await,
        }
    }
}

/// The right to send on a connection. What is sent within one turn arrives in that order.
pub(crate) struct Turn<'l> {
    link: &'l Link,
    _turn: MutexGuard<'l, ()>,
}

impl<'l> Turn<'l> {
    /// The statement's prepared form; asks the server the first time.
    pub(crate) async fn prepare(&self, sql: Sql) -> Result<Statement, Trouble> {
        let known = self.lock().get(sql.0).cloned();
        if let Some(statement) = known {
            return Ok(statement);
        }
        let statement = answer(self.link.client.prepare(sql.0)).await?;
        self.lock().insert(sql.0, statement.clone());
        Ok(statement)
    }

    /// Whom to ask.
    pub(crate) fn client(&self) -> &'l Client {
        &self.link.client
    }

    /// Sends a request, whose answer is awaited later.
    pub(crate) async fn send<T: Send + 'l>(
        &self,
        request: impl Future<Output = Result<T, Error>> + Send + 'l,
    ) -> Sent<'l, T> {
        let mut request = request.boxed();
        // The driver puts a request on its way the first time it is polled.
        match poll_fn(|cx| Poll::Ready(request.as_mut().poll(cx))).await {
            Poll::Ready(answer) => Sent::Answered(answer),
            Poll::Pending => Sent::Waiting(request),
        }
    }

    /// As [`Turn::send`], for text in the simple protocol.
    pub(crate) async fn send_text(&self, text: &'l str) -> Sent<'l, ()> {
        self.send(self.link.client.batch_execute(text)).await
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<&'static str, Statement>> {
        self.link
            .prepared
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// A request on its way.
pub(crate) enum Sent<'l, T> {
    Answered(Result<T, Error>),
    Waiting(BoxFuture<'l, Result<T, Error>>),
}

impl<T> Sent<'_, T> {
    /// The answer, however long it takes.
    pub(crate) async fn wait(self) -> Result<T, Trouble> {
        match self {
            Self::Answered(answer) => answer.map_err(Trouble::from),
            Self::Waiting(request) => request.await.map_err(Trouble::from),
        }
    }

    /// The answer, unless the server has fallen silent.
    pub(crate) async fn answer(self) -> Result<T, Trouble> {
        match self {
            Self::Answered(answer) => answer.map_err(Trouble::from),
            Self::Waiting(request) => answer(request).await,
        }
    }
}

/// The answer to a request, unless the server has fallen silent.
pub(crate) async fn answer<T>(
    request: impl Future<Output = Result<T, Error>>,
) -> Result<T, Trouble> {
    match timeout(ANSWER_WITHIN, request).await {
        Ok(answer) => answer.map_err(Trouble::from),
        Err(_) => Err(Trouble::silence()),
    }
}
