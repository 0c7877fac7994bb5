//! Disconnecting: what that means, and doing it.

use super::sign_in::Pressed;
use super::{BY, Failure, SignedIn, paths};
use crate::context::Ctx;
use crate::pkb;
use axum::Form;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use minijinja::context;
use model::pkb_link::Standing;

/// `GET /patient/disconnect`.
pub(super) async fn ask(user: SignedIn) -> Result<Response, Failure> {
    let patient = user.patient().await?;
    match patient.standing {
        Standing::Linked { .. } | Standing::Lapsed { .. } => {
            user.page("patient/disconnect.html", context! {})
        }
        Standing::None | Standing::Unlinked => Ok(Redirect::to(paths::HOME).into_response()),
    }
}

/// `POST /patient/disconnect`. Twice is once.
pub(super) async fn disconnect(
    State(ctx): State<Ctx>,
    user: SignedIn,
    Form(sent): Form<Pressed>,
) -> Result<Response, Failure> {
    let user = user.checked(&sent.csrf)?;
    pkb::unlink(&ctx, BY, &user.id).await?;
    let to = format!("{}?done=disconnected", paths::HOME);
    Ok(Redirect::to(&to).into_response())
}
