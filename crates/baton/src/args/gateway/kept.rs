//! Where a gateway keeps its data and its key, and what an operator does there.

use super::super::storage::secret;
use clap::{Args as ClapArgs, Subcommand};
use model::Secret;
use std::path::PathBuf;

/// Where a gateway keeps its data. It has a database of its own, never the platform's tables.
#[derive(ClapArgs, Clone)]
pub(crate) struct GatewayData {
    /// Folder of the gateway's database and key, as far as they are nowhere else.
    #[arg(
        long,
        env = "BATON_GATEWAY_DATA_DIR",
        default_value = "baton-data/gateway",
        value_name = "DIR"
    )]
    pub(crate) data_dir: PathBuf,
    /// PostgreSQL instead of a file: `postgres://USER@HOST:PORT/NAME`, where the gateway uses the schema
    /// `gateway`. Give a URL with a password in the environment, where others cannot list it.
    #[arg(
        long,
        env = "BATON_GATEWAY_DATABASE_URL",
        value_name = "URL",
        value_parser = secret,
        hide_env_values = true,
        hide_default_value = true
    )]
    pub(crate) database_url: Option<Secret>,
    /// Connections that this process keeps to PostgreSQL.
    #[arg(
        long,
        env = "BATON_GATEWAY_DATABASE_CONNECTIONS",
        default_value = "16",
        value_name = "N",
        value_parser = clap::value_parser!(u32).range(1..=1000)
    )]
    pub(crate) database_connections: u32,
}

/// Where the key-encryption keys are.
#[derive(ClapArgs, Clone)]
pub(crate) struct KeySources {
    /// File with the key that seals the data keys: 32 bytes in Base64, the same for all nodes. Without it,
    /// `gateway.key` in the data folder, made at the first start when the database is a file there. Keep a
    /// copy apart from the database's: without it, all tokens are lost.
    #[arg(long, env = "BATON_GATEWAY_KEY_FILE", value_name = "FILE")]
    pub(crate) key_file: Option<PathBuf>,
    /// The key itself instead of a file. Only for the environment: a command line can be listed by others.
    #[arg(
        long,
        env = "BATON_GATEWAY_KEY",
        value_name = "KEY",
        value_parser = secret,
        hide_env_values = true,
        hide_default_value = true,
        conflicts_with = "key_file"
    )]
    pub(crate) key: Option<Secret>,
    /// File with a key that was used before; the data keys are sealed anew under the present one. Repeat it
    /// for several.
    #[arg(
        long = "former-key-file",
        env = "BATON_GATEWAY_FORMER_KEY_FILES",
        value_name = "FILE",
        value_delimiter = ','
    )]
    pub(crate) former_key_files: Vec<PathBuf>,
}

#[derive(Subcommand)]
pub(crate) enum Key {
    /// Make a key. It is shown once.
    Issue {
        #[command(flatten)]
        data: GatewayData,
        /// What it is for, such as `pharmacy web shop`.
        name: String,
        /// Ends by itself after so many days.
        #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u32).range(1..=3660))]
        days: Option<u32>,
    },
    /// List all, without the keys themselves.
    List(GatewayData),
    /// Let one end, at once or after a while in which both work.
    Revoke {
        #[command(flatten)]
        data: GatewayData,
        /// Its id, as `list` shows it.
        id: String,
        /// How long it stays good.
        #[arg(long, default_value = "0s", value_name = "DURATION")]
        overlap: jiff::SignedDuration,
    },
}

#[derive(Subcommand)]
pub(crate) enum Operator {
    /// Add one, or give one a new password, which ends their sessions. Asks for the password on a terminal;
    /// anywhere else one is made and shown once.
    Add {
        #[command(flatten)]
        data: GatewayData,
        /// The name to sign in with.
        name: String,
        /// Make a password and show it, on a terminal too.
        #[arg(long)]
        make_password: bool,
    },
    /// List all.
    List(GatewayData),
    /// Remove one, and end their sessions.
    Remove {
        #[command(flatten)]
        data: GatewayData,
        /// The name.
        name: String,
    },
}

#[derive(Subcommand)]
pub(crate) enum Keys {
    /// Make a new data key. A running gateway seals everything anew under it, beside its work, and then
    /// removes the older ones.
    Rotate {
        #[command(flatten)]
        data: GatewayData,
        #[command(flatten)]
        keys: KeySources,
        /// Return when everything is sealed under the new key.
        #[arg(long)]
        wait: bool,
    },
    /// Show the data keys, and how much is still sealed under older ones.
    Status {
        #[command(flatten)]
        data: GatewayData,
        #[command(flatten)]
        keys: KeySources,
    },
}
