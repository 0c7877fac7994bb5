//! A code becomes tokens, and the tokens say whose they are. Runs to its end whether or not anybody waits.

use super::begin::secret;
use super::keep::{self, Obtained, Tries};
use super::pair::Fresh;
use super::{PATIENT, Pkb, confirm, details};
use crate::context::{Ctx, storage};
use faultpoint::Point;
use httpkit::problem::{Refusal, chain};
use model::pkb_link::{CONFIRM, Failure};
use model::{AttemptId, PublicId, Secret};
use sdk::pkb::{ExchangeCode, Purview, ReadFailure, TokenFailure, Tokens};
use std::time::Duration;
use store::gateway::{LinkAttempt, Linked, SealedPlace};
use tracing::{info, warn};
use wire::pkb::ResponseCode;

/// What may be asked twice is asked again after these times.
const AGAIN_AFTER: [Duration; 2] = [Duration::from_millis(300), Duration::from_secs(1)];

/// Exchanges the code and links at once: the patient came back in the session that began.
pub(super) async fn link(
    ctx: &Ctx,
    pkb: &Pkb,
    attempt: &LinkAttempt,
    code: &Secret,
) -> Result<Result<(), Failure>, Refusal> {
    let obtained = match obtain(ctx, pkb, attempt, code).await {
        Ok(obtained) => obtained,
        Err(why) => {
            fail(ctx, attempt.id, why).await;
            return Ok(Err(why));
        }
    };
    let linked = keep::link(ctx, pkb, PATIENT, attempt.id, &attempt.patient, &obtained).await?;
    Ok(match linked {
        Linked::Linked => {
            info!("a patient's PKB record was linked");
            Ok(())
        }
        Linked::Refused(why) => {
            info!(why = why.as_str(), "a link was refused");
            Err(why)
        }
        // A patient who was deleted, or an attempt that was pushed out by newer ones.
        Linked::Gone => Err(Failure::Expired),
    })
}

/// Exchanges the code, and keeps what came of it until the product has confirmed it by the `result` that is returned.
pub(super) async fn ask_product(
    ctx: &Ctx,
    pkb: &Pkb,
    attempt: &LinkAttempt,
    code: &Secret,
) -> Result<Result<Secret, Failure>, Refusal> {
    let obtained = match obtain(ctx, pkb, attempt, code).await {
        Ok(obtained) => obtained,
        Err(why) => {
            fail(ctx, attempt.id, why).await;
            return Ok(Err(why));
        }
    };
    let result = secret(&*ctx.entropy);
    let hash = result.hash();
    let place = SealedPlace::AttemptSecret(attempt.id);
    let text = confirm::text(&obtained);
    let patients = &ctx.store.patients;
    let until = ctx.now() + CONFIRM;
    let mut tries = Tries::new();
    loop {
        let refused = match ctx.vault.seal(&place, &text).await {
            Ok(sealed) => {
                let waits = patients
                    .await_word(attempt.id, hash, obtained.public_id, &sealed, until)
                    .await;
                match waits {
                    Ok(true) => return Ok(Ok(result)),
                    Ok(false) => {
                        // A try before this one may have done it: a COMMIT whose answer was lost.
                        let there = patients.awaiting(hash, ctx.now()).await;
                        let there = matches!(there, Ok(Some(_)));
                        return Ok(there.then_some(result).ok_or(Failure::Expired));
                    }
                    Err(error) => {
                        warn!(cause = chain(&error), "an attempt could not be stored yet");
                        storage(error)
                    }
                }
            }
            Err(error) => {
                warn!(cause = chain(&error), "tokens could not be sealed yet");
                error.into()
            }
        };
        tries.again(ctx, refused).await?;
    }
}

/// Ends an attempt without a link. If that can't be noted, its time runs out.
pub(super) async fn fail(ctx: &Ctx, id: AttemptId, why: Failure) {
    info!(why = why.as_str(), "an attempt to link a PKB record failed");
    let noted = ctx.store.patients.fail(PATIENT, id, why, ctx.now()).await;
    if let Err(cause) = noted {
        warn!(
            cause = chain(&cause),
            "a failed attempt could not be noted; it ends with its time"
        );
    }
}

async fn obtain(
    ctx: &Ctx,
    pkb: &Pkb,
    attempt: &LinkAttempt,
    code: &Secret,
) -> Result<Obtained, Failure> {
    let asked_at = ctx.now();
    let tokens = exchange(ctx, pkb, attempt, code).await?;
    faultpoint::pass(Point::GatewayLinkExchanged);
    let public_id = whose(pkb, &tokens.access).await?;
    // Without details there is a link all the same: they are read later.
    let details = match pkb.client.users_self(&tokens.access).await {
        Ok(said) => details::text(said).map(|text| (text, ctx.now())),
        Err(cause) => {
            warn!(%cause, "a patient's details could not be read at PKB");
            None
        }
    };
    Ok(Obtained {
        fresh: Fresh::new(tokens, asked_at),
        public_id,
        details,
    })
}

async fn exchange(
    ctx: &Ctx,
    pkb: &Pkb,
    attempt: &LinkAttempt,
    code: &Secret,
) -> Result<Tokens, Failure> {
    let verifier = match &attempt.verifier {
        Some(sealed) => {
            let place = SealedPlace::AttemptSecret(attempt.id);
            let opened = ctx.vault.unseal(&place, sealed).await;
            Some(opened.map_err(|error| {
                warn!(cause = chain(&error), "a code verifier did not open");
                Failure::NotReached
            })?)
        }
        None => None,
    };
    let request = ExchangeCode {
        client_id: &pkb.client_id,
        code: code.reveal(),
        redirect_uri: &attempt.redirect_uri,
        verifier: verifier.as_ref().map(Secret::reveal),
    };
    let mut waits = AGAIN_AFTER.iter();
    loop {
        let cause = match pkb.client.exchange(&request).await {
            Ok(tokens) => return Ok(tokens),
            Err(cause) => cause,
        };
        // Only what was surely not sent is sent again.
        if cause == TokenFailure::NotSent
            && let Some(wait) = waits.next()
        {
            tokio::time::sleep(*wait).await;
            continue;
        }
        warn!(%cause, "a code could not be exchanged at PKB");
        return Err(match cause {
            TokenFailure::Answered { status, .. }
                if status < 500 && status != 429 && status != 408 =>
            {
                Failure::RefusedByPkb
            }
            TokenFailure::NotSent | TokenFailure::Lost | TokenFailure::Answered { .. } => {
                Failure::NotReached
            }
        });
    }
}

/// Whose token it is. A link stands or falls with that.
async fn whose(pkb: &Pkb, access: &Secret) -> Result<PublicId, Failure> {
    let mut waits = AGAIN_AFTER.iter();
    loop {
        let cause = match pkb.client.purview(access).await {
            Ok(Purview::Patient(id)) => return Ok(PublicId(id)),
            Ok(Purview::Other(_)) | Err(ReadFailure::Code(ResponseCode::UserTypeNotPerm)) => {
                return Err(Failure::NotAPatient);
            }
            Err(cause) => cause,
        };
        let Some(wait) = waits.next().filter(|_| may_pass(cause)) else {
            warn!(%cause, "PKB did not say whose token it gave");
            return Err(match cause {
                ReadFailure::Code(
                    ResponseCode::AccessFrozenOutward | ResponseCode::AccessFrozenInward,
                ) => Failure::Frozen,
                ReadFailure::Code(_) => Failure::RefusedByPkb,
                ReadFailure::NotReached
                | ReadFailure::Answered { .. }
                | ReadFailure::Unsendable => Failure::NotReached,
            });
        };
        tokio::time::sleep(*wait).await;
    }
}

fn may_pass(cause: ReadFailure) -> bool {
    match cause {
        ReadFailure::NotReached => true,
        ReadFailure::Answered { status } => status >= 500 || status == 429,
        ReadFailure::Code(_) | ReadFailure::Unsendable => false,
    }
}
