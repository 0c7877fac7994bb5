//! `baton gateway widget`.

use super::serve::platform_key;
use crate::args::{GatewayData, GatewayWidget as Command, RegisterWidget};
use crate::exit::{refused, unreachable};
use crate::output;
use crate::storage::gateway::GatewayPlace;
use crate::up::GATEWAY_DIR;
use gateway::widget::{RegisterError, Registrar, Registration};
use httpkit::entropy::OsEntropy;
use sdk::PartnerClient;
use serde_json::json;
use wire::paths::gateway as paths;

pub(crate) async fn run(command: Command, json: bool) -> anyhow::Result<()> {
    match command {
        Command::Register(args) => register(*args, json).await,
        Command::List(data) => list(&data, json).await,
    }
}

async fn register(args: RegisterWidget, json: bool) -> anyhow::Result<()> {
    let place = GatewayPlace::of(&args.data)?;
    let key = platform_key(&args.platform)?;
    let store = place.open_to_manage().await?;
    let clock = crate::up::clock_of(&args.data.data_dir, GATEWAY_DIR)?;
    let now = clock.now();
    let vault = place.vault(&args.keys, &store, clock).await?;
    let url = args.platform.url.as_str().trim_end_matches('/');
    let http = httpkit::outbound::client(None)?;
    let platform = PartnerClient::new(http, url, key.reveal())
        .map_err(|error| crate::exit::usage(format!("the platform's address or key {error}")))?;
    let launch_url = match (&args.launch_url, &args.base_url) {
        (Some(url), _) => url.as_str().to_owned(),
        (None, Some(base)) => format!("{}{}", base.as_str().trim_end_matches('/'), paths::LAUNCH),
        (None, None) => return Err(crate::exit::usage("--launch-url or --base-url is needed")),
    };
    let registrar = Registrar {
        store: &store,
        vault: &vault,
        platform: &platform,
        now,
        entropy: &OsEntropy,
    };
    let wanted = Registration {
        name: &args.name,
        icon: &args.icon,
        launch_url: &launch_url,
        method: args.method,
        new_secret: args.new_secret,
    };
    let widget = registrar.register(&wanted).await.map_err(told)?;
    if json {
        return output::json(&json!({
            "widgetId": widget.widget_id, "name": widget.name, "state": widget.state,
            "reason": widget.reason, "revision": widget.revision, "launchUrl": launch_url,
        }));
    }
    output::line(&format!(
        "{} ({}): {}, revision {}",
        widget.name, widget.widget_id, widget.state, widget.revision
    ));
    match widget.state.as_str() {
        "approved" => {}
        "refused" => output::remark(&format!(
            "The platform refused it: {}",
            widget.reason.unwrap_or_default()
        )),
        _ => output::remark(&format!(
            "Nobody sees it until somebody at the platform has approved it: `baton platform widget approve {} {} \
             --all`.",
            widget.widget_id, widget.revision
        )),
    }
    Ok(())
}

fn told(error: RegisterError) -> anyhow::Error {
    match error {
        RegisterError::Invalid(..) => refused(error.to_string()),
        RegisterError::Platform(error) if error.status().is_some() => {
            refused(format!("the platform did not register the widget: {error}"))
        }
        RegisterError::Platform(error) => unreachable(format!("the platform: {error}")),
        RegisterError::Vault(error) => error.into(),
        RegisterError::Store(error) => error.into(),
    }
}

async fn list(data: &GatewayData, json: bool) -> anyhow::Result<()> {
    let store = GatewayPlace::of(data)?.open_to_manage().await?;
    let secrets = store.launches.secrets().await?;
    if json {
        let list: Vec<_> = secrets
            .iter()
            .map(|one| {
                json!({
                    "secretId": one.id.to_string(), "name": one.name.as_str(), "launchUrl": one.launch_url.as_str(),
                    "method": one.method.as_str(), "madeAt": one.made_at.to_string(),
                })
            })
            .collect();
        return output::json(&list);
    }
    let rows: Vec<_> = secrets
        .into_iter()
        .map(|one| {
            vec![
                one.name.as_str().to_owned(),
                one.launch_url.as_str().to_owned(),
                one.method.as_str().to_owned(),
                one.made_at.to_string(),
            ]
        })
        .collect();
    output::table(&["WIDGET", "LEADS TO", "METHOD", "SECRET MADE"], &rows);
    Ok(())
}
