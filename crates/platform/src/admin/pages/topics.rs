//! Topics that messages may have.

use super::{Done, Failure, SignedIn, done, paths};
use crate::admin::AdminError;
use crate::context::Ctx;
use axum::Form;
use axum::extract::{Query, State};
use axum::response::Response;
use serde::Deserialize;

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Typed {
    csrf: String,
    name: String,
}

/// `GET /admin/topics`.
pub(super) async fn list(
    State(ctx): State<Ctx>,
    user: SignedIn,
    Query(wanted): Query<Done>,
) -> Result<Response, Failure> {
    show(&ctx, &user, &wanted.done, "", None).await
}

/// `POST /admin/topics`.
pub(super) async fn add(
    State(ctx): State<Ctx>,
    user: SignedIn,
    Form(typed): Form<Typed>,
) -> Result<Response, Failure> {
    let user = user.checked(&typed.csrf)?;
    let name = typed.name.trim();
    match user.admin().add_topic(name).await {
        Ok(true) => Ok(done(paths::TOPICS, "added")),
        Ok(false) => show(&ctx, &user, "", name, Some("there is this topic already")).await,
        Err(AdminError::Invalid(fault)) => show(&ctx, &user, "", name, Some(fault)).await,
        Err(error) => Err(error.into()),
    }
}

async fn show(
    ctx: &Ctx,
    user: &SignedIn,
    what: &str,
    name: &str,
    fault: Option<&str>,
) -> Result<Response, Failure> {
    let topics = ctx.store.directory.topics().await?;
    let told = match what {
        "added" => "The topic is added. Messages may have it from now on.",
        _ => "",
    };
    let page = minijinja::context! { told, topics, name };
    user.form("admin/topics.html", "topics", fault, page)
}
