//! Parts of a path. One that cannot be read names nothing, and is not found.

use crate::problem::Refusal;
use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use serde::de::DeserializeOwned;
use wire::problem::ProblemType;

/// The path's parts, in order.
pub struct Segment<T>(pub T);

impl<T, S> FromRequestParts<S> for Segment<T>
where
    T: DeserializeOwned + Send,
    S: Send + Sync,
{
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        // The router's own words would quote the path.
        let read = Path::<T>::from_request_parts(parts, state).await;
        read.map(|Path(part)| Self(part))
            .map_err(|_| Refusal::new(ProblemType::NotFound))
    }
}

/// Reads an identifier of a path; one that is none names nothing.
///
/// # Errors
/// 404.
pub fn id<T: std::str::FromStr>(text: &str) -> Result<T, Refusal> {
    text.parse()
        .map_err(|_| Refusal::new(ProblemType::NotFound))
}
