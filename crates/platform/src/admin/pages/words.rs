//! What the pages call things, and when they were.

pub(super) use httpkit::uk_time::{ago, exact as moment};
use jiff::{SignedDuration, Timestamp};
use model::message::{Stage, Status, SubStatus, show};
use store::platform::{Place, Seen};

/// What people call a period of the age filter.
pub(super) const AGES: [(&str, &str, SignedDuration); 5] = [
    ("1h", "Older than an hour", SignedDuration::from_hours(1)),
    ("1d", "Older than a day", SignedDuration::from_hours(24)),
    (
        "3d",
        "Older than three days",
        SignedDuration::from_hours(72),
    ),
    ("7d", "Older than a week", SignedDuration::from_hours(168)),
    ("30d", "Older than 30 days", SignedDuration::from_hours(720)),
];

/// Where messages may stand: the value of a filter, and what it is called.
pub(super) const PLACES: [(&str, &str, Place); 6] = [
    ("import", "Awaiting import", Place::Import),
    ("review", "Awaiting review", Place::Review),
    ("held", "Open at a toolbar", Place::Held),
    ("completed", "In the record", Place::Completed),
    ("rejected", "Rejected by the practice", Place::Rejected),
    ("expired", "Expired", Place::Expired),
];

/// A status in the operators' words, and its colour.
pub(super) fn status(status: Status, sub: Option<SubStatus>) -> (&'static str, &'static str) {
    match (status, sub) {
        (Status::Pending, Some(SubStatus::AwaitingInstantImport)) => ("Awaiting import", "blue"),
        (Status::Pending, Some(SubStatus::ImportInProgress)) => ("Open at a toolbar", "purple"),
        (Status::Pending, _) => ("Awaiting review", "yellow"),
        (Status::Completed, _) => ("In the record", "green"),
        (Status::Rejected, _) => ("Rejected by the practice", "red"),
        (Status::Expired, _) => ("Expired", "grey"),
    }
}

/// What there is to say beyond the status.
pub(super) fn detail(sub: Option<SubStatus>) -> &'static str {
    match sub {
        Some(SubStatus::InstantMessageTimedOut) => "nobody was there to import it in time",
        Some(SubStatus::FailedInstantMessageImport) => "its import failed",
        Some(SubStatus::AuthorisationWithdrawn) => "the practitioner withdrew the authorisation",
        Some(SubStatus::ImportedAutomatically) => "imported by itself",
        Some(SubStatus::ImportedAfterReview) => "imported after review",
        _ => "",
    }
}

/// The stage of a message now: time may have moved it on since it was written.
pub(super) fn stage(seen: &Seen, now: Timestamp) -> Stage {
    let steps = model::message::settle(&seen.stage, seen.changed_at, seen.expires_at, now);
    let last = steps.into_iter().next_back();
    last.map_or_else(|| seen.stage.clone(), |step| step.stage)
}

/// Status, colour and what else there is to say of a message now.
pub(super) fn stands(seen: &Seen, now: Timestamp) -> (&'static str, &'static str, &'static str) {
    let stage = stage(seen, now);
    let (name, sub, _) = show(&stage);
    let (text, colour) = status(name, sub);
    (text, colour, detail(sub))
}

/// A sentence's first letter is a capital.
pub(super) fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    let first = chars.next().map(char::to_uppercase);
    first.into_iter().flatten().chain(chars).collect()
}

/// An address with the parameters that say something.
pub(super) fn address(path: &str, parameters: &[(&str, &str)]) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    for (name, value) in parameters.iter().filter(|(_, value)| !value.is_empty()) {
        query.append_pair(name, value);
    }
    let query = query.finish();
    let mark = if query.is_empty() { "" } else { "?" };
    format!("{path}{mark}{query}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_what_was_asked_and_no_more() {
        assert_eq!(address("/a", &[("x", ""), ("y", "")]), "/a");
        assert_eq!(address("/a", &[("x", "1 & 2"), ("y", "")]), "/a?x=1+%26+2");
    }

    #[test]
    fn a_fault_is_a_sentence() {
        assert_eq!(
            sentence("a topic has 1 to 64 letters"),
            "A topic has 1 to 64 letters"
        );
        assert_eq!(sentence(""), "");
    }
}
