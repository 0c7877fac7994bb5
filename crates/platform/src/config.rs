//! What an operator may set; every setting has a default that works for `baton up`.

use intake::LargeBodies;
use jiff::SignedDuration;
use model::Secret;

/// Up to this size, in bytes, an attachment in the row costs less than a file of its own: the row shares the
/// commit's sync, a file needs two of its own. The two cross between 128 and 256 KiB (the bench's row
/// `inline-line`); well below that, a message that waits for its commit holds little memory.
pub const INLINE_MAX: usize = 64 * 1024;

/// Three quarters of the connections that a server has by default.
const MAX_STREAMS: usize = 768;

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
    /// Attachments up to so many bytes are kept in the database, larger ones as blobs.
    pub inline_max: usize,
    /// How request bodies over 64 KiB are read beside each other.
    pub large_bodies: LargeBodies,
    /// Event streams open at once. Each keeps a connection busy, so there should be fewer of them than
    /// connections; beyond, the answer is 503.
    pub max_streams: usize,
    /// Whether health, metrics and the operators' pages are served with the API; `false` when they have a listener of
    /// their own (see [`crate::Platform::operator_router`]).
    pub operator_routes: bool,
    /// Absolute URL under which operators reach their pages, where that is not [`Self::base_url`].
    pub operator_url: Option<String>,
    /// Whether widgets may also be pages of this machine itself, without https: for a sandbox only.
    pub loopback_widgets: bool,
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
            inline_max: INLINE_MAX,
            large_bodies: LargeBodies::default(),
            max_streams: MAX_STREAMS,
            operator_routes: true,
            operator_url: None,
            loopback_widgets: false,
        }
    }
}
