//! What went wrong, with one of PKB's response codes where it has one for it.

use super::{CodeableConcept, Coding, Kind};
use crate::pkb::{CODE_SYSTEM, ResponseCode};
use serde::{Deserialize, Serialize};

/// A refusal or failure.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OperationOutcome {
    /// Always `OperationOutcome`.
    pub resource_type: Kind,
    /// One or more reasons.
    #[serde(default)]
    pub issue: Vec<Issue>,
}

/// One reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Issue {
    /// `fatal`, `error`, `warning` or `information`.
    #[serde(default)]
    pub severity: String,
    /// One of FHIR's issue types, such as `login` or `not-found`.
    #[serde(default)]
    pub code: String,
    /// A code of [`CODE_SYSTEM`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub details: Option<CodeableConcept>,
    /// What happened, for a developer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub diagnostics: Option<String>,
}

impl OperationOutcome {
    /// An error of FHIR's issue type `code`, with one of PKB's codes if it has one.
    pub fn error(code: &str, response: Option<ResponseCode>, diagnostics: &str) -> Self {
        let details = response.map(|response| CodeableConcept {
            coding: vec![Coding::new(CODE_SYSTEM, response.as_str())],
            text: None,
        });
        Self {
            resource_type: Kind::OperationOutcome,
            issue: vec![Issue {
                severity: "error".to_owned(),
                code: code.to_owned(),
                details,
                diagnostics: Some(diagnostics.to_owned()),
            }],
        }
    }

    /// The first documented response code in it. Codes of other systems don't count; a coding without
    /// a system does.
    pub fn response_code(&self) -> Option<ResponseCode> {
        let details = self.issue.iter().filter_map(|issue| issue.details.as_ref());
        details
            .flat_map(|details| &details.coding)
            .filter(|coding| coding.system.as_deref().is_none_or(|s| s == CODE_SYSTEM))
            .find_map(|coding| ResponseCode::parse(coding.code.as_deref()?))
    }
}
