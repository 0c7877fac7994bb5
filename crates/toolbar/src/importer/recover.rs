//! What became of a message that this toolbar was about to write when it last heard of it.

use super::Order;
use super::claim::claim;
use super::report::report;
use crate::shared::Shared;
use crate::state::AgentEvent;
use model::message::{Status, SubStatus};
use std::sync::Arc;
use wire::practice::ClaimMode;

/// Looks the message up at both ends and completes it if it is in the record. Nothing is written to the
/// record here. Where an end does not answer, the journal's entry stays for the next time.
pub(super) async fn run(shared: Arc<Shared>, order: Order) {
    // Whoever left is not spoken for, and a toolbar that plays offline does not call.
    if !shared.may_write(&order.session) {
        return;
    }
    let Ok(Some(user)) = shared.journal.noted(&order.message_ref).await else {
        return;
    };
    if look(&shared, &order, &user).await {
        shared.journal.forget(&order.message_ref).await;
        // If it still waits, it can be imported as usual.
        shared.sweep.notify_one();
    }
}

/// Whether the message's fate is known at both ends.
async fn look(shared: &Shared, order: &Order, user: &str) -> bool {
    let (calls, reference) = (&order.session.calls, &order.message_ref);
    let message = match calls.detail(reference).await {
        Ok(message) => message,
        // Somebody else's messages are hidden from whoever is signed in now.
        Err(error) => {
            return error.status() == Some(404) && order.session.practitioner.spine_user_id == user;
        }
    };
    let summary = message.summary;
    if summary.status != Status::Pending.as_str() {
        return true;
    }
    let filed = shared
        .records
        .already_filed(&message.client_system_id, &summary.message_id)
        .await;
    match filed {
        Ok(true) => {}
        Ok(false) => return true,
        Err(error) => {
            tracing::warn!(message_ref = reference, %error, "record system can't say what it has");
            return false;
        }
    }
    // What a held message is claimed as shows when that claim ends: guessed, an instant one could end as
    // one that somebody looked at.
    if summary.sub_status.as_deref() == Some(SubStatus::ImportInProgress.as_str()) {
        return false;
    }
    let mode = if summary.auto_import {
        ClaimMode::Automatic
    } else {
        ClaimMode::Review
    };
    // Held by somebody, or by our own claim of before: another time.
    let Ok((_, hold)) = claim(shared, &order.session, reference, mode).await else {
        return false;
    };
    let told = report(shared, order, hold, &summary.message_id).await;
    if told.is_ok() {
        shared.tell(AgentEvent::Imported {
            message_ref: reference.clone(),
            message_id: summary.message_id,
            already: true,
        });
    }
    told.is_ok()
}
