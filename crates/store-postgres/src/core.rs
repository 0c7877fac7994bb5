//! What every port shares: connections, wake-ups, and what is remembered of the directory.

pub(crate) use crate::attempt::Call;

use crate::announce::Announcer;
use crate::connect::Connector;
use crate::listen;
use crate::platform::Known;
use crate::pool::Pool;
use crate::trouble::Trouble;
use crate::tx::Concerned;
use model::{Entropy, entropy};
use std::sync::Arc;
use store::blob::Blobs;
use store::wake::Hub;
use tokio::task::JoinHandle;

/// One node's way to the database. Dropped, its tasks end and its connections are cut.
pub(crate) struct Core {
    pub(crate) pool: Pool,
    pub(crate) hub: Arc<Hub>,
    pub(crate) known: Arc<Known>,
    pub(crate) blobs: Arc<dyn Blobs>,
    pub(crate) entropy: Arc<dyn Entropy>,
    announcer: Announcer,
    listening: JoinHandle<()>,
}

impl Core {
    pub(crate) fn start(
        connector: Connector,
        connections: u32,
        blobs: Arc<dyn Blobs>,
        entropy: Arc<dyn Entropy>,
    ) -> Result<Self, Trouble> {
        let connector = Arc::new(connector);
        let hub = Arc::<Hub>::default();
        let known = Arc::<Known>::default();
        let node = u64::from_be_bytes(entropy::bytes(&*entropy));
        let pool = Pool::new(Arc::clone(&connector), connections)?;
        let announcer = Announcer::start(node, Arc::clone(&connector), Arc::clone(&entropy));
        let listening = tokio::spawn(listen::for_ever(
            node,
            connector,
            Arc::clone(&hub),
            Arc::clone(&known),
            Arc::clone(&entropy),
        ));
        Ok(Self {
            pool,
            hub,
            known,
            blobs,
            entropy,
            announcer,
            listening,
        })
    }

    /// Tells this node at once, and the others soon, of what was committed.
    pub(crate) fn tell(&self, concerned: Concerned) {
        if concerned.directory {
            self.known.changed();
        }
        for audience in &concerned.audiences {
            self.hub.wake(audience);
        }
        self.announcer.announce(concerned);
    }
}

impl Drop for Core {
    fn drop(&mut self) {
        self.listening.abort();
    }
}
