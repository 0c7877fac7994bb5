//! `baton gateway serve`

use super::super::storage::secret;
use super::{GatewayData, KeySources};
use clap::Args as ClapArgs;
use model::Secret;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

#[derive(ClapArgs)]
pub(crate) struct GatewayServe {
    #[command(flatten)]
    pub(crate) data: GatewayData,
    #[command(flatten)]
    pub(crate) keys: KeySources,
    /// Address to listen at.
    #[arg(
        long,
        env = "BATON_GATEWAY_LISTEN",
        default_value = "127.0.0.1:8090",
        value_name = "ADDR:PORT"
    )]
    pub(crate) listen: SocketAddr,
    /// URL under which your product and your users reach it, when that is not the address it listens at.
    #[arg(long, env = "BATON_GATEWAY_BASE_URL", value_name = "URL")]
    pub(crate) base_url: Option<url::Url>,
    #[command(flatten)]
    pub(crate) platform: AtPlatform,
    /// Serve health and metrics here instead of beside the API.
    #[arg(long, env = "BATON_GATEWAY_METRICS_LISTEN", value_name = "ADDR:PORT")]
    pub(crate) metrics_listen: Option<SocketAddr>,
    /// Connections open at once. Beyond, the longest idle one is closed, or newcomers wait.
    #[arg(
        long,
        env = "BATON_GATEWAY_MAX_CONNECTIONS",
        default_value = "1024",
        value_name = "N",
        value_parser = clap::value_parser!(u32).range(1..=100_000)
    )]
    pub(crate) max_connections: u32,
    /// Post webhooks to private and loopback addresses too. For development, or when your product listens
    /// in the same private network and nobody else may add webhooks.
    #[arg(long, env = "BATON_GATEWAY_ALLOW_PRIVATE_WEBHOOKS")]
    pub(crate) allow_private_webhooks: bool,
    /// Show every user's page for access codes to whoever knows the user's id, without a signed link. For
    /// development only.
    #[arg(long, env = "BATON_GATEWAY_OPEN_AUTHORISE_PAGE")]
    pub(crate) open_authorise_page: bool,
    /// Header in which a proxy names the operator it has signed in, such as `X-Forwarded-User`.
    #[arg(long, env = "BATON_GATEWAY_OPERATOR_HEADER", value_name = "NAME")]
    pub(crate) operator_header: Option<String>,
    /// Address of a proxy whose header is believed; anybody else's is ignored. Repeat it for several.
    #[arg(
        long,
        env = "BATON_GATEWAY_OPERATOR_HEADER_FROM",
        value_name = "IP",
        value_delimiter = ',',
        default_values = ["127.0.0.1", "::1"]
    )]
    pub(crate) operator_header_from: Vec<IpAddr>,
}

/// The platform that the gateway sends to.
#[derive(ClapArgs, Clone)]
pub(crate) struct AtPlatform {
    /// The messaging platform.
    #[arg(
        long = "platform-url",
        id = "platform_url",
        env = "BATON_GATEWAY_PLATFORM_URL",
        default_value = "http://127.0.0.1:8080",
        value_name = "URL"
    )]
    pub(crate) url: url::Url,
    /// File with your client system's API key at the platform.
    #[arg(
        long = "platform-key-file",
        id = "platform_key_file",
        env = "BATON_GATEWAY_PLATFORM_KEY_FILE",
        value_name = "FILE",
        conflicts_with = "key_text"
    )]
    pub(crate) file: Option<PathBuf>,
    /// The key itself. Give it in the environment: a command line can be listed by others.
    #[arg(
        long = "platform-key",
        id = "key_text",
        env = "BATON_GATEWAY_PLATFORM_KEY",
        value_name = "KEY",
        value_parser = secret,
        hide_env_values = true,
        hide_default_value = true
    )]
    pub(crate) key: Option<Secret>,
}
