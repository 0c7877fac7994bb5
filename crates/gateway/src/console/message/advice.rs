//! What a person does about a refused message, for the top of its page.

use crate::console::Failure;
use crate::console::messages::trouble;
use crate::context::Ctx;
use model::gateway_user::Authorisation;
use serde::Serialize;
use store::gateway::Stored;
use wire::gateway::Message;
use wire::problem::ProblemType;

/// Of a stopped message.
const TRIED: &str = "It was tried before, so the platform may have it. Releasing it finds out: under its id nothing is stored twice. Don’t enter it anew before you know.";

/// What is wrong with a refused message, and what a person does about it.
#[derive(Serialize)]
pub(super) struct Advice {
    trouble: &'static str,
    /// What the last attempt found.
    words: Option<String>,
    /// How the practitioner's authorisation stands now, when that was the trouble.
    user: Option<&'static str>,
    /// Whether releasing it as it is can help.
    as_it_is: bool,
}

pub(super) async fn of(ctx: &Ctx, message: &Stored, whole: &Message) -> Result<Advice, Failure> {
    let mut attempts = whole.attempts.iter().rev();
    let words = attempts.find_map(|attempt| attempt.words.clone());
    let problem = message.problem.as_deref().unwrap_or_default();
    // The last attempt says nothing about why a person has stopped it.
    let words = if problem == ProblemType::Stopped.name() {
        (message.tries > 0).then(|| TRIED.to_owned())
    } else {
        words
    };
    let missing = problem == ProblemType::AccessTokenRefused.name();
    let user = match &message.user {
        Some(id) if missing => ctx.store.users.get(id).await?,
        _ => None,
    };
    let stands = user.map(|user| user.authorisation);
    Ok(Advice {
        trouble: trouble(problem),
        words,
        user: missing.then_some(match stands {
            Some(Authorisation::Authorised) => {
                "The practitioner is authorised now, so you can release the message."
            }
            Some(Authorisation::Withdrawn) => {
                "The practitioner has withdrawn the authorisation. A new access code is needed first."
            }
            Some(Authorisation::None) => {
                "The practitioner is not authorised yet. An access code is needed first."
            }
            None => "There is no such user any more. Choose another below.",
        }),
        as_it_is: !missing || stands == Some(Authorisation::Authorised),
    })
}
