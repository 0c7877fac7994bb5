//! A subject's record by NHS number: what other programs on this PC link to, who know no ids of ours.

use super::{Failure, SignedIn, paths};
use crate::pas::{
    Context,
    store::{filter::Filter, patients::Slice},
};
use axum::{
    extract::{Path, State},
    response::{IntoResponse, Redirect, Response},
};
use std::sync::Arc;

/// `GET /subjects/nhs-number/{number}`.
pub(super) async fn find(
    State(context): State<Arc<Context>>,
    user: SignedIn,
    Path(number): Path<String>,
) -> Result<Response, Failure> {
    let mut filter = Filter::default();
    filter.exact_number(&number);
    let slice = Slice {
        offset: 0,
        limit: 1,
    };
    let found = context.store.patients(filter, slice).await?;
    match found.items.first() {
        Some(patient) => {
            Ok(Redirect::to(&paths::SUBJECT.replace("{id}", &patient.id)).into_response())
        }
        None => Err(Failure::NotFound(user)),
    }
}
