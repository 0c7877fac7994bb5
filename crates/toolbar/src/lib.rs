//! The practice's side of Baton without a window: it signs in whoever uses the record system, waits for
//! messages, and puts those that were approved beforehand into the patient's record.
//!
//! [`Agent::start`] starts everything; the [`AgentHandle`] it gives shows the [`State`], tells
//! [`AgentEvent`]s and takes orders. [`control`] lets another process of the same user give those orders.
//!
//! Two rules carry the rest. Nothing is written to a record without a live claim on the message; and what
//! was written is keyed by message, so that writing it twice leaves one copy.

mod agent;
mod backoff;
pub mod control;
pub mod device;
mod importer;
mod inbox;
mod journal;
mod live;
pub mod record_system;
mod shared;
mod sign_in;
mod state;

pub use agent::{
    Agent, AgentConfig, AgentHandle, Imported, OperationError, Pace, RegistrationRequest,
    StartError,
};
pub use state::{AgentEvent, OfflineReason, SignedOutReason, State};
