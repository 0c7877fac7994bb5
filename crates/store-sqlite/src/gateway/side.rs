//! What the gateway's transactions have beside the connection: whom to wake.

use crate::writer::Side;
use std::sync::Arc;
use store::gateway::{Wake, Wakes};

/// Beside the connection that writes.
pub(crate) struct Beside {
    wakes: Arc<Wakes>,
    noted: Noted,
}

/// What was committed for whom.
#[derive(Clone, Copy, Default)]
pub(crate) struct Noted {
    sending: bool,
    events: bool,
}

impl Beside {
    pub(crate) fn new(wakes: Arc<Wakes>) -> Self {
        Self {
            wakes,
            noted: Noted::default(),
        }
    }

    /// Wakes somebody after COMMIT.
    pub(crate) fn wake(&mut self, what: Wake) {
        match what {
            Wake::Sending => self.noted.sending = true,
            Wake::Events => self.noted.events = true,
        }
    }
}

impl Side for Beside {
    type Mark = Noted;

    fn mark(&self) -> Noted {
        self.noted
    }

    fn back_to(&mut self, mark: Noted) {
        self.noted = mark;
    }

    fn back(&mut self) {
        self.noted = Noted::default();
    }

    fn after(&mut self) {
        let noted = std::mem::take(&mut self.noted);
        if noted.sending {
            self.wakes.wake(Wake::Sending);
        }
        if noted.events {
            self.wakes.wake(Wake::Events);
        }
    }
}
