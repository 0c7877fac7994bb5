//! Access codes: made for a practitioner, exchanged by a client system for a token.

use crate::auth::access_token;
use crate::auth::api_key::Caller;
use crate::context::{Ctx, storage};
use hmac::{Hmac, KeyInit, Mac};
use httpkit::problem::Refusal;
use model::access_code::LIFETIME;
use model::practitioner::Practitioner;
use model::{AccessCode, Actor, Hash, Secret};
use sha2::Sha256;
use store::platform::{CodeExchange, Exchanged, NewAccessCode};
use wire::partner::AccessToken;
use wire::practice::NewCode;
use wire::problem::ProblemType;

/// A code has under 40 bits, so a plain hash could be searched; the key is not in the database.
fn keyed_hash(key: &Secret, code: &AccessCode) -> Result<Hash, Refusal> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key.reveal().as_bytes())
        .map_err(|_| Refusal::new(ProblemType::InternalError))?;
    mac.update(code.reveal().as_bytes());
    Ok(Hash::from_bytes(mac.finalize().into_bytes().into()))
}

/// Makes a code that lives 60 seconds.
pub(crate) async fn issue(
    ctx: &Ctx,
    by: &Actor,
    practitioner: &Practitioner,
) -> Result<NewCode, Refusal> {
    let code = AccessCode::generate(&*ctx.entropy);
    let now = ctx.now();
    let new = NewAccessCode {
        hash: keyed_hash(&ctx.config.code_key, &code)?,
        practitioner: practitioner.clone(),
        made_at: now,
        ends_at: now + LIFETIME,
    };
    ctx.store
        .permissions
        .add_code(by, &new)
        .await
        .map_err(storage)?;
    Ok(NewCode {
        access_code: code.reveal().to_owned(),
        expires_at: new.ends_at.to_string(),
    })
}

/// Exchanges a code for a token.
///
/// # Errors
/// 400 for a code that is wrong, used or too old (the same answer for each), 429 after five of them.
pub(crate) async fn exchange(
    ctx: &Ctx,
    caller: &Caller,
    code: Option<AccessCode>,
) -> Result<AccessToken, Refusal> {
    let now = ctx.now();
    // A text of the wrong shape counts as a wrong guess too.
    let code_hash = match &code {
        Some(code) => keyed_hash(&ctx.config.code_key, code)?,
        None => Hash::of(b"no access code has this shape"),
    };
    let (token, secret, token_hash) = access_token::generate(&*ctx.entropy);
    let exchange = CodeExchange {
        client: caller.0.id,
        code_hash,
        token,
        token_hash,
        at: now,
    };
    match ctx
        .store
        .permissions
        .exchange(&caller.actor(), &exchange)
        .await
        .map_err(storage)?
    {
        Exchanged::Token(_) => Ok(AccessToken {
            token: secret.reveal().to_owned(),
        }),
        Exchanged::Wrong => Err(Refusal::fault(
            "accessCode",
            "Is not a valid access code, or was used, or is older than 60 seconds",
        )),
        Exchanged::TooMany { until } => {
            let seconds = until.duration_since(now).as_secs().max(0).unsigned_abs() + 1;
            Err(Refusal::new(ProblemType::TooManyRequests)
                .detail("Too many wrong access codes. Wait before the next try.")
                .retry_after(seconds))
        }
    }
}
