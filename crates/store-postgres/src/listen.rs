//! Hearing from the other nodes what to look at.

use crate::announce::{LISTEN, Word, unpack};
use crate::connect::Connector;
use crate::link::{Ears, answer};
use crate::patience::Patience;
use crate::platform::Known;
use crate::trouble::Trouble;
use model::Entropy;
use std::sync::Arc;
use std::time::Duration;
use store::wake::Hub;
use tokio::sync::mpsc;
use tokio::time::timeout;

const RECONNECT: Duration = Duration::from_secs(1);
/// A connection on which nothing came for so long is asked whether it still stands.
const QUIET: Duration = Duration::from_secs(5);

/// Listens until the task is ended, on one connection after the other.
pub(crate) async fn for_ever(
    node: u64,
    connector: Arc<Connector>,
    hub: Arc<Hub>,
    known: Arc<Known>,
    entropy: Arc<dyn Entropy>,
) {
    let mut patience = Patience::endless(&*entropy, RECONNECT);
    loop {
        let ended = listen(node, &connector, &hub, &known, &mut patience).await;
        let cause = ended.err().map(|cause| cause.to_string());
        if known.unheard() {
            tracing::warn!(cause, "not listening to other nodes any more");
        } else {
            tracing::debug!(cause, "not listening to other nodes yet");
        }
        patience.wait().await;
    }
}

async fn listen(
    node: u64,
    connector: &Connector,
    hub: &Hub,
    known: &Known,
    patience: &mut Patience<'_>,
) -> Result<(), Trouble> {
    let (words, mut heard) = mpsc::unbounded_channel();
    let session = connector.connect(Ears::for_words(words)).await?;
    let client = &session.link.client;
    answer(client.batch_execute(LISTEN)).await?;
    // Whatever was said before is not heard any more.
    known.heard();
    hub.wake_all();
    patience.renew();
    loop {
        match timeout(QUIET, heard.recv()).await {
            Ok(Some(payload)) => {
                for word in unpack(node, &payload) {
                    match word {
                        Word::Audience(audience) => hub.wake(&audience),
                        Word::Directory => known.changed(),
                        Word::Everyone => hub.wake_all(),
                    }
                }
            }
            Ok(None) => return Ok(()),
            Err(_) => answer(client.batch_execute("")).await?,
        }
    }
}
