//! `/v1/users`: practitioners by the product's own ids.

use super::authorisation;
use crate::app::users;
use crate::auth::asked::Asked;
use crate::auth::product::Product;
use crate::context::{Ctx, storage};
use axum::body::HttpBody as _;
use axum::extract::{DefaultBodyLimit, FromRequest as _, Request, State};
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};
use httpkit::json_body::Object;
use httpkit::problem::Refusal;
use httpkit::segment::Segment;
use model::gateway_user::Authorisation;
use model::{OdsCode, SpineUserId, UserId};
use std::collections::BTreeMap;
use store::gateway::{Known, Seat, User, UserFilter};
use wire::gateway::users as shapes;
use wire::paths::gateway as paths;
use wire::problem::InvalidParameter;

/// Bodies are small.
const MAX_BODY: usize = 16 * 1024;
/// The longest name, in characters.
const MAX_NAME: usize = 200;
/// Users on one page, unless the caller asks for fewer or more.
const PAGE: u32 = 100;
/// The most on one page.
const MAX_PAGE: u32 = 1000;

/// The routes of users and their authorisation.
pub(super) fn routes() -> Router<Ctx> {
    let authorisation = get(authorisation::verify)
        .post(authorisation::take)
        .delete(authorisation::forget);
    Router::new()
        .route(paths::USERS, get(list))
        .route(paths::USER, get(one).put(put).delete(delete))
        .route(paths::AUTHORISATION, authorisation)
        .route(paths::AUTHORISATION_LINK, post(authorisation::link))
        .layer(DefaultBodyLimit::max(MAX_BODY))
}

/// The user whom a path names. A text that no user can have names nobody.
pub(super) fn user_in(path: &str) -> Result<UserId, Refusal> {
    UserId::parse(path).map_err(|_| users::unknown())
}

/// `PUT /v1/users/{userId}`: 201 for a new one.
async fn put(
    State(ctx): State<Ctx>,
    product: Product,
    Segment(id): Segment<String>,
    request: Request,
) -> Result<(StatusCode, Json<shapes::User>), Refusal> {
    let id = UserId::parse(&id).map_err(|why| Refusal::fault("userId", &format!("It {why}")))?;
    let sent = if request.body().is_end_stream() {
        shapes::PutUser::default()
    } else {
        let Object(sent) = Object::from_request(request, &()).await?;
        sent
    };
    let name = sent.name.as_deref().map(checked_name).transpose()?;
    let seat = checked_seat(&sent)?;
    let new = users::put(&ctx, &product.by(), &id, name, seat.as_ref()).await?;
    let status = if new {
        StatusCode::CREATED
    } else {
        StatusCode::OK
    };
    Ok((status, Json(told(&ctx, &id).await?)))
}

/// Who somebody is, and where: neither says anything without the other.
fn checked_seat(sent: &shapes::PutUser) -> Result<Option<Seat>, Refusal> {
    let (who, practice) = match (&sent.spine_user_id, &sent.ods_code) {
        (None, None) => return Ok(None),
        (Some(who), Some(practice)) => (who, practice),
        (Some(_), None) => {
            let words = "Is required with spineUserId: say at which practice";
            return Err(Refusal::fault("odsCode", words));
        }
        (None, Some(_)) => {
            let words = "Is required with odsCode: say who it is";
            return Err(Refusal::fault("spineUserId", words));
        }
    };
    let spine_user_id = SpineUserId::parse(who)
        .map_err(|_| Refusal::fault("spineUserId", "Must be 1 to 32 letters, digits or hyphens"))?;
    let ods_code = OdsCode::parse(practice)
        .map_err(|_| Refusal::fault("odsCode", "Must be 3 to 12 capital letters and digits"))?;
    Ok(Some(Seat {
        spine_user_id,
        ods_code,
    }))
}

/// One user as told, with who that is.
pub(super) async fn told(ctx: &Ctx, id: &UserId) -> Result<shapes::User, Refusal> {
    let user = users::find(ctx, id).await?;
    let known = ctx.store.launches.known(id, id).await.map_err(storage)?;
    Ok(shape(&user, known.first()))
}

fn checked_name(name: &str) -> Result<&str, Refusal> {
    let name = name.trim();
    let fits =
        !name.is_empty() && name.chars().count() <= MAX_NAME && !name.chars().any(char::is_control);
    let words = "Must have 1 to 200 characters, none of them a control character";
    fits.then_some(name)
        .ok_or_else(|| Refusal::fault("name", words))
}

/// `GET /v1/users/{userId}`.
async fn one(
    State(ctx): State<Ctx>,
    _: Product,
    Segment(id): Segment<String>,
) -> Result<Json<shapes::User>, Refusal> {
    Ok(Json(told(&ctx, &user_in(&id)?).await?))
}

/// `DELETE /v1/users/{userId}`: the token goes with the user; messages stay.
async fn delete(
    State(ctx): State<Ctx>,
    product: Product,
    Segment(id): Segment<String>,
) -> Result<StatusCode, Refusal> {
    let id = user_in(&id)?;
    let gone = ctx.store.users.delete(&product.by(), &id, ctx.now()).await;
    if gone.map_err(storage)? {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(users::unknown())
    }
}

/// `GET /v1/users`: by id, page by page.
async fn list(
    State(ctx): State<Ctx>,
    _: Product,
    Asked(wanted): Asked,
) -> Result<Json<shapes::UserList>, Refusal> {
    let (filter, limit) = read(&wanted)?;
    // One more than asked for tells whether there is another page.
    let found = ctx.store.users.list(&filter, limit + 1).await;
    let mut found = found.map_err(storage)?;
    let more = found.len() > limit as usize;
    found.truncate(limit as usize);
    let next = found.last().filter(|_| more);
    let known = users::known(&ctx, &found).await.map_err(storage)?;
    let who = |user: &User| known.iter().find(|known| known.user == user.id);
    Ok(Json(shapes::UserList {
        next: next.map(|user| user.id.as_str().to_owned()),
        users: found.iter().map(|user| shape(user, who(user))).collect(),
    }))
}

fn read(wanted: &BTreeMap<String, String>) -> Result<(UserFilter, u32), Refusal> {
    let mut faults = Vec::new();
    let mut fault = |name: &str, reason: &str| {
        faults.push(InvalidParameter {
            name: name.to_owned(),
            reason: reason.to_owned(),
            value: None,
        });
    };
    let mut filter = UserFilter::default();
    if let Some(text) = wanted.get("state") {
        filter.authorisation = Authorisation::parse(text);
        if filter.authorisation.is_none() {
            fault("state", "Must be none, authorised or withdrawn");
        }
    }
    if let Some(text) = wanted.get("after") {
        filter.after = UserId::parse(text).ok();
        if filter.after.is_none() {
            fault("after", "Must be what `next` of the page before said");
        }
    }
    let mut limit = PAGE;
    if let Some(text) = wanted.get("limit") {
        match text.parse() {
            Ok(number @ 1..=MAX_PAGE) => limit = number,
            _ => fault("limit", "Must be a whole number from 1 to 1000"),
        }
    }
    if faults.is_empty() {
        Ok((filter, limit))
    } else {
        Err(Refusal::validation(faults))
    }
}

/// A user as it is told.
fn shape(user: &User, known: Option<&Known>) -> shapes::User {
    shapes::User {
        user_id: user.id.as_str().to_owned(),
        name: user.name.clone(),
        created_at: user.made_at.to_string(),
        authorisation: authorisation_shape(user),
        practitioner: known.map(|known| shapes::Practitioner {
            spine_user_id: known.seat.spine_user_id.as_str().to_owned(),
            name: known.name.clone(),
            ods_code: known.seat.ods_code.as_str().to_owned(),
            linked_at: known.linked_at.to_string(),
            last_launch_at: known.last_launch_at.map(|at| at.to_string()),
        }),
    }
}

/// A user's authorisation as it is told.
pub(super) fn authorisation_shape(user: &User) -> shapes::Authorisation {
    shapes::Authorisation {
        state: user.authorisation.as_str().to_owned(),
        authorised_at: user.authorised_at.map(|at| at.to_string()),
        verified_at: user.verified_at.map(|at| at.to_string()),
    }
}
