//! Practices that receive: what waits at each, and adding one.

use super::overview::{Line, marks};
use super::{Failure, SignedIn, done, paths};
use crate::admin::AdminError;
use crate::admin::operators::NOT_A_NAME;
use crate::context::Ctx;
use axum::Form;
use axum::extract::{Query, State};
use axum::response::Response;
use minijinja::value::Serde;
use serde::Deserialize;

/// Lines on the page.
const MOST: usize = 500;

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Wanted {
    q: String,
    done: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Typed {
    csrf: String,
    code: String,
    name: String,
}

/// `GET /admin/practices`.
pub(super) async fn list(
    State(ctx): State<Ctx>,
    user: SignedIn,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Failure> {
    show(&ctx, &user, &wanted, &Typed::default(), None).await
}

/// `POST /admin/practices`.
pub(super) async fn add(
    State(ctx): State<Ctx>,
    user: SignedIn,
    Form(typed): Form<Typed>,
) -> Result<Response, Failure> {
    let user = user.checked(&typed.csrf)?;
    match user.admin().add_practice(&typed.code, &typed.name).await {
        Ok(()) => Ok(done(paths::PRACTICES, "added")),
        Err(AdminError::Invalid(fault)) => {
            show(&ctx, &user, &Wanted::default(), &typed, Some(fault)).await
        }
        Err(error) => Err(error.into()),
    }
}

async fn show(
    ctx: &Ctx,
    user: &SignedIn,
    wanted: &Wanted,
    typed: &Typed,
    fault: Option<&str>,
) -> Result<Response, Failure> {
    let now = ctx.now();
    let sought = wanted.q.trim().to_lowercase();
    let waits = ctx.store.oversight.waits(marks(now)).await?;
    let all = waits.len();
    let mut lines: Vec<Line> = waits
        .iter()
        .filter(|one| {
            let code = one.practice.as_str().to_lowercase();
            code.contains(&sought) || one.name.to_lowercase().contains(&sought)
        })
        .map(|one| Line::new(one, now))
        .collect();
    let hidden = lines.len().saturating_sub(MOST);
    lines.truncate(MOST);
    let told = match wanted.done.as_str() {
        "added" => {
            "The practice is added. Its toolbars register with a key, which you issue on its page."
        }
        _ => "",
    };
    let page = minijinja::context! {
        told,
        q => wanted.q.trim(),
        all,
        lines => Serde(lines),
        hidden,
        code => typed.code.as_str(),
        name => typed.name.as_str(),
        wrong => if fault == Some(NOT_A_NAME) { "name" } else { "code" },
    };
    user.form("admin/practices.html", "practices", fault, page)
}
