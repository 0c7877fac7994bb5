//! `baton status`: where a message stands, and every change until its end.

use super::gateway::call::{Client, list, text};
use super::gateway::messages::{self, standing};
use crate::args::Status;
use crate::exit::refused;
use crate::output;
use serde_json::Value;
use std::time::Duration;

/// How often the gateway is asked while somebody watches.
const PAUSE: Duration = Duration::from_millis(300);

/// When watching is over.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Until {
    /// The message has come to its end.
    TheEnd,
    /// Or it waits for somebody at the practice.
    APersonIsNeeded,
}

/// Shows it once, or watches.
pub(crate) async fn run(args: Status, as_json: bool) -> anyhow::Result<()> {
    let gateway = Client::of(&args.at)?;
    if args.watch {
        return follow(&gateway, &args.id, Until::TheEnd, as_json).await;
    }
    let message = gateway.value(gateway.sdk.message(&args.id)).await?;
    if as_json {
        return output::json(&message);
    }
    messages::show(&message);
    Ok(())
}

/// Shows every change. An end that is not the record is an error.
pub(crate) async fn follow(
    gateway: &Client,
    id: &str,
    until: Until,
    as_json: bool,
) -> anyhow::Result<()> {
    let mut last = String::new();
    loop {
        let message = gateway.value(gateway.sdk.message(id)).await?;
        let now = standing(&message);
        if now != last {
            if as_json {
                output::json(&message)?;
            } else {
                let since = Some(text(&message, "/statusDateTime")).filter(|at| !at.is_empty());
                let since = since.unwrap_or_else(|| text(&message, "/stateDateTime"));
                output::line(&format!("{since}  {}", output::plain(&now)));
            }
            last = now;
        }
        if let Some(end) = end(&message, until) {
            return end.map_err(|why| refused(format!("{id}: {why}")));
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// Whether it is over, and how.
fn end(message: &Value, until: Until) -> Option<Result<(), String>> {
    let (state, status) = (text(message, "/state"), text(message, "/status"));
    if state == "refused" {
        return Some(Err(refusal(message)));
    }
    match status.as_str() {
        "COMPLETED" => Some(Ok(())),
        "REJECTED" => Some(Err("the practice rejected it".to_owned())),
        "EXPIRED" => Some(Err("its time ran out before anybody took it".to_owned())),
        "PENDING" if until == Until::APersonIsNeeded => {
            let waits = text(message, "/subStatus");
            let by_itself = ["", "Awaiting instant import", "Import in progress"];
            (!by_itself.contains(&waits.as_str())).then_some(Ok(()))
        }
        _ => None,
    }
}

/// Why it was refused, in the gateway's words, and how to go on.
fn refusal(message: &Value) -> String {
    let (id, problem) = (text(message, "/messageId"), text(message, "/problem"));
    let attempts = list(message, "attempts").iter().rev();
    let words = attempts.map(|attempt| text(attempt, "/words"));
    let words = words.into_iter().find(|words| !words.is_empty());
    let words = words.map_or_else(String::new, |words| format!(": {}", output::plain(&words)));
    format!(
        "refused ({problem}){words}\n  all of it:   baton gateway message show {id}\n  \
         send it on:  baton gateway message release {id}"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn only_the_record_is_a_good_end() {
        let at = |status: &str, sub: &str| json!({ "state": "accepted", "status": status, "subStatus": sub });
        let done = at("COMPLETED", "Imported automatically");
        assert_eq!(end(&done, Until::TheEnd), Some(Ok(())));
        for status in ["REJECTED", "EXPIRED"] {
            assert!(end(&at(status, ""), Until::TheEnd).unwrap().is_err());
        }
        let refused = json!({ "state": "refused", "problem": "validation-error" });
        assert!(end(&refused, Until::TheEnd).unwrap().is_err());
        assert_eq!(
            end(&json!({ "state": "queued" }), Until::APersonIsNeeded),
            None
        );
    }

    #[test]
    fn a_message_that_waits_for_review_is_waited_for_only_when_asked() {
        let waits =
            json!({ "state": "accepted", "status": "PENDING", "subStatus": "Awaiting review" });
        assert_eq!(end(&waits, Until::TheEnd), None);
        assert_eq!(end(&waits, Until::APersonIsNeeded), Some(Ok(())));
        let goes = json!({ "state": "accepted", "status": "PENDING", "subStatus": "Awaiting instant import" });
        assert_eq!(end(&goes, Until::APersonIsNeeded), None);
    }

    #[test]
    fn a_refused_message_says_why_and_how_to_go_on() {
        let message = json!({
            "messageId": "ID", "state": "refused", "problem": "access-token-refused",
            "attempts": [{ "words": "Earlier." }, { "words": "A new access code is needed." }, {}],
        });
        let told = end(&message, Until::TheEnd).unwrap().unwrap_err();
        assert!(told.starts_with("refused (access-token-refused): A new access code is needed."));
        assert!(told.contains("baton gateway message release ID"), "{told}");
    }
}
