//! The data types that the resources are made of.

use super::Decimal;
use super::hidden::hidden_debug;
use serde::{Deserialize, Serialize};

/// The kinds of resource that are spoken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ResourceType {
    /// A patient.
    Patient,
    /// A document in a patient's record.
    DocumentReference,
    /// A coded entry in a patient's record.
    Observation,
    /// The bytes of a document.
    Binary,
    /// Several resources.
    Bundle,
    /// What went wrong.
    OperationOutcome,
}

impl ResourceType {
    /// The name as it stands in addresses and in `resourceType`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Patient => "Patient",
            Self::DocumentReference => "DocumentReference",
            Self::Observation => "Observation",
            Self::Binary => "Binary",
            Self::Bundle => "Bundle",
            Self::OperationOutcome => "OperationOutcome",
        }
    }
}

/// A name that some system gives to a thing.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Identifier {
    /// Who gives such names.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub system: Option<String>,
    /// The name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
}

impl Identifier {
    /// An identifier with both members.
    pub fn new(system: &str, value: impl Into<String>) -> Self {
        Self {
            system: Some(system.to_owned()),
            value: Some(value.into()),
        }
    }
}

/// A code of a code system.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Coding {
    /// The code system.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub system: Option<String>,
    /// The code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// What the code means, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub display: Option<String>,
}

impl Coding {
    /// A code without words.
    pub fn new(system: &str, code: impl Into<String>) -> Self {
        Self {
            system: Some(system.to_owned()),
            code: Some(code.into()),
            display: None,
        }
    }
}

/// One meaning in codes and words.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct CodeableConcept {
    /// In codes.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub coding: Vec<Coding>,
    /// In words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

/// A pointer to another resource, or just its name.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Reference {
    /// Such as `Patient/12`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// A name for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub display: Option<String>,
}

impl Reference {
    /// Points at a patient by the id that the record system gave.
    pub fn patient(id: &str) -> Self {
        Self {
            reference: Some(format!("Patient/{id}")),
            display: None,
        }
    }

    /// Only a name.
    pub fn display(name: impl Into<String>) -> Self {
        Self {
            reference: None,
            display: Some(name.into()),
        }
    }
}

/// A person's name.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct HumanName {
    /// `official`, `usual`, `old` …
    #[serde(rename = "use", skip_serializing_if = "Option::is_none")]
    pub usage: Option<String>,
    /// The whole name in one text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Family name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub family: Option<String>,
    /// Given names, first name first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub given: Vec<String>,
    /// Titles.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub prefix: Vec<String>,
}

/// A postal address.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Address {
    /// `home`, `work`, `old` …
    #[serde(rename = "use", skip_serializing_if = "Option::is_none")]
    pub usage: Option<String>,
    /// House and street.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub line: Vec<String>,
    /// Town.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub city: Option<String>,
    /// Postcode.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub postal_code: Option<String>,
}

/// A phone number or an e-mail address.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ContactPoint {
    /// `phone` or `email`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub system: Option<String>,
    /// The number or address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// `home`, `mobile` …
    #[serde(rename = "use", skip_serializing_if = "Option::is_none")]
    pub usage: Option<String>,
}

/// Where a document's bytes are, and what they are.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Attachment {
    /// Media type, parameters included.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content_type: Option<String>,
    /// Address of the bytes: the `fullUrl` of a `Binary` of the same bundle, or `Binary/<id>`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Number of bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size: Option<u64>,
    /// Standard Base64 of the SHA-1 of the bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hash: Option<String>,
    /// The file's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
}

/// A measured amount.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Quantity {
    /// The number, exactly as written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<Decimal>,
    /// Its unit, for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
}

hidden_debug!(
    Identifier,
    HumanName,
    Address,
    ContactPoint,
    Attachment,
    Quantity,
    Reference,
    CodeableConcept,
    Coding
);
