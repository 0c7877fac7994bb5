//! FHIR R4, as toolbar and record system speak it: the few resources used, member names as HL7 has them.
//!
//! Members that these structs don't name are ignored on reading, so whoever must keep a resource whole
//! keeps its text ([`serde_json::value::RawValue`]) beside the struct.

pub(crate) mod hidden;

pub mod bundle;
pub mod decimal;
pub mod outcome;
pub mod resources;
pub mod search;
pub mod types;

pub use bundle::{Bundle, BundleEntry, BundleKind, BundleLink, EntryRequest, EntryResponse};
pub use decimal::Decimal;
pub use outcome::{Issue, OperationOutcome};
pub use resources::{Binary, DocumentContent, DocumentReference, Observation, Patient};
pub use types::{
    Address, Attachment, CodeableConcept, Coding, ContactPoint, HumanName, Identifier, Quantity,
    Reference, ResourceType,
};

/// The media type of FHIR in JSON.
pub const MEDIA_TYPE: &str = "application/fhir+json";
/// The FHIR version that is spoken.
pub const VERSION: &str = "4.0.1";
/// Identifier system of NHS numbers.
pub const NHS_NUMBER: &str = "https://fhir.nhs.uk/Id/nhs-number";
/// Identifier system of one part of a message: `<clientSystemId>/<messageId>/attachment/<i>` or
/// `…/coded/<i>`. An import is keyed by it.
pub const MESSAGE_PART: &str = "urn:x-baton:message-part";
/// Identifier system of a message: its `messageId`.
pub const MESSAGE_ID: &str = "urn:x-baton:message-id";
/// Code system of what a document is: [`KIND_DOCUMENT`] or [`KIND_NOTES`].
pub const DOCUMENT_KIND: &str = "urn:x-baton:document-kind";
/// A file or a picture.
pub const KIND_DOCUMENT: &str = "document";
/// Consultation notes: searchable text.
pub const KIND_NOTES: &str = "consultation-notes";
/// Code system of SNOMED CT.
pub const SNOMED: &str = "http://snomed.info/sct";
/// Start of a `fullUrl` that is good within one bundle only; a UUID follows.
pub const URN_UUID: &str = "urn:uuid:";

#[cfg(test)]
mod tests;
