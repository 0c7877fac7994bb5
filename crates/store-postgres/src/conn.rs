//! Running statements: prepared once a connection, errors mapped, rows read through [`Row`].

use crate::link::{Link, Sent, Turn};
use crate::row::Row;
use crate::sql::{Sql, statements};
use crate::trouble::Trouble;
use model::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use store::audit::start_of;
use store::row::Cells as _;
use store::{Result, StoreError};
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, Error, Statement};

statements! {
    // A chain that nobody holds, so that no two transactions wait for each other. Connections begin to look at
    // different places: while somebody reads from an old state, a row that changes is slower to find each time.
    TAKE_CHAIN = "SELECT chain, seq, hash FROM audit_chain WHERE chain > pg_backend_pid() % 64 ORDER BY chain LIMIT 1 FOR UPDATE SKIP LOCKED";
    ANY_CHAIN = "SELECT chain, seq, hash FROM audit_chain ORDER BY chain LIMIT 1 FOR UPDATE SKIP LOCKED";
    // All are held: one to wait for.
    WAIT_FOR_CHAIN = "SELECT chain, seq, hash FROM audit_chain WHERE chain = (SELECT 1 + pg_backend_pid() % max(chain) FROM audit_chain) FOR UPDATE";
}

/// What a statement is given.
pub(crate) type Params<'p> = &'p [&'p (dyn ToSql + Sync)];

/// A connection within a named transaction. Statements that are started together are on their way together,
/// in the order in which they were first polled.
#[derive(Clone)]
pub(crate) struct Conn {
    pub(crate) link: Arc<Link>,
    state: Arc<State>,
    name: &'static str,
}

/// How far a transaction is.
struct State {
    opening: Mutex<Opening>,
    trouble: Mutex<Option<Trouble>>,
    chain: Mutex<Option<Chain>>,
}

/// What is to be sent before the first statement.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Opening {
    /// Nothing, or nothing any more.
    Done,
    /// The beginning of a transaction.
    Begin(&'static str),
    /// The beginning of one that writes, and a chain of the audit log.
    BeginWithChain,
}

/// Begins a transaction that writes.
pub(crate) const BEGIN: &str = "BEGIN READ WRITE";

/// A chain of the audit log that this transaction holds, and its newest entry.
#[derive(Clone, Copy)]
pub(crate) struct Chain {
    pub(crate) number: u32,
    pub(crate) seq: u64,
    pub(crate) hash: Hash,
}

impl Conn {
    pub(crate) fn new(link: Arc<Link>, name: &'static str, opening: Opening) -> Self {
        Self {
            link,
            state: Arc::new(State {
                opening: Mutex::new(opening),
                trouble: Mutex::default(),
                chain: Mutex::default(),
            }),
            name,
        }
    }

    /// The first row, if there is one.
    pub(crate) async fn one<T>(
        &self,
        sql: Sql,
        params: Params<'_>,
        read: impl FnOnce(&mut Row) -> Result<T>,
    ) -> Result<Option<T>> {
        let rows = self.rows(sql, params).await?;
        rows.into_iter()
            .next()
            .map(|row| read(&mut Row::of(row)))
            .transpose()
    }

    /// Every row.
    pub(crate) async fn all<T>(
        &self,
        sql: Sql,
        params: Params<'_>,
        mut read: impl FnMut(&mut Row) -> Result<T>,
    ) -> Result<Vec<T>> {
        let rows = self.rows(sql, params).await?;
        rows.into_iter()
            .map(|row| read(&mut Row::of(row)))
            .collect()
    }

    /// Writes; says how many rows it touched.
    pub(crate) async fn write(&self, sql: Sql, params: Params<'_>) -> Result<u64> {
        self.ask(sql, |client, statement| async move {
            client.execute(&statement, params).await
        })
        .await
    }

    /// Writes exactly one row; `place` says where it went wrong otherwise.
    pub(crate) async fn write_one(
        &self,
        sql: Sql,
        params: Params<'_>,
        place: &'static str,
    ) -> Result<()> {
        match self.write(sql, params).await? {
            1 => Ok(()),
            _ => Err(StoreError::Inconsistent { place }),
        }
    }

    /// Runs text that no statement can be: definitions of tables whose names are made up here.
    pub(crate) async fn run(&self, text: &str) -> Result<()> {
        let run = async {
            let turn = self.link.turn().await;
            let opened = self.open(&turn).await?;
            let sent = turn.send_text(text).await;
            drop(turn);
            self.opened(opened).await?;
            sent.answer().await
        };
        Box::pin(run).await.map_err(|trouble| self.note(trouble))
    }

    async fn rows(&self, sql: Sql, params: Params<'_>) -> Result<Vec<tokio_postgres::Row>> {
        self.ask(sql, |client, statement| async move {
            client.query(&statement, params).await
        })
        .await
    }

    async fn ask<'a, T, Asked>(
        &'a self,
        sql: Sql,
        request: impl FnOnce(&'a Client, Statement) -> Asked + Send,
    ) -> Result<T>
    where
        T: Send + 'a,
        Asked: Future<Output = std::result::Result<T, Error>> + Send + 'a,
    {
        let ask = async {
            let turn = self.link.turn().await;
            let statement = turn.prepare(sql).await?;
            let opened = self.open(&turn).await?;
            let sent = turn.send(request(&self.link.client, statement)).await;
            drop(turn);
            self.opened(opened).await?;
            sent.answer().await
        };
        // Callers hold many of these at once.
        Box::pin(ask).await.map_err(|trouble| self.note(trouble))
    }

    /// The transaction failed, whatever the caller makes of it.
    fn note(&self, trouble: Trouble) -> StoreError {
        lock(&self.state.trouble).get_or_insert_with(|| trouble.clone());
        trouble.during(self.name)
    }

    /// Why the transaction cannot go on, if so.
    pub(crate) fn trouble(&self) -> Option<Trouble> {
        lock(&self.state.trouble).clone()
    }

    /// The transaction can go on: what failed was taken back.
    pub(crate) fn forget_trouble(&self) {
        *lock(&self.state.trouble) = None;
    }

    /// Whether nothing was sent yet.
    pub(crate) fn is_unopened(&self) -> bool {
        *lock(&self.state.opening) != Opening::Done
    }

    /// Sends what comes before the first statement, if that is this one.
    pub(crate) async fn open<'l>(
        &self,
        turn: &Turn<'l>,
    ) -> std::result::Result<Option<Opened<'l>>, Trouble> {
        let opening = std::mem::replace(&mut *lock(&self.state.opening), Opening::Done);
        Ok(match opening {
            Opening::Done => None,
            Opening::Begin(text) => Some(Opened {
                begin: turn.send_text(text).await,
                chain: None,
            }),
            Opening::BeginWithChain => {
                let take = turn.prepare(TAKE_CHAIN).await?;
                let begin = turn.send_text(BEGIN).await;
                let client = turn.client();
                let chain = turn
                    .send(async move { client.query(&take, &[]).await })
                    .await;
                Some(Opened {
                    begin,
                    chain: Some(chain),
                })
            }
        })
    }

    /// Takes in the answers to what [`Conn::open`] has sent.
    pub(crate) async fn opened(
        &self,
        opened: Option<Opened<'_>>,
    ) -> std::result::Result<(), Trouble> {
        let Some(opened) = opened else {
            return Ok(());
        };
        opened.begin.answer().await?;
        if let Some(sent) = opened.chain {
            let row = sent.answer().await?.into_iter().next();
            *lock(&self.state.chain) = row.and_then(|row| chain(&mut Row::of(row)).ok());
        }
        Ok(())
    }

    /// The chain that this transaction holds; takes one when it has none yet.
    pub(crate) async fn chain(&self) -> Result<Chain> {
        let held = *lock(&self.state.chain);
        if let Some(held) = held {
            return Ok(held);
        }
        for sql in [TAKE_CHAIN, ANY_CHAIN, WAIT_FOR_CHAIN] {
            if let Some(taken) = self.one(sql, &[], chain).await? {
                *lock(&self.state.chain) = Some(taken);
                return Ok(taken);
            }
        }
        Err(StoreError::Inconsistent {
            place: "audit_chain",
        })
    }
}

/// Requests that open a transaction, on their way.
pub(crate) struct Opened<'l> {
    begin: Sent<'l, ()>,
    chain: Option<Sent<'l, Vec<tokio_postgres::Row>>>,
}

fn chain(row: &mut Row) -> Result<Chain> {
    let number = row.take("audit_chain.chain")?;
    Ok(Chain {
        number,
        seq: row.take("audit_chain.seq")?,
        hash: row
            .take::<Option<Hash>>("audit_chain.hash")?
            .unwrap_or_else(|| start_of(number)),
    })
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
