//! `/v1/webhooks`: endpoints that are told.

mod shape;

use crate::auth::product::Product;
use crate::context::{Ctx, storage};
use crate::webhooks::manage::{self, Wanted};
use axum::extract::{DefaultBodyLimit, FromRequest as _, Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use httpkit::json_body::Object;
use httpkit::problem::Refusal;
use httpkit::segment::Segment;
use model::WebhookId;
use wire::gateway::webhooks::{
    DeliveryList, NewWebhook, SecretRotated, Webhook, WebhookAdded, WebhookList,
};
use wire::paths::gateway as paths;

/// Bodies are small.
const MAX_BODY: usize = 64 * 1024;
/// So many of the last deliveries are shown.
const SHOWN: u32 = 100;

/// The routes of endpoints.
pub(super) fn routes() -> Router<Ctx> {
    Router::new()
        .route(paths::WEBHOOKS, get(list).post(add))
        .route(paths::WEBHOOK, get(one).delete(delete))
        .route(paths::WEBHOOK_TEST, post(test))
        .route(paths::WEBHOOK_ROTATE, post(rotate))
        .route(paths::WEBHOOK_ENABLE, post(enable))
        .route(paths::WEBHOOK_DELIVERIES, get(deliveries))
        .layer(DefaultBodyLimit::max(MAX_BODY))
}

async fn add(State(ctx): State<Ctx>, _: Product, request: Request) -> Result<Response, Refusal> {
    intake::check_headers(request.headers())?;
    let Object(asked) = Object::<NewWebhook>::from_request(request, &()).await?;
    let wanted = Wanted {
        url: asked.url,
        events: asked.events,
        description: asked.description,
    };
    let (webhook, secret) = manage::add(&ctx, wanted).await?;
    let path = paths::WEBHOOK.replace("{webhookId}", &webhook.id.to_string());
    let added = WebhookAdded {
        webhook: shape::webhook(&webhook, ctx.now()),
        secret: secret.reveal().to_owned(),
    };
    let headers = [
        (header::LOCATION, path),
        (header::CACHE_CONTROL, "no-store".to_owned()),
    ];
    Ok((StatusCode::CREATED, headers, Json(added)).into_response())
}

async fn list(State(ctx): State<Ctx>, _: Product) -> Result<Json<WebhookList>, Refusal> {
    let webhooks = ctx.store.webhooks.list().await.map_err(storage)?;
    let now = ctx.now();
    let shown = webhooks.iter().map(|webhook| shape::webhook(webhook, now));
    Ok(Json(WebhookList {
        webhooks: shown.collect(),
    }))
}

async fn one(
    State(ctx): State<Ctx>,
    _: Product,
    Segment(name): Segment<String>,
) -> Result<Json<Webhook>, Refusal> {
    shown(&ctx, manage::id(&name)?).await
}

async fn delete(
    State(ctx): State<Ctx>,
    _: Product,
    Segment(name): Segment<String>,
) -> Result<StatusCode, Refusal> {
    manage::delete(&ctx, manage::id(&name)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn test(
    State(ctx): State<Ctx>,
    product: Product,
    Segment(name): Segment<String>,
) -> Result<StatusCode, Refusal> {
    manage::test(&ctx, &product.by(), manage::id(&name)?).await?;
    Ok(StatusCode::ACCEPTED)
}

async fn rotate(
    State(ctx): State<Ctx>,
    _: Product,
    Segment(name): Segment<String>,
) -> Result<Response, Refusal> {
    let (secret, former_until) = manage::rotate(&ctx, manage::id(&name)?).await?;
    let rotated = SecretRotated {
        secret: secret.reveal().to_owned(),
        former_secret_until: former_until.to_string(),
    };
    Ok(([(header::CACHE_CONTROL, "no-store")], Json(rotated)).into_response())
}

async fn enable(
    State(ctx): State<Ctx>,
    _: Product,
    Segment(name): Segment<String>,
) -> Result<Json<Webhook>, Refusal> {
    let id = manage::id(&name)?;
    manage::enable(&ctx, id).await?;
    shown(&ctx, id).await
}

async fn deliveries(
    State(ctx): State<Ctx>,
    _: Product,
    Segment(name): Segment<String>,
) -> Result<Json<DeliveryList>, Refusal> {
    let id: WebhookId = manage::id(&name)?;
    manage::get(&ctx, id).await?;
    let deliveries = ctx.store.webhooks.deliveries(id, SHOWN).await;
    let deliveries = deliveries.map_err(storage)?;
    Ok(Json(DeliveryList {
        deliveries: deliveries.iter().map(shape::delivery).collect(),
    }))
}

async fn shown(ctx: &Ctx, id: WebhookId) -> Result<Json<Webhook>, Refusal> {
    let webhook = manage::get(ctx, id).await?;
    Ok(Json(shape::webhook(&webhook, ctx.now())))
}
