//! Who is connected, what they are about, and until when they may be.

use super::limits::Limits;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;
use tokio::time::Instant;

/// Younger ones are not closed for a newcomer: their request may be on its way.
const YOUNG: Duration = Duration::from_secs(1);

/// One connection's state.
#[derive(Debug)]
pub(super) struct Seat {
    state: Mutex<State>,
    /// Something changed that the connection's own task may not have seen.
    pub(super) changed: Notify,
}

#[derive(Debug)]
struct State {
    /// Requests whose answer is not out yet.
    open: usize,
    /// Since when there is none.
    since: Instant,
    /// When the first byte of the next head came.
    head: Option<Instant>,
    /// Whether there was a request before.
    served: bool,
    /// Frames come between requests as well there, so bytes say nothing of heads.
    http2: bool,
    /// Whether its place is wanted.
    wanted: bool,
}

/// What should happen to a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Due {
    /// Nothing, as long as the request lasts.
    Never,
    /// Close it then.
    At(Instant),
    /// Close it now.
    Now,
}

impl Seat {
    fn new() -> Self {
        Self {
            state: Mutex::new(State {
                open: 0,
                since: Instant::now(),
                head: None,
                served: false,
                http2: false,
                wanted: false,
            }),
            changed: Notify::new(),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Bytes came.
    pub(super) fn received(&self) {
        let mut state = self.state();
        if state.open == 0 && !state.http2 && state.head.is_none() {
            state.head = Some(Instant::now());
        }
    }

    /// A request's head is complete. The request is open until the result is dropped.
    pub(super) fn serve(self: &Arc<Self>, http2: bool) -> Serving {
        let mut state = self.state();
        state.open += 1;
        state.head = None;
        state.served = true;
        state.http2 = http2;
        Serving(Arc::clone(self))
    }

    /// Whether a head has begun that is not complete.
    pub(super) fn half_asked(&self) -> bool {
        self.state().head.is_some()
    }

    pub(super) fn due(&self, limits: &Limits) -> Due {
        let state = self.state();
        if state.open > 0 {
            return Due::Never;
        }
        if state.wanted {
            return Due::Now;
        }
        Due::At(match state.head {
            Some(begun) => begun + limits.head,
            None if state.served => state.since + limits.idle,
            None => state.since + limits.head,
        })
    }

    /// Since when it waits for a request, if it does.
    fn idle_since(&self) -> Option<Instant> {
        let state = self.state();
        (state.open == 0 && !state.wanted).then_some(state.since)
    }
}

/// A request in progress.
#[derive(Debug)]
pub(super) struct Serving(Arc<Seat>);

impl Drop for Serving {
    fn drop(&mut self) {
        let mut state = self.0.state();
        state.open = state.open.saturating_sub(1);
        state.since = Instant::now();
        // An HTTP/1 connection's task drops this itself; others must be told.
        let tell = state.http2 || state.wanted;
        drop(state);
        if tell {
            self.0.changed.notify_one();
        }
    }
}

/// All connections of one server.
#[derive(Clone, Debug, Default)]
pub(super) struct Seats(Arc<Mutex<Taken>>);

#[derive(Debug, Default)]
struct Taken {
    next: u64,
    seats: HashMap<u64, Arc<Seat>>,
}

/// A connection's place among them, as long as it lives.
#[derive(Debug)]
pub(super) struct Place {
    pub(super) seat: Arc<Seat>,
    number: u64,
    seats: Seats,
}

impl Seats {
    fn taken(&self) -> MutexGuard<'_, Taken> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn take(&self) -> Place {
        let seat = Arc::new(Seat::new());
        let mut taken = self.taken();
        taken.next += 1;
        let number = taken.next;
        taken.seats.insert(number, Arc::clone(&seat));
        Place {
            seat,
            number,
            seats: self.clone(),
        }
    }

    /// Asks the connections that have waited longest for a request to end, up to so many, so that
    /// others get their places.
    pub(super) fn make_room(&self, most: usize) {
        let taken = self.taken();
        let mut idle: Vec<_> = taken
            .seats
            .values()
            .filter_map(|seat| Some((seat.idle_since()?, seat)))
            .filter(|(since, _)| since.elapsed() >= YOUNG)
            .collect();
        idle.sort_unstable_by_key(|(since, _)| *since);
        for (_, seat) in idle.into_iter().take(most) {
            seat.state().wanted = true;
            seat.changed.notify_one();
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.seats.taken().seats.remove(&self.number);
    }
}
