//! What a Facade server can do.

use super::{Kind, Reference};
use serde::{Deserialize, Serialize};

/// A capability statement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CapabilityStatement {
    /// Always `CapabilityStatement`.
    pub resource_type: Kind,
    /// `active`.
    pub status: String,
    /// When it was last changed: a date.
    pub date: String,
    /// `instance`: a server that runs.
    pub kind: String,
    /// The program.
    pub software: Software,
    /// [`super::VERSION`].
    pub fhir_version: String,
    /// `no`: whatever isn't known is refused.
    pub accept_unknown: String,
    /// [`super::MEDIA_TYPE`].
    pub format: Vec<String>,
    /// What can be done.
    pub rest: Vec<Rest>,
}

/// A program and its version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Software {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
}

/// What can be done over HTTP.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rest {
    /// `server`.
    pub mode: String,
    /// With which resources.
    pub resource: Vec<ResourceListed>,
    /// Operations.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub operation: Vec<OperationListed>,
}

/// What can be done with one kind of resource.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ResourceListed {
    /// The kind.
    #[serde(rename = "type")]
    pub kind: String,
    /// Read, search.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub interaction: Vec<Interaction>,
    /// By what.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub search_param: Vec<SearchParameter>,
}

/// One thing that can be done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Interaction {
    /// `read` or `search-type`.
    pub code: String,
}

/// One search parameter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SearchParameter {
    /// Its name.
    pub name: String,
    /// `token`, `reference` …
    #[serde(rename = "type")]
    pub kind: String,
    /// For developers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub documentation: Option<String>,
}

/// One operation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OperationListed {
    /// Its name, without the dollar sign.
    pub name: String,
    /// Where it is defined.
    pub definition: Reference,
}
