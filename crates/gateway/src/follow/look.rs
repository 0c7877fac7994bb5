//! Asks where one message stands, and stores the word.

use crate::context::{Ctx, storage};
use crate::outbox::heard_of;
use httpkit::problem::Refusal;
use jiff::{SignedDuration, Timestamp};
use model::message::{Status, SubStatus};
use model::outbox::{self, Followed};
use sdk::Error;
use store::StoreError;
use store::gateway::{Followed as Found, Standing, Stored};
use wire::partner::StatusAnswer;
use wire::problem::ProblemType;

/// After a look that was not answered the next one is so far off at least, and at most twice as far.
const TRY_AGAIN: SignedDuration = SignedDuration::from_secs(30);

/// What the platform said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Looked {
    /// Where the message stands.
    Standing(Standing),
    /// It knows no such message (any more).
    Unknown,
}

/// Why there is no word.
#[derive(Debug, thiserror::Error)]
pub(super) enum NoWord {
    /// The platform gave none.
    #[error("the platform did not say where a message stands")]
    Platform(#[source] Error),
    /// It could not be stored.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Asks the platform now, because somebody wants to know.
///
/// # Errors
/// 503 when the platform gives no word; a failure of storage.
pub(crate) async fn look(ctx: &Ctx, message: &Stored) -> Result<Looked, Refusal> {
    ask(ctx, message).await.map_err(|error| match error {
        NoWord::Store(error) => storage(error),
        NoWord::Platform(ref cause) => {
            let seconds = cause.retry_after().map_or(30, |time| time.as_secs());
            let words = "The messaging platform does not answer at present. Ask again later.";
            Refusal::new(ProblemType::Unavailable)
                .detail(words)
                .retry_after(seconds)
        }
    })
}

/// Asks the platform, and stores its word and the time of the next look.
pub(super) async fn ask(ctx: &Ctx, message: &Stored) -> Result<Looked, NoWord> {
    ctx.metrics.looks.inc();
    let answer = ctx.platform.status(&message.id.to_string()).await;
    let answer = answer.and_then(|answer| standing(&answer, ctx.now()));
    let now = ctx.now();
    let (looked, look_at) = match answer {
        Ok(standing) => {
            let pending = standing.status == Status::Pending;
            let end =
                end_of(&standing).map_or(message.expires_at, |end| end.max(message.expires_at));
            let next = pending.then(|| next_look(message, end, now)).flatten();
            (Looked::Standing(standing), next)
        }
        // One message that is not known says nothing against the platform.
        Err(error) if error.status() == Some(404) => {
            (Looked::Unknown, next_look(message, message.expires_at, now))
        }
        Err(error) => {
            ctx.gate.heard(now, heard_of(Some(&error)));
            let next = Some(later(ctx, &error, now));
            tell(ctx, message, None, next, now).await?;
            return Err(NoWord::Platform(error));
        }
    };
    ctx.gate.heard(now, heard_of(None));
    let standing = match &looked {
        Looked::Standing(standing) => Some(standing.clone()),
        Looked::Unknown => None,
    };
    tell(ctx, message, standing, look_at, now).await?;
    Ok(looked)
}

async fn tell(
    ctx: &Ctx,
    message: &Stored,
    standing: Option<Standing>,
    look_at: Option<Timestamp>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let found = Found { standing, look_at };
    ctx.store.outbox.followed(message.id, now, &found).await?;
    Ok(())
}

/// When the message's time runs out, as the platform says. It counts the usual time from when it took the message.
fn end_of(standing: &Standing) -> Option<Timestamp> {
    let answer: StatusAnswer = serde_json::from_str(&standing.answer).ok()?;
    answer.expiry_date_time.parse().ok()
}

fn next_look(message: &Stored, expires_at: Timestamp, now: Timestamp) -> Option<Timestamp> {
    let followed = Followed {
        kind: message.kind,
        accepted_at: message.accepted_at.unwrap_or(message.entered_at),
        expires_at,
    };
    outbox::next_look(followed, now)
}

/// When to ask again after no word.
fn later(ctx: &Ctx, error: &Error, now: Timestamp) -> Timestamp {
    let asked = error
        .retry_after()
        .and_then(|time| SignedDuration::try_from(time).ok())
        .unwrap_or_default()
        .min(SignedDuration::from_hours(24));
    let millis = u64::try_from(TRY_AGAIN.as_millis()).unwrap_or(1);
    let spread = i64::try_from(ctx.chance() % millis).unwrap_or(0);
    now.saturating_add(asked.max(TRY_AGAIN) + SignedDuration::from_millis(spread))
        .unwrap_or(Timestamp::MAX)
}

/// The platform's words in ours.
fn standing(answer: &StatusAnswer, now: Timestamp) -> Result<Standing, Error> {
    let unknown = |what: &str| Error::Unintelligible(format!("a {what} that nobody knows"));
    let status = Status::ALL
        .into_iter()
        .find(|status| status.as_str() == answer.status)
        .ok_or_else(|| unknown("status"))?;
    // One that a newer platform has invented is left out: the whole answer is kept beside it.
    let sub_status = SubStatus::ALL
        .into_iter()
        .find(|sub| Some(sub.as_str()) == answer.sub_status.as_deref());
    let since = answer
        .status_date_time
        .parse()
        .map_err(|_| unknown("time"))?;
    let text = serde_json::to_string(answer).map_err(|_| unknown("answer"))?;
    Ok(Standing {
        status,
        sub_status,
        since,
        answer: text,
        looked_at: now,
    })
}
