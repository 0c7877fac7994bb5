//! One practice: its name, what waits there, its toolbars.

use super::overview::{Line, marks};
use super::toolbars::{self, Key};
use super::{Done, Failure, SignedIn, done, paths};
use crate::admin::AdminError;
use crate::context::Ctx;
use axum::Form;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use minijinja::value::Serde;
use model::OdsCode;
use serde::Deserialize;

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Typed {
    csrf: String,
    name: String,
}

/// `GET /admin/practices/{code}`.
pub(super) async fn show(
    State(ctx): State<Ctx>,
    user: SignedIn,
    Path(code): Path<String>,
    Query(wanted): Query<Done>,
) -> Result<Response, Failure> {
    page(&ctx, user, &code, &wanted.done, None).await
}

/// `POST /admin/practices/{code}`: another name.
pub(super) async fn rename(
    State(ctx): State<Ctx>,
    user: SignedIn,
    Path(code): Path<String>,
    Form(typed): Form<Typed>,
) -> Result<Response, Failure> {
    let user = user.checked(&typed.csrf)?;
    let Some(known) = known(&ctx, &code).await? else {
        return Err(Failure::NotFound(Box::new(user)));
    };
    match user.admin().rename_practice(&known, &typed.name).await {
        Ok(()) => {
            let page = paths::PRACTICE.replace("{code}", known.as_str());
            Ok(done(&page, "renamed"))
        }
        Err(AdminError::Invalid(fault)) => {
            page(&ctx, user, &code, "", Some((fault, &typed.name))).await
        }
        Err(error) => Err(error.into()),
    }
}

async fn known(ctx: &Ctx, code: &str) -> Result<Option<OdsCode>, Failure> {
    let Ok(code) = OdsCode::parse(&code.to_ascii_uppercase()) else {
        return Ok(None);
    };
    let found = ctx.store.directory.practice(&code).await?;
    Ok(found.map(|practice| practice.ods_code))
}

async fn page(
    ctx: &Ctx,
    user: SignedIn,
    code: &str,
    what: &str,
    wrong: Option<(&str, &str)>,
) -> Result<Response, Failure> {
    let Some(code) = known(ctx, code).await? else {
        return Err(Failure::NotFound(Box::new(user)));
    };
    let now = ctx.now();
    let waits = ctx.store.oversight.waits(marks(now)).await?;
    let line = waits.iter().find(|one| one.practice == code);
    let line = line.map(|one| Line::new(one, now));
    let name = match (&line, wrong) {
        (_, Some((_, typed))) => typed.to_owned(),
        (Some(line), None) => line.name.clone(),
        (None, None) => String::new(),
    };
    let toolbars = toolbars::rows(ctx, Some(&code)).await?;
    let keys = ctx.store.oversight.registration_keys(now).await?;
    let keys = keys.iter().filter(|(key, _)| key.practice == code);
    let keys: Vec<Key> = keys.map(|(key, uses)| Key::new(key, *uses)).collect();
    let told = match what {
        "renamed" => "The practice’s name is saved.",
        _ => "",
    };
    let page = minijinja::context! {
        told,
        code => code.as_str(),
        title => line.as_ref().map(|line| line.name.clone()),
        name,
        line => Serde(line),
        toolbars => Serde(toolbars),
        keys => Serde(keys),
    };
    let fault = wrong.map(|(fault, _)| fault);
    user.form("admin/practice.html", "practices", fault, page)
}
