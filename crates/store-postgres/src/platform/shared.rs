//! What the platform's ports share beside connections: wake-ups, the directory's memory, blobs.

use crate::announce::Announcer;
use crate::connect::Connector;
use crate::core::Side;
use crate::listen;
use crate::platform::Known;
use crate::tx::Lines;
use model::{Entropy, entropy};
use std::sync::Arc;
use store::blob::Blobs;
use store::wake::Hub;
use tokio::task::JoinHandle;

/// The platform's own part of a node. Dropped, its tasks end.
pub(crate) struct Platform {
    pub(crate) hub: Arc<Hub>,
    pub(crate) known: Arc<Known>,
    pub(crate) blobs: Arc<dyn Blobs>,
    announcer: Announcer,
    listening: JoinHandle<()>,
}

impl Platform {
    pub(crate) fn start(
        connector: &Arc<Connector>,
        blobs: Arc<dyn Blobs>,
        entropy: &Arc<dyn Entropy>,
    ) -> Self {
        let hub = Arc::<Hub>::default();
        let known = Arc::<Known>::default();
        let node = u64::from_be_bytes(entropy::bytes(&**entropy));
        let announcer = Announcer::start(node, Arc::clone(connector), Arc::clone(entropy));
        let listening = tokio::spawn(listen::for_ever(
            node,
            Arc::clone(connector),
            Arc::clone(&hub),
            Arc::clone(&known),
            Arc::clone(entropy),
        ));
        Self {
            hub,
            known,
            blobs,
            announcer,
            listening,
        }
    }
}

impl Side for Platform {
    type Lines = Lines;

    /// The locks come before the first read, which fixes that state: who waited for upkeep after it would find a
    /// message's rows neither where they were nor where they are.
    const SNAPSHOT: &'static str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; \
         LOCK TABLE ONLY message, ONLY message_body, ONLY attachment, ONLY coded_item IN ACCESS SHARE MODE";

    /// Tells this node at once, and the others soon.
    fn committed(&self, lines: &mut Lines) {
        let concerned = lines.concerned();
        if concerned.directory {
            self.known.changed();
        }
        for audience in &concerned.audiences {
            self.hub.wake(audience);
        }
        self.announcer.announce(concerned);
    }
}

impl Drop for Platform {
    fn drop(&mut self) {
        self.listening.abort();
    }
}
