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
pub mod keeper;
mod live;
pub mod pc;
pub mod record_system;
mod review;
pub mod settings;
pub mod setup;
mod shared;
mod sign_in;
mod state;
mod widgets;

pub use agent::{
    Agent, AgentConfig, AgentHandle, Imported, OperationError, Pace, RegisterError,
    RegistrationRequest, StartError,
};
pub use device::Registration;
pub use inbox::InboxView;
pub use record_system::PatientCard;
pub use review::{Holding, NoticeDetail, Opened, WhyLost};
pub use state::{AgentEvent, Connection, OfflineReason, SignedOutReason, State};
