//! `baton platform ready`.

use crate::exit::{refused, unreachable};
use crate::output;
use serde_json::json;
use std::time::Duration;
use url::Url;

/// Shorter than whoever asks every few seconds waits.
const WITHIN: Duration = Duration::from_secs(4);

/// Asks one node.
pub(crate) async fn run(url: &Url, json: bool) -> anyhow::Result<()> {
    let base = url.as_str().trim_end_matches('/');
    let http = httpkit::outbound::client(Some(WITHIN))?;
    let answer = http
        .get(format!("{base}{}", wire::paths::operator::READY))
        .send()
        .await
        .map_err(|_| unreachable(format!("nothing answers at {base}")))?;
    let status = answer.status();
    if json {
        output::json(&json!({ "ready": status.is_success() }))?;
    }
    if !status.is_success() {
        return Err(refused(format!("{base} is not ready: it answers {status}")));
    }
    if !json {
        output::line("ready");
    }
    Ok(())
}
