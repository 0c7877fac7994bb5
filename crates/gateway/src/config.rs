//! What an operator may set; every setting but the first three has a default that is right in production.

use intake::LargeBodies;
use jiff::SignedDuration;
use model::Secret;
use sdk::pkb::Patience;
use std::net::IpAddr;
use std::time::Duration;

/// Three quarters of the connections that a server has by default.
const MAX_STREAMS: usize = 768;
/// The patient app, where nobody has named it.
const PATIENT_APP: &str = "Health app";
/// Messages on their way at the same time: enough to keep a platform busy that answers within 100 ms, and few
/// enough that none is drowned.
const SENDERS: usize = 8;

/// Settings of one gateway node.
#[derive(Clone, Debug)]
pub struct GatewayConfig {
    /// Absolute URL under which this gateway is reached, without a slash at its end. It stands in problem types and
    /// in links to the authorisation page.
    pub base_url: String,
    /// Where the messaging platform is.
    pub platform_url: String,
    /// Under which address toolbars know the platform, where that is another one: tokens of launches are issued in its
    /// name.
    pub platform_name: Option<String>,
    /// The key of the supplier's client system there.
    pub platform_key: Secret,
    /// Whether the authorisation page works without a signed link: only where everybody who reaches this gateway
    /// may authorise everybody.
    pub open_authorise_page: bool,
    /// Whether webhooks may lead to addresses inside a network.
    pub allow_private_webhooks: bool,
    /// Who is signed in to the console, as a proxy in front of it says.
    pub operator_header: Option<OperatorHeader>,
    /// Whether health and metrics are served with the API; `false` when they have a listener of their own.
    pub operator_routes: bool,
    /// Event streams open at once; beyond, the answer is 503.
    pub max_streams: usize,
    /// Messages on their way to the platform at the same time; at least 1.
    pub senders: usize,
    /// Where patients link their record; without it there are no links.
    pub pkb: Option<PkbConfig>,
    /// Whether the patient app's pages are served. They need [`Self::pkb`].
    pub patient_app: bool,
    /// What the patient app is called on its pages. PKB's own page shows the name that PKB was given: patients should
    /// meet one name.
    pub patient_app_name: String,
    /// Whether no other node is at this database: then what a former process of this node left in flight is settled
    /// at once.
    pub sole_node: bool,
    /// How request bodies over 64 KiB are read beside each other.
    pub large_bodies: LargeBodies,
    /// How often workers look; tests hurry them.
    pub pace: Pace,
}

/// Patients Know Best (PKB), as the supplier is registered there.
#[derive(Clone, Debug)]
pub struct PkbConfig {
    /// Absolute URL, without a slash at its end.
    pub base_url: String,
    /// The client id that PKB gave.
    pub client_id: String,
    /// Where PKB sends patients back to: exactly as it is registered there. It leads to this gateway's `/pkb/callback`.
    pub callback_url: String,
    /// Whether a code challenge (RFC 7636, S256) is sent. PKB documents none.
    pub pkce: bool,
    /// How long an authorisation is known to last; patients are told before it ends.
    pub session_length: Option<SignedDuration>,
    /// How long PKB is waited for. A whole call must be shorter than [`model::pkb_link::refresh::LEASE`].
    pub patience: Patience,
}

impl PkbConfig {
    /// What PKB documents, for a gateway at `gateway_url`.
    pub fn new(base_url: String, client_id: String, gateway_url: &str) -> Self {
        Self {
            base_url,
            client_id,
            callback_url: format!("{}/pkb/callback", gateway_url.trim_end_matches('/')),
            pkce: false,
            session_length: None,
            patience: Patience::default(),
        }
    }
}

/// A header in which a proxy names the operator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OperatorHeader {
    /// Its name.
    pub name: String,
    /// Connections from these addresses are believed; all others are not.
    pub from: Vec<IpAddr>,
}

/// How often workers look, and how long they are patient.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// A worker looks so often for what nobody woke it for: another node's work, and time gone by.
    pub look: Duration,
    /// What is being sent when the end begins has so long to be answered.
    pub grace: Duration,
    /// A failing platform is first left alone for so long; twice as long each time after.
    pub rest: SignedDuration,
    /// The longest of these times.
    pub longest_rest: SignedDuration,
    /// A lost stream of the platform's events is opened anew after so long at first; then twice as long each time,
    /// up to a minute.
    pub reopen: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            look: Duration::from_secs(1),
            grace: Duration::from_secs(10),
            rest: SignedDuration::from_secs(1),
            longest_rest: SignedDuration::from_secs(60),
            reopen: Duration::from_secs(1),
        }
    }
}

impl GatewayConfig {
    /// Settings for production.
    pub fn new(base_url: String, platform_url: String, platform_key: Secret) -> Self {
        Self {
            base_url,
            platform_url,
            platform_name: None,
            platform_key,
            open_authorise_page: false,
            allow_private_webhooks: false,
            operator_header: None,
            operator_routes: true,
            max_streams: MAX_STREAMS,
            senders: SENDERS,
            pkb: None,
            patient_app: false,
            patient_app_name: PATIENT_APP.to_owned(),
            sole_node: false,
            large_bodies: LargeBodies::default(),
            pace: Pace::default(),
        }
    }

    /// Under which address toolbars know the platform.
    pub(crate) fn platform_name(&self) -> &str {
        self.platform_name
            .as_deref()
            .unwrap_or(&self.platform_url)
            .trim_end_matches('/')
    }
}
