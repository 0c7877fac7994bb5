//! Keys of the product API: `bgk_<id>_<secret>`, stored as a hash, found by id, compared in constant time.

use crate::context::{Ctx, storage};
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use httpkit::problem::Refusal;
use model::Secret;
use model::api_key::{self, PRODUCT};
use wire::problem::ProblemType;

/// The product that calls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Product {
    /// The public part of its key.
    pub(crate) key_id: String,
}

impl Product {
    /// As [`store::gateway::Happened`] names who did something.
    pub(crate) fn by(&self) -> String {
        format!("product:{}", self.key_id)
    }
}

impl FromRequestParts<Ctx> for Product {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, ctx: &Ctx) -> Result<Self, Refusal> {
        let product = identify(ctx, &parts.headers).await?;
        // Here, so that no call passes over what it was asked and does something else.
        super::asked::check(parts)?;
        Ok(product)
    }
}

/// The product whose key is in the headers. Streams ask again now and then.
pub(crate) async fn identify(ctx: &Ctx, headers: &HeaderMap) -> Result<Product, Refusal> {
    let refused = || Refusal::new(ProblemType::Unauthorized).bearer();
    let key = key_in(headers).ok_or_else(refused)?;
    let id = api_key::id_of(PRODUCT, key.reveal()).ok_or_else(refused)?;
    let found = ctx.store.access.key(id).await;
    let found = found.map_err(storage)?.ok_or_else(refused)?;
    let ended = found.ends_at.is_some_and(|end| end <= ctx.now());
    if ended || !found.hash.same(&key.hash()) {
        return Err(refused());
    }
    Ok(Product { key_id: found.id })
}

/// The one bearer key in the headers.
fn key_in(headers: &HeaderMap) -> Option<Secret> {
    let mut given = headers.get_all(header::AUTHORIZATION).iter();
    let (Some(value), None) = (given.next(), given.next()) else {
        return None;
    };
    let (scheme, key) = value.to_str().ok()?.split_once(' ')?;
    scheme
        .eq_ignore_ascii_case("bearer")
        .then(|| Secret::new(key.trim().to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    #[test]
    fn one_bearer_key_is_taken_and_two_are_none() {
        let mut headers = HeaderMap::new();
        assert!(key_in(&headers).is_none());
        headers.append(
            header::AUTHORIZATION,
            HeaderValue::from_static("bearer  bgk_a_b"),
        );
        assert_eq!(key_in(&headers).unwrap().reveal(), "bgk_a_b");
        headers.append(
            header::AUTHORIZATION,
            HeaderValue::from_static("Bearer bgk_c_d"),
        );
        assert!(key_in(&headers).is_none());
    }
}
