//! What a practitioner reads who is not let in.

use super::Refused;
use crate::context::Ctx;
use crate::pages::SITE;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use minijinja::{Value, context, value::Serde};

const OPEN_AGAIN: &str = "Go back to the toolbar and open it there again.";
const SUPPORT: &str = "Tell the people who support your system";

/// The page.
pub(super) fn page(ctx: &Ctx, why: Refused) -> Response {
    let (status, title, lines) = words(why);
    let context = context! {
        site => Value::from(Serde(SITE)),
        title,
        lines,
    };
    match ctx.pages.render_value("launch_not.html", context) {
        Ok(page) => (status, page).into_response(),
        Err(error) => error.into_response(),
    }
}

/// Status, heading, and what to do.
pub(super) fn words(why: Refused) -> (StatusCode, &'static str, Vec<String>) {
    let support = |why: &str| format!("{SUPPORT}: {why}.");
    let again = || OPEN_AGAIN.to_owned();
    match why {
        Refused::NoToken => (
            StatusCode::BAD_REQUEST,
            "This page is opened from the toolbar",
            vec![
                "It needs to hear from the toolbar who you are, and this address does not say so."
                    .to_owned(),
                again(),
            ],
        ),
        Refused::FromElsewhere => (
            StatusCode::FORBIDDEN,
            "Another page sent you here",
            vec![
                "Only the toolbar on your own computer may bring you in, so that you never give an access code for somebody else."
                    .to_owned(),
                again(),
            ],
        ),
        Refused::NoWidget => (
            StatusCode::NOT_FOUND,
            "This is not set up yet",
            vec![support("the gateway has no widget at the messaging platform")],
        ),
        Refused::NotForUs => (
            StatusCode::FORBIDDEN,
            "We can’t tell who you are",
            vec![
                "What the toolbar sent was not made for this system, or has since been replaced."
                    .to_owned(),
                again(),
                support("if it happens again, the widget needs to be registered anew"),
            ],
        ),
        Refused::UnknownSigner => (
            StatusCode::FORBIDDEN,
            "Your toolbar is not known",
            vec![
                "The messaging platform does not know the toolbar on this computer, or has blocked it."
                    .to_owned(),
                "Tell the people who look after the computers at your practice.".to_owned(),
            ],
        ),
        Refused::Over => (
            StatusCode::GONE,
            "This took too long",
            vec![
                "What the toolbar sends works for 60 seconds, so that nobody else can use it later."
                    .to_owned(),
                again(),
            ],
        ),
        Refused::Early => (
            StatusCode::FORBIDDEN,
            "The clocks do not agree",
            vec![
                "What the toolbar sent says that it was made later than now.".to_owned(),
                "Check the date and time of this computer, then open it from the toolbar again."
                    .to_owned(),
            ],
        ),
        Refused::Again => (
            StatusCode::GONE,
            "This was used before",
            vec![
                "What the toolbar sends works once. If you have loaded the page again or gone back, nothing is lost."
                    .to_owned(),
                again(),
            ],
        ),
        Refused::PlatformSilent => (
            StatusCode::SERVICE_UNAVAILABLE,
            "We could not reach the messaging platform",
            vec![
                "It has to confirm that your toolbar is real. Nothing has changed.".to_owned(),
                "Load this page again in a few seconds, or open it from the toolbar again."
                    .to_owned(),
            ],
        ),
        Refused::NotLetIn => (
            StatusCode::SERVICE_UNAVAILABLE,
            "The messaging platform does not let us ask who you are",
            vec![
                "You did nothing wrong, and trying again will not help.".to_owned(),
                support("the gateway’s API key at the platform needs checking"),
            ],
        ),
        Refused::Ours => (
            StatusCode::SERVICE_UNAVAILABLE,
            "Sorry, this page does not work at the moment",
            vec![
                "Nothing has changed. Open it from the toolbar again in a few minutes.".to_owned(),
                "If it goes on, tell the people who support your system.".to_owned(),
            ],
        ),
    }
}
