//! What every port shares: connections, and what is done after a COMMIT.

pub(crate) use crate::attempt::Call;

use crate::connect::Connector;
use crate::platform::Platform;
use crate::pool::Pool;
use crate::trouble::Trouble;
use crate::tx::Leaves;
use model::Entropy;
use std::ops::Deref;
use std::sync::Arc;

/// What is the platform's or the gateway's own.
pub(crate) trait Side: Send + Sync + 'static {
    /// What its transactions leave behind.
    type Lines: Leaves;

    /// The beginning of a look at one state of the database.
    const SNAPSHOT: &'static str;

    /// Wakes whom a transaction concerns, which has happened or may have.
    fn committed(&self, lines: &mut Self::Lines);
}

/// One node's way to the database. Dropped, its tasks end and its connections are cut.
pub(crate) struct Core<S = Platform> {
    pub(crate) pool: Pool,
    pub(crate) entropy: Arc<dyn Entropy>,
    pub(crate) side: S,
}

impl<S> Deref for Core<S> {
    type Target = S;

    fn deref(&self) -> &S {
        &self.side
    }
}

impl<S: Side> Core<S> {
    pub(crate) fn start(
        connector: Arc<Connector>,
        connections: u32,
        entropy: Arc<dyn Entropy>,
        side: S,
    ) -> Result<Self, Trouble> {
        let pool = Pool::new(connector, connections)?;
        Ok(Self {
            pool,
            entropy,
            side,
        })
    }
}
