//! Between the toolbar's handle and its sign-in: what was asked for, and what is shown of it.

use super::Observed;
use crate::agent::{RegisterError, RegistrationRequest};
use crate::device::{Device, Registration};
use crate::shared::Shared;
use crate::state::{Connection, State};
use jiff::Timestamp;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Notify, mpsc, oneshot, watch};
use wire::practice::CurrentUser;

/// What sign-in is told to do.
pub(crate) enum Order {
    /// Make this PC known.
    Register(Wanted),
    /// Undo that.
    Unregister(oneshot::Sender<Result<(), sdk::Error>>),
}

/// A registration that somebody wants.
pub(crate) struct Wanted {
    pub(crate) request: RegistrationRequest,
    /// Who waits for it; without anybody, it is tried until the platform answers.
    pub(crate) reply: Option<oneshot::Sender<Result<Registration, RegisterError>>>,
}

/// What was asked for and what is shown.
pub(crate) struct Reception {
    /// What the record system says.
    pub(crate) observed: watch::Sender<Observed>,
    /// Whom somebody signed out by hand: their Spine User ID.
    pub(crate) sent_away: watch::Sender<Option<String>>,
    /// This PC, while the platform knows it.
    pub(crate) device: watch::Sender<Option<Arc<Device>>>,
    pub(crate) connection: watch::Sender<Connection>,
    retry: Notify,
    orders: mpsc::UnboundedSender<Order>,
}

impl Reception {
    /// A reception, and the other end of its orders.
    pub(crate) fn new(now: Timestamp) -> (Self, mpsc::UnboundedReceiver<Order>) {
        let (orders, taken) = mpsc::unbounded_channel();
        let reception = Self {
            observed: watch::Sender::new(Observed::NotYet),
            sent_away: watch::Sender::new(None),
            device: watch::Sender::new(None),
            connection: watch::Sender::new(Connection {
                since: now,
                next_try: None,
                last_problem: None,
            }),
            retry: Notify::new(),
            orders,
        };
        (reception, taken)
    }

    /// This PC, while the platform knows it.
    pub(crate) fn device(&self) -> Option<Arc<Device>> {
        self.device.borrow().clone()
    }

    /// Gives an order. Whoever waits for it hears nothing when the toolbar has stopped.
    pub(crate) fn order(&self, order: Order) {
        // Dropping the order tells whoever waits.
        let _ = self.orders.send(order);
    }

    /// Signs out whoever is there now, and nobody else.
    pub(crate) fn send_away(&self) {
        if let Observed::User(user) = &*self.observed.borrow() {
            self.sent_away
                .send_replace(Some(user.spine_user_id.clone()));
        }
    }

    /// Whether `user` was signed out by hand.
    pub(crate) fn is_sent_away(&self, user: &CurrentUser) -> bool {
        self.sent_away.borrow().as_ref() == Some(&user.spine_user_id)
    }

    /// Whoever was signed out by hand may come again.
    pub(crate) fn welcome(&self) {
        self.sent_away
            .send_if_modified(|away| away.take().is_some());
    }

    /// Ends a wait for the next try.
    pub(crate) fn retry_now(&self) {
        self.retry.notify_waiters();
    }

    /// Follows the change from one state to another.
    pub(crate) fn moved(&self, from: &State, to: &State, now: Timestamp) {
        let online = |state: &State| matches!(state, State::Online { .. });
        let troubled = matches!(
            to,
            State::Offline { .. }
                | State::Blocked { .. }
                | State::NotRegistered { .. }
                | State::Connecting { .. }
        );
        self.connection.send_if_modified(|connection| {
            let before = connection.clone();
            if online(from) != online(to) {
                connection.since = now;
            }
            if !troubled {
                connection.last_problem = None;
            }
            connection.next_try = None;
            *connection != before
        });
    }

    fn waits(&self, next_try: Option<Timestamp>, problem: Option<&str>) {
        self.connection.send_modify(|connection| {
            connection.next_try = next_try;
            if let Some(problem) = problem {
                connection.last_problem = Some(problem.to_owned());
            }
        });
    }
}

/// Waits before the next try, for `time` at most; says whether the toolbar stops. `problem` is why, in words for
/// people.
pub(crate) async fn rest(shared: &Shared, time: Duration, problem: Option<&str>) -> bool {
    let reception = &shared.reception;
    let retry = reception.retry.notified();
    let next_try = shared.clock.now().checked_add(time).ok();
    reception.waits(next_try, problem);
    let stops = tokio::select! {
        stops = shared.pause(time) => stops,
        () = retry => false,
    };
    reception.waits(None, None);
    stops
}
