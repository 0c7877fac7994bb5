//! Would this message be taken, and what would the practice see?

use crate::problem::InvalidParameter;
use serde::{Deserialize, Serialize};

/// The picture's media type.
pub const PREVIEW_TYPE: &str = "image/svg+xml";

/// The answer to `POST /v1/messages?dryRun=true`. Nothing was written.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DryRun {
    /// Whether it would be taken here and, as far as can be known now, at the platform.
    pub acceptable: bool,
    /// Every fault, in the order of the request; that its user has not authorised it among them.
    pub invalid_parameters: Vec<InvalidParameter>,
    /// What is no fault but should be known, in words.
    pub warnings: Vec<String>,
    /// What the practice would see; missing when something is wrong with the message itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preview: Option<Preview>,
}

impl std::fmt::Debug for DryRun {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "DryRun(acceptable: {})", self.acceptable)
    }
}

/// A picture. It shows patient data.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Preview {
    /// [`PREVIEW_TYPE`].
    pub media_type: String,
    /// The picture itself, as text.
    pub content: String,
}
