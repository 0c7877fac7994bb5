//! Access tokens (contract A.2): which header, and whether it gives permission.

use crate::context::{Ctx, storage};
use axum::http::HeaderMap;
use httpkit::problem::Refusal;
use model::organisation::ClientSystem;
use model::{Secret, TokenId};
use store::platform::Token;
use uuid::Uuid;
use wire::headers::{ACCESS_TOKEN, ACCESS_TOKEN_ALIAS};
use wire::problem::ProblemType;

/// What the headers hold.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Given {
    /// One value.
    One(String),
    /// None at all.
    Missing,
    /// Several that differ.
    Different,
}

/// Reads both names of the header.
pub(crate) fn given(headers: &HeaderMap) -> Given {
    let mut values = [ACCESS_TOKEN, ACCESS_TOKEN_ALIAS]
        .into_iter()
        .flat_map(|name| headers.get_all(name).iter());
    let Some(first) = values.next() else {
        return Given::Missing;
    };
    if values.any(|other| other != first) {
        return Given::Different;
    }
    // Bytes that are no text are no UUID either, and are refused as such.
    Given::One(first.to_str().unwrap_or_default().to_owned())
}

/// The token with this text, if it is one of this client system's; withdrawn ones too.
pub(crate) async fn find(
    ctx: &Ctx,
    client: &ClientSystem,
    text: &str,
) -> Result<Option<Token>, Refusal> {
    let Some(uuid) = parse(text) else {
        return Ok(None);
    };
    let found = ctx
        .store
        .permissions
        .token(hash_of(uuid))
        .await
        .map_err(storage)?;
    Ok(found.filter(|token| token.client == client.id))
}

/// The good token with this text; the same refusal whatever is wrong with it.
pub(crate) async fn require(
    ctx: &Ctx,
    client: &ClientSystem,
    text: &str,
) -> Result<Token, Refusal> {
    let found = find(ctx, client, text).await?;
    found
        .filter(|token| token.withdrawn_at.is_none())
        .ok_or_else(refused)
}

/// 403, never saying why.
pub(crate) fn refused() -> Refusal {
    Refusal::new(ProblemType::AccessTokenRefused)
}

fn parse(text: &str) -> Option<Uuid> {
    if text.len() == 36 {
        Uuid::parse_str(text).ok()
    } else {
        None
    }
}

fn hash_of(token: Uuid) -> model::Hash {
    Secret::new(token.hyphenated().to_string()).hash()
}

/// A new token: its public name, its text, and the hash of that.
pub(crate) fn generate(entropy: &dyn model::Entropy) -> (TokenId, Secret, model::Hash) {
    let token = model::entropy::uuid_v4(entropy);
    let id = TokenId(model::entropy::uuid_v4(entropy));
    (
        id,
        Secret::new(token.hyphenated().to_string()),
        hash_of(token),
    )
}
