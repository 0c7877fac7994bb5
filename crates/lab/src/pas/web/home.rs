//! Home: who you are, and the Organisation ID that messages are sent to.

use super::{Failure, SignedIn};
use crate::pas::Context;
use axum::{extract::State, response::Response};
use std::sync::Arc;

/// `GET /`.
pub(super) async fn show(
    State(context): State<Arc<Context>>,
    user: SignedIn,
) -> Result<Response, Failure> {
    let subjects = context.store.patient_count().await?;
    user.page("pas/home.html", "home", minijinja::context! { subjects })
}

/// Any address that isn't one of ours.
pub(super) async fn nowhere(user: SignedIn) -> Failure {
    Failure::NotFound(user)
}
