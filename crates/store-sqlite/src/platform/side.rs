//! What the platform's transactions have beside the connection: the audit log's head, whom to wake, and whether
//! the directory changed.

use super::{Head, Known};
use crate::writer::Side;
use std::sync::Arc;
use store::platform::Audience;
use store::wake::Hub;

/// Beside the connection that writes.
pub(crate) struct Beside {
    hub: Arc<Hub>,
    known: Arc<Known>,
    /// When the look under way began.
    look: u64,
    /// The audit log's newest entry; `None` when it must be read anew.
    pub(crate) head: Option<Head>,
    /// Whom to wake after the commit.
    pub(crate) wakes: Vec<Audience>,
    /// Set by a call that changes the directory: what is known of it is read anew.
    pub(crate) directory: bool,
}

impl Beside {
    pub(crate) fn new(hub: Arc<Hub>, known: Arc<Known>) -> Self {
        Self {
            hub,
            known,
            look: 0,
            head: None,
            wakes: Vec::new(),
            directory: false,
        }
    }
}

impl Side for Beside {
    type Mark = usize;

    fn looking(&mut self) {
        self.look = self.known.look();
    }

    fn looked(&mut self, others: bool) {
        if others {
            self.head = None;
            self.known.changed();
        }
        self.known.looked(self.look);
    }

    fn mark(&self) -> usize {
        self.wakes.len()
    }

    fn back_to(&mut self, mark: usize) {
        self.head = None;
        self.wakes.truncate(mark);
    }

    fn back(&mut self) {
        self.back_to(0);
    }

    fn after(&mut self) {
        if std::mem::take(&mut self.directory) {
            self.known.changed();
        }
        for audience in self.wakes.drain(..) {
            self.hub.wake(&audience);
        }
    }
}
