//! The inbox, and what a toolbar does with its messages.

use crate::app::review;
use crate::auth::session::SignedIn;
use crate::context::Ctx;
use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use faultpoint::Point;
use httpkit::json_body::Read;
use httpkit::problem::Refusal;
use httpkit::segment::{Segment, id};
use model::message::{ClaimMode, Event, Fence, MAX_REASON};
use serde::Deserialize;
use wire::practice::{self, Claim, Claimed, Detail, Held, HeldWithReason, Inbox, Outcome, Renewed};

#[derive(Deserialize)]
pub(crate) struct Cursor {
    after: Option<String>,
}

/// What waits.
pub(crate) async fn inbox(
    State(ctx): State<Ctx>,
    who: SignedIn,
    cursor: Result<Query<Cursor>, QueryRejection>,
) -> Result<Json<Inbox>, Refusal> {
    let no_cursor = || Refusal::fault("after", "Must be the `next` of an earlier answer");
    let Query(cursor) = cursor.map_err(|_| no_cursor())?;
    let after = cursor.after.as_deref().map(str::parse).transpose();
    let after = after.map_err(|_| no_cursor())?;
    review::inbox(&ctx, &who, after).await.map(Json)
}

/// One message.
pub(crate) async fn detail(
    State(ctx): State<Ctx>,
    who: SignedIn,
    Segment(reference): Segment<String>,
) -> Result<Json<Detail>, Refusal> {
    review::detail(&ctx, &who, id(&reference)?).await.map(Json)
}

/// Takes it under a lease.
pub(crate) async fn claim(
    State(ctx): State<Ctx>,
    who: SignedIn,
    Segment(reference): Segment<String>,
    Read(claim): Read<Claim>,
) -> Result<Json<Claimed>, Refusal> {
    let mode = match claim.mode {
        practice::ClaimMode::Automatic => ClaimMode::Automatic,
        practice::ClaimMode::Review => ClaimMode::Review,
    };
    let claimed = review::claim(&ctx, &who, id(&reference)?, mode).await?;
    faultpoint::pass(Point::ClaimAnswer);
    Ok(Json(claimed))
}

/// Holds it longer.
pub(crate) async fn renew(
    State(ctx): State<Ctx>,
    who: SignedIn,
    Segment(reference): Segment<String>,
    Read(held): Read<Held>,
) -> Result<Json<Renewed>, Refusal> {
    let event = Event::Renew {
        fence: Fence(held.fence),
        lease: ctx.config.lease,
    };
    review::renew(&ctx, &who, id(&reference)?, &event)
        .await
        .map(Json)
}

type Ended = Result<Json<Outcome>, Refusal>;

/// It is in the record.
pub(crate) async fn complete(
    State(ctx): State<Ctx>,
    who: SignedIn,
    Segment(reference): Segment<String>,
    Read(held): Read<Held>,
) -> Ended {
    let event = Event::Imported {
        fence: Fence(held.fence),
    };
    let outcome = review::finish(&ctx, &who, id(&reference)?, &event).await?;
    faultpoint::pass(Point::CompleteAnswer);
    Ok(Json(outcome))
}

/// It is given back.
pub(crate) async fn release(
    State(ctx): State<Ctx>,
    who: SignedIn,
    Segment(reference): Segment<String>,
    Read(held): Read<Held>,
) -> Ended {
    let event = Event::Release {
        fence: Fence(held.fence),
    };
    review::finish(&ctx, &who, id(&reference)?, &event)
        .await
        .map(Json)
}

/// The record system would not take it.
pub(crate) async fn fail(
    State(ctx): State<Ctx>,
    who: SignedIn,
    Segment(reference): Segment<String>,
    Read(held): Read<HeldWithReason>,
) -> Ended {
    let event = Event::ImportFailed {
        fence: Fence(held.fence),
        reason: reason(held.reason)?,
    };
    review::finish(&ctx, &who, id(&reference)?, &event)
        .await
        .map(Json)
}

/// The practice refuses it.
pub(crate) async fn reject(
    State(ctx): State<Ctx>,
    who: SignedIn,
    Segment(reference): Segment<String>,
    Read(held): Read<HeldWithReason>,
) -> Ended {
    let event = Event::Rejected {
        fence: Fence(held.fence),
        reason: reason(held.reason)?,
    };
    review::finish(&ctx, &who, id(&reference)?, &event)
        .await
        .map(Json)
}

fn reason(text: String) -> Result<String, Refusal> {
    if (1..=MAX_REASON).contains(&text.chars().count()) && !text.trim().is_empty() {
        Ok(text)
    } else {
        Err(Refusal::fault("reason", "Must be 1 to 500 characters"))
    }
}
