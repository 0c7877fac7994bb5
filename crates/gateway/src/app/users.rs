//! What becomes of a user's authorisation: looked at, found withdrawn, forgotten.

use crate::context::{Ctx, storage};
use httpkit::problem::{Refusal, chain};
use model::UserId;
use model::gateway_user::Authorisation;
use store::gateway::{Known, OWN_ID, Said, SealedPlace, Seat, User};
use tracing::warn;
use wire::problem::ProblemType;

/// There is no such user.
pub(crate) fn unknown() -> Refusal {
    Refusal::new(ProblemType::NotFound).detail("There is no such user.")
}

/// One user.
///
/// # Errors
/// 404, or a failure of storage.
pub(crate) async fn find(ctx: &Ctx, id: &UserId) -> Result<User, Refusal> {
    let found = ctx.store.users.get(id).await.map_err(storage)?;
    found.ok_or_else(unknown)
}

/// Adds a user, or changes what is known of one. `true` when new.
///
/// # Errors
/// 409 when the practitioner at that practice is another user, or the user is somebody else or elsewhere; 400 for an id of the kind that the
/// gateway itself gives, without the practitioner whom it names: somebody might have chosen it to be taken for them.
pub(crate) async fn put(
    ctx: &Ctx,
    by: &str,
    id: &UserId,
    name: Option<&str>,
    seat: Option<&Seat>,
) -> Result<bool, Refusal> {
    let Some(seat) = seat else {
        if id.as_str().starts_with(OWN_ID) && is_taken_or_free(ctx, id).await? {
            let words = "This is an id that the gateway gives: say which practitioner it is with spineUserId and odsCode, or choose another";
            return Err(Refusal::fault("userId", words));
        }
        let new = ctx.store.users.put(id, name, ctx.now()).await;
        return new.map_err(storage);
    };
    let said = ctx.store.launches.say(by, id, name, seat, ctx.now());
    let words = match said.await.map_err(storage)? {
        Said::Put { new } => return Ok(new),
        Said::IsAnother(user) => format!("At this practice, this practitioner is the user {user}. Nothing has changed."),
        Said::IsSomebodyElse => {
            "This user is another practitioner, or this one at another practice. Nothing has changed. If that was a mistake, delete the user first: the authorisation is that practitioner’s, and of that practice."
                .to_owned()
        }
    };
    Err(Refusal::new(ProblemType::WrongState).detail(&words))
}

/// Whether a user of this name is a practitioner, or there is none yet.
async fn is_taken_or_free(ctx: &Ctx, id: &UserId) -> Result<bool, Refusal> {
    let known = ctx.store.launches.known(id, id).await.map_err(storage)?;
    Ok(!known.is_empty() || ctx.store.users.get(id).await.map_err(storage)?.is_none())
}

/// Which practitioners the users of a page are, who come sorted by id.
///
/// # Errors
/// A failure of storage.
pub(crate) async fn known(ctx: &Ctx, page: &[User]) -> store::Result<Vec<Known>> {
    match (page.first(), page.last()) {
        (Some(first), Some(last)) => ctx.store.launches.known(&first.id, &last.id).await,
        _ => Ok(Vec::new()),
    }
}

/// Asks the platform whether the user's token is still good, notes the answer, and tells a withdrawal as an event,
/// once. A user without a token is told as it is.
///
/// # Errors
/// 404; 503 when the platform does not answer, or does not let this gateway in.
pub(crate) async fn verify(ctx: &Ctx, by: &str, id: &UserId) -> Result<User, Refusal> {
    let Some((grant, good)) = ask(ctx, id).await? else {
        return find(ctx, id).await;
    };
    let at = ctx.now();
    // Of an older grant neither says anything: the store passes over it.
    if good {
        let noted = ctx.store.users.verified(id, grant, at).await;
        noted.map_err(storage)?;
    } else {
        let marked = ctx.store.users.withdrawn(by, id, grant, at).await;
        marked.map_err(storage)?;
    }
    find(ctx, id).await
}

/// As [`verify`], and notes nothing.
///
/// # Errors
/// As [`verify`].
pub(crate) async fn peek(ctx: &Ctx, id: &UserId) -> Result<Authorisation, Refusal> {
    match ask(ctx, id).await? {
        None => Ok(find(ctx, id).await?.authorisation),
        Some((_, true)) => Ok(Authorisation::Authorised),
        Some((_, false)) => Ok(Authorisation::Withdrawn),
    }
}

/// Whether the platform says that the user's token is good, with the number of its grant; `None` without a token.
async fn ask(ctx: &Ctx, id: &UserId) -> Result<Option<(u64, bool)>, Refusal> {
    let found = ctx.store.users.token(id).await.map_err(storage)?;
    let Some((grant, sealed)) = found else {
        return Ok(None);
    };
    let place = SealedPlace::UserToken(id.clone());
    let token = ctx
        .vault
        .unseal(&place, &sealed)
        .await
        .inspect_err(|error| {
            warn!(cause = chain(error), "a token can't be opened");
        })?;
    match ctx.platform.verify(token.reveal()).await {
        Ok(good) => Ok(Some((grant, good))),
        Err(error) if error.kind() == Some(ProblemType::AccessTokenRefused) => {
            Ok(Some((grant, false)))
        }
        Err(error) => Err(not_verified(&error)),
    }
}

fn not_verified(error: &sdk::Error) -> Refusal {
    warn!(cause = %error, "an authorisation could not be verified");
    let refusal = Refusal::new(ProblemType::Unavailable);
    match error.status() {
        Some(400..=407) => refusal.detail(
            "The messaging platform does not let this gateway verify authorisations. Who runs the gateway has to check its API key there.",
        ),
        _ => {
            let wait = error.retry_after().map_or(5, |wait| wait.as_secs().max(1));
            let words = "The messaging platform did not answer, so nothing is known that is newer than the last look.";
            refusal.detail(words).retry_after(wait)
        }
    }
}
