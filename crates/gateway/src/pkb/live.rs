//! An access token that is good now: the one that is there, or a new one.

use super::air::Pair;
use super::flight::{Cause, renew};
use super::{NotRead, Pkb, pair};
use crate::context::{Ctx, storage};
use crate::vault::VaultError;
use httpkit::problem::chain;
use model::pkb_link::{State, refresh};
use model::{AppUserId, PublicId, Secret};
use store::gateway::{SealedPlace, Tokens};
use tracing::{error, warn};

/// So often the tokens are looked at: they may be renewed, or sealed anew, at the very moment.
const LOOKS: u32 = 4;

/// A token to be used now.
pub(super) struct Live {
    pub(super) access: Secret,
    pub(super) pair: Pair,
    pub(super) public_id: PublicId,
}

/// A token of this patient's link that is good now.
pub(super) async fn live(ctx: &Ctx, pkb: &Pkb, patient: &AppUserId) -> Result<Live, NotRead> {
    let mut before = None;
    let mut refused = NotRead::not_reached();
    for _ in 0..LOOKS {
        let found = ctx.store.links.tokens(patient).await;
        let found = found.map_err(|error| NotRead::Fault(storage(error)))?;
        let Some(tokens) = found else {
            return Err(not_linked(ctx, patient).await);
        };
        let pair = (patient.clone(), tokens.generation);
        // One that was obtained for this very call is used, however short its life may be.
        let is_new = before.is_some_and(|before| tokens.generation > before);
        if !is_new && tokens.good_until <= ctx.now() {
            renew(ctx, pkb, &pair, Cause::Asked).await?;
            before = Some(tokens.generation);
            continue;
        }
        match unseal(ctx, &pair, &tokens).await {
            Ok(access) => {
                note_use(ctx, pkb, &pair, &tokens).await;
                return Ok(Live {
                    access,
                    pair,
                    public_id: tokens.public_id,
                });
            }
            Err(error) if error.is_temporary() => return Err(NotRead::Fault(error.into())),
            // It may have been renewed and the key removed since it was read.
            Err(error) => {
                error!(cause = chain(&error), "a link's tokens do not open");
                refused = NotRead::Fault(error.into());
            }
        }
    }
    Err(refused)
}

async fn unseal(ctx: &Ctx, (patient, _): &Pair, tokens: &Tokens) -> Result<Secret, VaultError> {
    let place = SealedPlace::LinkTokens(patient.clone());
    let text = ctx.vault.unseal(&place, &tokens.sealed).await?;
    let both = pair::open(&text);
    both.map(|(access, _)| access)
        .ok_or(VaultError::Unreadable(place))
}

/// A pair that is used is renewed before it is over.
async fn note_use(ctx: &Ctx, pkb: &Pkb, pair: &Pair, tokens: &Tokens) {
    if tokens.used || !pkb.air.is_first_use(pair) {
        return;
    }
    let (at, until) = (tokens.obtained_at, tokens.good_until);
    let mut due_at = refresh::due(at, until, tokens.has_refresh, true, ctx.chance());
    if tokens.has_refresh {
        let (since, session) = (tokens.authorised_at, pkb.session_length);
        due_at = refresh::due_in_session(due_at, ctx.now(), since, session);
    }
    let (patient, generation) = pair;
    if let Err(cause) = ctx.store.links.used(patient, *generation, due_at).await {
        pkb.air.forget_use(pair);
        warn!(
            cause = chain(&cause),
            "the use of a token could not be noted; it is renewed when it is over"
        );
    }
}

/// Why there is no token.
pub(super) async fn not_linked(ctx: &Ctx, patient: &AppUserId) -> NotRead {
    match ctx.store.patients.get(patient).await {
        Ok(Some(patient)) => match patient.state(ctx.now()) {
            // Linked anew at this very moment.
            State::Linked => NotRead::not_reached(),
            state => NotRead::NotLinked(state),
        },
        Ok(None) => NotRead::NoSuchPatient,
        Err(error) => NotRead::Fault(storage(error)),
    }
}
