//! The controls' routes (contract G), for callers on this machine: how the sandbox misbehaves, approvals
//! without a browser, the end of sessions, and the log.

mod requests;

use super::authorize::{Decided, Decision};
use super::controls::{PkbChange, PkbState};
use super::store::Logged;
use super::{Context, people};
use crate::control_body::Body;
use axum::extract::{Query, State};
use axum::middleware::from_fn;
use axum::routing::{get, post};
use axum::{Json, Router};
use httpkit::host::require_loopback;
use httpkit::problem::Refusal;
use requests::{Approval, Approved, Choice, End, Ended, How, Wanted};
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Where they stand.
pub(super) mod paths {
    /// What is in force; change it.
    pub(in super::super) const STATE: &str = "/sandbox/v1/pkb";
    /// Everything as usual again.
    pub(super) const RESET: &str = "/sandbox/v1/pkb/reset";
    /// Approve or deny in a user's stead.
    pub(super) const APPROVALS: &str = "/sandbox/v1/pkb/approvals";
    /// End a person's sessions.
    pub(super) const END: &str = "/sandbox/v1/pkb/sessions/end";
    /// What happened.
    pub(in super::super) const LOG: &str = "/sandbox/v1/pkb/log";
}

/// The routes.
pub(super) fn router() -> Router<Arc<Context>> {
    Router::new()
        .route(paths::STATE, get(state).post(change))
        .route(paths::RESET, post(reset))
        .route(paths::APPROVALS, post(approve))
        .route(paths::END, post(end))
        .route(paths::LOG, get(log))
        .layer(from_fn(require_loopback))
}

/// What is in force, and what happened so far.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Shown {
    now: String,
    profile: &'static str,
    #[serde(flatten)]
    state: PkbState,
    counts: BTreeMap<String, i64>,
}

/// What happened, newest first.
#[derive(Serialize)]
struct Log {
    events: Vec<Logged>,
    counts: BTreeMap<String, i64>,
}

async fn state(State(context): State<Arc<Context>>) -> Result<Json<Shown>, Refusal> {
    context.shown().await
}

async fn change(
    State(context): State<Arc<Context>>,
    Body(change): Body<PkbChange>,
) -> Result<Json<Shown>, Refusal> {
    let changed = context.controls.change(change);
    changed.map_err(|fault| Refusal::fault(fault.name, fault.reason))?;
    context.shown().await
}

async fn reset(State(context): State<Arc<Context>>) -> Result<Json<Shown>, Refusal> {
    context.controls.clear();
    context.shown().await
}

/// Stands in for a user and their browser. Says where the browser would go.
async fn approve(
    State(context): State<Arc<Context>>,
    Body(wanted): Body<Approval>,
) -> Result<Json<Approved>, Refusal> {
    let query = wanted.query()?;
    let request = context
        .request(query.as_bytes())
        .map_err(|bad| Refusal::fault("url", &format!("{}: {}", bad.parameter, bad.words)))?;
    let person = people::by_email(&wanted.email)
        .ok_or_else(|| Refusal::fault("email", "Nobody here has this e-mail address"))?;
    let decision = match wanted.decision {
        Choice::Approve => Decision::Approve(person),
        Choice::Deny => Decision::Deny(Some(person)),
    };
    match context.decide(&request, decision).await? {
        Decided::Back(location) => Ok(Json(Approved { location })),
        Decided::WrongKind => Err(Refusal::fault(
            "email",
            "Not the kind of user that the scope asks for",
        )),
    }
}

async fn end(
    State(context): State<Arc<Context>>,
    Body(wanted): Body<End>,
) -> Result<Json<Ended>, Refusal> {
    let invalid = wanted.how == How::Invalid;
    let person = people::by_public_id(&wanted.public_id)
        .ok_or_else(|| Refusal::fault("publicId", "Nobody here has this public id"))?;
    let ended = context
        .store
        .end_sessions(person.public_id.clone(), invalid, context.clock.now())
        .await
        .map_err(|error| Refusal::internal(&error))?;
    Ok(Json(Ended { ended }))
}

async fn log(
    State(context): State<Arc<Context>>,
    Query(wanted): Query<Wanted>,
) -> Result<Json<Log>, Refusal> {
    context.log(wanted.limit()?).await.map(Json)
}

impl Context {
    async fn shown(&self) -> Result<Json<Shown>, Refusal> {
        let Log { counts, .. } = self.log(0).await?;
        Ok(Json(Shown {
            now: self.clock.now().to_string(),
            profile: self.profile.as_str(),
            state: self.controls.state(),
            counts,
        }))
    }

    /// The newest of what is on the disk and of what is in memory.
    async fn log(&self, limit: u32) -> Result<Log, Refusal> {
        let kept = self.store.logged(limit).await;
        let (mut events, mut counts) = kept.map_err(|error| Refusal::internal(&error))?;
        let (calls, called) = self.calls.recent();
        events.extend(calls);
        // Stable: of one moment, each list keeps its order.
        events.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
        events.truncate(limit as usize);
        for (what, times) in called {
            *counts.entry(what).or_default() += times;
        }
        let events = events.into_iter().map(|(_, event)| event).collect();
        Ok(Log { events, counts })
    }
}
