//! Runs of the load generator, and the figures that rows want of them.

use crate::world::World;
use anyhow::{Result, bail};
use load::{
    Ids, Kind, Length, Messages, Mode, Outcome, Plan, Recipe, Requests, Sends, Shape, Target, Watch,
};
use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::time::Duration;

/// The standard library's own chance.
fn chance() -> u64 {
    RandomState::new().build_hasher().finish()
}

/// Ids that no other run of this program or another had.
pub(crate) fn fresh_ids() -> Ids {
    Ids::seeded(chance())
}

/// A moment between a fifth of a second and a whole one after now.
pub(crate) fn some_moment() -> Duration {
    Duration::from_millis(200 + chance() % 800)
}

/// Messages to `practice`, every file another.
pub(crate) fn recipe(kind: Kind, shape: Shape, practice: &str) -> Recipe {
    Recipe {
        kind,
        shape,
        practice: practice.to_owned(),
        patient: crate::world::PATIENT.to_owned(),
        distinct: true,
    }
}

/// New messages of this client system to `practice`.
pub(crate) fn sends(
    world: &World,
    kind: Kind,
    shape: Shape,
    practice: &str,
    ids: Ids,
) -> Result<Sends> {
    let messages = Messages::new(&recipe(kind, shape, practice), ids);
    Ok(Sends::new(messages, &world.access.credentials())?)
}

/// Sends in closed loop for so long.
pub(crate) async fn closed(
    world: &World,
    connections: usize,
    length: Length,
    requests: impl Requests,
) -> Result<Outcome> {
    closed_at(world.platform.url(), connections, length, requests).await
}

/// The same at a platform's URL.
pub(crate) async fn closed_at(
    url: &str,
    connections: usize,
    length: Length,
    requests: impl Requests,
) -> Result<Outcome> {
    let target = Target::find(url).await?;
    let plan = Plan::new(target, Mode::Closed { connections }, length, requests);
    checked(load::run(plan, &Watch::default()).await?)
}

/// Refuses a run in which anything was refused: its figures would be of something else.
pub(crate) fn checked(outcome: Outcome) -> Result<Outcome> {
    if outcome.accepted() == 0 || outcome.accepted() != outcome.answered() || outcome.failed() > 0 {
        bail!(
            "{} of {} requests went well: {:?} {:?}",
            outcome.accepted(),
            outcome.answered() + outcome.failed(),
            outcome.by_status,
            outcome.faults
        );
    }
    Ok(outcome)
}

/// A time within which this share of the requests was answered, in milliseconds.
pub(crate) fn millis(outcome: &Outcome, share: f64) -> f64 {
    outcome.latency_at(share).as_secs_f64() * 1000.0
}
