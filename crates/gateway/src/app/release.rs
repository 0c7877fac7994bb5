//! Lets a refused message go again, mended where a person has mended it.

use super::topics;
use crate::context::{Ctx, storage};
use httpkit::problem::Refusal;
use jiff::Timestamp;
use model::outbox::{Kind, State};
use model::{OdsCode, UserId, expiry};
use store::gateway::{Mend, Released, Stored};
use wire::gateway::Release;
use wire::problem::{InvalidParameter, ProblemType};

/// As [`model::ods_code::NotAnOdsCode`] says it.
pub(crate) const NOT_AN_ODS_CODE: &str =
    "Must be an ODS code: 3 to 12 capital letters and digits, as in GPPRAC001";

/// Releases a message.
///
/// # Errors
/// All faults of the mends at once; 409 when it is not refused or its content is gone.
pub(crate) async fn release(
    ctx: &Ctx,
    by: &str,
    message: &Stored,
    wanted: Release,
) -> Result<(), Refusal> {
    if message.state != State::Refused {
        return Err(not_refused());
    }
    let mend = check(ctx, message, wanted).await?;
    let outbox = &ctx.store.outbox;
    let released = outbox.release(by, message.id, &mend, ctx.now()).await;
    match released.map_err(storage)? {
        Released::Queued => Ok(()),
        Released::NotRefused => Err(not_refused()),
        Released::Emptied => Err(Refusal::new(ProblemType::WrongState)
            .detail("Its content has been deleted. Enter it again as a new message.")),
        Released::Unknown => Err(Refusal::new(ProblemType::NotFound)),
    }
}

fn not_refused() -> Refusal {
    Refusal::new(ProblemType::WrongState)
        .detail("Only a refused message can be released. Look at where this one stands.")
}

async fn check(ctx: &Ctx, message: &Stored, wanted: Release) -> Result<Mend, Refusal> {
    let mut faults = Vec::new();
    let mut fault = |name: &str, reason: &str| {
        faults.push(InvalidParameter {
            name: name.to_owned(),
            reason: reason.to_owned(),
            value: None,
        });
    };
    if let Some(topic) = &wanted.topic
        && (!model::topic::is_topic_name(topic) || topics::is_unknown(ctx, topic).await)
    {
        fault("topic", "Must be one of the platform's topics");
    }
    let to = wanted.to.as_deref().map(OdsCode::parse).transpose();
    let to = to.unwrap_or_else(|_| {
        fault("to", NOT_AN_ODS_CODE);
        None
    });
    let user = wanted.user_id.as_deref().map(UserId::parse).transpose();
    let user = user.unwrap_or_else(|why| {
        fault("userId", &format!("It {why}"));
        None
    });
    if message.kind == Kind::Instant
        && let Some(user) = user.as_ref().or(message.user.as_ref())
        && ctx.store.users.get(user).await.map_err(storage)?.is_none()
    {
        fault("userId", "Must be a user whom you have added");
    }
    let expires_at = match expiry_of(wanted.expiry_date_time.as_deref(), message, ctx.now()) {
        Ok(expires_at) => expires_at,
        Err(reason) => {
            fault("expiryDateTime", &reason);
            None
        }
    };
    if faults.is_empty() {
        Ok(Mend {
            topic: wanted.topic,
            to,
            user,
            expires_at,
        })
    } else {
        Err(Refusal::validation(faults))
    }
}

fn expiry_of(
    text: Option<&str>,
    message: &Stored,
    now: Timestamp,
) -> Result<Option<Timestamp>, String> {
    let Some(text) = text else {
        // It would be refused again at once.
        return if message.expires_at <= now {
            Err("Is needed: this message's time has run out".to_owned())
        } else {
            Ok(None)
        };
    };
    let read = expiry::parse(text).and_then(|at| expiry::check(at, now).map(|()| at));
    read.map(Some).map_err(|why| {
        let why = why.to_string();
        let mut letters = why.chars();
        let first = letters.next().map(|letter| letter.to_ascii_uppercase());
        first.into_iter().chain(letters).collect()
    })
}
