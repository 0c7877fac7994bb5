//! Sessions of practitioners at toolbars: opaque bearer secrets, stored as a hash.

use crate::context::{Ctx, storage};
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use httpkit::problem::Refusal;
use jiff::SignedDuration;
use model::device::session_lives;
use model::{Actor, Entropy, Hash, Secret, entropy};
use store::platform::Session;
use wire::problem::ProblemType;

const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
/// Use is noted at most so often.
const TOUCH_EVERY: SignedDuration = SignedDuration::from_secs(60);

/// A new session secret: 256 bits.
pub(crate) fn generate(entropy: &dyn Entropy) -> Secret {
    Secret::new(format!("bas_{}", entropy::text(entropy, ALPHABET, 43)))
}

/// The practitioner who calls, and the session.
#[derive(Clone, Debug)]
pub(crate) struct SignedIn(pub(crate) Session);

impl SignedIn {
    pub(crate) fn actor(&self) -> Actor {
        Actor::Practitioner(self.0.practitioner.clone())
    }
}

impl FromRequestParts<Ctx> for SignedIn {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, ctx: &Ctx) -> Result<Self, Refusal> {
        let hash = secret_of(&parts.headers).ok_or_else(gone)?.hash();
        require(ctx, hash).await.map(SignedIn)
    }
}

/// The session secret in the headers.
pub(crate) fn secret_of(headers: &HeaderMap) -> Option<Secret> {
    let text = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, secret) = text.split_once(' ')?;
    scheme
        .eq_ignore_ascii_case("bearer")
        .then(|| Secret::new(secret.trim().to_owned()))
}

/// 401 for a session that is not, or no longer, good.
pub(crate) fn gone() -> Refusal {
    Refusal::new(ProblemType::Unauthorized)
        .detail("Sign in again: there is no such session any more.")
}

/// The live session with this hash; notes that it was used.
pub(crate) async fn require(ctx: &Ctx, hash: Hash) -> Result<Session, Refusal> {
    let session = ctx
        .store
        .devices
        .session(hash)
        .await
        .map_err(storage)?
        .ok_or_else(gone)?;
    let now = ctx.now();
    if session.device_blocked {
        return Err(Refusal::new(ProblemType::Forbidden).detail("This toolbar is blocked."));
    }
    if !session_lives(session.made_at, session.last_used_at, now) {
        return Err(gone());
    }
    if now.duration_since(session.last_used_at) >= TOUCH_EVERY {
        ctx.store
            .devices
            .touch_session(session.id, now)
            .await
            .map_err(storage)?;
    }
    Ok(session)
}
