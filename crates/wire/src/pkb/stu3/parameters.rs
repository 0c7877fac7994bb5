//! What an operation takes or gives.

use super::{Kind, Reference};
use serde::{Deserialize, Serialize};

/// The name of the one parameter that `$purview` gives, and of the operation.
pub const PURVIEW: &str = "purview";

/// Named values.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Parameters {
    /// Always `Parameters`.
    pub resource_type: Kind,
    /// The values.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parameter: Vec<Parameter>,
}

/// One value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Parameter {
    /// Its name.
    pub name: String,
    /// The value, where it is a reference.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value_reference: Option<Reference>,
}

impl Parameters {
    /// These values.
    pub fn new(parameter: Vec<Parameter>) -> Self {
        Self {
            resource_type: Kind::Parameters,
            parameter,
        }
    }

    /// The answer of `$purview`: `reference` is such as `Patient/<public id>`.
    pub fn purview(reference: &str) -> Self {
        Self::new(vec![Parameter {
            name: PURVIEW.to_owned(),
            value_reference: Some(Reference {
                reference: Some(reference.to_owned()),
                display: None,
            }),
        }])
    }

    /// The reference that `$purview` gave; `None` when there isn't exactly one.
    pub fn purview_reference(&self) -> Option<&str> {
        let mut named = self.parameter.iter().filter(|p| p.name == PURVIEW);
        let only = named.next().filter(|_| named.next().is_none())?;
        let is_parameters = self.resource_type == Kind::Parameters;
        only.value_reference
            .as_ref()
            .filter(|_| is_parameters)?
            .reference
            .as_deref()
    }
}
