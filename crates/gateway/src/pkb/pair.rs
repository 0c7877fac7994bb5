//! A pair of tokens: how it is sealed and opened, and how long it is used.

use super::Pkb;
use crate::context::Ctx;
use crate::vault::VaultError;
use jiff::Timestamp;
use model::pkb_link::refresh;
use model::{AppUserId, Secret};
use sdk::pkb::Tokens;
use serde::{Deserialize, Serialize};
use store::gateway::{AtRisk, NewPair, SealedPlace};

/// Tokens as PKB gave them.
pub(super) struct Fresh {
    pub(super) access: Secret,
    pub(super) refresh: Option<Secret>,
    /// Before they were asked for: their life is counted from then.
    pub(super) obtained_at: Timestamp,
    pub(super) good_until: Timestamp,
}

/// Both tokens as they are sealed.
#[derive(Serialize, Deserialize)]
struct Text {
    access: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    refresh: Option<String>,
}

impl Fresh {
    pub(super) fn new(tokens: Tokens, asked_at: Timestamp) -> Self {
        Self {
            good_until: refresh::good_until(asked_at, tokens.expires_in),
            access: tokens.access,
            refresh: tokens.refresh,
            obtained_at: asked_at,
        }
    }

    /// Both tokens as one text to be sealed.
    pub(super) fn text(&self) -> Secret {
        let text = Text {
            access: self.access.reveal().to_owned(),
            refresh: self.refresh.as_ref().map(|token| token.reveal().to_owned()),
        };
        // Two strings always have a JSON text.
        Secret::new(serde_json::to_string(&text).unwrap_or_default())
    }

    /// Seals the pair for the link of `patient`, who said yes at PKB at `authorised_at`.
    pub(super) async fn seal(
        &self,
        ctx: &Ctx,
        pkb: &Pkb,
        patient: &AppUserId,
        authorised_at: Timestamp,
    ) -> Result<NewPair, VaultError> {
        let place = SealedPlace::LinkTokens(patient.clone());
        let has_refresh = self.refresh.is_some();
        let (at, until) = (self.obtained_at, self.good_until);
        let now = ctx.now();
        let session = pkb.session_length;
        let risk = refresh::risk(now, until, has_refresh, authorised_at, session);
        let mut due_at = refresh::due(at, until, has_refresh, false, ctx.chance());
        if has_refresh {
            due_at = refresh::due_in_session(due_at, now, authorised_at, session);
        }
        Ok(NewPair {
            tokens: ctx.vault.seal(&place, &self.text()).await?,
            has_refresh,
            obtained_at: at,
            good_until: until,
            due_at,
            risk: risk.map(|(why, ends_at)| AtRisk {
                why,
                since: now,
                ends_at: Some(ends_at),
            }),
        })
    }
}

/// The access token and the refresh token in a text that [`Fresh::text`] made.
pub(super) fn open(text: &Secret) -> Option<(Secret, Option<Secret>)> {
    let text: Text = serde_json::from_str(text.reveal()).ok()?;
    Some((Secret::new(text.access), text.refresh.map(Secret::new)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pair_is_opened_as_it_was_sealed() {
        let token = |text: &str| Secret::new(text.to_owned());
        for refresh in [None, Some(token("re\"fresh"))] {
            let fresh = Fresh {
                access: token("access"),
                refresh: refresh.clone(),
                obtained_at: Timestamp::UNIX_EPOCH,
                good_until: Timestamp::UNIX_EPOCH,
            };
            assert_eq!(open(&fresh.text()), Some((token("access"), refresh)));
        }
        assert_eq!(open(&token("no pair")), None);
    }
}
