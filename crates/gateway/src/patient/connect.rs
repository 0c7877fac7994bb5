//! Connecting: what will be shared, off to PKB, and how it ended.

use super::sign_in::Pressed;
use super::{BY, Calls, Failure, SignedIn, paths, words};
use crate::context::{Context, Ctx};
use crate::pkb;
use axum::extract::{Query, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::{Extension, Form};
use httpkit::problem::Refusal;
use httpkit::security_headers::PAGE_POLICY;
use minijinja::{context, value::Serde};
use model::pkb_link::{Failure as Why, Standing, State as Stands};
use serde::Deserialize;
use signin::session::moved;
use std::sync::Arc;
use store::gateway::Way;

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Wanted {
    why: String,
}

/// `GET /patient/connect`.
pub(super) async fn show(State(ctx): State<Ctx>, user: SignedIn) -> Result<Response, Failure> {
    let patient = user.patient().await?;
    let again = matches!(
        patient.standing,
        Standing::Linked { .. } | Standing::Lapsed { .. }
    );
    let page = context! { available => ctx.pkb.is_some(), again };
    let mut page = user.page("patient/connect.html", page)?;
    if let Some(policy) = policy(&ctx) {
        let headers = page.headers_mut();
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    Ok(page)
}

/// `POST /patient/connect`.
pub(super) async fn begin(
    State(ctx): State<Ctx>,
    Extension(calls): Extension<Arc<Calls>>,
    user: SignedIn,
    Form(sent): Form<Pressed>,
) -> Result<Response, Failure> {
    let user = user.checked(&sent.csrf)?.seldom(&calls)?;
    let way = Way::App {
        session: user.session(),
    };
    let begun = pkb::begin(&ctx, BY, &user.id, way).await;
    let begun = begun.map_err(Refusal::from)?;
    Ok(moved(&begun.grant_url, []))
}

/// `GET /patient/connected`.
pub(super) async fn connected(State(ctx): State<Ctx>, user: SignedIn) -> Result<Response, Failure> {
    let patient = user.patient().await?;
    if patient.state(ctx.now()) != Stands::Linked {
        return Ok(Redirect::to(paths::HOME).into_response());
    }
    let page = context! { has_details => patient.details.is_some() };
    user.page("patient/connected.html", page)
}

/// `GET /patient/not-connected`.
pub(super) async fn not_connected(
    user: SignedIn,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Failure> {
    let Some(why) = Why::parse(&wanted.why) else {
        return Ok(Redirect::to(paths::HOME).into_response());
    };
    let told = words::failure(why);
    let page = context! {
        title => told.title,
        happened => Serde(told.happened),
        steps => Serde(told.steps),
        // Where trying again at once leads to the same page, the steps say what helps.
        again => !matches!(why, Why::LinkedElsewhere | Why::Frozen),
    };
    user.page("patient/not_connected.html", page)
}

/// This page's form leads to PKB in the end, and Chromium asks `form-action` about every redirect on the way: PKB may
/// lead on to a host that nobody told us, such as NHS login, and refusing that would show the patient nothing at all. So
/// any `https:` is allowed; and PKB by name, for a sandbox is `http:`. The form's own address is a path of ours.
fn policy(ctx: &Context) -> Option<HeaderValue> {
    let pkb = ctx.pkb.as_ref()?;
    let wider = format!("form-action 'self' https: {}", pkb.origin());
    HeaderValue::from_str(&PAGE_POLICY.replace("form-action 'self'", &wider)).ok()
}
