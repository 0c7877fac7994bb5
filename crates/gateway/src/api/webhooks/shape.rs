//! Endpoints and deliveries as the product reads them.

use crate::webhooks::payload;
use jiff::Timestamp;
use store::gateway::{Answer, Delivery, DeliveryState, Webhook};
use wire::gateway::webhooks as wire;

/// An endpoint, without its secret.
pub(super) fn webhook(webhook: &Webhook, now: Timestamp) -> wire::Webhook {
    let disabled = webhook.disabled.as_ref();
    let former_until = webhook.former_secret.as_ref().map(|(_, until)| *until);
    let events = webhook.wants.iter().map(|kind| kind.as_str().to_owned());
    wire::Webhook {
        webhook_id: webhook.id.to_string(),
        url: webhook.url.clone(),
        events: events.collect(),
        description: webhook.description.clone(),
        state: if disabled.is_some() {
            "disabled"
        } else {
            "enabled"
        }
        .to_owned(),
        disabled_reason: disabled.map(|(_, why)| why.clone()),
        disabled_at: disabled.map(|(at, _)| at.to_string()),
        created_at: webhook.made_at.to_string(),
        former_secret_until: former_until
            .filter(|until| *until > now)
            .map(|until| until.to_string()),
        last_answer: answer(webhook.last.as_ref()),
    }
}

/// One delivery.
pub(super) fn delivery(delivery: &Delivery) -> wire::Delivery {
    let owed = delivery.state == DeliveryState::Owed;
    wire::Delivery {
        event_id: payload::event_id(&delivery.entry),
        event: payload::event(&delivery.entry.happened),
        state: delivery.state.as_str().to_owned(),
        tries: delivery.tries,
        next_try_at: owed.then(|| delivery.due_at.to_string()),
        last_answer: answer(delivery.last.as_ref()),
    }
}

fn answer(last: Option<&(Timestamp, Answer)>) -> Option<wire::WebhookAnswer> {
    let (at, answer) = last?;
    let (status, fault) = match answer {
        Answer::Status(status) => (Some(*status), None),
        Answer::Nothing(word) => (None, Some(word.clone())),
    };
    Some(wire::WebhookAnswer {
        at: at.to_string(),
        status,
        fault,
    })
}
