//! What an operator may set; every setting has a default that works for `baton up`.

use jiff::SignedDuration;
use model::Secret;

/// Settings of one platform node.
#[derive(Clone, Debug)]
pub struct PlatformConfig {
    /// Absolute URL under which clients reach this platform, without a slash at its end. It stands in
    /// problem types, and is the audience of toolbars' assertions.
    pub base_url: String,
    /// Key of the hash under which access codes are stored; the same on every node.
    pub code_key: Secret,
    /// An instant message that nobody took for so long becomes a standard one.
    pub conversion_period: SignedDuration,
    /// A claim lasts so long unless renewed.
    pub lease: SignedDuration,
    /// A terminal message loses its content after so long.
    pub retention: SignedDuration,
    /// Whether health and metrics are served with the API; `false` when they have a listener of
    /// their own (see [`crate::Platform::operator_router`]).
    pub operator_routes: bool,
}

impl PlatformConfig {
    /// The contract's periods.
    pub fn new(base_url: String, code_key: Secret) -> Self {
        Self {
            base_url,
            code_key,
            conversion_period: model::message::CONVERSION_PERIOD,
            lease: model::message::LEASE,
            retention: model::message::RETENTION,
            operator_routes: true,
        }
    }
}
