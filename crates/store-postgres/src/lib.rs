//! The platform's storage in PostgreSQL, and the gateway's, for several nodes of each at once.
//!
//! A call is one transaction on a pooled connection, tried again in one place ([`attempt`]); what every
//! transaction leaves behind, its audit entries, events and counts, is written together with its COMMIT
//! ([`tx`]). Nodes tell each other what to look at ([`announce`], [`listen`]) and lose nothing but a moment
//! when such a word is lost. SQL stands in this crate alone, each statement as a named constant ([`sql`]).

mod announce;
mod attempt;
pub mod backup;
mod conn;
mod connect;
mod core;
mod gateway;
mod gather;
mod horizon;
mod inspect;
mod link;
mod listen;
mod lookup;
mod migrate;
mod open;
mod patience;
mod platform;
mod pool;
mod row;
mod settings;
mod sql;
mod text;
mod trouble;
mod tx;

pub use inspect::{Facts, inspect};
pub use migrate::{NOT_UTF8, Schema};
pub use open::{gateway_schema, migrate, migrate_gateway, open, open_gateway, schema};
pub use settings::{BadUrl, Settings};

// At finer levels the driver logs what statements are given, which is patient data. The crate `log` leaves
// those levels out of the whole executable, whatever it is asked for when it runs.
const _: () = assert!(log::STATIC_MAX_LEVEL as usize <= log::LevelFilter::Info as usize);
