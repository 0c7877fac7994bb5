//! `baton pkb-sandbox …`

use clap::{Args as ClapArgs, Subcommand, ValueEnum};
use lab::pkb::Profile;
use std::net::SocketAddr;
use std::path::PathBuf;

#[derive(Subcommand)]
pub(crate) enum PkbSandbox {
    /// Run the PKB sandbox.
    Serve(Box<PkbSandboxServe>),
}

#[derive(ClapArgs)]
pub(crate) struct PkbSandboxServe {
    /// Folder of its database.
    #[arg(
        long,
        env = "BATON_PKB_SANDBOX_DATA_DIR",
        default_value = "baton-data/pkb",
        value_name = "DIR"
    )]
    pub(crate) data_dir: PathBuf,
    /// Address to listen at.
    #[arg(
        long,
        env = "BATON_PKB_SANDBOX_LISTEN",
        default_value = "127.0.0.1:8095",
        value_name = "ADDR:PORT"
    )]
    pub(crate) listen: SocketAddr,
    /// How much it asks of a client.
    #[arg(
        long,
        env = "BATON_PKB_SANDBOX_PROFILE",
        value_enum,
        default_value = "as-documented"
    )]
    pub(crate) profile: PkbProfile,
    /// Client id of the app that patients let in.
    #[arg(
        long,
        env = "BATON_PKB_SANDBOX_CLIENT",
        default_value = crate::pkb::USER_CLIENT,
        value_name = "ID"
    )]
    pub(crate) client: String,
    /// Where the app may have the browser sent back to; an app's own scheme will do. Repeat it for several.
    /// Profile `as-documented` allows any address of `localhost` as well.
    #[arg(
        long = "redirect-uri",
        env = "BATON_PKB_SANDBOX_REDIRECT_URI",
        value_name = "URI",
        default_value = "http://127.0.0.1:8090/pkb/callback"
    )]
    pub(crate) redirect_uris: Vec<String>,
    /// The organisation behind the app, as its patients read it.
    #[arg(
        long,
        env = "BATON_PKB_SANDBOX_OWNER",
        default_value = crate::pkb::OWNER,
        value_name = "NAME"
    )]
    pub(crate) owner: String,
    /// The app's name, as its patients read it.
    #[arg(
        long,
        env = "BATON_PKB_SANDBOX_PRODUCT",
        default_value = crate::pkb::PRODUCT,
        value_name = "NAME"
    )]
    pub(crate) product: String,
}

/// How much the sandbox asks of a client.
#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum PkbProfile {
    /// What PKB documents, and no more.
    AsDocumented,
    /// PKCE with S256, a state, and redirect URIs exactly as registered.
    Strict,
}

impl From<PkbProfile> for Profile {
    fn from(profile: PkbProfile) -> Self {
        match profile {
            PkbProfile::AsDocumented => Self::AsDocumented,
            PkbProfile::Strict => Self::Strict,
        }
    }
}
