//! An attempt to link begins: the patient is sent to PKB, with a `state` that works once.

use super::{NotBegun, Pkb};
use crate::context::{Ctx, storage};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use jiff::Timestamp;
use model::pkb_link::ATTEMPT;
use model::{AppUserId, AttemptId, Entropy, Hash, Secret};
use sdk::pkb::AuthorizeRequest;
use store::gateway::{NewAttempt, SealedPlace, Way};
use wire::pkb::values;

/// An attempt that was begun.
pub(crate) struct Begun {
    /// Where the browser goes. It holds the `state`.
    pub(crate) grant_url: String,
    /// Until when the patient may come back.
    pub(crate) until: Timestamp,
}

/// Begins an attempt of `patient`.
pub(crate) async fn begin(
    ctx: &Ctx,
    by: &str,
    patient: &AppUserId,
    way: Way,
) -> Result<Begun, NotBegun> {
    let pkb = ctx.pkb.as_ref().ok_or(NotBegun::NotSetUp)?;
    let state = secret(&*ctx.entropy);
    let now = ctx.now();
    let id = AttemptId(model::entropy::uuid_v7(now, &*ctx.entropy));
    let verifier = pkb.pkce.then(|| secret(&*ctx.entropy));
    let until = now + ATTEMPT;
    let attempt = NewAttempt {
        id,
        patient: patient.clone(),
        state: state.hash(),
        way,
        redirect_uri: pkb.callback_url.clone(),
        verifier: match &verifier {
            Some(verifier) => {
                let place = SealedPlace::AttemptSecret(id);
                let sealed = ctx.vault.seal(&place, verifier).await;
                Some(sealed.map_err(|error| NotBegun::Fault(error.into()))?)
            }
            None => None,
        },
        made_at: now,
        until,
    };
    let begun = ctx.store.patients.begin(by, &attempt).await;
    if !begun.map_err(|error| NotBegun::Fault(storage(error)))? {
        return Err(NotBegun::NoSuchPatient);
    }
    Ok(Begun {
        grant_url: grant_url(pkb, &state, verifier.as_ref()),
        until,
    })
}

fn grant_url(pkb: &Pkb, state: &Secret, verifier: Option<&Secret>) -> String {
    let challenge = verifier
        .map(|text| BASE64_URL_SAFE_NO_PAD.encode(Hash::of(text.reveal().as_bytes()).as_bytes()));
    let request = AuthorizeRequest {
        client_id: &pkb.client_id,
        redirect_uri: &pkb.callback_url,
        scope: values::PATIENT,
        state: state.reveal(),
        challenge: challenge.as_deref(),
    };
    pkb.client.authorize_url(&request).to_string()
}

/// 32 random bytes, as text for an address: a `state`, a `result`, a code verifier.
pub(super) fn secret(entropy: &dyn Entropy) -> Secret {
    let bytes: [u8; 32] = model::entropy::bytes(entropy);
    Secret::new(BASE64_URL_SAFE_NO_PAD.encode(bytes))
}
