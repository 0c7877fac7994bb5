//! Durable commits, bare: SQLite as the product sets it, three inserts a message, one writer thread.

use crate::stats;
use anyhow::{Context as _, Result};
use rusqlite::{Connection, params};
use std::path::Path;
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::time::{Duration, Instant};

/// So many messages at most share one commit.
const MAX_BATCH: usize = 256;
/// Bytes of a message's attachment.
const ATTACHMENT: usize = 2048;
const SCHEMA: &str = "
    CREATE TABLE message (
        id INTEGER PRIMARY KEY, name BLOB NOT NULL UNIQUE, recipient TEXT NOT NULL, pending INTEGER NOT NULL
    );
    CREATE INDEX message_pending ON message (recipient, id) WHERE pending = 1;
    CREATE TABLE attachment (id INTEGER PRIMARY KEY, message INTEGER NOT NULL, bytes BLOB NOT NULL);
    CREATE TABLE event (seq INTEGER PRIMARY KEY, message INTEGER NOT NULL, kind TEXT NOT NULL, at INTEGER NOT NULL);
";
const ADD_MESSAGE: &str = "INSERT INTO message (name, recipient, pending) VALUES (?1, ?2, 1)";
const ADD_ATTACHMENT: &str = "INSERT INTO attachment (message, bytes) VALUES (?1, ?2)";
const ADD_EVENT: &str = "INSERT INTO event (message, kind, at) VALUES (?1, 'message', ?2)";

/// What was reached.
pub(crate) struct Reached {
    /// Messages a second.
    pub(crate) rate: f64,
    /// Milliseconds.
    pub(crate) p50: f64,
    /// Milliseconds.
    pub(crate) p99: f64,
}

impl Reached {
    fn of(millis: &[f64], elapsed: Duration) -> Self {
        Self {
            rate: stats::figure(millis.len()) / elapsed.as_secs_f64(),
            p50: stats::median(millis),
            p99: stats::quantile(millis, 990),
        }
    }
}

/// One connection to a new database.
struct Store {
    connection: Connection,
    bytes: Vec<u8>,
}

impl Store {
    fn make(folder: &Path) -> Result<Self> {
        let connection = Connection::open(folder.join("limit.sqlite"))?;
        connection.pragma_update_and_check(None, "journal_mode", "wal", |_| Ok(()))?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        connection.execute_batch(SCHEMA)?;
        let bytes = (0..ATTACHMENT).map(|at| u8::try_from(at * 131 % 251).unwrap_or(0));
        Ok(Self {
            connection,
            bytes: bytes.collect(),
        })
    }

    fn add(&self, name: [u8; 16]) -> Result<()> {
        let run = |sql| self.connection.prepare_cached(sql);
        run(ADD_MESSAGE)?.execute(params![name, "GPPRAC001"])?;
        let message = self.connection.last_insert_rowid();
        run(ADD_ATTACHMENT)?.execute(params![message, self.bytes])?;
        run(ADD_EVENT)?.execute(params![message, 1_764_000_000_000_i64])?;
        Ok(())
    }

    fn begin(&self) -> Result<()> {
        self.connection
            .prepare_cached("BEGIN IMMEDIATE")?
            .execute([])?;
        Ok(())
    }

    fn commit(&self) -> Result<()> {
        self.connection.prepare_cached("COMMIT")?.execute([])?;
        Ok(())
    }
}

/// A name as message ids are: evenly spread.
fn name(number: u128) -> [u8; 16] {
    (number + 1)
        .wrapping_mul(0x9E37_79B9_7F4A_7C15_F39C_C060_5CED_C835)
        .to_be_bytes()
}

/// One message a transaction, one after the other.
///
/// # Errors
/// When SQLite fails.
pub(crate) fn single(folder: &Path, time: Duration) -> Result<Reached> {
    let store = Store::make(folder)?;
    let mut millis = Vec::new();
    let started = Instant::now();
    for number in 0.. {
        let began = Instant::now();
        if began - started > time {
            break;
        }
        store.begin()?;
        store.add(name(number))?;
        store.commit()?;
        millis.push(began.elapsed().as_secs_f64() * 1000.0);
    }
    Ok(Reached::of(&millis, started.elapsed()))
}

struct Job {
    name: [u8; 16],
    done: SyncSender<()>,
}

/// One thread that takes what has queued, commits once, then answers everyone.
fn serve(store: &Store, jobs: &Receiver<Job>) -> Result<()> {
    let mut batch = Vec::with_capacity(MAX_BATCH);
    while let Ok(first) = jobs.recv() {
        batch.push(first);
        batch.extend(jobs.try_iter().take(MAX_BATCH - 1));
        store.begin()?;
        for job in &batch {
            store.add(job.name)?;
        }
        store.commit()?;
        for job in batch.drain(..) {
            // A client that went away at the end of the time does not want to know.
            let _gone = job.done.send(());
        }
    }
    Ok(())
}

/// So many clients, each a thread that sends its next message when its last one is durable.
///
/// # Errors
/// When SQLite fails.
pub(crate) fn shared(folder: &Path, clients: u32, time: Duration) -> Result<Reached> {
    let store = Store::make(folder)?;
    let (queue, jobs) = channel();
    let ended = |_| anyhow::anyhow!("a thread of the bare writer panicked");
    let started = Instant::now();
    let threads: Vec<_> = (0..clients)
        .map(|client| {
            let queue = queue.clone();
            std::thread::spawn(move || send(&queue, client, started, time))
        })
        .collect();
    drop(queue);
    serve(&store, &jobs)?;
    let mut millis = Vec::new();
    for thread in threads {
        millis.extend(thread.join().map_err(ended)??);
    }
    Ok(Reached::of(&millis, started.elapsed()))
}

/// One client's messages; how long each took, in milliseconds.
fn send(queue: &Sender<Job>, client: u32, started: Instant, time: Duration) -> Result<Vec<f64>> {
    let mut millis = Vec::new();
    let (done, answer) = sync_channel(1);
    for number in 0..u128::MAX {
        let began = Instant::now();
        if began - started > time {
            break;
        }
        let job = Job {
            name: name((u128::from(client) << 64) | number),
            done: done.clone(),
        };
        queue.send(job).ok().context("the bare writer ended")?;
        answer.recv()?;
        millis.push(began.elapsed().as_secs_f64() * 1000.0);
    }
    Ok(millis)
}
