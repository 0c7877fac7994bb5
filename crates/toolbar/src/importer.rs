//! Puts messages into the record: several at once, one at a time for each patient, in order of arrival.

mod fault;
mod hold;
mod job;
mod prepare;
mod recover;
mod report;
mod rest;

pub(crate) use fault::Fault;

use crate::shared::{Session, Shared};
use rest::Rests;
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::{Id, JoinSet};
use wire::practice::ClaimMode;

/// What is to be done about a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Work {
    /// Put it into the record.
    Import,
    /// Find out whether it was put there, and tell the platform.
    Recover,
}

/// A message to import.
pub(crate) struct Order {
    pub(crate) message_ref: String,
    pub(crate) nhs_number: String,
    pub(crate) mode: ClaimMode,
    pub(crate) work: Work,
    pub(crate) session: Session,
    /// Who waits for the result, if anybody does.
    pub(crate) reply: Option<oneshot::Sender<Result<crate::Imported, Fault>>>,
}

/// Takes orders.
pub(crate) struct Importer {
    orders: mpsc::UnboundedSender<Order>,
    unfinished: watch::Sender<usize>,
    rests: Rests,
}

impl Importer {
    /// The order book, and its other end for [`dispatch`].
    pub(crate) fn new() -> (Self, mpsc::UnboundedReceiver<Order>) {
        let (orders, taken) = mpsc::unbounded_channel();
        let unfinished = watch::Sender::new(0);
        let rests = Rests::default();
        let importer = Self {
            orders,
            unfinished,
            rests,
        };
        (importer, taken)
    }

    /// Takes an order. One for a message that is being imported already changes nothing.
    pub(crate) fn order(&self, order: Order) {
        self.unfinished.send_modify(|count| *count += 1);
        if self.orders.send(order).is_err() {
            // The dispatcher has ended; dropping the order tells whoever waits for it.
            self.finished();
        }
    }

    /// Returns when nothing is being imported, or the toolbar is gone.
    pub(crate) fn idle(&self) -> impl Future<Output = ()> + Send + use<> {
        let mut unfinished = self.unfinished.subscribe();
        async move {
            // An error says that the toolbar is gone, and every import with it.
            let _ = unfinished.wait_for(|count| *count == 0).await;
        }
    }

    fn finished(&self) {
        self.unfinished
            .send_modify(|count| *count = count.saturating_sub(1));
    }
}

/// What is in progress.
#[derive(Default)]
struct Desk {
    queue: VecDeque<Order>,
    /// Message and patient of each running job.
    running: HashMap<Id, (String, String)>,
    jobs: JoinSet<()>,
}

/// Carries out orders until the toolbar stops; what is running then is finished.
pub(crate) async fn dispatch(shared: Arc<Shared>, mut orders: mpsc::UnboundedReceiver<Order>) {
    let mut desk = Desk::default();
    let mut stop = shared.stop.subscribe();
    loop {
        tokio::select! {
            _ = stop.wait_for(|stop| *stop) => break,
            Some(order) = orders.recv() => desk.accept(&shared, order),
            Some(done) = desk.jobs.join_next_with_id() => {
                desk.finish(&shared, done.map_or_else(|error| error.id(), |(id, ())| id));
            }
        }
        desk.start_what_can_start(&shared);
    }
    for _ in desk.queue.drain(..) {
        shared.importer.finished();
    }
    while let Some(done) = desk.jobs.join_next_with_id().await {
        desk.finish(&shared, done.map_or_else(|error| error.id(), |(id, ())| id));
    }
}

impl Desk {
    fn accept(&mut self, shared: &Shared, order: Order) {
        let same = |reference: &String| *reference == order.message_ref;
        let known = self.queue.iter().any(|queued| same(&queued.message_ref))
            || self.running.values().any(|(reference, _)| same(reference));
        let resting = order.work == Work::Import
            && order.reply.is_none()
            && shared.importer.rests.is_resting(&order.message_ref);
        if known || resting {
            shared.importer.finished();
            if let Some(reply) = order.reply {
                // Whoever asked may have gone.
                let _ = reply.send(Err(Fault::Busy));
            }
        } else {
            self.queue.push_back(order);
        }
    }

    fn finish(&mut self, shared: &Shared, id: Id) {
        self.running.remove(&id);
        shared.importer.finished();
    }

    fn start_what_can_start(&mut self, shared: &Arc<Shared>) {
        while self.running.len() < shared.pace.at_once {
            let free = |order: &Order| {
                let busy = |(_, patient): &(String, String)| *patient == order.nhs_number;
                !self.running.values().any(busy)
            };
            let next = self.queue.iter().position(free);
            let Some(order) = next.and_then(|place| self.queue.remove(place)) else {
                return;
            };
            let names = (order.message_ref.clone(), order.nhs_number.clone());
            let shared = Arc::clone(shared);
            let job = match order.work {
                Work::Import => self.jobs.spawn(job::run(shared, order)),
                Work::Recover => self.jobs.spawn(recover::run(shared, order)),
            };
            self.running.insert(job.id(), names);
        }
    }
}
