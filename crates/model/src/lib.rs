//! The domain of Baton: its words, its rules and its life cycles, without I/O.
//!
//! Nothing here knows HTTP, SQL, JSON member names or the real clock. Values are parsed once, at the
//! edge, into types that cannot be wrong ([`NhsNumber`], [`OdsCode`], [`FileName`] …); what may happen
//! to a message is decided by one pure function, [`message::step`].

pub mod access_code;
pub mod actor;
pub mod api_key;
pub mod attachment;
pub mod base64_text;
pub mod clock;
pub mod coded_data;
pub mod device;
pub mod entropy;
pub mod expiry;
pub mod file_name;
pub mod gateway_user;
pub mod ids;
pub mod message;
pub mod nhs_number;
pub mod ods_code;
pub mod organisation;
pub mod outbox;
pub mod patient;
pub mod pkb_link;
pub mod policy;
pub mod practitioner;
pub mod secret;
pub mod snomed;
pub mod topic;
pub mod widget;

pub use access_code::AccessCode;
pub use actor::Actor;
pub use clock::Clock;
pub use entropy::Entropy;
pub use file_name::FileName;
pub use gateway_user::UserId;
pub use ids::{
    AttemptId, ClientMessageId, ClientSystemId, DataKeyId, DeviceId, MessageRef, PlatformId,
    SessionId, TokenId, UploadId, WebhookId, WidgetId, WidgetSecretId,
};
pub use nhs_number::NhsNumber;
pub use ods_code::OdsCode;
pub use patient::{AppUserId, PublicId};
pub use practitioner::SpineUserId;
pub use secret::{Hash, Secret};
pub use snomed::SnomedCode;
