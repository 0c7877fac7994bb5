//! Bundles: search results, transactions and their answers.

use super::hidden::hidden_debug;
use super::types::ResourceType;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// Several resources in one document.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Bundle {
    /// Always `Bundle`.
    pub resource_type: ResourceType,
    /// What the bundle is for.
    #[serde(rename = "type")]
    pub kind: BundleKind,
    /// How many resources match a search, on all its pages.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total: Option<u64>,
    /// This page of a search, the next and the one before.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub link: Vec<BundleLink>,
    /// The resources.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub entry: Vec<BundleEntry>,
}

impl Bundle {
    /// A bundle of entries, without total and links.
    pub fn new(kind: BundleKind, entry: Vec<BundleEntry>) -> Self {
        Self {
            resource_type: ResourceType::Bundle,
            kind,
            total: None,
            link: Vec::new(),
            entry,
        }
    }
}

/// What a bundle is for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BundleKind {
    /// Do all of this or nothing.
    Transaction,
    /// What became of a transaction.
    TransactionResponse,
    /// Search results.
    Searchset,
    /// Just resources.
    Collection,
    /// Any other kind.
    #[serde(untagged)]
    Other(String),
}

/// Where a page of a search is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BundleLink {
    /// `self`, `next` or `previous`.
    pub relation: String,
    /// Its address.
    pub url: String,
}

/// One resource of a bundle and what is to be done with it, or was done.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct BundleEntry {
    /// The resource's address, or a `urn:uuid:` that other entries refer to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub full_url: Option<String>,
    /// The resource, as written; [`parse_resource`] reads it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resource: Option<Box<RawValue>>,
    /// Of a search result: `match`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub search: Option<EntrySearch>,
    /// Of a transaction: what to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request: Option<EntryRequest>,
    /// Of a transaction's answer: what was done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub response: Option<EntryResponse>,
}

/// Why a resource is among the results.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EntrySearch {
    /// `match` or `include`.
    pub mode: String,
}

/// What to do with a resource.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct EntryRequest {
    /// An HTTP method; `POST` for ours.
    pub method: String,
    /// The address under the base; a resource type for ours.
    pub url: String,
    /// Create only if this search finds nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub if_none_exist: Option<String>,
}

/// What was done with a resource.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct EntryResponse {
    /// HTTP status with its words, such as `201 Created`.
    pub status: String,
    /// Where the resource is now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location: Option<String>,
    /// Its version.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub etag: Option<String>,
    /// When it was last changed: RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_modified: Option<String>,
}

/// Reads only the type of a resource.
pub fn resource_type(raw: &RawValue) -> Option<String> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Head {
        resource_type: String,
    }
    serde_json::from_str::<Head>(raw.get())
        .ok()
        .map(|head| head.resource_type)
}

/// Reads a resource of a known shape.
///
/// # Errors
/// The text is of another shape. The error's own text can quote patient data: don't show it.
pub fn parse_resource<T: for<'de> Deserialize<'de>>(
    raw: &RawValue,
) -> Result<T, serde_json::Error> {
    serde_json::from_str(raw.get())
}

/// Writes a resource for an entry.
///
/// # Errors
/// None for the structs of this module.
pub fn raw_resource(resource: &impl Serialize) -> Result<Box<RawValue>, serde_json::Error> {
    serde_json::value::to_raw_value(resource)
}

hidden_debug!(BundleEntry, EntryRequest);
