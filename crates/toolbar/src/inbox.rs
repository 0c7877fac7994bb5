//! What waits for the practitioner: read whole after every hello, kept for the window, and offered to the
//! importer.

mod recent;
mod view;

pub(crate) use view::Inbox;
pub use view::InboxView;

use crate::importer::{Order, Work};
use crate::shared::{Session, Shared};
use crate::state::AgentEvent;
use sdk::{Error, ToolbarSession};
use std::sync::Arc;
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
    shared.widgets.are_due();
    for message_ref in shared.journal.all().await {
        shared.importer.order(Order {
            // It does not wait for what is written about anybody.
            nhs_number: message_ref.clone(),
            message_ref,
            mode: ClaimMode::Automatic,
            work: Work::Recover,
            session: session.clone(),
            opened: None,
        });
    }
    let all = read_all(&session.calls).await?;
    shared.inbox.read(session, &all);
    for message in &all {
        if wants_import(message) {
            offer(shared, session, message);
        }
    }
    Ok(())
}

/// The stream told how a message stands.
pub(crate) fn told(shared: &Shared, session: &Session, message: &Summary) {
    if let Some(settled) = shared.inbox.told(session, message) {
        // It is in the inbox no more, and a notice is to say what it was.
        shared.notices.note(session, message, None);
        shared.tell(settled);
    }
    offer(shared, session, message);
}

/// Empties what was kept for a practitioner who left, until the toolbar stops.
pub(crate) async fn keep(shared: Arc<Shared>) {
    let mut sessions = shared.session.subscribe();
    let mut stop = shared.stop.subscribe();
    loop {
        tokio::select! {
            changed = sessions.changed() => if changed.is_err() { return },
            _ = stop.wait_for(|stop| *stop) => break,
        }
        let present = sessions.borrow_and_update().clone();
        shared.inbox.leave_to(present.as_ref());
        shared.notices.leave_to(present.as_ref());
    }
    shared.inbox.leave_to(None);
    shared.notices.leave_to(None);
}

/// Offers a message to the importer, or tells people that it waits.
fn offer(shared: &Shared, session: &Session, message: &Summary) {
    if wants_import(message) {
        shared.importer.order(Order {
            message_ref: message.message_ref.clone(),
            nhs_number: message.nhs_number.clone(),
            mode: ClaimMode::Automatic,
            work: Work::Import,
            session: session.clone(),
            opened: None,
        });
    } else if is_pending(message) && !message.auto_import && shared.inbox.is_news(message) {
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
