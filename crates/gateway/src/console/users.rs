//! Practitioners by the product's own ids, and where their authorisation stands.

use super::{Failure, SignedIn, paths, times};
use crate::app::users;
use crate::context::Ctx;
use crate::pages::link;
use axum::Form;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use httpkit::problem::Refusal;
use minijinja::value::Serde;
use model::UserId;
use model::gateway_user::Authorisation;
use serde::{Deserialize, Serialize};
use store::gateway::{Known, User, UserFilter};
use wire::problem::ProblemType;

/// Users on a page.
const PAGE: u32 = 50;

#[derive(Default, Deserialize, Serialize)]
#[serde(default)]
pub(super) struct Wanted {
    q: String,
    state: String,
    after: String,
    done: String,
}

/// Which user a form is about.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Pressed {
    csrf: String,
    user: String,
}

#[derive(Serialize)]
struct Row {
    id: String,
    name: String,
    practitioner: Option<String>,
    stands: &'static str,
    colour: &'static str,
    has_token: bool,
    authorised: Option<String>,
    verified: Option<String>,
    messages: String,
}

/// `GET /console/users`.
pub(super) async fn list(
    State(ctx): State<Ctx>,
    user: SignedIn,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Failure> {
    let query = wanted.q.trim();
    let filter = UserFilter {
        authorisation: Authorisation::parse(&wanted.state),
        text: Some(query.to_owned()).filter(|text| !text.is_empty()),
        after: UserId::parse(&wanted.after).ok(),
    };
    let mut found = ctx.store.users.list(&filter, PAGE + 1).await?;
    let more = found.len() > PAGE as usize;
    found.truncate(PAGE as usize);
    let next = found.last().filter(|_| more).map(|last| {
        let mut address = url::form_urlencoded::Serializer::new(String::new());
        if !query.is_empty() {
            address.append_pair("q", query);
        }
        if !wanted.state.is_empty() {
            address.append_pair("state", &wanted.state);
        }
        let address = address.append_pair("after", last.id.as_str()).finish();
        format!("{}?{address}", paths::USERS)
    });
    let known = users::known(&ctx, &found).await?;
    let who = |user: &User| known.iter().find(|known| known.user == user.id);
    let rows: Vec<_> = found.iter().map(|user| row(user, who(user))).collect();
    let told = match wanted.done.as_str() {
        "verified" => "The platform was asked. What it said stands below.",
        "silent" => "The platform did not answer, so nothing is newer than before.",
        "forgotten" => {
            "The authorisation is forgotten here. The practitioner still sees it in the toolbar and can withdraw it there."
        }
        _ => "",
    };
    let page = minijinja::context! {
        rows => Serde(rows),
        wanted => Serde(&wanted),
        first => (!wanted.after.is_empty()).then_some(paths::USERS),
        next,
        told,
    };
    user.page("console/users.html", "users", page)
}

fn row(user: &User, known: Option<&Known>) -> Row {
    let (stands, colour) = match user.authorisation {
        Authorisation::None => ("Not authorised", "grey"),
        Authorisation::Authorised => ("Authorised", "green"),
        Authorisation::Withdrawn => ("Withdrawn", "red"),
    };
    let query = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("user", user.id.as_str())
        .finish();
    Row {
        id: user.id.as_str().to_owned(),
        name: user.name.clone().unwrap_or_default(),
        practitioner: known.map(|known| {
            let seat = &known.seat;
            format!("Spine user {} at {}", seat.spine_user_id, seat.ods_code)
        }),
        stands,
        colour,
        has_token: user.authorisation == Authorisation::Authorised,
        authorised: user.authorised_at.map(times::moment),
        verified: user.verified_at.map(times::moment),
        messages: format!("{}?{query}", paths::MESSAGES),
    }
}

/// `POST /console/users/verify`.
pub(super) async fn verify(
    State(ctx): State<Ctx>,
    user: SignedIn,
    Form(pressed): Form<Pressed>,
) -> Result<Response, Failure> {
    let user = user.checked(&pressed.csrf)?;
    let Ok(id) = UserId::parse(&pressed.user) else {
        return Err(Failure::NotFound(Box::new(user)));
    };
    match users::verify(&ctx, &user.by(), &id).await {
        Ok(_) => Ok(back(&id, "verified")),
        Err(refusal) if refusal.kind() == ProblemType::Unavailable => Ok(back(&id, "silent")),
        Err(refusal) if refusal.kind() == ProblemType::NotFound => {
            Err(Failure::NotFound(Box::new(user)))
        }
        Err(refusal) => Err(refusal.into()),
    }
}

/// `POST /console/users/forget`.
pub(super) async fn forget(
    State(ctx): State<Ctx>,
    user: SignedIn,
    Form(pressed): Form<Pressed>,
) -> Result<Response, Failure> {
    let user = user.checked(&pressed.csrf)?;
    let Ok(id) = UserId::parse(&pressed.user) else {
        return Err(Failure::NotFound(Box::new(user)));
    };
    let at = ctx.now();
    ctx.store.users.forget(&user.by(), &id, at).await?;
    Ok(back(&id, "forgotten"))
}

/// The page with one user.
pub(super) fn one(id: &UserId) -> String {
    let query = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("q", id.as_str())
        .finish();
    format!("{}?{query}", paths::USERS)
}

/// `POST /console/users/link`: a link for the practitioner, shown this once.
pub(super) async fn link(
    State(ctx): State<Ctx>,
    user: SignedIn,
    Form(pressed): Form<Pressed>,
) -> Result<Response, Failure> {
    let user = user.checked(&pressed.csrf)?;
    let found = match UserId::parse(&pressed.user) {
        Ok(id) => ctx.store.users.get(&id).await?,
        Err(_) => None,
    };
    let Some(found) = found else {
        return Err(Failure::NotFound(Box::new(user)));
    };
    let made = link::make(&ctx, &found.id).await;
    let (url, ends_at) = made.map_err(Refusal::from)?;
    let page = minijinja::context! {
        of => found.id.as_str(),
        name => found.name,
        url,
        ends => times::moment(ends_at),
        back => one(&found.id),
    };
    user.page("console/link.html", "users", page)
}

fn back(id: &UserId, done: &str) -> Response {
    let query = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("q", id.as_str())
        .append_pair("done", done)
        .finish();
    Redirect::to(&format!("{}?{query}", paths::USERS)).into_response()
}
