//! One message: its whole way from entry to record, every attempt with its problem, and what a person can do.

mod advice;
mod way;

use super::messages::{Row, address, kind};
use super::{Failure, SignedIn, times};
use crate::app::{describe, release as releasing, stop as stopping, topics};
use crate::context::Ctx;
use crate::follow;
use axum::Form;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use httpkit::problem::Refusal;
use httpkit::segment::Segment;
use minijinja::Value;
use minijinja::value::Serde;
use model::ClientMessageId;
use model::message::SubStatus;
use model::outbox::{Bucket, State as Standing};
use serde::{Deserialize, Serialize};
use store::gateway::Stored;
use wire::gateway::Release;
use wire::problem::ProblemType;

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Done {
    done: String,
}

/// What is mended on the way, as typed.
#[derive(Clone, Default, Deserialize, Serialize)]
#[serde(default)]
pub(super) struct Mends {
    csrf: String,
    topic: String,
    to: String,
    user: String,
    expires: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Pressed {
    csrf: String,
}

/// `GET /console/messages/{id}`.
pub(super) async fn show(
    State(ctx): State<Ctx>,
    user: SignedIn,
    Segment(id): Segment<String>,
    Query(done): Query<Done>,
) -> Result<Response, Failure> {
    let (message, user) = find(&ctx, &id, user).await?;
    let told = match done.done.as_str() {
        "released" => "The message is queued again.",
        "stopped" => {
            "The message is out of the queue. Later ones about this patient go on, and you can release it again."
        }
        "not-stopped" => {
            "It could not be stopped, for it is not in the queue: where it stands is below. If it is on its way this moment, try again when that attempt has ended."
        }
        "looked" => "The platform was asked. What it said stands below.",
        "silent" => {
            "The platform does not answer at present. What is below is what was known before."
        }
        _ => "",
    };
    page(&ctx, &user, &message, told, &Mends::default(), None).await
}

async fn find(ctx: &Ctx, id: &str, user: SignedIn) -> Result<(Stored, SignedIn), Failure> {
    let found = match id.parse::<ClientMessageId>() {
        Ok(id) => ctx.store.outbox.find(id).await?,
        Err(_) => None,
    };
    match found {
        Some(message) => Ok((message, user)),
        None => Err(Failure::NotFound(Box::new(user))),
    }
}

async fn page(
    ctx: &Ctx,
    user: &SignedIn,
    message: &Stored,
    told: &str,
    mends: &Mends,
    refused: Option<&Refusal>,
) -> Result<Response, Failure> {
    let now = ctx.now();
    let whole = describe::whole(ctx, message).await?;
    let releasable = message.state == Standing::Refused && message.has_content;
    let topics = if releasable {
        topics::list(ctx).await
    } else {
        Vec::new()
    };
    let faults = refused.map(faults).unwrap_or_default();
    let files: Vec<_> = whole
        .files
        .iter()
        .map(|file| minijinja::context! { name => file.file_name.as_str(), kind => file.mime_type.as_str(), size => file.size })
        .collect();
    let advice = if message.state == Standing::Refused {
        Some(advice::of(ctx, message, &whole).await?)
    } else {
        None
    };
    let keys = ctx.store.access.keys().await?;
    let failed = standing_failed(message);
    let page = minijinja::context! {
        advice => advice.map(Serde),
        user_page => message.user.as_ref().map(super::users::one),
        failed,
        mends_open => refused.is_some(),
        row => Serde(Row::new(message, now)),
        patient => message.subject.spaced(),
        kind => kind(message.kind),
        expires => times::moment(message.expires_at),
        expired => message.expires_at <= now,
        state => message.state.as_str(),
        since => times::moment(message.changed_at),
        tries => message.tries,
        next_try => (message.state == Standing::Queued && !message.blocked).then(|| times::moment(message.due_at)),
        next_look => message.look_at.map(times::moment),
        looked => message.standing.as_ref().map(|said| times::moment(said.looked_at)),
        reason => whole.platform_status.as_ref().and_then(|status| status.reason.clone()),
        way => Serde(way::of(&whole, &keys)),
        files,
        content_kept => message.has_content,
        releasable,
        stoppable => message.state == Standing::Queued,
        lookable => message.state == Standing::Accepted,
        topics,
        mends => Serde(mends),
        faults,
        told,
    };
    user.page("console/message.html", "messages", page)
}

/// Whether an import failed: it waits at the practice, but not for a review alone.
fn standing_failed(message: &Stored) -> bool {
    let sub = message.standing.as_ref().and_then(|said| said.sub_status);
    message.bucket == Bucket::Pending && sub == Some(SubStatus::FailedInstantMessageImport)
}

/// Faults by the form's own fields.
fn faults(refusal: &Refusal) -> Vec<Value> {
    refusal
        .invalid_parameters()
        .iter()
        .map(|fault| {
            let field = match fault.name.as_str() {
                "userId" => "user",
                "expiryDateTime" => "expires",
                other => other,
            };
            minijinja::context! { field, text => fault.reason.as_str() }
        })
        .collect()
}

/// `POST /console/messages/{id}/release`.
pub(super) async fn release(
    State(ctx): State<Ctx>,
    user: SignedIn,
    Segment(id): Segment<String>,
    Form(mends): Form<Mends>,
) -> Result<Response, Failure> {
    let user = user.checked(&mends.csrf)?;
    let (message, user) = find(&ctx, &id, user).await?;
    let typed = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
    let wanted = Release {
        topic: typed(&mends.topic),
        to: typed(&mends.to).map(|code| code.to_ascii_uppercase()),
        user_id: typed(&mends.user),
        expiry_date_time: typed(&mends.expires).map(|text| end_of(&text)),
    };
    match releasing::release(&ctx, &user.by(), &message, wanted).await {
        Ok(()) => Ok(done(message.id, "released")),
        Err(refusal) if refusal.kind() == ProblemType::ValidationError => {
            let page = page(&ctx, &user, &message, "", &mends, Some(&refusal)).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
        // Somebody else was quicker; the page shows where it stands.
        Err(refusal) if refusal.kind() == ProblemType::WrongState => {
            Ok(Redirect::to(&address(message.id)).into_response())
        }
        Err(refusal) => Err(refusal.into()),
    }
}

/// A day's end, when only the day was typed.
fn end_of(text: &str) -> String {
    if text.parse::<jiff::civil::Date>().is_ok() && text.len() == 10 {
        format!("{text}T23:59:59Z")
    } else {
        text.to_owned()
    }
}

/// `POST /console/messages/{id}/stop`.
pub(super) async fn stop(
    State(ctx): State<Ctx>,
    user: SignedIn,
    Segment(id): Segment<String>,
    Form(pressed): Form<Pressed>,
) -> Result<Response, Failure> {
    let user = user.checked(&pressed.csrf)?;
    let (message, user) = find(&ctx, &id, user).await?;
    match stopping::stop(&ctx, &user.by(), &message).await {
        Ok(()) => Ok(done(message.id, "stopped")),
        Err(refusal) if refusal.kind() == ProblemType::WrongState => {
            Ok(done(message.id, "not-stopped"))
        }
        Err(refusal) => Err(refusal.into()),
    }
}

/// `POST /console/messages/{id}/look`.
pub(super) async fn look(
    State(ctx): State<Ctx>,
    user: SignedIn,
    Segment(id): Segment<String>,
    Form(pressed): Form<Pressed>,
) -> Result<Response, Failure> {
    let user = user.checked(&pressed.csrf)?;
    let (message, _) = find(&ctx, &id, user).await?;
    if message.state != Standing::Accepted {
        return Ok(Redirect::to(&address(message.id)).into_response());
    }
    match follow::look(&ctx, &message).await {
        Ok(_) => Ok(done(message.id, "looked")),
        Err(refusal) if refusal.kind() == ProblemType::Unavailable => {
            Ok(done(message.id, "silent"))
        }
        Err(refusal) => Err(refusal.into()),
    }
}

fn done(id: ClientMessageId, what: &str) -> Response {
    Redirect::to(&format!("{}?done={what}", address(id))).into_response()
}
