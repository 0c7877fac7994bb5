//! Orders to a running toolbar from another process of the same user: a small HTTP API on the loopback
//! interface.
//!
//! Where it listens and the secret it wants stand in `control.json` in the data directory, which only its
//! owner may read. Browsers are kept out twice: by the secret, and by refusing every `Host` that isn't
//! this machine (DNS rebinding).

mod answer;
mod client;
mod file;
mod guard;
mod server;

pub use client::{ControlClient, ControlError};
pub use file::CONTROL_FILE;
pub use server::ControlServer;

/// Its paths.
pub mod paths {
    /// `GET`: [`crate::State`].
    pub const STATE: &str = "/state";
    /// `POST`: a new access code, `{"accessCode","expiresAt"}`.
    pub const CODES: &str = "/codes";
    /// `GET`: what waits, `{"messages":[…]}`.
    pub const MESSAGES: &str = "/messages";
    /// `GET`: one message with its content.
    pub const MESSAGE: &str = "/messages/{messageRef}";
    /// `POST`: import it; [`crate::Imported`].
    pub const IMPORT: &str = "/messages/{messageRef}/import";
    /// `POST {"reason"}`: refuse it; `{"status"}`.
    pub const REJECT: &str = "/messages/{messageRef}/reject";
    /// `GET`: permissions, `{"tokens":[…]}`.
    pub const TOKENS: &str = "/tokens";
    /// `DELETE`: withdraw one.
    pub const TOKEN: &str = "/tokens/{tokenId}";
    /// `GET`: what the practice's bars show, `{"widgets":[…]}`.
    pub const WIDGETS: &str = "/widgets";
    /// `POST {"patient"?}`: open one; `{"launchUrl"}`.
    pub const LAUNCHES: &str = "/widgets/{widgetId}/launches";
    /// `POST {"offline"}`: take the toolbar off the network, or back on it.
    pub const OFFLINE: &str = "/offline";
}

/// Body of a rejection.
#[derive(Debug, serde::Serialize, serde::Deserialize)]
struct Reject {
    reason: String,
}

/// Body of a launch. No `Debug`: it may name a patient.
#[derive(serde::Serialize, serde::Deserialize)]
struct Launch {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    patient: Option<String>,
}

/// Body of an offline order.
#[derive(Debug, serde::Serialize, serde::Deserialize)]
struct Offline {
    offline: bool,
}
