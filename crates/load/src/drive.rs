//! The run itself: connections that take turns, and what they find.

#[cfg(test)]
mod tests;
mod turns;

use crate::RunError;
use crate::line::{Dial, Line};
use crate::outcome::{Fault, Outcome};
use crate::plan::{Length, Mode, Plan};
use crate::request::Requests;
use crate::schedule::{Schedule, Ticker};
use crate::watch::Watch;
use std::io;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout};
use turns::{Open, Turns};

/// Rest after a connection that could not be made: a server that is down is not to be stormed.
const REST: Duration = Duration::from_millis(100);
/// How long a stopped run waits for what is under way.
const GRACE: Duration = Duration::from_secs(2);

/// Runs a plan against its target.
pub(crate) async fn run(plan: Plan, watch: &Watch) -> Result<Outcome, RunError> {
    let job = Job {
        address: plan.target.address().to_owned(),
        mode: plan.mode,
        length: plan.length,
        warm_up: plan.warm_up,
        requests: plan.requests,
        patience: plan.patience,
        keep_acknowledged: plan.keep_acknowledged,
    };
    let tick = |ticker: Ticker| {
        let named = std::thread::Builder::new().name("load-ticks".to_owned());
        named.spawn(move || ticker.run()).map(drop)
    };
    drive(Arc::new(plan.target), job, watch, tick).await
}

/// A plan with only the name of its target.
pub(crate) struct Job {
    pub(crate) address: String,
    pub(crate) mode: Mode,
    pub(crate) length: Length,
    pub(crate) warm_up: Duration,
    pub(crate) requests: Arc<dyn Requests>,
    pub(crate) patience: Duration,
    pub(crate) keep_acknowledged: bool,
}

/// Makes the connections, starts the clock, and waits for the end.
pub(crate) async fn drive<D: Dial>(
    dial: Arc<D>,
    job: Job,
    watch: &Watch,
    tick: impl FnOnce(Ticker) -> io::Result<()>,
) -> Result<Outcome, RunError> {
    let connections = job.mode.connections();
    let lines = connect(&dial, connections, job.patience)
        .await
        .map_err(|source| RunError::Unreachable {
            address: job.address.clone(),
            source,
        })?;
    let start = Instant::now();
    let measure_from = start + job.warm_up;
    let open = match job.mode {
        Mode::Closed { .. } => None,
        Mode::Open {
            rate_per_second, ..
        } => {
            let schedule = Schedule::new(rate_per_second);
            let (total, end) = match job.length {
                Length::Count(count) => (schedule.before(job.warm_up) + count, None),
                Length::For(time) => {
                    let whole = job.warm_up + time;
                    (schedule.before(whole), Some(start + whole))
                }
            };
            let permits = Arc::new(Semaphore::new(0));
            tick(Ticker::new(
                schedule,
                start,
                total,
                end,
                permits.clone(),
                connections,
            ))
            .map_err(RunError::NoThread)?;
            Some(Open {
                schedule,
                start,
                total,
                permits,
            })
        }
    };
    let turns = Arc::new(Turns::new(job.length, measure_from, open));
    watch.tally().begun = Some(measure_from);
    let job = Arc::new(job);
    let mut all = JoinSet::new();
    for line in lines {
        let worker = Worker {
            dial: dial.clone(),
            line,
            turns: turns.clone(),
            job: job.clone(),
            watch: watch.clone(),
        };
        all.spawn(worker.run());
    }
    tokio::select! {
        () = async { while all.join_next().await.is_some() {} } => {}
        () = watch.stopped() => {
            turns.end();
            let rest = async { while all.join_next().await.is_some() {} };
            // What is still under way then is dropped, and counts as nothing.
            drop(timeout(GRACE, rest).await);
        }
    }
    all.shutdown().await;
    Ok(watch.tally().outcome(turns.missed()))
}

/// All connections at once; those that fail are tried again when their turn comes.
async fn connect<D: Dial>(
    dial: &Arc<D>,
    count: usize,
    patience: Duration,
) -> io::Result<Vec<Option<D::Line>>>
where
    D::Line: 'static,
{
    let late = |_| Err(io::Error::from(io::ErrorKind::TimedOut));
    let mut dialling = JoinSet::new();
    for _ in 0..count {
        let dial = dial.clone();
        dialling.spawn(async move { timeout(patience, dial.dial()).await.unwrap_or_else(late) });
    }
    let mut lines = Vec::with_capacity(count);
    let mut fault = None;
    while let Some(made) = dialling.join_next().await {
        match made {
            Ok(Ok(line)) => lines.push(Some(line)),
            Ok(Err(error)) => fault = fault.or(Some(error)),
            Err(ended) => fault = fault.or(Some(ended.into())),
        }
    }
    match fault {
        Some(error) if lines.is_empty() => Err(error),
        _ => {
            lines.resize_with(count, || None);
            Ok(lines)
        }
    }
}

/// One connection's work.
struct Worker<D: Dial> {
    dial: Arc<D>,
    line: Option<D::Line>,
    turns: Arc<Turns>,
    job: Arc<Job>,
    watch: Watch,
}

impl<D: Dial> Worker<D> {
    async fn run(mut self) {
        while !self.watch.is_stopped()
            && let Some(turn) = self.turns.next().await
        {
            let request = self.job.requests.next(turn.number);
            let (message, bytes) = (request.message, request.body.len());
            let began = Instant::now();
            let found = timeout(self.job.patience, async {
                if self.line.is_none() {
                    let line = self.dial.dial().await.map_err(|_| Fault::Connect)?;
                    self.line = Some(line);
                }
                match &mut self.line {
                    Some(line) => line.exchange(request).await,
                    None => Err(Fault::Connect),
                }
            });
            let found = found.await.unwrap_or(Err(Fault::TimedOut));
            let now = Instant::now();
            if let (Ok(200..300), true, Some(message)) =
                (found, self.job.keep_acknowledged, message)
            {
                self.watch.tally().acknowledged.push(message);
            }
            if turn.counts {
                let mut tally = self.watch.tally();
                if let Some(due) = turn.due {
                    tally.late(began.saturating_duration_since(due));
                }
                match found {
                    Ok(status) => {
                        let from = turn.due.unwrap_or(began);
                        tally.answer(status, now.saturating_duration_since(from), bytes, now);
                    }
                    Err(fault) => tally.fault(fault, now),
                }
            }
            if let Err(fault) = found {
                // Never sent again: what is counted is what one try met.
                self.line = None;
                if fault == Fault::Connect {
                    sleep(REST).await;
                }
            }
        }
    }
}
