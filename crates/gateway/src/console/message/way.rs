//! The way of a message: what happened here, each attempt, and the platform's own history, in order.

use crate::console::messages::trouble;
use crate::console::times;
use serde::Serialize;
use store::gateway::ProductKey;
use wire::gateway::{Attempt, Message, TimelineEntry};

/// One step on a message's way.
#[derive(Serialize)]
pub(super) struct Step {
    /// To sort by: RFC 3339 in UTC.
    #[serde(skip)]
    order: String,
    at: String,
    what: String,
    by: String,
    words: String,
    /// What the platform's problem document says besides.
    more: Vec<String>,
    bad: bool,
}

/// Everything that happened, in order: events and attempts here, and the platform's own history.
pub(super) fn of(message: &Message, keys: &[ProductKey]) -> Vec<Step> {
    // What the platform's own history says need not be told as news as well.
    let twice = message.platform_status.is_some();
    let (entry, events): (Vec<_>, Vec<_>) = message
        .timeline
        .iter()
        .filter(|entry| !(twice && entry.kind == "message.status"))
        .partition(|entry| entry.kind == "message.queued");
    let attempts = message.attempts.iter().map(attempt);
    let history = message.platform_status.iter().flat_map(|status| {
        status.history.iter().map(|entry| {
            let sub = entry.sub_status.as_deref();
            let sub = sub.map(|sub| format!(": {sub}")).unwrap_or_default();
            Step::new(
                &entry.date_time,
                format!("{}{sub}", entry.status),
                "the platform",
            )
        })
    });
    // Of things at the same moment, causes come first.
    let event = |entry| event(entry, keys);
    let mut way: Vec<_> = entry.into_iter().map(event).collect();
    way.extend(attempts.chain(history));
    way.extend(events.into_iter().map(event));
    way.sort_by_key(|step| step.order.parse::<jiff::Timestamp>().ok());
    way
}

impl Step {
    fn new(at: &str, what: String, by: &str) -> Self {
        Self {
            order: at.to_owned(),
            at: times::written(at),
            what,
            by: by.to_owned(),
            words: String::new(),
            more: Vec::new(),
            bad: false,
        }
    }
}

fn event(entry: &TimelineEntry, keys: &[ProductKey]) -> Step {
    let what = match entry.kind.as_str() {
        "message.queued" => "Entered: it is on disk here".to_owned(),
        "message.accepted" => "Accepted by the platform".to_owned(),
        "message.refused" => "Refused".to_owned(),
        "message.released" => "Released to be sent again".to_owned(),
        "message.status" => {
            let sub = entry.sub_status.as_deref();
            let sub = sub.map(|sub| format!(" ({sub})")).unwrap_or_default();
            let status = entry.status.as_deref().unwrap_or_default();
            format!("Learnt that it is {status}{sub}")
        }
        other => other.to_owned(),
    };
    Step {
        words: entry
            .problem
            .as_ref()
            .map(|problem| format!("Because {}", trouble(problem)))
            .unwrap_or_default(),
        bad: entry.kind == "message.refused",
        ..Step::new(&entry.at, what, &actor(&entry.by, keys))
    }
}

/// Who did something, by the name that people gave.
fn actor(by: &str, keys: &[ProductKey]) -> String {
    if let Some(id) = by.strip_prefix("product:") {
        let key = keys.iter().find(|key| key.id == id);
        return key.map_or_else(|| by.to_owned(), |key| format!("product ({})", key.name));
    }
    match by.strip_prefix("operator:") {
        Some(name) => format!("operator {name}"),
        None => by.to_owned(),
    }
}

fn attempt(attempt: &Attempt) -> Step {
    let ended = match attempt.outcome.as_deref() {
        None if attempt.ended_at.is_none() => "is on its way, or was cut short",
        Some("accepted") => "was accepted",
        Some("answered") => "was answered with a no",
        Some("no-answer") => "had no good answer",
        Some("not-sent") => "did not leave the gateway",
        _ => "ended",
    };
    let mut more = Vec::new();
    if let Some(problem) = &attempt.problem {
        more.extend(problem.detail.clone());
        for fault in &problem.invalid_parameters {
            more.push(format!("{}: {}", fault.name, fault.reason));
        }
    }
    let status = attempt.http_status;
    let status = status.map(|status| format!(" (HTTP {status})"));
    let at = attempt.ended_at.as_deref().unwrap_or(&attempt.began_at);
    let number = attempt.number;
    let what = format!("Attempt {number} {ended}{}", status.unwrap_or_default());
    Step {
        words: attempt.words.clone().unwrap_or_default(),
        more,
        bad: !matches!(attempt.outcome.as_deref(), None | Some("accepted")),
        ..Step::new(at, what, "gateway")
    }
}
