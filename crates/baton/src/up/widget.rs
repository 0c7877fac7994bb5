//! The gateway's widget in the environment: registered at the platform as anybody's is, and approved, so that the
//! toolbar shows it.

use super::parts::Surroundings;
use anyhow::Context as _;
use gateway::vault::Vault;
use gateway::widget::{Registrar, Registration};
use model::widget::Method;
use model::{Actor, Clock as _, WidgetId};
use platform::admin::Admin;
use sdk::PartnerClient;
use store::gateway::GatewayStore;
use store::platform::PlatformStore;
use wire::paths::gateway as paths;

/// What users see.
const NAME: &str = "Baton gateway";
/// And the icon above it.
const ICON: &str = "letter";
/// How the platform says that nobody has decided yet.
const AWAITING: &str = "awaiting-approval";

/// The gateway that the widget leads to.
pub(super) struct Leads<'l> {
    pub(super) store: &'l GatewayStore,
    pub(super) vault: &'l Vault,
    pub(super) url: &'l str,
    pub(super) platform_url: &'l str,
    pub(super) platform_key: &'l str,
}

/// Sees to it that it is there, at each start: addresses change, and folders come from earlier versions.
pub(super) async fn prepare(
    gateway: Leads<'_>,
    platform: &PlatformStore,
    around: &Surroundings,
) -> anyhow::Result<()> {
    let http = httpkit::outbound::client(None)?;
    let client = PartnerClient::new(http, gateway.platform_url, gateway.platform_key)?;
    let now = around.clock.now();
    let registrar = Registrar {
        store: gateway.store,
        vault: gateway.vault,
        platform: &client,
        now,
        entropy: &*around.entropy,
    };
    let launch_url = format!("{}{}", gateway.url, paths::LAUNCH);
    let wanted = Registration {
        name: NAME,
        icon: ICON,
        launch_url: &launch_url,
        method: Method::A256Gcm,
        new_secret: false,
    };
    let registered = registrar.register(&wanted).await;
    let registered = registered.context("the gateway's widget was not registered")?;
    if registered.state != AWAITING {
        return Ok(());
    }
    let admin = Admin {
        store: platform,
        by: Actor::Operator("up".to_owned()),
        now,
        entropy: &*around.entropy,
    };
    let id: WidgetId = registered.widget_id.parse()?;
    let approved = admin.approve_widget(id, registered.revision, &[]).await;
    approved.context("the gateway's widget was not approved")?;
    Ok(())
}
