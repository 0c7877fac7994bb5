//! Telling the other nodes what to look at.
//!
//! Never within the transaction itself: from a NOTIFY until its COMMIT is on the disk, PostgreSQL lets no
//! other transaction that notifies commit. What comes while a word is on its way goes with the next one.
//! A word that is lost costs a poll of the feed.

use crate::connect::Connector;
use crate::link::{Ears, Session, answer};
use crate::patience::Patience;
use crate::sql::statements;
use crate::trouble::Trouble;
use crate::tx::Concerned;
use model::{ClientSystemId, Entropy, OdsCode};
use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use store::platform::Audience;
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use uuid::Uuid;

#[cfg(test)]
mod tests;

statements! {
    NOTIFY = "SELECT pg_notify('baton', payload) FROM unnest($1::text[]) AS payload";
}

/// What the listeners ask for.
pub(crate) const LISTEN: &str = "LISTEN baton";
/// PostgreSQL takes less than 8,000 bytes.
const LONGEST: usize = 7_900;
/// Beyond so many everybody is told to look at everything.
const MOST: usize = 20_000;
const RECONNECT: Duration = Duration::from_secs(2);
/// Between two words: each wakes every node. The first after a quiet moment goes at once.
const PAUSE: Duration = Duration::from_millis(10);
/// A word that is lost in a crash of the server would have been of no use afterwards.
const UNSYNCED: &str = "SET synchronous_commit = off; SET default_transaction_read_only = off";

/// What a node can tell another.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Word {
    /// Rows may have come for them.
    Audience(Audience),
    /// What is remembered of the directory is of the past.
    Directory,
    /// Rows may have come for anybody.
    Everyone,
}

impl Word {
    fn text(&self) -> String {
        match self {
            Self::Audience(Audience::Practice(code)) => format!("p{}", code.as_str()),
            Self::Audience(Audience::Client(id)) => format!("c{}", id.0.simple()),
            Self::Directory => "d".to_owned(),
            Self::Everyone => "*".to_owned(),
        }
    }

    fn parse(text: &str) -> Option<Self> {
        match text.split_at_checked(1)? {
            ("p", code) => Some(Self::Audience(Audience::Practice(
                OdsCode::parse(code).ok()?,
            ))),
            ("c", id) => Some(Self::Audience(Audience::Client(ClientSystemId(
                Uuid::try_parse(id).ok()?,
            )))),
            ("d", "") => Some(Self::Directory),
            ("*", "") => Some(Self::Everyone),
            _ => None,
        }
    }
}

/// Packs words of a node into as few payloads as they fit in.
fn pack<'w>(node: u64, words: impl IntoIterator<Item = &'w Word>) -> Vec<String> {
    let start = format!("{node:016x}");
    let mut payloads = Vec::new();
    let mut payload = start.clone();
    for word in words {
        let word = word.text();
        if payload.len() + 1 + word.len() > LONGEST {
            payloads.push(std::mem::replace(&mut payload, start.clone()));
        }
        payload.push(' ');
        payload.push_str(&word);
    }
    if payload.len() > start.len() {
        payloads.push(payload);
    }
    payloads
}

/// The words of a payload, unless this node sent it. Words of a newer program are left out.
pub(crate) fn unpack(node: u64, payload: &str) -> Vec<Word> {
    let mut parts = payload.split(' ');
    if parts.next() == Some(&format!("{node:016x}")) {
        return Vec::new();
    }
    parts.filter_map(Word::parse).collect()
}

/// Words that have not been sent yet.
#[derive(Default)]
struct Waiting {
    words: Mutex<HashSet<Word>>,
    more: Notify,
}

impl Waiting {
    fn add(&self, words: impl IntoIterator<Item = Word>) {
        let mut waiting = self.lock();
        waiting.extend(words);
        if waiting.len() > MOST {
            waiting.clear();
            waiting.extend([Word::Everyone, Word::Directory]);
        }
        drop(waiting);
        self.more.notify_one();
    }

    fn take(&self) -> HashSet<Word> {
        std::mem::take(&mut *self.lock())
    }

    fn lock(&self) -> MutexGuard<'_, HashSet<Word>> {
        self.words.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The task that tells the other nodes.
pub(crate) struct Announcer {
    waiting: Arc<Waiting>,
    task: JoinHandle<()>,
}

impl Announcer {
    pub(crate) fn start(node: u64, connector: Arc<Connector>, entropy: Arc<dyn Entropy>) -> Self {
        let waiting = Arc::<Waiting>::default();
        let task = tokio::spawn(for_ever(node, connector, Arc::clone(&waiting), entropy));
        Self { waiting, task }
    }

    /// Has the other nodes told, soon.
    pub(crate) fn announce(&self, concerned: Concerned) {
        let directory = concerned.directory.then_some(Word::Directory);
        let audiences = concerned.audiences.into_iter().map(Word::Audience);
        let mut words = audiences.chain(directory).peekable();
        if words.peek().is_some() {
            self.waiting.add(words);
        }
    }
}

impl Drop for Announcer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn for_ever(
    node: u64,
    connector: Arc<Connector>,
    waiting: Arc<Waiting>,
    entropy: Arc<dyn Entropy>,
) {
    let mut patience = Patience::endless(&*entropy, RECONNECT);
    let mut session = None;
    loop {
        waiting.more.notified().await;
        let words = waiting.take();
        if words.is_empty() {
            continue;
        }
        match send(&connector, &mut session, &pack(node, &words)).await {
            Ok(()) => {
                patience.renew();
                tokio::time::sleep(PAUSE).await;
            }
            Err(cause) => {
                tracing::debug!(%cause, "other nodes were not told, and will be");
                session = None;
                waiting.add(words);
                patience.wait().await;
            }
        }
    }
}

async fn send(
    connector: &Connector,
    session: &mut Option<Session>,
    payloads: &[String],
) -> Result<(), Trouble> {
    let session = match session {
        Some(session) => session,
        None => {
            let new = connector.connect(Ears::default()).await?;
            answer(new.link.client.batch_execute(UNSYNCED)).await?;
            session.insert(new)
        }
    };
    let turn = session.link.turn().await;
    let statement = turn.prepare(NOTIFY).await?;
    drop(turn);
    answer(session.link.client.execute(&statement, &[&payloads]))
        .await
        .map(drop)
}
