//! The gateway's ports, one noun a file. Its database is its own: no platform's tables stand beside.

mod access;
mod accounts;
mod events;
mod happening;
mod launches;
pub mod linking;
mod links;
mod outbox;
mod patients;
mod pieces;
mod users;
mod vault;
mod webhooks;

pub use access::{Access, Operator, OperatorSession, ProductKey};
pub use accounts::{Account, AccountSession, Accounts};
pub use events::{Entry, Events, Place};
pub use happening::{Happened, Happening, Kind as HappeningKind, PatientHappening};
pub use launches::{Known, Launch, Launched, Launches, OWN_ID, Said, Seat, WidgetSecret, own_ids};
pub use links::{Fence, Flight, FlightLine, Landed, Links, Tokens};
pub use outbox::{
    Attempt, AttemptOutcome, Claimed, Content, Day, Entered, Filter, Followed, Mend, NewMessage,
    Outbox, Page, Released, Settled, Standing, Stopped, Stored, StoredFile, Tally, TellLook,
};
pub use patients::{
    AtRisk, Attempt as LinkAttempt, Awaiting, Linked, NewAttempt, NewLink, NewPair, Patient,
    PatientFilter, Patients, Way,
};
pub use pieces::{PIECE, Pieces};
pub use users::{User, UserFilter, Users, Withdrawn};
pub use vault::{DataKey, Sealed, SealedPlace, SealedRow, VaultKeys};
pub use webhooks::{Answer, Delivery, DeliveryState, NewWebhook, Webhook, WebhookChange, Webhooks};

use jiff::{SignedDuration, Timestamp};
use std::sync::Arc;
use tokio::sync::watch;

/// A row that cannot be read is left alone for so long by the workers that came to it.
pub const SET_ASIDE: SignedDuration = SignedDuration::from_hours(1);

/// Until when a row that cannot be read is left alone.
pub fn aside_until(now: Timestamp) -> Timestamp {
    now.saturating_add(SET_ASIDE).unwrap_or(Timestamp::MAX)
}

/// Everything the gateway keeps, behind ports.
#[derive(Clone)]
pub struct GatewayStore {
    /// Practitioners by the product's own ids, and their sealed tokens.
    pub users: Arc<dyn Users>,
    /// Messages on their way, and where they stand.
    pub outbox: Arc<dyn Outbox>,
    /// Bytes of files.
    pub pieces: Arc<dyn Pieces>,
    /// What happened, in order.
    pub events: Arc<dyn Events>,
    /// Endpoints that are told.
    pub webhooks: Arc<dyn Webhooks>,
    /// Data keys, and what is sealed under them.
    pub vault: Arc<dyn VaultKeys>,
    /// Who may call and who may look.
    pub access: Arc<dyn Access>,
    /// Wake-ups within this process.
    pub wakes: Arc<Wakes>,
    /// Patients of an app, and their attempts to link their PKB record.
    pub patients: Arc<dyn Patients>,
    /// The tokens of links.
    pub links: Arc<dyn Links>,
    /// Launches from the toolbar, and who is which practitioner.
    pub launches: Arc<dyn Launches>,
    /// Accounts of the patient app.
    pub accounts: Arc<dyn Accounts>,
    /// Whether storage answers.
    pub health: Arc<dyn crate::platform::Health>,
}

/// Wake-ups within one process, so that a worker need not wait for its next look. They carry nothing and may
/// come for nothing; another node's changes are found by looking.
#[derive(Debug)]
pub struct Wakes {
    sending: watch::Sender<u64>,
    events: watch::Sender<u64>,
}

/// What somebody waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wake {
    /// A message may be due to be sent.
    Sending,
    /// Something happened: an event, and perhaps deliveries.
    Events,
}

impl Default for Wakes {
    fn default() -> Self {
        Self {
            sending: watch::channel(0).0,
            events: watch::channel(0).0,
        }
    }
}

impl Wakes {
    /// Somebody wants to know.
    pub fn subscribe(&self, what: Wake) -> watch::Receiver<u64> {
        self.channel(what).subscribe()
    }

    /// Something was committed.
    pub fn wake(&self, what: Wake) {
        self.channel(what)
            .send_modify(|count| *count = count.wrapping_add(1));
    }

    fn channel(&self, what: Wake) -> &watch::Sender<u64> {
        match what {
            Wake::Sending => &self.sending,
            Wake::Events => &self.events,
        }
    }
}
