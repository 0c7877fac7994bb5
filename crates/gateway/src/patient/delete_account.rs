//! Deleting the account, with everything we hold of the patient.

use super::account::ask as ask_password;
use super::door::Patients;
use super::faults::Faults;
use super::{BY, Failure, SignedIn, paths};
use crate::context::Ctx;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::{Extension, Form};
use minijinja::context;
use model::Secret;
use model::patient::Email;
use model::pkb_link::Standing;
use serde::Deserialize;
use signin::desk::Desk;
use signin::session::{self, moved};
use std::sync::Arc;

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Typed {
    password: String,
    csrf: String,
}

/// `GET /patient/delete-account`.
pub(super) async fn ask(user: SignedIn) -> Result<Response, Failure> {
    let email = user.account().await?.email;
    show(&user, &email, StatusCode::OK, &Faults::default()).await
}

/// `POST /patient/delete-account`.
pub(super) async fn delete(
    State(ctx): State<Ctx>,
    Extension(desk): Extension<Arc<Desk>>,
    user: SignedIn,
    Form(typed): Form<Typed>,
) -> Result<Response, Failure> {
    let user = user.checked(&typed.csrf)?;
    let email = user.account().await?.email;
    let password = Secret::new(typed.password);
    let refused = if password.reveal().is_empty() {
        Some((StatusCode::UNPROCESSABLE_ENTITY, "Enter your password"))
    } else {
        ask_password(&ctx, &desk, &user, &email, password).await?
    };
    if let Some((status, fault)) = refused {
        return show(&user, &email, status, &Faults::one("password", fault)).await;
    }
    ctx.store.patients.delete(BY, &user.id, ctx.now()).await?;
    let to = format!("{}?done=deleted", paths::SIGN_IN);
    Ok(moved(&to, [session::removal::<Patients>(&ctx)]))
}

async fn show(
    user: &SignedIn,
    email: &Email,
    status: StatusCode,
    faults: &Faults,
) -> Result<Response, Failure> {
    let connected = matches!(
        user.patient().await?.standing,
        Standing::Linked { .. } | Standing::Lapsed { .. }
    );
    let page = context! { email => email.as_str(), connected, faults => faults.context() };
    user.page_with(status, "patient/delete_account.html", page)
}
