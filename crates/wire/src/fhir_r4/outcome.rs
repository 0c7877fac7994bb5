//! What went wrong, in FHIR's words.

use super::types::ResourceType;
use serde::{Deserialize, Serialize};

/// A refusal or failure.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OperationOutcome {
    /// Always `OperationOutcome`.
    pub resource_type: ResourceType,
    /// One or more reasons.
    #[serde(default)]
    pub issue: Vec<Issue>,
}

impl OperationOutcome {
    /// An outcome of these reasons.
    pub fn new(issue: Vec<Issue>) -> Self {
        Self {
            resource_type: ResourceType::OperationOutcome,
            issue,
        }
    }
}

/// One reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Issue {
    /// `fatal`, `error`, `warning` or `information`.
    pub severity: String,
    /// One of FHIR's issue types, such as `invalid` or `not-found`.
    pub code: String,
    /// What happened, for a developer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub diagnostics: Option<String>,
    /// Which elements are meant, such as `Bundle.entry[2].resource`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub expression: Vec<String>,
}

impl Issue {
    /// An error without a place.
    pub fn error(code: &str, diagnostics: impl Into<String>) -> Self {
        Self {
            severity: "error".to_owned(),
            code: code.to_owned(),
            diagnostics: Some(diagnostics.into()),
            expression: Vec::new(),
        }
    }

    /// Says which element is meant.
    #[must_use]
    pub fn at(mut self, expression: impl Into<String>) -> Self {
        self.expression.push(expression.into());
        self
    }
}
