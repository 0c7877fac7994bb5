//! The platform's ports, one noun a file.

mod change;
mod devices;
mod directory;
mod feed;
mod messages;
mod operators;
pub mod oversight;
mod permissions;
mod upkeep;
mod widgets;

pub use change::{Change, Line, Moved, RENEWED, Told, happen, settle};
pub use devices::{Devices, FoundKey, NewSession, Session};
pub use directory::{Directory, FoundApiKey};
pub use feed::{Audience, Feed, FeedEntry, FeedItem, Kept};
pub use messages::{
    Accepted, Applied, AttachmentBytes, Collected, Holder, Messages, NewMessage, PUT_OFF, SetAside,
    Settled, Stored, StoredAttachment, StoredContent, WaitingMessage, settled,
};
pub use operators::{Operator, OperatorSession, Operators};
pub use oversight::{
    Dead, DeadMessage, Narrow, Oversight, Place, Seen, SeenDevice, SeenLine, SeenPage, Waits,
};
pub use permissions::{CodeExchange, Exchanged, NewAccessCode, Permissions, Token, TokenSummary};
pub use upkeep::{Tended, Upkeep};
pub use widgets::{Decided, Launch, Launched, NewWidget, ShownWidget, Widget, Widgets};

use crate::audit::AuditLog;
use crate::blob::Blobs;
use std::sync::Arc;

/// Everything the platform keeps, behind ports.
#[derive(Clone)]
pub struct PlatformStore {
    /// Practices, client systems, keys, topics.
    pub directory: Arc<dyn Directory>,
    /// Toolbars and sessions.
    pub devices: Arc<dyn Devices>,
    /// Access codes and tokens.
    pub permissions: Arc<dyn Permissions>,
    /// Widgets.
    pub widgets: Arc<dyn Widgets>,
    /// Messages.
    pub messages: Arc<dyn Messages>,
    /// What happened, for live streams.
    pub feed: Arc<dyn Feed>,
    /// Who may look at the operators' pages.
    pub operators: Arc<dyn Operators>,
    /// What they see there.
    pub oversight: Arc<dyn Oversight>,
    /// Who did what.
    pub audit: Arc<dyn AuditLog>,
    /// Large attachments.
    pub blobs: Arc<dyn Blobs>,
    /// Whether storage answers.
    pub health: Arc<dyn Health>,
    /// What storage itself needs done now and then.
    pub upkeep: Arc<dyn Upkeep>,
}

/// Whether storage answers.
#[async_trait::async_trait]
pub trait Health: Send + Sync {
    /// Reads and writes something small.
    async fn check(&self) -> crate::Result<()>;
}
