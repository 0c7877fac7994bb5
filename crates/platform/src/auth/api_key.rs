//! Who calls the partner API, by its key (contract A.1).

use crate::context::{Ctx, storage};
use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::request::Parts;
use httpkit::problem::Refusal;
use model::api_key::{self, CLIENT};
use model::organisation::ClientSystem;
use model::{Actor, Secret};
use wire::headers::API_KEY;
use wire::problem::ProblemType;

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
    let id = api_key::id_of(CLIENT, text).ok_or_else(refused)?;
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
