//! The patient comes back from PKB. The `state` is used up before the code is, which is used only in the browser that
//! began.

use super::{Pkb, complete};
use crate::context::{Ctx, storage};
use httpkit::problem::Refusal;
use model::pkb_link::Failure;
use model::{AppUserId, Hash, Secret};
use std::sync::Arc;
use store::gateway::{LinkAttempt, Way};
use url::Url;
use wire::gateway::patients::{ERROR, REASON, RESULT};
use wire::problem::ProblemType;

/// The error that PKB sends back when the patient says no (RFC 6749, section 4.1.2.1).
const ACCESS_DENIED: &str = "access_denied";

/// What came with the patient; a parameter that came twice is none.
pub(crate) struct CallbackQuery {
    /// The code.
    pub(crate) code: Option<Secret>,
    /// Why there is no code.
    pub(crate) error: Option<String>,
    /// Which attempt.
    pub(crate) state: Option<Secret>,
}

/// Where the patient goes now.
pub(crate) enum CameBack {
    /// To our own patient app.
    ToApp {
        /// Who began, in this very session.
        patient: AppUserId,
        /// Whether there is a link now.
        outcome: Result<(), Failure>,
    },
    /// To the product, with a `result` or an error.
    ToProduct {
        /// Where. It may hold the `result`.
        url: String,
    },
    /// Nowhere: another browser began. The attempt is over, and the code was not used.
    WrongBrowser,
    /// Nowhere: the `state` is unknown, was used, or is too old.
    Unknown,
}

/// Takes a patient back. `session` is the hash of the browser's cookie, if it is signed in to the patient app.
pub(crate) async fn come_back(
    ctx: &Ctx,
    query: CallbackQuery,
    session: Option<Hash>,
) -> Result<CameBack, Refusal> {
    if ctx.pkb.is_none() {
        return Err(super::NotBegun::NotSetUp.into());
    }
    let Some(state) = &query.state else {
        return Ok(CameBack::Unknown);
    };
    let found = ctx.store.patients.attempt(state.hash()).await;
    let Some(attempt) = found.map_err(storage)? else {
        return Ok(CameBack::Unknown);
    };
    let now = ctx.now();
    if attempt.burned {
        return Ok(CameBack::Unknown);
    }
    let theirs = match &attempt.way {
        Way::App { session: began } => session.is_some_and(|session| session.same(began)),
        Way::Product { .. } => true,
    };
    match (theirs, attempt.until <= now) {
        (true, false) => {}
        // What is over is ended, and told, by the sweep.
        (true, true) => return Ok(back(&attempt, Err(Failure::Expired))),
        (false, true) => return Ok(CameBack::Unknown),
        (false, false) => {
            // Whoever gets hold of this address now must not finish with it what somebody else said yes to.
            let burned = ctx.store.patients.burn(attempt.id, now).await;
            if burned.map_err(storage)? {
                complete::fail(ctx, attempt.id, Failure::NotTheirs).await;
            }
            return Ok(CameBack::WrongBrowser);
        }
    }
    // What was begun is ended, even if the browser goes away meanwhile: the code works once.
    let ctx = Arc::clone(ctx);
    let whole = tokio::spawn(async move { take(&ctx, &attempt, query).await });
    whole
        .await
        .unwrap_or_else(|_| Err(Refusal::new(ProblemType::InternalError)))
}

async fn take(ctx: &Ctx, attempt: &LinkAttempt, query: CallbackQuery) -> Result<CameBack, Refusal> {
    let pkb = ctx.pkb.as_ref().ok_or(super::NotBegun::NotSetUp)?;
    // The end of the process waits for this.
    let _busy = pkb.air.busy();
    let burned = ctx.store.patients.burn(attempt.id, ctx.now()).await;
    if !burned.map_err(storage)? {
        return Ok(CameBack::Unknown);
    }
    let outcome = match (&query.error, &query.code) {
        (Some(error), _) if error == ACCESS_DENIED => Err(Failure::Denied),
        (Some(_), _) | (None, None) => Err(Failure::RefusedByPkb),
        (None, Some(code)) => return with_code(ctx, pkb, attempt, code).await,
    };
    if let Err(why) = outcome {
        complete::fail(ctx, attempt.id, why).await;
    }
    Ok(back(attempt, outcome))
}

async fn with_code(
    ctx: &Ctx,
    pkb: &Pkb,
    attempt: &LinkAttempt,
    code: &Secret,
) -> Result<CameBack, Refusal> {
    match &attempt.way {
        Way::App { .. } => {
            let outcome = complete::link(ctx, pkb, attempt, code).await?;
            Ok(back(attempt, outcome))
        }
        Way::Product { return_url } => {
            match complete::ask_product(ctx, pkb, attempt, code).await? {
                Ok(result) => Ok(CameBack::ToProduct {
                    url: with_parameters(return_url, &[(RESULT, result.reveal())]),
                }),
                Err(why) => Ok(back(attempt, Err(why))),
            }
        }
    }
}

fn back(attempt: &LinkAttempt, outcome: Result<(), Failure>) -> CameBack {
    match &attempt.way {
        Way::App { .. } => CameBack::ToApp {
            patient: attempt.patient.clone(),
            outcome,
        },
        Way::Product { return_url } => {
            let (error, why) = match outcome {
                Err(why @ Failure::Denied) => (ACCESS_DENIED, why),
                Err(why @ Failure::Expired) => ("expired", why),
                Err(why) => ("failed", why),
                // A product's attempt is never linked before its word.
                Ok(()) => ("failed", Failure::RefusedByPkb),
            };
            CameBack::ToProduct {
                url: with_parameters(return_url, &[(ERROR, error), (REASON, why.as_str())]),
            }
        }
    }
}

fn with_parameters(return_url: &str, added: &[(&str, &str)]) -> String {
    // It was read before it was stored.
    Url::parse(return_url).map_or_else(
        |_| return_url.to_owned(),
        |mut url| {
            url.query_pairs_mut().extend_pairs(added);
            url.to_string()
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parameter_is_added_to_those_that_are_there() {
        for (url, then) in [
            ("https://a.example/x", "https://a.example/x?result=r-1"),
            (
                "https://a.example/x?a=b",
                "https://a.example/x?a=b&result=r-1",
            ),
            ("com.example.app:/x", "com.example.app:/x?result=r-1"),
        ] {
            assert_eq!(with_parameters(url, &[("result", "r-1")]), then);
        }
    }
}
