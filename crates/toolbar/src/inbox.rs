//! What waits for the practitioner: read whole after every hello, and offered to the importer.

use crate::importer::{Order, Work};
use crate::shared::{Session, Shared};
use crate::state::AgentEvent;
use sdk::{Error, ToolbarSession};
use wire::practice::{ClaimMode, Summary};

/// A platform that gives more pages than this has lost its way.
const MAX_PAGES: usize = 1000;

/// Everything that waits, oldest first.
pub(crate) async fn read_all(calls: &ToolbarSession) -> Result<Vec<Summary>, Error> {
    let mut all = Vec::new();
    let mut after: Option<String> = None;
    for _ in 0..MAX_PAGES {
        let page = calls.inbox(after.as_deref()).await?;
        all.extend(page.messages);
        match page.next {
            // The same cursor twice would lead round in a circle.
            Some(next) if after.as_ref() != Some(&next) => after = Some(next),
            _ => return Ok(all),
        }
    }
    Err(Error::Unintelligible("an inbox without end".to_owned()))
}

/// Reads the inbox and offers what should be imported without asking, after what may be in the record
/// already.
pub(crate) async fn sweep(shared: &Shared, session: &Session) -> Result<(), Error> {
    for message_ref in shared.journal.all().await {
        shared.importer.order(Order {
            // It does not wait for what is written about anybody.
            nhs_number: message_ref.clone(),
            message_ref,
            mode: ClaimMode::Automatic,
            work: Work::Recover,
            session: session.clone(),
            reply: None,
        });
    }
    for message in read_all(&session.calls).await? {
        if wants_import(&message) {
            offer(shared, session, &message);
        }
    }
    Ok(())
}

/// Offers a message to the importer, or tells people that it waits.
pub(crate) fn offer(shared: &Shared, session: &Session, message: &Summary) {
    if wants_import(message) {
        shared.importer.order(Order {
            message_ref: message.message_ref.clone(),
            nhs_number: message.nhs_number.clone(),
            mode: ClaimMode::Automatic,
            work: Work::Import,
            session: session.clone(),
            reply: None,
        });
    } else if is_pending(message) && !message.auto_import {
        shared.tell(AgentEvent::Waiting {
            message_ref: message.message_ref.clone(),
            message_id: message.message_id.clone(),
        });
    }
}

fn is_pending(message: &Summary) -> bool {
    message.status == model::message::Status::Pending.as_str()
        && message.sub_status.as_deref()
            != Some(model::message::SubStatus::ImportInProgress.as_str())
}

/// Whether this toolbar should import it by itself.
fn wants_import(message: &Summary) -> bool {
    message.auto_import && is_pending(message)
}
