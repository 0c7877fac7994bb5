//! How others call what we serve: the partner API, the gateway's product API, the toolbar API and a FHIR R4 record system;
//! and how we call Patients Know Best ([`pkb`]).
//!
//! Every client is made from a [`reqwest::Client`] that its caller hands in, so that time-outs, TLS and
//! connection pools are chosen in one place; that of PKB alone makes its own, because it may send nothing
//! twice. Three kinds of [`Error`] tell what to do next: what was
//! **refused** must be changed, what was **unreachable** may be tried again, what was
//! **unintelligible** is a fault of the other side. None of them prints a secret or patient data.

mod error;
pub mod gateway;
mod http;
/// For clients of servers that answer as ours do.
pub mod call {
    pub use crate::http::{send_for, send_only};
}
pub mod partner;
pub mod pkb;
pub mod practice;
pub mod record_system;
mod retry_after;
pub mod sse;

pub use error::{Error, Refusal};
pub use gateway::GatewayClient;
pub use http::BadAddress;
pub use partner::{PartnerClient, StreamedMessage};
pub use pkb::PkbClient;
pub use practice::{ToolbarClient, ToolbarSession};
pub use record_system::FhirClient;
pub use retry_after::retry_after;
