//! Small JSON bodies, read whole.

mod object;

pub use object::{Object, object};

use crate::paced;
use crate::problem::Refusal;
use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use serde::de::DeserializeOwned;
use wire::problem::ProblemType;

/// A JSON body. Its faults are told by place, never by the library's own words, which can quote what was
/// sent. The router limits its length ([`axum::extract::DefaultBodyLimit`]).
pub struct Read<T>(pub T);

impl<T, S> FromRequest<S> for Read<T>
where
    T: DeserializeOwned,
    S: Send + Sync,
{
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refusal> {
        parse(&whole(request, state).await?).map(Read)
    }
}

async fn whole<S: Send + Sync>(request: Request, state: &S) -> Result<Bytes, Refusal> {
    Bytes::from_request(request, state).await.map_err(|error| {
        paced::refusal(&error).unwrap_or_else(|| Refusal::new(ProblemType::TooLarge))
    })
}

/// Reads JSON of the expected shape.
///
/// # Errors
/// 400 with the place.
pub fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Refusal> {
    serde_json::from_slice(bytes).map_err(|error| {
        // An end that comes before the first byte stands at column 0 there.
        let (line, column) = (error.line().max(1) as u64, error.column().max(1) as u64);
        let what = if error.is_data() {
            "Not of the expected shape."
        } else {
            "Not JSON."
        };
        Refusal::malformed(line, column, what)
    })
}
