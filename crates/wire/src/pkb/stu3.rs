//! FHIR STU3 as PKB's Facade speaks it: only what linking needs.
//!
//! Data types and bundles that STU3 writes as R4 does are those of [`crate::fhir_r4`].

mod capability;
mod outcome;
mod parameters;
mod patient;

pub use crate::fhir_r4::{
    Bundle, BundleEntry, BundleKind, BundleLink, CodeableConcept, Coding, ContactPoint, HumanName,
    Identifier, Reference,
};
pub use capability::{
    CapabilityStatement, Interaction, OperationListed, ResourceListed, Rest, SearchParameter,
    Software,
};
pub use outcome::{Issue, OperationOutcome};
pub use parameters::{PURVIEW, Parameter, Parameters};
pub use patient::{Address, Extension, Patient, SHARING_DISABLED};

use serde::{Deserialize, Serialize};

/// The media type of FHIR in JSON.
pub const MEDIA_TYPE: &str = "application/fhir+json";
/// The FHIR version that the Facade speaks.
pub const VERSION: &str = "3.0.2";

/// `resourceType`. A resource of another kind can't be read as one of these.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Kind {
    /// A patient.
    Patient,
    /// What an operation takes or gives.
    Parameters,
    /// What a server can do.
    CapabilityStatement,
    /// What went wrong.
    OperationOutcome,
}
