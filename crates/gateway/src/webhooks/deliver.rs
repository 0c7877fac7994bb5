//! The worker that brings events to endpoints: takes what is due under a lease, posts it, and notes what came
//! of it.
//!
//! An event may be posted twice (a node died between the answer and its note), never not at all: receivers
//! know it again by its `webhook-id`.

mod post;

use super::address;
use super::retry::{self, Silence, Verdict};
use crate::context::Ctx;
use crate::jobs;
use crate::metrics::OutcomeLabels;
use faultpoint::Point;
use httpkit::clock::SystemClock;
use jiff::SignedDuration;
use model::{Clock, WebhookId};
use post::{Post, Posted};
use std::collections::HashMap;
use std::sync::Arc;
use store::gateway::{Answer, Delivery, DeliveryState, Wake, Webhook, WebhookChange};
use tokio::task::{Id, JoinError, JoinSet};
use tracing::{info, warn};

#[cfg(test)]
mod tests;

/// Deliveries at once.
const MOST: usize = 32;
/// Of these to one endpoint, so that a slow one does not hold up the others.
const EACH: u32 = 4;
/// A delivery is held for so long. The post takes 15 seconds at most.
const LEASE: SignedDuration = SignedDuration::from_secs(60);

/// Runs the node's worker until the end has begun and what was being posted has come to its end.
pub(crate) async fn run(ctx: &Ctx) {
    let deliverer = Deliverer {
        ctx: Arc::clone(ctx),
        wall: Arc::new(SystemClock),
    };
    deliverer.run().await;
}

/// One node's worker.
#[derive(Clone)]
struct Deliverer {
    ctx: Ctx,
    /// The machine's clock, whatever the sandbox's says: a receiver compares a post's time with its own.
    wall: Arc<dyn Clock>,
}

impl Deliverer {
    /// Delivers until the end begins.
    async fn run(self) {
        let mut flying = Flying::default();
        let mut wakes = self.ctx.store.wakes.subscribe(Wake::Events);
        while !self.ctx.shutdown.has_begun() {
            wakes.mark_unchanged();
            if self.take_off(&mut flying).await {
                continue;
            }
            tokio::select! {
                Some(landed) = flying.tasks.join_next_with_id() => flying.landed(landed),
                // Woken or not, it looks.
                _ = tokio::time::timeout(self.ctx.config.pace.look, wakes.changed()) => {}
                () = self.ctx.shutdown.begun() => {}
            }
        }
        let rest = async { while flying.tasks.join_next().await.is_some() {} };
        // Those that are not done in time are dropped with the set.
        drop(tokio::time::timeout(self.ctx.config.pace.grace, rest).await);
    }

    /// Starts what is due and has room. Whether there may be more.
    async fn take_off(&self, flying: &mut Flying) -> bool {
        let room = MOST.saturating_sub(flying.to.len());
        if room == 0 {
            return false;
        }
        let (busy, each) = flying.room_for_each();
        let now = self.ctx.now();
        let until = now.saturating_add(LEASE).unwrap_or(now);
        let limit = u32::try_from(room).unwrap_or(u32::MAX);
        let webhooks = &self.ctx.store.webhooks;
        let due = async {
            // Claiming is a write, which there is no need for where nobody listens.
            if webhooks.list().await?.is_empty() {
                return Ok(Vec::new());
            }
            webhooks.claim(now, until, &busy, each, limit).await
        };
        match due.await {
            Ok(due) => {
                let any = !due.is_empty();
                for delivery in due {
                    let to = delivery.webhook;
                    let deliverer = self.clone();
                    let task = flying
                        .tasks
                        .spawn(async move { deliverer.attend(delivery).await });
                    flying.to.insert(task.id(), to);
                }
                any
            }
            Err(cause) => {
                jobs::note(&self.ctx, Err(cause));
                false
            }
        }
    }

    /// One delivery, with what comes of it.
    async fn attend(&self, delivery: Delivery) {
        // One whose end could not be noted is posted again when its lease is over.
        jobs::note(&self.ctx, self.deliver(&delivery).await);
    }

    async fn deliver(&self, delivery: &Delivery) -> store::Result<()> {
        let webhooks = &self.ctx.store.webhooks;
        let Some(webhook) = webhooks.get(delivery.webhook).await? else {
            // It was deleted meanwhile, and what was owed with it.
            return Ok(());
        };
        faultpoint::pass(Point::WebhookPost);
        let posted = match self.post(&webhook, delivery).await {
            Ok(posted) => posted,
            Err(silence) => Posted::nothing(silence),
        };
        faultpoint::pass(Point::WebhookPosted);
        let tries = delivery.tries.saturating_add(1);
        let verdict = retry::verdict(tries, &posted.answer, posted.asked, self.ctx.chance());
        let now = self.ctx.now();
        let (state, due_at) = match verdict {
            Verdict::Delivered => (DeliveryState::Delivered, now),
            Verdict::Again(wait) => (DeliveryState::Owed, now.saturating_add(wait).unwrap_or(now)),
            Verdict::Failed | Verdict::Disable => (DeliveryState::Failed, now),
        };
        let answer = &posted.answer;
        webhooks
            .answered(delivery, now, answer, state, due_at)
            .await?;
        let labels = OutcomeLabels {
            outcome: verdict.word(),
        };
        self.ctx.metrics.posts.get_or_create(&labels).inc();
        tell(delivery, tries, answer, verdict);
        if verdict == Verdict::Disable {
            let change = WebhookChange::Disable {
                at: now,
                why: "gone",
            };
            webhooks.change(delivery.webhook, &change).await?;
        }
        Ok(())
    }

    async fn post(&self, webhook: &Webhook, delivery: &Delivery) -> Result<Posted, Silence> {
        let url = url::Url::parse(&webhook.url).map_err(|_| Silence::Unreachable)?;
        // A number is not looked up, so the client does not check it.
        if !self.ctx.config.allow_private_webhooks && !address::may_be_public(&url) {
            return Err(Silence::RefusedAddress);
        }
        let now = self.ctx.now();
        let secrets = post::secrets(&self.ctx.vault, webhook, now).await?;
        let post = Post::new(&delivery.entry, &secrets, self.wall.now())?;
        Ok(post.send(&self.ctx.webhook_client, url).await)
    }
}

/// One line for each try. Addresses are not told: they may hold secrets.
fn tell(delivery: &Delivery, tries: u32, answer: &Answer, verdict: Verdict) {
    let webhook = delivery.webhook;
    let event = super::payload::event_id(&delivery.entry);
    let (status, fault) = match answer {
        Answer::Status(status) => (Some(*status), None),
        Answer::Nothing(word) => (None, Some(word.as_str())),
    };
    match verdict {
        Verdict::Delivered => info!(%webhook, event, tries, status, "a webhook was delivered"),
        Verdict::Again(_) => {
            info!(%webhook, event, tries, status, fault, "a webhook was not delivered; it is tried again");
        }
        Verdict::Failed => {
            warn!(%webhook, event, tries, status, fault, "a webhook was not delivered, and was given up");
        }
        Verdict::Disable => {
            warn!(%webhook, event, "an endpoint answered that it is gone; nothing more is posted to it");
        }
    }
}

/// Deliveries that are being posted.
#[derive(Default)]
struct Flying {
    tasks: JoinSet<()>,
    to: HashMap<Id, WebhookId>,
}

impl Flying {
    fn landed(&mut self, landed: Result<(Id, ()), JoinError>) {
        // One that panicked has its lease run out.
        let id = landed.map_or_else(|error| error.id(), |(id, ())| id);
        self.to.remove(&id);
    }

    /// Endpoints that have all they may have, and how many more each of the others may be given.
    fn room_for_each(&self) -> (Vec<WebhookId>, u32) {
        let mut counts: HashMap<WebhookId, u32> = HashMap::new();
        for webhook in self.to.values() {
            *counts.entry(*webhook).or_default() += 1;
        }
        let busy = counts.iter().filter(|(_, count)| **count >= EACH);
        let busy = busy.map(|(webhook, _)| *webhook).collect();
        let most = counts.into_values().filter(|count| *count < EACH).max();
        (busy, EACH - most.unwrap_or(0))
    }
}
