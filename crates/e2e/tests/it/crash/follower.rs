//! Follows accepted messages while everything is being killed: each must come to its end, and be in the
//! record once.

use super::count::{Shows, filed};
use super::parcel::Expected;
use super::senders::Load;
use crate::world::partner::{Integrator, standing};
use crate::world::records::Records;
use futures_util::future::join_all;
use serde_json::Value;
use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::time::Instant;
use wire::paths::partner as paths;

const EVERY: Duration = Duration::from_millis(100);
/// So many are looked at in one round.
const AT_ONCE: usize = 24;

/// What is known of the accepted messages.
#[derive(Default)]
pub(crate) struct Followed {
    waiting: AtomicUsize,
    /// The age of the oldest instant message that is not imported yet, in seconds.
    oldest: AtomicU64,
    over: AtomicBool,
    /// All that were accepted.
    all: Mutex<Vec<Expected>>,
    /// Those that became standard messages, which somebody at the practice then imports.
    by_hand: Mutex<Vec<String>>,
}

impl Followed {
    /// How many instant messages are accepted and not in the record.
    pub(crate) fn waiting(&self) -> usize {
        self.waiting.load(Ordering::Relaxed)
    }

    /// The age of the oldest of them.
    pub(crate) fn oldest(&self) -> Duration {
        Duration::from_secs(self.oldest.load(Ordering::Relaxed))
    }

    /// No more messages come.
    pub(crate) fn end(&self) {
        self.over.store(true, Ordering::Relaxed);
    }

    /// Every message that was accepted.
    pub(crate) fn all(&self) -> Vec<Expected> {
        self.all.lock().unwrap().clone()
    }

    /// Ids of those that wait for a person although they were instant.
    pub(crate) fn by_hand(&self) -> Vec<String> {
        self.by_hand.lock().unwrap().clone()
    }
}

/// Follows until [`Followed::end`] was called and nothing waits.
pub(crate) async fn follow(
    load: Arc<Load>,
    followed: Arc<Followed>,
    records: Records,
    integrator: Integrator,
) {
    let mut waiting: VecDeque<(Expected, Instant)> = VecDeque::new();
    loop {
        let over = followed.over.load(Ordering::Relaxed);
        for (message, at) in load.take_accepted() {
            followed.all.lock().unwrap().push(message.clone());
            if message.instant {
                waiting.push_back((message, at));
            }
        }
        let oldest = waiting.iter().map(|(_, at)| at.elapsed()).max();
        let oldest = oldest.unwrap_or_default().as_secs();
        followed.oldest.store(oldest, Ordering::Relaxed);
        followed.waiting.store(waiting.len(), Ordering::Relaxed);
        if over && waiting.is_empty() {
            return;
        }
        let count = waiting.len().min(AT_ONCE);
        let looked_at: Vec<_> = waiting.drain(..count).collect();
        let looks = looked_at
            .iter()
            .map(|(message, _)| look(&integrator, &records, message));
        for (outcome, message) in join_all(looks).await.into_iter().zip(looked_at) {
            match outcome {
                Look::Waits => waiting.push_back(message),
                Look::Done => {}
                Look::ForAPerson => followed.by_hand.lock().unwrap().push(message.0.id),
                Look::Fault(what) => load.fault(what),
            }
        }
        tokio::time::sleep(EVERY).await;
    }
}

enum Look {
    Waits,
    Done,
    ForAPerson,
    Fault(String),
}

async fn look(integrator: &Integrator, records: &Records, message: &Expected) -> Look {
    let id = &message.id;
    let call = integrator.call(reqwest::Method::GET, &paths::status_of(id));
    let Ok(answer) = call.send().await else {
        return Look::Waits;
    };
    match answer.status().as_u16() {
        200 => {}
        503 => return Look::Waits,
        404 => return Look::Fault(format!("lost: {id}")),
        status => return Look::Fault(format!("the status of {id} was answered {status}")),
    }
    let Ok(status) = answer.json::<Value>().await else {
        return Look::Waits;
    };
    let stands = standing(&status);
    match stands.as_str() {
        "PENDING / Awaiting instant import" | "PENDING / Import in progress" => Look::Waits,
        "COMPLETED / Imported automatically" => judge(records, message, &stands).await,
        // What became a standard message meanwhile can only be imported as one.
        "COMPLETED / Imported after review" if was_timed_out(&status) => {
            judge(records, message, &stands).await
        }
        // Its time was over before its import was told: the toolbar will tell it.
        "PENDING / Instant message timed out" => match filed(records, message).await {
            None | Some(Shows::Once) => Look::Waits,
            Some(Shows::NotAtAll) => Look::ForAPerson,
            Some(Shows::Otherwise(what)) => Look::Fault(what),
        },
        // What is said to have failed must not be in the record.
        "PENDING / Failed instant message import" => match filed(records, message).await {
            None => Look::Waits,
            Some(Shows::NotAtAll) => Look::ForAPerson,
            Some(shows) => Look::Fault(format!("{id} stands at {stands}, the record: {shows:?}")),
        },
        _ => Look::Fault(format!("{id} stands where it should not: {status}")),
    }
}

/// A message that is said to be in the record is there once.
async fn judge(records: &Records, message: &Expected, stands: &str) -> Look {
    match filed(records, message).await {
        None => Look::Waits,
        Some(Shows::Once) => Look::Done,
        Some(Shows::NotAtAll) => {
            Look::Fault(format!("{}: {stands}, not in the record", message.id))
        }
        Some(Shows::Otherwise(what)) => Look::Fault(what),
    }
}

fn was_timed_out(status: &Value) -> bool {
    let history = status["history"].as_array();
    history.is_some_and(|lines| {
        lines
            .iter()
            .any(|line| line["subStatus"] == "Instant message timed out")
    })
}
