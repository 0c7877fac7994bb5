//! Patients' links to their Patients Know Best (PKB) record: made, used, kept alive, ended (contract F).
//!
//! * `begin`, `come_back`, `confirm`, `unlink`: a link's life, one step a file.
//! * `complete`: a code becomes tokens, and tokens a person · `details`: what PKB says of that person.
//! * `flight`: tokens are renewed by one at a time, and no refresh token is ever sent twice · `land`: what comes of it
//!   is kept, however long that takes.
//! * `live`: a token that is good now · [`read`]: PKB is asked with it · `worker`: renewal before anybody waits.
//!
//! Nothing here is logged but what happened: no token, code, `state`, `result`, and nothing of a patient.

mod air;
mod ask;
mod begin;
mod come_back;
mod complete;
mod confirm;
mod details;
mod flight;
mod keep;
mod land;
mod live;
mod pair;
mod refusals;
mod unlink;
mod well;
pub(crate) mod worker;

pub(crate) use ask::{read, read_details};
pub(crate) use begin::begin;
pub(crate) use come_back::{CallbackQuery, CameBack, come_back};
pub(crate) use confirm::confirm;
pub(crate) use details::{Details, details};
pub(crate) use refusals::{NotBegun, NotConfirmed, NotRead};
pub(crate) use unlink::unlink;

use crate::config::PkbConfig;
use air::Air;
use jiff::SignedDuration;
use model::Entropy;
use sdk::pkb::{PkbClient, Unusable};
use well::Well;

/// Who comes back from PKB, and what is done in their browser, as [`store::gateway::Happened`] names it.
const PATIENT: &str = "patient";

/// PKB, as this node calls it.
pub(crate) struct Pkb {
    client: PkbClient,
    client_id: String,
    callback_url: String,
    pkce: bool,
    session_length: Option<SignedDuration>,
    origin: String,
    air: Air,
    well: Well,
}

impl Pkb {
    pub(crate) fn new(config: &PkbConfig, entropy: &dyn Entropy) -> Result<Self, Unusable> {
        let base = url::Url::parse(&config.base_url).map_err(|_| Unusable::Address)?;
        Ok(Self {
            client: PkbClient::with_patience(&config.base_url, config.patience)?,
            client_id: config.client_id.clone(),
            callback_url: config.callback_url.clone(),
            pkce: config.pkce,
            session_length: config.session_length,
            origin: base.origin().ascii_serialization(),
            air: Air::new(model::entropy::uuid_v4(entropy).to_string()),
            well: Well::default(),
        })
    }

    /// Scheme, host and port of PKB: a page whose form leads there has to allow it.
    pub(crate) fn origin(&self) -> &str {
        &self.origin
    }
}
