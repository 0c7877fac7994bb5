//! Keys of the product API: `bgk_<id>_<secret>`, stored as a hash, found by id, compared in constant time.

use crate::context::{Ctx, storage};
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use httpkit::problem::Refusal;
use model::{Entropy, Secret, entropy};
use wire::problem::ProblemType;

const PREFIX: &str = "bgk_";
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

/// Why a call was not let in.
#[derive(Debug)]
pub(crate) struct NotLetIn(Refusal);

impl IntoResponse for NotLetIn {
    fn into_response(self) -> Response {
        let asks = self.0.kind() == ProblemType::Unauthorized;
        let mut response = self.0.into_response();
        if asks {
            let scheme = HeaderValue::from_static("Bearer");
            response
                .headers_mut()
                .insert(header::WWW_AUTHENTICATE, scheme);
        }
        response
    }
}

impl FromRequestParts<Ctx> for Product {
    type Rejection = NotLetIn;

    async fn from_request_parts(parts: &mut Parts, ctx: &Ctx) -> Result<Self, NotLetIn> {
        let product = identify(ctx, &parts.headers).await?;
        // Here, so that no call passes over what it was asked and does something else.
        super::asked::check(parts).map_err(NotLetIn)?;
        Ok(product)
    }
}

/// The product whose key is in the headers. Streams ask again now and then.
pub(crate) async fn identify(ctx: &Ctx, headers: &HeaderMap) -> Result<Product, NotLetIn> {
    let refused = || NotLetIn(Refusal::new(ProblemType::Unauthorized));
    let key = key_in(headers).ok_or_else(refused)?;
    let id = id_of(key.reveal()).ok_or_else(refused)?;
    let found = ctx.store.access.key(id).await;
    let found = found
        .map_err(|error| NotLetIn(storage(error)))?
        .ok_or_else(refused)?;
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
    use model::entropy::SeededEntropy;

    #[test]
    fn a_key_names_its_public_part() {
        let (id, whole) = generate(&SeededEntropy::new(3));
        assert_eq!(id_of(whole.reveal()), Some(id.as_str()));
        assert_eq!(whole.reveal().len(), 4 + 12 + 1 + 43);
        assert_eq!(id_of("bak_abc_def"), None);
    }

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
