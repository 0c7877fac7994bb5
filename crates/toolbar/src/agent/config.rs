//! What a toolbar needs to be told.

use crate::keeper::KeyKeeper;
use crate::settings::RecordSystemSettings;
use model::{Clock, Entropy, Secret};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// What a toolbar needs to be told.
pub struct AgentConfig {
    /// Where it keeps its device, the key of this PC and the address of its control API. Made if missing.
    pub data_dir: PathBuf,
    /// The messaging platform, for instance `http://127.0.0.1:8080`; also the audience of what is signed, so
    /// that it must be the address by which the platform knows itself.
    pub platform_url: String,
    /// The record system.
    pub record_system: RecordSystemSettings,
    /// How to register this PC if it isn't registered yet; not used otherwise.
    pub registration: Option<RegistrationRequest>,
    /// Makes every call. Must not give up on answers that are quiet for less than 45 seconds.
    pub http: reqwest::Client,
    /// The present moment.
    pub clock: Arc<dyn Clock>,
    /// Chance.
    pub entropy: Arc<dyn Entropy>,
    /// Has the key under which everything secret in the data directory is sealed.
    pub keeper: Arc<dyn KeyKeeper>,
    /// How often and how long; [`Pace::default`] is right outside tests.
    pub pace: Pace,
}

/// A two-part registration key and what it is for.
#[derive(Clone, Debug)]
pub struct RegistrationRequest {
    /// Part 1: finds the key.
    pub key_part1: Secret,
    /// Part 2: the secret.
    pub key_part2: Secret,
    /// ODS code of the practice.
    pub organisation_code: String,
    /// What the practice calls this PC.
    pub device_name: String,
}

/// How often and how long.
#[derive(Clone, Debug)]
pub struct Pace {
    /// The record system is asked who is signed in this often.
    pub user_poll: Duration,
    /// A record system may be silent for so long before its user counts as gone.
    pub record_system_grace: Duration,
    /// A stream that is silent for so long is dead; the platform's heart beats every 15 s.
    pub heartbeat: Duration,
    /// The inbox is read again this often, should the stream have missed something.
    pub sweep: Duration,
    /// The first wait between tries is at most this.
    pub retry: Duration,
    /// No wait between tries is longer, unless the server asks for it.
    pub retry_most: Duration,
    /// So many tries of one step before a message is given up.
    pub tries: u32,
    /// Messages that are imported at the same time; always one per patient.
    pub at_once: usize,
    /// A user who leaves waits so long for what is being written.
    pub drain: Duration,
    /// The platform is told of an import for so long.
    pub report_for: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            user_poll: Duration::from_secs(2),
            record_system_grace: Duration::from_secs(30),
            heartbeat: Duration::from_secs(45),
            sweep: Duration::from_secs(30),
            retry: Duration::from_millis(500),
            retry_most: Duration::from_secs(20),
            tries: 4,
            at_once: 4,
            drain: Duration::from_secs(10),
            report_for: Duration::from_mins(10),
        }
    }
}
