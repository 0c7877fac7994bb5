//! The one place where a transaction is tried again, and where it is decided that it is not.

use crate::conn::{BEGIN, Conn, Opening};
use crate::core::{Core, Side};
use crate::patience::{IN_ALL, Patience};
use crate::pool::Lease;
use crate::trouble::{Class, Trouble};
use crate::tx::{Tx, Unfinished};
use std::time::Duration;
use store::Result;
use tokio::time::timeout;

#[cfg(test)]
mod tests;

/// How long taking back may last before the connection is cut, which takes back as well.
const ROLLBACK_WITHIN: Duration = Duration::from_secs(1);
const PLANNED: &str = "BEGIN READ ONLY; SET LOCAL plan_cache_mode = force_custom_plan";

/// A transaction that writes: its name, and what may be done with it.
#[derive(Clone, Copy)]
pub(crate) struct Call {
    name: &'static str,
    repeatable: bool,
    audited: bool,
    within: Duration,
}

impl Call {
    pub(crate) const fn new(name: &'static str) -> Self {
        Self {
            name,
            repeatable: false,
            audited: false,
            within: IN_ALL,
        }
    }

    /// Doing it twice is doing it once: it is run again when it is not known whether it was committed.
    pub(crate) const fn repeatable(self) -> Self {
        Self {
            repeatable: true,
            ..self
        }
    }

    /// Trying ends after so long.
    pub(crate) const fn within(self, within: Duration) -> Self {
        Self { within, ..self }
    }

    /// It leaves audit entries or moves counts: a chain is taken together with the first statement.
    pub(crate) const fn audited(self) -> Self {
        Self {
            audited: true,
            ..self
        }
    }
}

/// Whether the same again may do better.
fn is_worth_another_try(failed: &Unfinished, repeatable: bool) -> bool {
    match failed {
        Unfinished::Not(trouble) => matches!(trouble.class, Class::Again | Class::Gone),
        Unfinished::InDoubt(_) => repeatable,
        Unfinished::Refused(_) => false,
    }
}

impl<S: Side> Core<S> {
    /// Runs `work` in a transaction that writes, and answers once it is committed. `work` may be run again
    /// after what it did was taken back. A caller that goes away takes it back as well.
    pub(crate) async fn write<T, Work>(
        &self,
        call: Call,
        work: impl Fn(Tx<S::Lines>) -> Work + Send + Sync,
    ) -> Result<T>
    where
        T: Send,
        Work: Future<Output = Result<T>> + Send,
    {
        let mut patience = Patience::of_a_caller(&*self.entropy, call.within);
        let mut doubt = false;
        loop {
            let failed = match self.write_once(call, doubt, &work).await {
                Ok(value) => return Ok(value),
                Err(failed) => failed,
            };
            let again = is_worth_another_try(&failed, call.repeatable);
            let trouble = match failed {
                Unfinished::Refused(error) => return Err(error),
                Unfinished::Not(trouble) => trouble,
                Unfinished::InDoubt(trouble) => {
                    let transaction = call.name;
                    tracing::warn!(transaction, cause = %trouble, again, "a COMMIT is in doubt");
                    doubt = true;
                    trouble
                }
            };
            self.look_elsewhere(&trouble);
            if !again || !patience.wait().await {
                return Err(trouble.during(call.name));
            }
            tracing::debug!(transaction = call.name, cause = %trouble, in_doubt = doubt, "tried again");
        }
    }

    async fn write_once<T, Work>(
        &self,
        call: Call,
        doubt: bool,
        work: impl Fn(Tx<S::Lines>) -> Work,
    ) -> std::result::Result<T, Unfinished>
    where
        Work: Future<Output = Result<T>> + Send,
    {
        let opening = if call.audited {
            Opening::BeginWithChain
        } else {
            Opening::Begin(BEGIN)
        };
        let (lease, conn) = self.lease(call.name, opening).await?;
        let tx = Tx::new(conn);
        let outcome = work(tx.clone()).await;
        let value = match (outcome, tx.trouble()) {
            (Ok(value), None) => value,
            (_, Some(trouble)) => {
                take_back(lease, &tx, trouble.class).await;
                return Err(Unfinished::Not(trouble));
            }
            (Err(error), None) => {
                take_back(lease, &tx, Class::Fault).await;
                return Err(Unfinished::Refused(error));
            }
        };
        let done = Box::pin(tx.commit(doubt)).await;
        match &done {
            Ok(()) => lease.give_back(),
            Err(Unfinished::Not(trouble)) => {
                take_back(lease, &tx, trouble.class).await;
            }
            Err(Unfinished::Refused(_)) => take_back(lease, &tx, Class::Fault).await,
            // Whatever the server still does with it, nobody else gets into it.
            Err(Unfinished::InDoubt(_)) => self.pool.park(lease),
        }
        if matches!(done, Ok(()) | Err(Unfinished::InDoubt(_))) {
            self.side.committed(&mut tx.lines());
        }
        done.map(|()| value)
    }

    /// Reads; each statement sees what is committed when it begins.
    pub(crate) async fn read<T, Work>(
        &self,
        name: &'static str,
        work: impl Fn(Conn) -> Work + Send + Sync,
    ) -> Result<T>
    where
        T: Send,
        Work: Future<Output = Result<T>> + Send,
    {
        self.look(name, Opening::Done, work).await
    }

    /// Reads, each statement planned for what it is given. That costs more than to look something up, and less than
    /// to find it by the wrong index.
    pub(crate) async fn planned<T, Work>(
        &self,
        name: &'static str,
        work: impl Fn(Conn) -> Work + Send + Sync,
    ) -> Result<T>
    where
        T: Send,
        Work: Future<Output = Result<T>> + Send,
    {
        self.look(name, Opening::Begin(PLANNED), work).await
    }

    /// Reads from one state of the database, whatever is committed meanwhile.
    pub(crate) async fn snapshot<T, Work>(
        &self,
        name: &'static str,
        work: impl Fn(Conn) -> Work + Send + Sync,
    ) -> Result<T>
    where
        T: Send,
        Work: Future<Output = Result<T>> + Send,
    {
        self.look(name, Opening::Begin(S::SNAPSHOT), work).await
    }

    async fn look<T, Work>(
        &self,
        name: &'static str,
        opening: Opening,
        work: impl Fn(Conn) -> Work + Send + Sync,
    ) -> Result<T>
    where
        T: Send,
        Work: Future<Output = Result<T>> + Send,
    {
        let mut patience = Patience::of_a_caller(&*self.entropy, IN_ALL);
        loop {
            let trouble = match self.look_once(name, opening, &work).await {
                Ok(outcome) => return outcome,
                Err(trouble) => trouble,
            };
            self.look_elsewhere(&trouble);
            let again = matches!(trouble.class, Class::Again | Class::Gone);
            if !again || !patience.wait().await {
                return Err(trouble.during(name));
            }
        }
    }

    async fn look_once<T, Work>(
        &self,
        name: &'static str,
        opening: Opening,
        work: impl Fn(Conn) -> Work,
    ) -> std::result::Result<Result<T>, Trouble>
    where
        Work: Future<Output = Result<T>> + Send,
    {
        let (lease, conn) = self.lease(name, opening).await?;
        let outcome = work(conn.clone()).await;
        let trouble = conn.trouble();
        if opening == Opening::Done && trouble.is_none() {
            lease.give_back();
        } else {
            let class = trouble
                .as_ref()
                .map_or(Class::Fault, |trouble| trouble.class);
            take_back(lease, &conn, class).await;
        }
        match trouble {
            Some(trouble) => Err(trouble),
            None => Ok(outcome),
        }
    }

    async fn lease(
        &self,
        name: &'static str,
        opening: Opening,
    ) -> std::result::Result<(Lease, Conn), Trouble> {
        let lease = Box::pin(self.pool.take()).await?;
        let link = lease.link().ok_or_else(|| Trouble::gone("no connection"))?;
        Ok((lease, Conn::new(link, name, opening)))
    }

    /// The server may no longer be the one that takes writes: connections that are kept lead to it too.
    fn look_elsewhere(&self, trouble: &Trouble) {
        if trouble.class == Class::Gone {
            self.pool.clear();
        }
    }
}

/// Ends a transaction without a trace. A connection that may be of no use is cut, which does the same.
async fn take_back(lease: Lease, conn: &Conn, class: Class) {
    if class == Class::Gone {
        return;
    }
    if conn.is_unopened() {
        return lease.give_back();
    }
    let rollback = async {
        let turn = conn.link.turn().await;
        let sent = turn.send_text("ROLLBACK").await;
        drop(turn);
        sent.wait().await
    };
    if let Ok(Ok(())) = timeout(ROLLBACK_WITHIN, rollback).await {
        lease.give_back();
    }
}
