//! Refusals as `OperationOutcome`, each with the status it deserves.

use super::json;
use crate::pas::store::StoreError;
use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};
use wire::fhir_r4::{Issue, OperationOutcome};

/// A request that was not done, and why.
pub(super) struct Refusal {
    status: StatusCode,
    issues: Vec<Issue>,
}

impl Refusal {
    /// Several reasons under one status.
    pub(super) fn new(status: StatusCode, issues: Vec<Issue>) -> Self {
        Self { status, issues }
    }

    /// 400: the request can't be understood.
    pub(super) fn invalid(diagnostics: impl Into<String>) -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            vec![Issue::error("invalid", diagnostics)],
        )
    }

    /// 404.
    pub(super) fn not_found(diagnostics: impl Into<String>) -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            vec![Issue::error("not-found", diagnostics)],
        )
    }

    /// 501.
    pub(super) fn unsupported(diagnostics: impl Into<String>) -> Self {
        Self::new(
            StatusCode::NOT_IMPLEMENTED,
            vec![Issue::error("not-supported", diagnostics)],
        )
    }

    /// Says which element the last reason is about.
    pub(super) fn at(mut self, expression: impl Into<String>) -> Self {
        if let Some(issue) = self.issues.last_mut() {
            issue.expression.push(expression.into());
        }
        self
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        tracing::error!(error = %error, cause = ?std::error::Error::source(&error).map(ToString::to_string), "test PAS database");
        let issue = Issue::error(
            "exception",
            "The record can't be read or written at the moment.",
        );
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, vec![issue])
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        json::answer(self.status, &OperationOutcome::new(self.issues))
    }
}
