//! `baton gateway serve`

use super::super::storage::secret;
use super::{GatewayData, KeySources};
use clap::Args as ClapArgs;
use jiff::{SignedDuration, Span, SpanRelativeTo};
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
    /// URL under which practices' toolbars reach the platform, when the gateway reaches it under another: launches are
    /// issued in its name.
    #[arg(long, env = "BATON_GATEWAY_TOOLBARS_PLATFORM_URL", value_name = "URL")]
    pub(crate) toolbars_platform_url: Option<url::Url>,
    #[command(flatten)]
    pub(crate) pkb: AtPkb,
    /// Serve the patient app: pages where patients sign up, connect their record and see their details. Needs
    /// `--pkb-url`.
    #[arg(long, env = "BATON_GATEWAY_PATIENT_APP")]
    pub(crate) patient_app: bool,
    /// What the patient app is called on its pages: the name under which PKB knows it, for its page shows that.
    #[arg(
        long,
        env = "BATON_GATEWAY_PATIENT_APP_NAME",
        value_name = "NAME",
        requires = "patient_app"
    )]
    pub(crate) patient_app_name: Option<String>,
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

/// Patients Know Best, where patients link their record. Without its URL the gateway does without patients.
#[derive(ClapArgs, Clone)]
pub(crate) struct AtPkb {
    /// Patients Know Best: `https://sandbox.patientsknowbest.com`, or `https://my.patientsknowbest.com`.
    #[arg(
        long = "pkb-url",
        id = "pkb_url",
        env = "BATON_GATEWAY_PKB_URL",
        value_name = "URL"
    )]
    pub(crate) url: Option<url::Url>,
    /// Your app's client id there.
    #[arg(
        long = "pkb-client-id",
        id = "pkb_client_id",
        env = "BATON_GATEWAY_PKB_CLIENT_ID",
        value_name = "ID"
    )]
    pub(crate) client_id: Option<String>,
    /// Where PKB sends patients back to, exactly as it is registered there. Without it, the gateway's base URL
    /// and `/pkb/callback`.
    #[arg(
        long = "pkb-callback-url",
        id = "pkb_callback_url",
        env = "BATON_GATEWAY_PKB_CALLBACK_URL",
        value_name = "URL"
    )]
    pub(crate) callback_url: Option<url::Url>,
    /// Send a code challenge (PKCE, S256). PKB does not document it; ask before you switch it on.
    #[arg(long = "pkb-pkce", id = "pkb_pkce", env = "BATON_GATEWAY_PKB_PKCE")]
    pub(crate) pkce: bool,
    /// How long PKB lets an authorisation last, such as `90d`, if you know: then patients are told before it ends.
    #[arg(
        long = "pkb-session-length",
        id = "pkb_session_length",
        env = "BATON_GATEWAY_PKB_SESSION_LENGTH",
        value_name = "DURATION",
        value_parser = session_length
    )]
    pub(crate) session_length: Option<SignedDuration>,
}

/// A duration; days count as 24 hours.
fn session_length(text: &str) -> Result<SignedDuration, String> {
    let fault = || "must be a duration such as 90d or 12h, at most ten years".to_owned();
    let span: Span = text.parse().map_err(|_| fault())?;
    let length = span
        .to_duration(SpanRelativeTo::days_are_24_hours())
        .map_err(|_| fault())?;
    if length.is_positive() && length <= SignedDuration::from_hours(24 * 3660) {
        Ok(length)
    } else {
        Err(fault())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_lasts_for_some_days() {
        let days = |days: i64| Ok(SignedDuration::from_hours(24 * days));
        assert_eq!(session_length("90d"), days(90));
        assert_eq!(session_length("36h"), Ok(SignedDuration::from_hours(36)));
        assert_eq!(session_length("P90D"), days(90));
        for bad in ["", "90", "-1d", "0s", "3mo", "4000d"] {
            assert!(session_length(bad).is_err(), "{bad}");
        }
    }
}
