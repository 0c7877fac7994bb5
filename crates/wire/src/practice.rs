//! The toolbar API's JSON (contract C). Types that carry patient data or secrets have no `Debug`.

mod widgets;

pub use widgets::{LaunchWidget, WidgetInfo, WidgetLaunched, Widgets};

use serde::{Deserialize, Serialize};

/// Register a toolbar with a two-part key.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Register {
    /// Part 1: finds the key.
    pub key_part1: String,
    /// Part 2: the secret.
    pub key_part2: String,
    /// ODS code of the practice.
    pub organisation_code: String,
    /// What the practice calls this PC.
    pub device_name: String,
    /// Ed25519 public key, base64url without padding, 32 bytes.
    pub public_key: String,
}

/// The answer to a registration.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Registered {
    /// The device's id, `kid` and `iss` of its assertions.
    pub device_id: String,
    /// The practice.
    pub practice: PracticeInfo,
}

/// A practice, for people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PracticeInfo {
    /// ODS code.
    pub ods_code: String,
    /// Name.
    pub name: String,
}

/// A practitioner, for people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PractitionerInfo {
    /// Spine User ID.
    pub spine_user_id: String,
    /// Name.
    pub name: String,
}

/// Claims of a device assertion (a JWT signed with the device's Ed25519 key, `alg` `EdDSA`).
#[derive(Clone, Serialize, Deserialize)]
pub struct AssertionClaims {
    /// The device.
    pub iss: String,
    /// Spine User ID of the practitioner; for unregistering, the device again.
    pub sub: String,
    /// The practitioner's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The platform's base URL.
    pub aud: String,
    /// Made, Unix seconds.
    pub iat: i64,
    /// Ends, Unix seconds; at most 60 after `iat`.
    pub exp: i64,
    /// Unique; each is taken once.
    pub jti: String,
}

/// Sign in.
#[derive(Clone, Serialize, Deserialize)]
pub struct SignIn {
    /// The signed assertion.
    pub assertion: String,
}

/// A session.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SignedIn {
    /// The opaque bearer secret.
    pub session: String,
    /// The latest moment it can live to, RFC 3339.
    pub expires_at: String,
    /// Who.
    pub practitioner: PractitionerInfo,
    /// Where.
    pub practice: PracticeInfo,
}

/// A message in the inbox or the stream.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Summary {
    /// The platform's name for it.
    pub message_ref: String,
    /// The sender's name for it.
    pub message_id: String,
    /// `ToolbarInstantMessage` or `ToolbarMessage`, as sent.
    #[serde(rename = "type")]
    pub kind: String,
    /// Status.
    pub status: String,
    /// Sub-status.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sub_status: Option<String>,
    /// Why it waits or was refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Whether the signed-in practitioner's toolbar should import it by itself.
    pub auto_import: bool,
    /// The client system's name.
    pub sender: String,
    /// Topic.
    pub topic: String,
    /// The patient.
    pub nhs_number: String,
    /// When it was accepted.
    pub received_at: String,
    /// When its time runs out.
    pub expires_at: String,
    /// How many attachments.
    pub attachments: u32,
    /// How many coded items.
    pub coded_data_items: u32,
    /// The practitioner whose toolbar holds it now, by name; the caller too. Left out when nobody does, or
    /// when the holder has signed out and the lease is not over yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held_by: Option<String>,
    /// Whether the caller's own session holds it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub held_by_you: bool,
}

/// The inbox.
#[derive(Clone, Serialize, Deserialize)]
pub struct Inbox {
    /// What waits, oldest first.
    pub messages: Vec<Summary>,
    /// Cursor of the next page, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// A message with its content.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Detail {
    /// What the inbox shows.
    pub summary: Summary,
    /// The client system's id: part of the key under which the record system files it.
    pub client_system_id: String,
    /// Words for the practice. HTML is as sent: sanitise before showing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<crate::partner::Body>,
    /// Attachments without their bytes.
    pub attachments: Vec<AttachmentInfo>,
    /// Coded data.
    pub coded_data_items: Vec<CodedItem>,
}

/// An attachment without its bytes.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AttachmentInfo {
    /// Its place, from 0.
    pub index: u32,
    /// File name.
    pub file_name: String,
    /// MIME type.
    pub mime_type: String,
    /// Bytes.
    pub size: u64,
    /// SHA-256, 64 hexadecimal digits.
    pub sha256: String,
}

/// A coded item; the value is text so that it stays as written.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CodedItem {
    /// SNOMED CT concept.
    pub code: String,
    /// The number exactly as the sender wrote it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// The value's unit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// Words that go with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub additional_text: Option<String>,
}

/// Take a message.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Claim {
    /// Why.
    pub mode: ClaimMode,
}

/// Why a toolbar takes a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ClaimMode {
    /// The practitioner approved it before it was sent.
    Automatic,
    /// Somebody looks at it.
    Review,
}

/// A claim that was given.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Claimed {
    /// Its number.
    pub fence: u64,
    /// When it ends unless renewed, RFC 3339.
    pub lease_until: String,
    /// The message.
    pub message: Detail,
}

/// A call by the holder of a claim.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Held {
    /// The claim's number.
    pub fence: u64,
}

/// A call by the holder of a claim, with a reason.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct HeldWithReason {
    /// The claim's number.
    pub fence: u64,
    /// Why, in words; 1 to 500 characters.
    pub reason: String,
}

/// The answer to `renew`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Renewed {
    /// When the claim ends now.
    pub lease_until: String,
}

/// The answer to `complete`, `fail`, `reject` and `release`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Outcome {
    /// Status after it.
    pub status: String,
    /// Sub-status after it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sub_status: Option<String>,
}

/// A new access code; no `Debug`, since it is a secret.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NewCode {
    /// The eight characters.
    pub access_code: String,
    /// When it ends, RFC 3339.
    pub expires_at: String,
}

/// The practitioner's tokens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tokens {
    /// Those that are good, newest first.
    pub tokens: Vec<TokenInfo>,
}

/// One permission that the practitioner gave.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TokenInfo {
    /// Its public name.
    pub token_id: String,
    /// Who may send.
    pub client_name: String,
    /// Since when.
    pub created_at: String,
    /// When it was last used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_used_at: Option<String>,
}

/// Names of the stream's events.
pub mod event {
    /// First event of every connection: [`super::Hello`].
    pub const HELLO: &str = "hello";
    /// Something arrived or changed: [`super::MessageEvent`].
    pub const MESSAGE: &str = "message";
    /// Somebody exchanged a code: [`super::CodeUsed`].
    pub const CODE_USED: &str = "access-code-used";
    /// The session ended; the stream ends too: [`super::SignedOut`].
    pub const SIGNED_OUT: &str = "signed-out";
}

/// First event of every connection.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Hello {
    /// Where the stream stands: everything after it will come.
    pub last_event_id: u64,
}

/// Something arrived or changed.
#[derive(Clone, Serialize, Deserialize)]
pub struct MessageEvent {
    /// As it stands now.
    pub message: Summary,
}

/// Somebody exchanged one of the practitioner's codes.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CodeUsed {
    /// Who.
    pub client_name: String,
    /// When.
    pub used_at: String,
}

/// The session ended.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SignedOut {
    /// Why, in words.
    pub reason: String,
}

/// Who is signed in to the record system.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CurrentUser {
    /// Spine User ID.
    pub spine_user_id: String,
    /// Name.
    pub name: String,
    /// The practice's ODS code.
    pub ods_code: String,
    /// The practice's name.
    pub organisation_name: String,
}
