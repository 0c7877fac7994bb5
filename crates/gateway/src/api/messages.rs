//! `/v1/messages`: entering, listing, seeing, releasing, asking.

use crate::app::release::NOT_AN_ODS_CODE;
use crate::app::{describe, dry_run, enter_message, release, stop};
use crate::auth::asked::Asked;
use crate::auth::product::Product;
use crate::context::{Ctx, storage};
use crate::follow;
use axum::body::{Body, Bytes, HttpBody as _};
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use httpkit::problem::Refusal;
use httpkit::segment::Segment;
use model::message::Status;
use model::outbox::{Bucket, State as MessageState};
use model::{ClientMessageId, OdsCode, UserId};
use std::collections::BTreeMap;
use store::gateway::{Filter, Stored};
use wire::gateway as shapes;
use wire::paths::gateway as paths;
use wire::problem::{InvalidParameter, ProblemType};

/// The body of a release is small.
const MAX_RELEASE: usize = 16 * 1024;
/// Messages on one page, unless the caller asks for fewer or more.
const PAGE: u32 = 100;
/// The most on one page.
const MAX_PAGE: u32 = 1000;

/// The routes of messages.
pub(super) fn routes() -> Router<Ctx> {
    let release = post(release_one).layer(DefaultBodyLimit::max(MAX_RELEASE));
    Router::new()
        .route(
            paths::MESSAGES,
            // The reader has its own limit, which is not the framework's.
            get(list).post(enter).layer(DefaultBodyLimit::disable()),
        )
        .route(paths::MESSAGE, get(one))
        .route(paths::RELEASE, release)
        .route(paths::STOP, post(stop_one))
        .route(paths::LOOK, post(look))
}

async fn enter(
    State(ctx): State<Ctx>,
    product: Result<Product, Refusal>,
    asked: Result<Asked, Refusal>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let length = body.size_hint().exact();
    let admitted = async {
        let product = product.map_err(IntoResponse::into_response)?;
        let dry = asked.and_then(|Asked(asked)| is_dry(&asked));
        let dry = dry.map_err(IntoResponse::into_response)?;
        intake::gateway::check_headers(&headers).map_err(IntoResponse::into_response)?;
        let turn = ctx.bodies.admit(length).await;
        Ok::<_, Response>((product, dry, turn.map_err(IntoResponse::into_response)?))
    };
    let (product, dry, turn) = match admitted.await {
        Ok(admitted) => admitted,
        Err(refused) => {
            if refused.status() != StatusCode::PAYLOAD_TOO_LARGE {
                intake::drain(&headers, body, &ctx.bodies).await;
            }
            return refused;
        }
    };
    let answer = if dry {
        let told = dry_run::run(&ctx, &headers, body, turn).await;
        told.map(|told| no_store(StatusCode::OK, told))
    } else {
        let entered = enter_message::enter(&ctx, &product, &headers, body, turn).await;
        entered.map(|(id, state)| accepted(id, state))
    };
    answer.unwrap_or_else(IntoResponse::into_response)
}

/// A word that is misspelt must not send what was only to be tried.
fn is_dry(asked: &BTreeMap<String, String>) -> Result<bool, Refusal> {
    match asked.get(paths::DRY_RUN).map(String::as_str) {
        None | Some("false") => Ok(false),
        Some("true" | "") => Ok(true),
        Some(_) => Err(Refusal::fault(paths::DRY_RUN, "Must be true or false")),
    }
}

fn accepted(id: ClientMessageId, state: MessageState) -> Response {
    let entered = shapes::Entered {
        message_id: id.to_string(),
        state: state.as_str().to_owned(),
    };
    let location = paths::MESSAGE.replace("{messageId}", &entered.message_id);
    let headers = [(header::LOCATION, location)];
    (headers, no_store(StatusCode::ACCEPTED, entered)).into_response()
}

fn no_store(status: StatusCode, told: impl serde::Serialize) -> Response {
    let headers = [(header::CACHE_CONTROL, "no-store")];
    (status, headers, Json(told)).into_response()
}

async fn list(
    State(ctx): State<Ctx>,
    _: Product,
    Asked(wanted): Asked,
) -> Result<Response, Refusal> {
    let (filter, limit) = read(&wanted)?;
    let page = ctx
        .store
        .outbox
        .list(&filter, limit)
        .await
        .map_err(storage)?;
    let now = ctx.now();
    let last = page.messages.last().filter(|_| page.more);
    let told = shapes::MessageList {
        next: last.map(|message| message.number.to_string()),
        messages: page
            .messages
            .iter()
            .map(|message| describe::summary(message, now))
            .collect(),
    };
    Ok(no_store(StatusCode::OK, told))
}

fn read(wanted: &BTreeMap<String, String>) -> Result<(Filter, u32), Refusal> {
    let mut faults = Vec::new();
    let mut filter = Filter::default();
    let mut take = |name: &str, reason: &str, set: &mut dyn FnMut(&str) -> bool| {
        if let Some(text) = wanted.get(name)
            && !set(text)
        {
            faults.push(InvalidParameter {
                name: name.to_owned(),
                reason: reason.to_owned(),
                value: None,
            });
        }
    };
    take(
        "state",
        "Must be queued, sending, accepted or refused",
        &mut |text| {
            filter.state = MessageState::parse(text);
            filter.state.is_some()
        },
    );
    take(
        "status",
        "Must be PENDING, COMPLETED, REJECTED or EXPIRED",
        &mut |text| {
            filter.bucket = bucket(text);
            filter.bucket.is_some()
        },
    );
    take("userId", "Must be a user's id", &mut |text| {
        filter.user = UserId::parse(text).ok();
        filter.user.is_some()
    });
    take("to", NOT_AN_ODS_CODE, &mut |text| {
        filter.to = OdsCode::parse(text).ok();
        filter.to.is_some()
    });
    take(
        "after",
        "Must be what `next` of the page before said",
        &mut |text| {
            filter.before = text.parse().ok();
            filter.before.is_some()
        },
    );
    let mut limit = PAGE;
    take(
        "limit",
        "Must be a whole number from 1 to 1000",
        &mut |text| {
            limit = text.parse().unwrap_or(0);
            (1..=MAX_PAGE).contains(&limit)
        },
    );
    if faults.is_empty() {
        Ok((filter, limit))
    } else {
        Err(Refusal::validation(faults))
    }
}

/// The bucket of messages of which the platform last said this.
fn bucket(status: &str) -> Option<Bucket> {
    let status = Status::ALL
        .into_iter()
        .find(|known| known.as_str() == status)?;
    Some(model::outbox::bucket(MessageState::Accepted, Some(status)))
}

async fn one(
    State(ctx): State<Ctx>,
    _: Product,
    Segment(name): Segment<String>,
) -> Result<Response, Refusal> {
    let message = find(&ctx, &name).await?;
    let told = describe::whole(&ctx, &message).await?;
    Ok(no_store(StatusCode::OK, told))
}

async fn find(ctx: &Ctx, name: &str) -> Result<Stored, Refusal> {
    let unknown = || Refusal::new(ProblemType::NotFound).detail("There is no such message.");
    let Ok(id) = name.parse::<ClientMessageId>() else {
        return Err(unknown().detail("There is no such message: a message's id is a UUID."));
    };
    let found = ctx.store.outbox.find(id).await.map_err(storage)?;
    found.ok_or_else(unknown)
}

async fn release_one(
    State(ctx): State<Ctx>,
    product: Product,
    Segment(name): Segment<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Refusal> {
    let message = find(&ctx, &name).await?;
    let mend = if body.is_empty() {
        shapes::Release::default()
    } else {
        intake::check_headers(&headers)?;
        httpkit::json_body::object(&body)?
    };
    release::release(&ctx, &product.by(), &message, mend).await?;
    Ok(accepted(message.id, MessageState::Queued))
}

async fn stop_one(
    State(ctx): State<Ctx>,
    product: Product,
    Segment(name): Segment<String>,
) -> Result<Response, Refusal> {
    let message = find(&ctx, &name).await?;
    stop::stop(&ctx, &product.by(), &message).await?;
    let stopped = shapes::Entered {
        message_id: message.id.to_string(),
        state: MessageState::Refused.as_str().to_owned(),
    };
    Ok(no_store(StatusCode::OK, stopped))
}

async fn look(
    State(ctx): State<Ctx>,
    _: Product,
    Segment(name): Segment<String>,
) -> Result<Response, Refusal> {
    let before = find(&ctx, &name).await?;
    if before.state == MessageState::Accepted {
        follow::look(&ctx, &before).await?;
    }
    let now = find(&ctx, &name).await?;
    let word = |message: &Stored| {
        let standing = message.standing.as_ref();
        standing.map(|said| (said.status, said.sub_status))
    };
    let told = shapes::Looked {
        message_id: now.id.to_string(),
        state: now.state.as_str().to_owned(),
        changed: word(&now) != word(&before),
        platform_status: now
            .standing
            .as_ref()
            .and_then(|said| serde_json::from_str(&said.answer).ok()),
    };
    Ok(no_store(StatusCode::OK, told))
}
