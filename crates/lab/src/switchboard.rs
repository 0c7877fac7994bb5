//! Sandbox controls (contract G): a clock that moves forward, and faults that can be asked for.
//!
//! Only `baton up` has one. A production server is started without it and has no such routes.

mod answers;
mod pkb;
mod requests;

pub use answers::{Answers, interfere};

use crate::control_body::Body;
use crate::pas::faults::PasFaults;
use crate::pkb::PkbControls;
use axum::extract::State;
use axum::routing::{get, post};
use axum::{Json, Router};
use futures_util::future::BoxFuture;
use httpkit::clock::SandboxClock;
use httpkit::problem::Refusal;
use model::Clock;
use requests::{Advance, ChangeFaults, duration};
use serde::Serialize;
use std::sync::Arc;
use wire::paths::sandbox as paths;
use wire::practice::NewCode;
use wire::problem::ProblemType;

/// What the switchboard may do to the toolbar.
pub trait ToolbarSwitch: Send + Sync {
    /// Cuts the toolbar off, or lets it go on.
    fn set_offline(&self, offline: bool);
    /// Whether it is cut off.
    fn is_offline(&self) -> bool;
    /// Makes an access code, as the practitioner would at the toolbar. `None` when nobody is signed in.
    fn make_code(&self) -> BoxFuture<'static, Option<NewCode>>;
}

/// Everything that can be moved.
#[derive(Clone)]
pub struct Switchboard {
    /// The clock that everything in `up` shares.
    pub clock: Arc<SandboxClock>,
    /// Failures of the Test PAS.
    pub pas: Arc<PasFaults>,
    /// Failures of the platform.
    pub answers: Arc<Answers>,
    /// Failures of the PKB sandbox.
    pub pkb: Arc<PkbControls>,
    /// The toolbar.
    pub toolbar: Arc<dyn ToolbarSwitch>,
}

impl Switchboard {
    /// The control routes.
    pub fn router(self) -> Router {
        Router::new()
            .route(paths::STATE, get(state))
            .route(paths::CLOCK, post(advance))
            .route(paths::FAULTS, post(change_faults))
            .route(paths::RESET, post(reset))
            .route(paths::ACCESS_CODE, post(access_code))
            .with_state(self)
    }

    fn show(&self) -> Shown {
        let failing = self.pas.failing_imports();
        Shown {
            now: self.clock.now().to_string(),
            clock_ahead_seconds: self.clock.offset().as_secs(),
            failing_imports: failing.as_ref().map_or(0, |(times, _)| *times),
            toolbar_offline: self.toolbar.is_offline(),
            platform_answers: self.answers.status(),
            pkb_answers: pkb::in_force(&self.pkb.state()),
        }
    }
}

/// What is in force.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Shown {
    now: String,
    clock_ahead_seconds: i64,
    failing_imports: u32,
    toolbar_offline: bool,
    platform_answers: Option<u16>,
    pkb_answers: Option<String>,
}

async fn state(State(board): State<Switchboard>) -> Json<Shown> {
    Json(board.show())
}

async fn advance(
    State(board): State<Switchboard>,
    Body(request): Body<Advance>,
) -> Result<Json<Shown>, Refusal> {
    let by = duration(&request.advance)?;
    board
        .clock
        .advance(by)
        .map_err(|error| Refusal::fault("advance", &error.to_string()))?;
    Ok(Json(board.show()))
}

async fn change_faults(
    State(board): State<Switchboard>,
    Body(change): Body<ChangeFaults>,
) -> Result<Json<Shown>, Refusal> {
    let times = change.times.unwrap_or(1);
    let status = change
        .platform_answers
        .map(requests::platform_status)
        .transpose()?;
    let pkb_change = change
        .pkb_answers
        .map(|asked| pkb::change(&asked, times))
        .transpose()?;
    if let Some(change) = pkb_change {
        board
            .pkb
            .change(change)
            .map_err(|fault| Refusal::fault(fault.name, fault.reason))?;
    }
    if let Some(reason) = change.next_import_fails.and_then(requests::reason) {
        board.pas.fail_next_imports(times, reason);
    }
    if let Some(offline) = change.toolbar_offline {
        board.toolbar.set_offline(offline);
    }
    if let Some(status) = status {
        board.answers.set(status, times);
    }
    Ok(Json(board.show()))
}

async fn reset(State(board): State<Switchboard>) -> Json<Shown> {
    board.pas.clear();
    board.answers.clear();
    board.pkb.clear();
    board.toolbar.set_offline(false);
    Json(board.show())
}

/// Stands in for the practitioner who reads a code from the toolbar.
async fn access_code(State(board): State<Switchboard>) -> Result<Json<NewCode>, Refusal> {
    let made = board.toolbar.make_code().await;
    made.map(Json).ok_or_else(|| {
        Refusal::new(ProblemType::Unavailable)
            .detail("Nobody is signed in at the toolbar. Log in to the Test PAS.")
            .retry_after(2)
    })
}
