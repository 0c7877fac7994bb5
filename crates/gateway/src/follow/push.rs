//! Listens to the platform's events: one node at a time, under a lease whose note says how far it has come.

use super::look::{NoWord, ask};
use crate::context::Ctx;
use crate::jobs::{note, pause};
use crate::outbox::heard_of;
use futures_util::{FutureExt as _, StreamExt as _, stream};
use jiff::{SignedDuration, Timestamp};
use model::ClientMessageId;
use model::outbox::State;
use sdk::Error;
use sdk::partner::{StatusEvents, Told};
use std::collections::BTreeSet;
use std::time::Duration;
use store::StoreError;
use tokio::time::{Instant, timeout, timeout_at};
use tracing::{info, warn};

/// The lease's name.
const NAME: &str = "follow";
/// How long the lease lasts.
const LEASE: SignedDuration = SignedDuration::from_secs(30);
/// How often it is renewed.
const RENEW: Duration = Duration::from_secs(10);
/// A stream that says nothing for so long is dead: the platform says every 15 seconds that it lives.
const SILENCE: Duration = Duration::from_secs(45);
/// A platform without a stream is asked again after so long.
const ASK_AGAIN: SignedDuration = SignedDuration::from_hours(1);
/// After a gap, all pending messages are looked at within this time.
const SPREAD: SignedDuration = SignedDuration::from_mins(5);
/// The longest wait before a lost stream is opened anew.
const LONGEST: Duration = Duration::from_secs(60);
/// Events that have come are dealt with so many together.
const BATCH: usize = 64;
/// Questions at the same time.
const AT_ONCE: usize = 8;
/// An event may come before the answer to its message has been stored: it is waited for, so often and so long.
const PATIENCE: (u32, Duration) = (4, Duration::from_millis(200));

/// How a connection ended.
enum End {
    /// The platform has no such stream.
    NotAnnounced,
    /// Another node has the lease.
    Taken,
    /// This node ends.
    Shutdown,
    /// It broke, after having worked or not.
    Lost { worked: bool, why: Error },
}

/// Listens until the end begins.
pub(crate) async fn listen(ctx: &Ctx) {
    let mut listener = Listener {
        ctx,
        holder: model::entropy::uuid_v4(&*ctx.entropy).to_string(),
        swept_at: None,
    };
    let mut failed = 0_u32;
    while !ctx.shutdown.has_begun() {
        let wait = match listener.once().await {
            Ok(End::Taken) => RENEW.min(ctx.config.pace.look * 10),
            Ok(End::Shutdown) => break,
            Ok(End::NotAnnounced) => {
                info!("the platform announces no events: it is asked at intervals");
                until(ctx, ASK_AGAIN).await;
                continue;
            }
            Ok(End::Lost { worked, why }) => {
                failed = if worked { 0 } else { failed.saturating_add(1) };
                info!(%why, "the platform's events broke off");
                wait_after(ctx, failed, &why)
            }
            Err(cause) => {
                note(ctx, Err(cause));
                ctx.config.pace.look
            }
        };
        pause(ctx, wait).await;
    }
    listener.let_go().await;
}

/// Waits by the gateway's clock, which a sandbox may move.
async fn until(ctx: &Ctx, time: SignedDuration) {
    let began = ctx.now();
    let ends = began.saturating_add(time).unwrap_or(Timestamp::MAX);
    while (began..ends).contains(&ctx.now()) && !ctx.shutdown.has_begun() {
        pause(ctx, ctx.config.pace.look).await;
    }
}

/// Full jitter, as long as the platform asks for at least.
fn wait_after(ctx: &Ctx, failed: u32, why: &Error) -> Duration {
    let bound = ctx
        .config
        .pace
        .reopen
        .saturating_mul(1 << failed.min(10))
        .min(LONGEST);
    let millis = u64::try_from(bound.as_millis()).unwrap_or(u64::MAX);
    let jitter = Duration::from_millis(ctx.chance() % millis.max(1));
    let asked = why.retry_after().unwrap_or_default();
    jitter + asked.min(Duration::from_hours(1))
}

struct Listener<'a> {
    ctx: &'a Ctx,
    holder: String,
    /// When all were last looked at because there was no place to go on from.
    swept_at: Option<Timestamp>,
}

impl Listener<'_> {
    /// Takes or keeps the lease; the note, if this node has it.
    async fn hold(&self) -> Result<Option<String>, StoreError> {
        let now = self.ctx.now();
        self.ctx
            .store
            .access
            .hold(NAME, &self.holder, now, now + LEASE)
            .await
    }

    async fn let_go(&self) {
        let gone = self.ctx.store.access.let_go(NAME, &self.holder).await;
        note(self.ctx, gone);
    }

    /// One connection, from the lease to its end.
    async fn once(&mut self) -> Result<End, StoreError> {
        let ctx = self.ctx;
        if !ctx.gate.is_open(ctx.now()) {
            let why = Error::Unreachable("the platform is left alone".to_owned());
            return Ok(End::Lost { worked: false, why });
        }
        let Some(place) = self.hold().await? else {
            return Ok(End::Taken);
        };
        let place = Some(place).filter(|place| !place.is_empty());
        let opening = timeout(SILENCE, ctx.platform.events(place.as_deref()));
        let opened = tokio::select! {
            opened = opening => opened.unwrap_or_else(|_| Err(silent())),
            () = ctx.shutdown.begun() => return Ok(End::Shutdown),
        };
        let stream = match opened {
            Ok(Some(stream)) => stream,
            Ok(None) => {
                self.let_go().await;
                return Ok(End::NotAnnounced);
            }
            Err(why) => {
                ctx.gate.heard(ctx.now(), heard_of(Some(&why)));
                self.let_go().await;
                return Ok(End::Lost { worked: false, why });
            }
        };
        ctx.metrics.listening.set(1);
        let end = self.follow(stream, place.is_some()).await;
        ctx.metrics.listening.set(0);
        if !matches!(end, Ok(End::Taken)) {
            self.let_go().await;
        }
        end
    }

    /// Follows an open stream to its end.
    async fn follow(&mut self, mut stream: StatusEvents, resumed: bool) -> Result<End, StoreError> {
        info!("listening to the platform's events");
        if !resumed {
            self.sweep_at_times().await?;
        }
        let mut renewed = Instant::now();
        let mut heard = Instant::now();
        let mut worked = false;
        loop {
            let wake = (heard + SILENCE).min(renewed + RENEW);
            let next = tokio::select! {
                next = timeout_at(wake, stream.next()) => next,
                () = self.ctx.shutdown.begun() => return Ok(End::Shutdown),
            };
            let lost = |why| Ok(End::Lost { worked, why });
            match next {
                Ok(Ok(Some(first))) => {
                    (heard, worked) = (Instant::now(), true);
                    let batch = collect(first, &mut stream);
                    self.deal_with(batch).await?;
                }
                Ok(Ok(None)) => return lost(Error::Unreachable("the stream ended".to_owned())),
                Ok(Err(why)) => return lost(why),
                Err(_) if heard.elapsed() >= SILENCE => return lost(silent()),
                Err(_) => {}
            }
            if renewed.elapsed() >= RENEW {
                renewed = Instant::now();
                if self.hold().await?.is_none() {
                    return Ok(End::Taken);
                }
            }
        }
    }

    /// Looks at every message that was told of, then notes how far we have come.
    async fn deal_with(&self, batch: Batch) -> Result<(), StoreError> {
        if batch.gap {
            self.look_at_all().await?;
        }
        let looks = stream::iter(batch.messages)
            .map(|id| self.look_at(id))
            .buffer_unordered(AT_ONCE)
            .collect::<Vec<_>>()
            .await;
        looks.into_iter().collect::<Result<Vec<()>, _>>()?;
        if let Some(place) = batch.place {
            let access = &self.ctx.store.access;
            access.note(NAME, &self.holder, &place).await?;
        }
        Ok(())
    }

    /// Asks where a message stands that has just changed. What is not answered is asked again by itself.
    async fn look_at(&self, id: ClientMessageId) -> Result<(), StoreError> {
        let (tries, wait) = PATIENCE;
        for _ in 0..tries {
            // Another product of the same client system may have sent it.
            let Some(message) = self.ctx.store.outbox.find(id).await? else {
                return Ok(());
            };
            match message.state {
                State::Accepted => {
                    return match ask(self.ctx, &message).await {
                        Ok(_) => Ok(()),
                        Err(NoWord::Store(cause)) => Err(cause),
                        Err(NoWord::Platform(why)) => {
                            warn!(%why, message = %id, "a look was not answered");
                            Ok(())
                        }
                    };
                }
                State::Sending => tokio::time::sleep(wait).await,
                State::Queued | State::Refused => return Ok(()),
            }
        }
        Ok(())
    }

    /// Without a place to go on from, something may have been missed; not more often than once an hour.
    async fn sweep_at_times(&mut self) -> Result<(), StoreError> {
        let now = self.ctx.now();
        let recent = self
            .swept_at
            .is_some_and(|at| now.duration_since(at).abs() < ASK_AGAIN);
        if recent {
            return Ok(());
        }
        self.swept_at = Some(now);
        self.look_at_all().await
    }

    async fn look_at_all(&self) -> Result<(), StoreError> {
        let outbox = &self.ctx.store.outbox;
        let count = outbox.look_at_all(self.ctx.now(), SPREAD).await?;
        info!(
            count,
            "events may have been missed: pending messages are looked at"
        );
        Ok(())
    }
}

/// What has come and is dealt with together.
#[derive(Default)]
struct Batch {
    messages: BTreeSet<ClientMessageId>,
    gap: bool,
    place: Option<String>,
}

impl Batch {
    fn take(&mut self, told: Told) {
        let place = match told {
            Told::Status { place, event } => {
                // An id that is no UUID is none of ours.
                self.messages
                    .extend(event.message_id.parse::<ClientMessageId>());
                place
            }
            Told::Gap { place } => {
                self.gap = true;
                place
            }
            Told::Other { place } => place,
            Told::Alive => None,
        };
        self.place = place.or(self.place.take());
    }
}

/// The first event and those that have come with it.
fn collect(first: Told, stream: &mut StatusEvents) -> Batch {
    let mut batch = Batch::default();
    batch.take(first);
    // An error is met again, or the stream has ended, when the next one is waited for.
    while batch.messages.len() < BATCH
        && let Some(Ok(Some(told))) = stream.next().now_or_never()
    {
        batch.take(told);
    }
    batch
}

fn silent() -> Error {
    Error::Unreachable("no heartbeat".to_owned())
}
