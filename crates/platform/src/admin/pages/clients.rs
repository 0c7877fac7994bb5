//! Client systems that send: all of them, and adding one.

use super::{Failure, SignedIn, paths};
use crate::admin::AdminError;
use crate::context::Ctx;
use axum::Form;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use minijinja::value::Serde;
use model::ClientSystemId;
use model::organisation::ClientSystem;
use serde::{Deserialize, Serialize};

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Typed {
    csrf: String,
    name: String,
}

#[derive(Serialize)]
struct Row {
    id: String,
    name: String,
    page: String,
    disabled: bool,
    instant: bool,
}

impl Row {
    fn new(client: &ClientSystem) -> Self {
        Self {
            id: client.id.to_string(),
            name: client.name.clone(),
            page: page_of(client.id),
            disabled: client.disabled,
            instant: client.instant,
        }
    }
}

/// The page of one client system.
pub(super) fn page_of(id: ClientSystemId) -> String {
    paths::CLIENT.replace("{id}", &id.to_string())
}

/// `GET /admin/clients`.
pub(super) async fn list(State(ctx): State<Ctx>, user: SignedIn) -> Result<Response, Failure> {
    show(&ctx, &user, "", None).await
}

/// `POST /admin/clients`.
pub(super) async fn add(
    State(ctx): State<Ctx>,
    user: SignedIn,
    Form(typed): Form<Typed>,
) -> Result<Response, Failure> {
    let user = user.checked(&typed.csrf)?;
    match user.admin().add_client(&typed.name).await {
        Ok(client) => {
            let to = format!("{}?done=added", page_of(client.id));
            Ok(Redirect::to(&to).into_response())
        }
        Err(AdminError::Invalid(fault)) => show(&ctx, &user, &typed.name, Some(fault)).await,
        Err(error) => Err(error.into()),
    }
}

async fn show(
    ctx: &Ctx,
    user: &SignedIn,
    name: &str,
    fault: Option<&str>,
) -> Result<Response, Failure> {
    let clients = ctx.store.directory.clients().await?;
    let rows: Vec<Row> = clients.iter().map(Row::new).collect();
    let page = minijinja::context! { rows => Serde(rows), name };
    user.form("admin/clients.html", "clients", fault, page)
}
