//! What a server says of itself, for `baton doctor`.

use crate::backup::Reader;
use crate::settings::Settings;
use store::Result;

const FACTS: &str = "SELECT current_setting('server_version'), \
     pg_is_in_recovery()::text, current_setting('fsync'), current_setting('full_page_writes'), \
     current_setting('synchronous_commit'), current_setting('synchronous_standby_names'), \
     (SELECT count(*) FROM pg_stat_replication WHERE sync_state IN ('sync', 'quorum'))::text, \
     current_setting('max_connections'), current_setting('server_encoding'), \
     current_setting('data_checksums'), \
     (extract(epoch FROM clock_timestamp()) * 1000)::bigint::text";

/// How a server keeps what it was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    /// Such as `15.18`.
    pub version: String,
    /// Whether it is a standby, which takes no writes.
    pub standby: bool,
    /// Whether it waits for its disk.
    pub fsync: bool,
    /// Whether it survives pages that were half written.
    pub full_page_writes: bool,
    /// What its commits wait for, unless a session asks for more: `off`, `local`, `remote_write`, `on`,
    /// `remote_apply`.
    pub synchronous_commit: String,
    /// Which standbys commits wait for; empty for none.
    pub synchronous_standby_names: String,
    /// How many of those follow at this moment; 0 also when we may not see them.
    pub synchronous_standbys: u32,
    /// How many connections it takes.
    pub max_connections: u32,
    /// Should be `UTF8`.
    pub encoding: String,
    /// Whether pages carry checksums.
    pub data_checksums: bool,
    /// Its clock, in milliseconds since 1970.
    pub now: i64,
}

/// Asks a server.
///
/// # Errors
/// As every read.
pub async fn inspect(settings: &Settings) -> Result<Facts> {
    let texts = Reader::open(settings).await?.texts(FACTS).await?;
    let text = |place: usize| texts.get(place).cloned().unwrap_or_default();
    let on = |place: usize| matches!(text(place).as_str(), "on" | "true");
    Ok(Facts {
        version: text(0),
        standby: on(1),
        fsync: on(2),
        full_page_writes: on(3),
        synchronous_commit: text(4),
        synchronous_standby_names: text(5),
        synchronous_standbys: text(6).parse().unwrap_or_default(),
        max_connections: text(7).parse().unwrap_or_default(),
        encoding: text(8),
        data_checksums: on(9),
        now: text(10).parse().unwrap_or_default(),
    })
}
