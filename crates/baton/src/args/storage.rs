//! Where a platform's data is when it is not in one folder: the flags that every command on it shares.

use clap::Args as ClapArgs;
use model::Secret;
use std::path::PathBuf;

/// A database server and a blob store, which any number of nodes may share.
///
/// The URLs are read later ([`crate::storage::Place::of`]): clap would quote a wrong one, password and all.
#[derive(ClapArgs, Clone)]
pub(crate) struct Storage {
    /// PostgreSQL instead of a file: `postgres://USER@HOST:PORT/NAME`, or several hosts with commas
    /// between. Give a URL with a password in the environment, where others cannot list it.
    #[arg(
        long,
        env = "BATON_DATABASE_URL",
        value_name = "URL",
        value_parser = secret,
        hide_env_values = true,
        hide_default_value = true
    )]
    pub(crate) database_url: Option<Secret>,
    /// Connections that this process keeps to PostgreSQL.
    #[arg(
        long,
        env = "BATON_DATABASE_CONNECTIONS",
        default_value = "16",
        value_name = "N",
        value_parser = clap::value_parser!(u32).range(1..=1000)
    )]
    pub(crate) database_connections: u32,
    /// Where large attachments are: `file:///FOLDER` or `s3://BUCKET/PREFIX` (with the usual `AWS_…`
    /// variables). Without it, in the data folder.
    #[arg(
        long,
        env = "BATON_BLOB_URL",
        value_name = "URL",
        value_parser = secret,
        hide_env_values = true,
        hide_default_value = true
    )]
    pub(crate) blob_url: Option<Secret>,
    /// File with the key of the hash of access codes, the same for all nodes. Without it, `code.key` in
    /// the data folder, or beside the blobs when the database is a server; there it is made when missing.
    #[arg(long, env = "BATON_CODE_KEY", value_name = "FILE")]
    pub(crate) code_key: Option<PathBuf>,
}

/// Only an empty text is refused here, where clap quotes what is wrong.
pub(super) fn secret(text: &str) -> Result<Secret, &'static str> {
    if text.is_empty() {
        return Err("must not be empty; leave it out to keep data in the data folder");
    }
    Ok(Secret::new(text.to_owned()))
}
