//! `/v1/patients/{appUserId}/link`: begun, confirmed, ended by a product; and the demographics read again.

use super::{patient_in, private, return_url, whole};
use crate::app::patients;
use crate::auth::product::Product;
use crate::context::Ctx;
use crate::pkb;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use httpkit::json_body::Object;
use httpkit::problem::Refusal;
use httpkit::segment::Segment;
use store::gateway::Way;
use wire::gateway::patients as shapes;

/// `POST …/link`: where the patient's browser goes.
pub(super) async fn begin(
    State(ctx): State<Ctx>,
    product: Product,
    Segment(id): Segment<String>,
    Object(sent): Object<shapes::BeginLink>,
) -> Result<Response, Refusal> {
    let id = patient_in(&id)?;
    let return_url = return_url::checked(&sent.return_url)?;
    let way = Way::Product { return_url };
    let begun = pkb::begin(&ctx, &product.by(), &id, way).await?;
    let told = shapes::LinkBegun {
        grant_url: begun.grant_url,
        expires_at: begun.until.to_string(),
    };
    Ok(private(StatusCode::CREATED, told))
}

/// `POST …/link/confirm`: the product's word that this patient, who is signed in there, came back.
pub(super) async fn confirm(
    State(ctx): State<Ctx>,
    product: Product,
    Segment(id): Segment<String>,
    Object(sent): Object<shapes::ConfirmLink>,
) -> Result<Response, Refusal> {
    let id = patient_in(&id)?;
    patients::find(&ctx, &id).await?;
    pkb::confirm(&ctx, &product.by(), &id, &sent.result).await?;
    whole(&ctx, StatusCode::OK, &id).await
}

/// `POST …/link/refresh-details`.
pub(super) async fn refresh_details(
    State(ctx): State<Ctx>,
    _: Product,
    Segment(id): Segment<String>,
) -> Result<Response, Refusal> {
    let id = patient_in(&id)?;
    pkb::read_details(&ctx, &id).await?;
    whole(&ctx, StatusCode::OK, &id).await
}

/// `DELETE …/link`.
pub(super) async fn end(
    State(ctx): State<Ctx>,
    product: Product,
    Segment(id): Segment<String>,
) -> Result<StatusCode, Refusal> {
    let id = patient_in(&id)?;
    patients::find(&ctx, &id).await?;
    // Twice is once.
    pkb::unlink(&ctx, &product.by(), &id).await?;
    Ok(StatusCode::NO_CONTENT)
}
