//! `baton gateway widget`: what the toolbar shows of the gateway.

use super::{AtPlatform, GatewayData, KeySources};
use clap::{Args as ClapArgs, Subcommand};
use model::widget::Method;

#[derive(Subcommand)]
pub(crate) enum Widget {
    /// Register the gateway's widget at the platform, or change it. Practitioners who open it from their toolbar come to
    /// the gateway's `/launch` and are known by that. Somebody at the platform approves it first, and again after
    /// every change. The same again changes nothing.
    Register(Box<Register>),
    /// List the secrets that launches may be encrypted under, without the secrets themselves.
    List(GatewayData),
}

#[derive(ClapArgs)]
pub(crate) struct Register {
    #[command(flatten)]
    pub(crate) data: GatewayData,
    #[command(flatten)]
    pub(crate) keys: KeySources,
    #[command(flatten)]
    pub(crate) platform: AtPlatform,
    /// What users see in the toolbar, 1 to 80 characters: the name of your product. It identifies the widget.
    #[arg(long, value_name = "NAME")]
    pub(crate) name: String,
    /// Icon of the toolbar's pack, such as `letter`.
    #[arg(long, default_value = "letter", value_name = "ICON")]
    pub(crate) icon: String,
    /// Where users' browsers reach the gateway's `/launch`. Without it, `/launch` at the base URL.
    #[arg(long, value_name = "URL", required_unless_present = "base_url")]
    pub(crate) launch_url: Option<url::Url>,
    /// URL under which your product and your users reach the gateway.
    #[arg(long, env = "BATON_GATEWAY_BASE_URL", value_name = "URL")]
    pub(crate) base_url: Option<url::Url>,
    /// How launches are encrypted: `A256GCM` or `A128CBC_HS256`.
    #[arg(long, default_value = "A256GCM", value_name = "METHOD", value_parser = method)]
    pub(crate) method: Method,
    /// Make another secret. The former one works until the platform has taken the new one.
    #[arg(long)]
    pub(crate) new_secret: bool,
}

fn method(text: &str) -> Result<Method, String> {
    Method::parse(text).map_err(|fault| fault.to_string())
}
