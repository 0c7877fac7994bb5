//! The first page: whether the record is connected, since when, and what to do.

use super::{Failure, SignedIn, words};
use crate::context::Ctx;
use axum::extract::{Query, State};
use axum::response::Response;
use httpkit::uk_time;
use minijinja::context;
use model::pkb_link::{self as linking, Standing};
use serde::Deserialize;

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Wanted {
    done: String,
}

/// `GET /patient`.
pub(super) async fn show(
    State(ctx): State<Ctx>,
    user: SignedIn,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Failure> {
    let patient = user.patient().await?;
    let state = patient.state(ctx.now());
    let why = match patient.standing {
        Standing::Lapsed { why, .. } => Some(words::lapse(why)),
        Standing::None | Standing::Linked { .. } | Standing::Unlinked => None,
    };
    let linked = state == linking::State::Linked;
    let risk = patient.risk.as_ref().filter(|_| linked).map(words::risk);
    let done = match wanted.done.as_str() {
        "disconnected" => Some("You are disconnected from Patients Know Best."),
        "password" => Some("Your password is changed. Other phones and computers are signed out."),
        _ => None,
    };
    let page = context! {
        state => state.as_str(),
        available => ctx.pkb.is_some(),
        since => patient.linked_at.map(uk_time::day_of),
        ended => patient.since.filter(|_| patient.standing == Standing::Unlinked).map(uk_time::day_of),
        why,
        risk => risk.as_ref().map(|(short, ..)| short),
        risk_help => risk.as_ref().map(|(_, help, _)| help),
        risk_again => risk.as_ref().is_some_and(|(.., again)| *again),
        done,
    };
    user.page("patient/home.html", page)
}
