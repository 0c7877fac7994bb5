//! `baton gateway serve`.

use crate::args::{AtPlatform, GatewayServe};
use crate::exit::usage;
use crate::output;
use crate::storage::gateway::GatewayPlace;
use crate::storage::{Database, OldSchema};
use gateway::{Gateway, GatewayConfig, OperatorHeader};
use httpkit::clock::SystemClock;
use httpkit::entropy::OsEntropy;
use httpkit::serve::{Bound, Limits};
use model::{Clock, Secret};
use serde_json::json;
use std::sync::Arc;

/// Runs one node until told to end.
pub(crate) async fn run(args: GatewayServe, json: bool) -> anyhow::Result<()> {
    let place = GatewayPlace::of(&args.data)?;
    let platform_key = platform_key(&args.platform)?;
    super::pkb::check_private(&args.pkb)?;
    let shutdown = crate::command::ends_on_signal()?;
    crate::open_files::allow(u64::from(args.max_connections));
    let bound = Bound::to(args.listen).await?;
    let operators = match args.metrics_listen {
        Some(address) => Some(Bound::to(address).await?),
        None => None,
    };
    let url = args.base_url.as_ref().map_or_else(
        || bound.url(),
        |url| url.as_str().trim_end_matches('/').to_owned(),
    );
    let pkb = super::pkb::config(&args.pkb, args.patient_app, &url)?;
    let platform_url = args.platform.url.as_str().trim_end_matches('/');
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let store = place.open_to_serve(OldSchema::Refuse, clock.now()).await?;
    let vault = place.vault(&args.keys, &store, Arc::clone(&clock)).await?;
    let connections = usize::try_from(args.max_connections)?;
    let mut config = GatewayConfig::new(url.clone(), platform_url.to_owned(), platform_key);
    config.platform_name = args
        .toolbars_platform_url
        .map(|url| url.as_str().trim_end_matches('/').to_owned());
    config.operator_routes = operators.is_none();
    config.allow_private_webhooks = args.allow_private_webhooks;
    config.open_authorise_page = args.open_authorise_page;
    config.operator_header = args.operator_header.map(|name| OperatorHeader {
        name,
        from: args.operator_header_from,
    });
    let with_patients = pkb.is_some();
    config.pkb = pkb;
    config.patient_app = args.patient_app;
    if let Some(name) = args.patient_app_name {
        config.patient_app_name = name;
    }
    config.sole_node = matches!(place.database, Database::File(_));
    // The other quarter of the connections is for requests that end.
    config.max_streams = (connections - connections.div_ceil(4)).max(1);
    let gateway = Gateway::new(
        config,
        store,
        vault,
        clock,
        Arc::new(OsEntropy),
        shutdown.clone(),
    )?;
    gateway.settle().await;
    let work = tokio::spawn(gateway.work());
    if json {
        output::json(&json!({ "ready": true, "url": url }))?;
    } else {
        let patients = match (with_patients, args.patient_app) {
            (true, true) => format!(" Patients connect their record at {url}/patient."),
            (true, false) => " Patients connect their record through your product.".to_owned(),
            (false, _) => String::new(),
        };
        output::line(&format!(
            "The gateway is at {url}, its documentation at {url}/docs, its console at {url}/console.{patients} \
             Ctrl-C ends it."
        ));
    }
    let limits = Limits {
        connections,
        ..Limits::default()
    };
    let router = gateway.router(std::convert::identity);
    let answering = bound.serve_within(limits, router, shutdown.clone());
    let for_operators = async {
        match operators {
            Some(bound) => {
                bound
                    .serve(gateway.operator_router(), shutdown.clone())
                    .await
            }
            None => Ok(()),
        }
    };
    let (served, told) = tokio::join!(answering, for_operators);
    shutdown.begin();
    work.await?;
    served?;
    told?;
    Ok(())
}

/// The key of the client system at the platform.
pub(crate) fn platform_key(at: &AtPlatform) -> anyhow::Result<Secret> {
    let text = match (&at.key, &at.file) {
        (Some(key), _) => key.reveal().to_owned(),
        (None, Some(file)) => std::fs::read_to_string(file)
            .map_err(|error| usage(format!("`{}` cannot be read: {error}", file.display())))?,
        (None, None) => {
            return Err(usage(
                "the gateway needs your API key at the platform: --platform-key-file FILE, or \
                 BATON_GATEWAY_PLATFORM_KEY",
            ));
        }
    };
    let key = text.trim();
    if key.is_empty() {
        return Err(usage("the platform's API key is empty"));
    }
    Ok(Secret::new(key.to_owned()))
}
