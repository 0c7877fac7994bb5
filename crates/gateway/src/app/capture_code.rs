//! A practitioner's access code becomes a token, which goes straight into the vault.

use crate::context::{Ctx, storage};
use crate::vault::VaultError;
use faultpoint::Point;
use httpkit::problem::{Refusal, chain};
use model::{AccessCode, Secret, UserId};
use std::sync::Arc;
use std::time::Duration;
use store::StoreError;
use store::gateway::{Sealed, SealedPlace, User};
use tracing::{error, warn};
use wire::problem::ProblemType;

/// A code is used up by its exchange, so a token that can't be kept at once is tried again after these times.
const TRIES_AFTER: [Duration; 5] = [
    Duration::from_millis(100),
    Duration::from_millis(300),
    Duration::from_millis(600),
    Duration::from_secs(1),
    Duration::from_secs(2),
];
/// No platform's token is longer, in bytes.
const MAX_TOKEN: usize = 1024;

/// Why there is no authorisation. No variant holds the code or the token.
#[derive(Debug)]
pub(crate) enum NotTaken {
    /// Not 8 letters and digits; the platform was not asked.
    Shape,
    /// There is no such user. If the user was deleted meanwhile, the code is used up.
    NoSuchUser,
    /// The platform says that it is wrong, used or too old; it does not say which.
    Wrong,
    /// The platform takes no codes for a while, for there were too many wrong ones.
    TooMany {
        /// For how long, in seconds.
        seconds: u64,
    },
    /// No answer that we understand came: the code may be used up.
    NotReached,
    /// The platform does not let this gateway in, or not do this: only who runs it can mend that.
    NotLetIn,
    /// It was exchanged, and the token could not be kept: the code is used up.
    NotKept(Refusal),
    /// Nothing was tried, for the gateway's own database does not answer.
    Storage(Refusal),
}

/// Reads a code as people type it: 8 letters and digits, with spaces, hyphens and lower case forgiven (contract C).
pub(crate) fn read_code(typed: &str) -> Option<AccessCode> {
    let plain: String = typed
        .chars()
        .filter(|c| !c.is_whitespace() && !is_hyphen(*c))
        .collect();
    AccessCode::parse(&plain)
}

/// What a keyboard, a word processor or a telephone makes of a hyphen.
fn is_hyphen(c: char) -> bool {
    matches!(c, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{00AD}')
}

/// Exchanges a code for a token and keeps that for the user; the user as it is from then on. Who asked may go away
/// meanwhile: what was begun is ended, for a code works only once.
pub(crate) async fn take(
    ctx: &Ctx,
    by: String,
    user: &UserId,
    typed: &str,
) -> Result<User, NotTaken> {
    let code = read_code(typed).ok_or(NotTaken::Shape)?;
    let known = ctx.store.users.get(user).await;
    if known.map_err(not_tried)?.is_none() {
        return Err(NotTaken::NoSuchUser);
    }
    let begun = ctx.now();
    let counted = ctx.wrong_codes.begin(user, begun);
    counted.map_err(|seconds| NotTaken::TooMany { seconds })?;
    let (ctx, user) = (Arc::clone(ctx), user.clone());
    let whole = tokio::spawn(async move {
        let answer = exchange(&ctx, &code).await;
        if !matches!(answer, Err(NotTaken::Wrong)) {
            ctx.wrong_codes.forgive(&user, begun);
        }
        let token = answer?;
        faultpoint::pass(Point::GatewayExchanged);
        keep(&ctx, &by, &user, &token).await?;
        let now = ctx.store.users.get(&user).await;
        now.map_err(|error| NotTaken::NotKept(storage(error)))?
            .ok_or(NotTaken::NoSuchUser)
    });
    whole
        .await
        .unwrap_or_else(|_| Err(NotTaken::NotKept(Refusal::new(ProblemType::InternalError))))
}

fn not_tried(error: StoreError) -> NotTaken {
    warn!(cause = chain(&error), "an access code was not exchanged");
    NotTaken::Storage(storage(error))
}

async fn exchange(ctx: &Ctx, code: &AccessCode) -> Result<Secret, NotTaken> {
    let answer = match ctx.platform.exchange(code.reveal()).await {
        Ok(answer) => Secret::new(answer.token),
        Err(error) => {
            let refused = refusal_of(&error);
            if matches!(refused, NotTaken::NotReached | NotTaken::NotLetIn) {
                warn!(cause = %error, "an access code could not be exchanged");
            }
            return Err(refused);
        }
    };
    let token = answer.reveal();
    // It must go into a header with every message.
    if token.is_empty() || token.len() > MAX_TOKEN || !token.bytes().all(|b| b.is_ascii_graphic()) {
        warn!("the platform's token cannot stand in a header");
        return Err(NotTaken::NotReached);
    }
    Ok(answer)
}

fn refusal_of(error: &sdk::Error) -> NotTaken {
    let Some(refusal) = error.refusal() else {
        return NotTaken::NotReached;
    };
    match refusal.status {
        400 | 410 | 422 => NotTaken::Wrong,
        429 => NotTaken::TooMany {
            seconds: refusal.retry_after.map_or(60, |wait| wait.as_secs()).max(1),
        },
        401 | 403 | 404 | 405 => NotTaken::NotLetIn,
        _ => NotTaken::NotReached,
    }
}

/// Seals and stores a token, trying again for a moment.
async fn keep(ctx: &Ctx, by: &str, user: &UserId, token: &Secret) -> Result<(), NotTaken> {
    let place = SealedPlace::UserToken(user.clone());
    let mut waits = TRIES_AFTER.iter();
    loop {
        let refused = match ctx.vault.seal(&place, token).await {
            Ok(sealed) => match ctx
                .store
                .users
                .authorise(by, user, &sealed, ctx.now())
                .await
            {
                Ok(Some(_)) => return Ok(()),
                Ok(None) => return Err(NotTaken::NoSuchUser),
                // It may be there all the same: a COMMIT whose answer was lost.
                Err(_) if lies_there(ctx, user, &sealed).await => return Ok(()),
                Err(error) => {
                    warn!(cause = chain(&error), "a token could not be stored yet");
                    storage(error)
                }
            },
            Err(error) => {
                warn!(cause = chain(&error), "a token could not be sealed yet");
                Refusal::from(error)
            }
        };
        let Some(wait) = waits.next() else {
            error!("a token could not be kept; the practitioner has to make a new access code");
            return Err(NotTaken::NotKept(refused));
        };
        tokio::time::sleep(*wait).await;
        // The key it was sealed under may have gone meanwhile.
        let anew: Result<(), VaultError> = ctx.vault.read_anew().await;
        if let Err(error) = anew {
            warn!(
                cause = chain(&error),
                "the vault's keys could not be read anew"
            );
        }
    }
}

async fn lies_there(ctx: &Ctx, user: &UserId, sealed: &Sealed) -> bool {
    let found = ctx.store.users.token(user).await;
    matches!(found, Ok(Some((_, there))) if there == *sealed)
}

impl From<NotTaken> for Refusal {
    fn from(why: NotTaken) -> Self {
        let unavailable = |words: &str| {
            Self::new(ProblemType::Unavailable)
                .detail(words)
                .retry_after(5)
        };
        match why {
            NotTaken::Shape => Self::fault(
                "accessCode",
                "Must be 8 letters and digits; spaces, hyphens and lower case are forgiven",
            ),
            NotTaken::NoSuchUser => Self::new(ProblemType::NotFound).detail("There is no such user."),
            NotTaken::Wrong => Self::fault(
                "accessCode",
                "Is not a valid access code, or was used, or is older than 60 seconds: the practitioner makes a new one in the toolbar",
            ),
            NotTaken::TooMany { seconds } => Self::new(ProblemType::TooManyRequests)
                .detail("There were too many wrong access codes. Wait, and then use a new code.")
                .retry_after(seconds),
            NotTaken::NotReached => unavailable(
                "The messaging platform did not answer as expected. The code may be used up: the practitioner makes a new one in the toolbar.",
            ),
            NotTaken::NotLetIn => Self::new(ProblemType::Unavailable).detail(
                "The messaging platform does not let this gateway exchange access codes. Who runs the gateway has to check its API key there.",
            ),
            NotTaken::NotKept(cause) => cause.detail(
                "The code was exchanged, but the token could not be kept, so nothing has changed. The practitioner makes a new code in the toolbar.",
            ),
            NotTaken::Storage(cause) => cause,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_as_people_type_it() {
        for typed in [
            "OMO7UAHG",
            "omo7uahg",
            " OMO7 UAHG ",
            "omo7-uahg",
            "OMO7\u{2011}UAHG",
            "O-M-O-7 \u{2013} U\u{A0}A\tH G",
        ] {
            let code = read_code(typed).unwrap();
            assert_eq!(code.reveal(), "OMO7UAHG", "{typed:?}");
        }
    }

    #[test]
    fn what_is_not_8_letters_and_digits_is_no_code() {
        for typed in [
            "",
            "OMO7UAH",
            "OMO7UAHGG",
            "OMO7_AHG",
            "ÖMO7UAHG",
            "OMO7.UAHG",
        ] {
            assert!(read_code(typed).is_none(), "{typed:?}");
        }
    }
}
