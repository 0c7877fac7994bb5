//! Why a document is not shown: in words for a log, and in words for the person at the window.

use serde::{Deserialize, Serialize};

/// Why a document, or a page of it, cannot be shown or searched. Quotes nothing of the document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "kebab-case")]
pub enum PreviewError {
    /// It asks for a password, or is encrypted in a way that is not known here.
    #[error("the document is encrypted")]
    Encrypted,
    /// It is not what its type says, or too broken to be read.
    #[error("the document is damaged")]
    Damaged,
    /// It has no pages.
    #[error("the document has no pages")]
    NoPages,
    /// There is no such page.
    #[error("there is no such page")]
    NoSuchPage,
    /// Over a limit of bytes or pixels.
    #[error("the document is larger than is shown")]
    TooLarge,
    /// Reading it took longer than allowed; the worker has been ended.
    #[error("the document took too long")]
    TookTooLong,
    /// The worker ended while reading it: out of memory, or a fault in the reader.
    #[error("the worker ended while reading the document")]
    Stopped,
    /// A newer request took its place, or it was cancelled.
    #[error("a newer request took its place")]
    Superseded,
    /// No worker could be started.
    #[error("no worker could be started")]
    NoWorker,
}

impl PreviewError {
    /// What to tell the person at the window.
    pub fn words(self) -> &'static str {
        match self {
            Self::Encrypted => {
                "This document is protected by a password, so it cannot be shown here."
            }
            Self::Damaged => "This document is damaged, so it cannot be shown here.",
            Self::NoPages => "This document has no pages.",
            Self::NoSuchPage => "This document has no such page.",
            Self::TooLarge => "This document is too large to be shown here.",
            Self::TookTooLong => "This document takes too long to draw, so it is not shown here.",
            Self::Stopped => "This document could not be read safely, so it is not shown here.",
            Self::Superseded => "Something else is being shown now.",
            Self::NoWorker => "The part of this program that shows documents could not be started.",
        }
    }
}
