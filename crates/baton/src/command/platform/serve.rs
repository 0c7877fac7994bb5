//! `baton platform serve`.

use crate::args::PlatformServe;
use crate::output;
use crate::storage::{OldSchema, Place};
use httpkit::clock::SystemClock;
use httpkit::entropy::OsEntropy;
use httpkit::serve::{Bound, Limits};
use model::{Actor, Clock as _};
use platform::{Platform, PlatformConfig};
use serde_json::json;
use std::sync::Arc;

/// Runs one node until told to end.
pub(crate) async fn run(args: PlatformServe, json: bool) -> anyhow::Result<()> {
    let PlatformServe {
        data,
        listen,
        base_url,
        operator_listen,
        operator_url,
        limits,
        inline_max,
    } = args;
    let place = Place::of(&data.data_dir, &data.storage)?;
    let shutdown = crate::command::ends_on_signal()?;
    crate::open_files::allow(limits.open_files());
    let bound = Bound::to(listen).await?;
    let operators = match operator_listen {
        Some(address) => Some(Bound::to(address).await?),
        None => None,
    };
    let url = base_url.map_or_else(
        || bound.url(),
        |url| url.as_str().trim_end_matches('/').to_owned(),
    );
    let served = place.open_to_serve(OldSchema::Refuse).await?;
    super::add_initial_topics(&served.store, &Actor::System, SystemClock.now()).await?;
    let mut config = PlatformConfig::new(url.clone(), served.code_key);
    config.operator_routes = operators.is_none();
    config.operator_url = match (operator_url, &operators) {
        (Some(url), _) => Some(url.as_str().trim_end_matches('/').to_owned()),
        (None, Some(bound)) => Some(bound.url()),
        (None, None) => None,
    };
    config.large_bodies.at_once = usize::try_from(limits.max_large_bodies)?;
    config.max_streams = limits.streams();
    config.inline_max = inline_max.unwrap_or(config.inline_max);
    let pages = config.operator_url.as_ref().unwrap_or(&url);
    let pages = format!("{pages}/admin");
    let platform = Platform::new(
        config,
        served.store,
        Arc::new(SystemClock),
        Arc::new(OsEntropy),
        shutdown.clone(),
    );
    let work = tokio::spawn(platform.work());
    if json {
        output::json(&json!({ "ready": true, "url": url }))?;
    } else {
        output::line(&format!(
            "The platform is at {url}, its documentation at {url}/docs, its operators' pages at {pages}. Ctrl-C ends it."
        ));
    }
    let limits = Limits {
        connections: usize::try_from(limits.max_connections)?,
        ..Limits::default()
    };
    let router = platform.router(std::convert::identity);
    let answering = bound.serve_within(limits, router, shutdown.clone());
    let for_operators = async {
        match operators {
            Some(bound) => {
                bound
                    .serve(platform.operator_router(), shutdown.clone())
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
