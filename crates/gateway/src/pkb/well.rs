//! Whether PKB answers at all, asked before a refresh token is put at risk.
//!
//! A proxy that has lost its PKB answers 502 or 504 to everything, and a refresh token that was sent into that may be
//! spent. So once a call came to no good, the next one knocks first, without a token: one link is lost to an outage,
//! and not all that fall due in it.

use sdk::pkb::{PkbClient, TokenFailure, Tokens};
use std::sync::atomic::{AtomicBool, Ordering};

/// What the last renewal of this node says about PKB.
#[derive(Debug, Default)]
pub(super) struct Well {
    doubted: AtomicBool,
}

impl Well {
    /// Whether a refresh token may be sent now.
    pub(super) async fn may_send(&self, pkb: &PkbClient) -> bool {
        !self.doubted.load(Ordering::Relaxed) || pkb.answers().await
    }

    /// What came of a call. Until one is answered well, every other one knocks first.
    pub(super) fn note(&self, answer: Result<&Tokens, &TokenFailure>) {
        let doubted = match answer {
            Ok(_) => false,
            Err(TokenFailure::Answered { status, .. }) => *status >= 500,
            Err(TokenFailure::NotSent | TokenFailure::Lost) => true,
        };
        self.doubted.store(doubted, Ordering::Relaxed);
    }
}
