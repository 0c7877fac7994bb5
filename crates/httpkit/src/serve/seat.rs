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
    /// Those of them that wait for their reader, by number, and until when they may.
    unread: HashMap<u64, Instant>,
    /// The number of the next request.
    next: u64,
    /// Since when there is none.
    since: Instant,
    /// When the first byte of the next head came.
    head: Option<Instant>,
    /// Whether the request that is open has no body, so that what comes belongs to the next.
    whole: bool,
    /// Whether some of the next request came while one was open.
    pipelined: bool,
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
                unread: HashMap::new(),
                next: 0,
                pipelined: false,
                whole: false,
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
        if state.http2 {
            return;
        }
        if state.open > 0 {
            state.pipelined |= state.whole;
        } else if state.head.is_none() {
            state.head = Some(Instant::now());
        }
    }

    /// A request's head is complete, and it is `whole` if there is no body. The request is open until
    /// the result is dropped.
    pub(super) fn serve(self: &Arc<Self>, http2: bool, whole: bool) -> Serving {
        let mut state = self.state();
        state.open += 1;
        state.head = None;
        state.pipelined = false;
        state.whole = whole;
        state.served = true;
        state.http2 = http2;
        state.next += 1;
        Serving {
            seat: Arc::clone(self),
            number: state.next,
        }
    }

    /// Whether a head has begun that is not complete.
    pub(super) fn half_asked(&self) -> bool {
        self.state().head.is_some()
    }

    pub(super) fn due(&self, limits: &Limits) -> Due {
        let state = self.state();
        if state.open > state.unread.len() {
            return Due::Never;
        }
        // Answers that nobody reads do not hold a place for ever; each of them may still be read.
        if let Some(last) = state.unread.values().max() {
            return Due::At(*last);
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
pub(super) struct Serving {
    seat: Arc<Seat>,
    number: u64,
}

impl Serving {
    /// Until when its answer may wait for its reader, if it does.
    pub(super) fn unread(&self, until: Option<Instant>) {
        let mut state = self.seat.state();
        match until {
            Some(until) => drop(state.unread.insert(self.number, until)),
            None => drop(state.unread.remove(&self.number)),
        }
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let mut state = self.seat.state();
        state.open = state.open.saturating_sub(1);
        state.unread.remove(&self.number);
        state.since = Instant::now();
        if state.pipelined {
            state.head = Some(state.since);
        }
        // An HTTP/1 connection's task drops this itself; others must be told.
        let tell = state.http2 || state.wanted;
        drop(state);
        if tell {
            self.seat.changed.notify_one();
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
