//! Puts messages into the record: several at once, one at a time for each patient, in order of arrival.

mod claim;
mod count;
mod fault;
mod hold;
mod job;
mod prepare;
mod recover;
mod report;
mod rest;

pub(crate) use claim::{claim, give_back};
pub(crate) use count::Counted;
pub(crate) use fault::Fault;
pub(crate) use hold::Hold;
pub use hold::{Holding, WhyLost};

use crate::shared::{Session, Shared};
use count::Count;
use rest::Rests;
use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::{mpsc, oneshot};
use tokio::task::{Id, JoinError, JoinSet};
use wire::practice::{ClaimMode, Detail};

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
    /// It was opened by somebody, under a claim that goes on; `None` for what the toolbar does by itself.
    pub(crate) opened: Option<Claimed>,
}

/// A message that is claimed, and who waits to hear what becomes of it.
pub(crate) struct Claimed {
    pub(crate) message: Detail,
    pub(crate) hold: Hold,
    pub(crate) reply: oneshot::Sender<Result<crate::Imported, Fault>>,
}

/// An order that counts until it is dropped.
pub(crate) struct Taken {
    order: Order,
    counted: Counted,
}

/// Takes orders.
pub(crate) struct Importer {
    orders: mpsc::UnboundedSender<Taken>,
    unfinished: Count,
    rests: Rests,
    /// What is being imported at this moment.
    running: Mutex<HashSet<String>>,
}

impl Importer {
    /// The order book, and its other end for [`dispatch`].
    pub(crate) fn new() -> (Self, mpsc::UnboundedReceiver<Taken>) {
        let (orders, taken) = mpsc::unbounded_channel();
        let importer = Self {
            orders,
            unfinished: Count::default(),
            rests: Rests::default(),
            running: Mutex::default(),
        };
        (importer, taken)
    }

    /// Takes an order. One for a message that is being imported already changes nothing, unless it was opened.
    pub(crate) fn order(&self, order: Order) {
        let counted = self.begin();
        // An error says that the dispatcher has ended; dropping the order tells whoever waits for it.
        let _ = self.orders.send(Taken { order, counted });
    }

    /// Something begins that a user who leaves waits for, until what this gives is dropped.
    pub(crate) fn begin(&self) -> Counted {
        self.unfinished.begin()
    }

    /// Whether a message is being imported at this moment.
    pub(crate) fn works_on(&self, message_ref: &str) -> bool {
        self.running().contains(message_ref)
    }

    fn running(&self) -> MutexGuard<'_, HashSet<String>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns when nothing is being imported or decided, or the toolbar is gone.
    pub(crate) fn idle(&self) -> impl Future<Output = ()> + Send + use<> {
        self.unfinished.none()
    }
}

/// What is in progress.
#[derive(Default)]
struct Desk {
    queue: VecDeque<Taken>,
    /// Message and patient of each running job.
    running: HashMap<Id, (String, String)>,
    jobs: JoinSet<()>,
}

/// Carries out orders until the toolbar stops; what is running then is finished.
pub(crate) async fn dispatch(shared: Arc<Shared>, mut orders: mpsc::UnboundedReceiver<Taken>) {
    let mut desk = Desk::default();
    let mut stop = shared.stop.subscribe();
    loop {
        tokio::select! {
            _ = stop.wait_for(|stop| *stop) => break,
            Some(taken) = orders.recv() => desk.accept(&shared, taken),
            Some(done) = desk.jobs.join_next_with_id() => desk.finish(&shared, done),
        }
        desk.start_what_can_start(&shared);
    }
    orders.close();
    while let Some(taken) = orders.recv().await {
        desk.queue.push_back(taken);
    }
    for taken in desk.queue.drain(..) {
        if let Some(opened) = taken.order.opened {
            // Without it the claim ends by itself.
            let _ = give_back(&shared, &taken.order.session, &opened.hold).await;
        }
    }
    while let Some(done) = desk.jobs.join_next_with_id().await {
        desk.finish(&shared, done);
    }
}

impl Desk {
    fn accept(&mut self, shared: &Shared, taken: Taken) {
        let order = &taken.order;
        let same = |reference: &String| *reference == order.message_ref;
        let queued = |taken: &Taken| same(&taken.order.message_ref);
        let known = self.queue.iter().any(queued)
            || self.running.values().any(|(reference, _)| same(reference));
        let resting =
            order.work == Work::Import && shared.importer.rests.is_resting(&order.message_ref);
        if order.opened.is_some() {
            // It is claimed already, and somebody waits for it: its turn is next.
            self.queue.push_front(taken);
        } else if !(known || resting) {
            self.queue.push_back(taken);
        }
    }

    fn finish(&mut self, shared: &Shared, done: Result<(Id, ()), JoinError>) {
        let id = done.map_or_else(|error| error.id(), |(id, ())| id);
        if let Some((reference, _)) = self.running.remove(&id) {
            shared.importer.running().remove(&reference);
        }
    }

    fn start_what_can_start(&mut self, shared: &Arc<Shared>) {
        while self.running.len() < shared.pace.at_once {
            let free = |taken: &Taken| {
                let order = &taken.order;
                let busy = |(reference, patient): &(String, String)| {
                    *reference == order.message_ref || *patient == order.nhs_number
                };
                !self.running.values().any(busy)
            };
            let next = self.queue.iter().position(free);
            let Some(taken) = next.and_then(|place| self.queue.remove(place)) else {
                return;
            };
            let Taken { order, counted } = taken;
            let names = (order.message_ref.clone(), order.nhs_number.clone());
            shared.importer.running().insert(names.0.clone());
            let shared = Arc::clone(shared);
            let job = self.jobs.spawn(async move {
                match order.work {
                    Work::Import => job::run(shared, order).await,
                    Work::Recover => recover::run(shared, order).await,
                }
                drop(counted);
            });
            self.running.insert(job.id(), names);
        }
    }
}
