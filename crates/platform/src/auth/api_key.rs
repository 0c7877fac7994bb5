//! API keys (contract A.1): `bak_<id>_<secret>`, stored as a hash, found by id, compared in constant
//! time.

use crate::context::{Ctx, storage};
use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::request::Parts;
use httpkit::problem::Refusal;
use model::organisation::ClientSystem;
use model::{Actor, Entropy, Secret, entropy};
use wire::headers::API_KEY;
use wire::problem::ProblemType;

const PREFIX: &str = "bak_";
const ID_ALPHABET: &[u8] = b"abcdefghijkmnpqrstuvwxyz23456789";
const SECRET_ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/// A new key: its public part and the whole text. The secret part has 256 bits.
pub(crate) fn generate(entropy: &dyn Entropy) -> (String, Secret) {
    let id = entropy::text(entropy, ID_ALPHABET, 12);
    let secret = entropy::text(entropy, SECRET_ALPHABET, 43);
    let whole = Secret::new(format!("{PREFIX}{id}_{secret}"));
    (id, whole)
}

/// The public part of a key's text.
fn id_of(text: &str) -> Option<&str> {
    text.strip_prefix(PREFIX)?.split_once('_').map(|(id, _)| id)
}

/// The client system that calls.
#[derive(Clone, Debug)]
pub(crate) struct Caller(pub(crate) ClientSystem);

impl Caller {
    pub(crate) fn actor(&self) -> Actor {
        Actor::Client(self.0.id)
    }

    /// Refuses a client system that may not send instant messages.
    pub(crate) fn require_instant(&self) -> Result<(), Refusal> {
        if self.0.instant {
            return Ok(());
        }
        let words = "This client system may not send instant messages.";
        Err(Refusal::new(ProblemType::Forbidden).detail(words))
    }
}

impl FromRequestParts<Ctx> for Caller {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, ctx: &Ctx) -> Result<Self, Refusal> {
        identify(ctx, &parts.headers).await
    }
}

/// The caller whose key is in the headers.
pub(crate) async fn identify(ctx: &Ctx, headers: &HeaderMap) -> Result<Caller, Refusal> {
    let refused = || Refusal::new(ProblemType::Unauthorized);
    let mut given = headers.get_all(API_KEY).iter();
    let (Some(key), None) = (given.next(), given.next()) else {
        return Err(refused());
    };
    let text = key.to_str().map_err(|_| refused())?;
    let id = id_of(text).ok_or_else(refused)?;
    let found = ctx
        .store
        .directory
        .api_key(id)
        .await
        .map_err(storage)?
        .ok_or_else(refused)?;
    let ended = found.info.ends_at.is_some_and(|end| end <= ctx.now());
    if !found.hash.same(&Secret::new(text.to_owned()).hash()) || ended {
        return Err(refused());
    }
    if found.client.disabled {
        return Err(Refusal::new(ProblemType::Forbidden).detail("This client system is disabled."));
    }
    Ok(Caller(found.client))
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::entropy::SeededEntropy;

    #[test]
    fn a_key_names_its_public_part() {
        let (id, whole) = generate(&SeededEntropy::new(3));
        assert_eq!(id_of(whole.reveal()), Some(id.as_str()));
        assert_eq!(whole.reveal().len(), 4 + 12 + 1 + 43);
        assert_eq!(id_of("something else"), None);
    }
}
