//! The list of messages, narrowed by where they stand, whose they are, where they go and how old they are.

use super::{Failure, SignedIn, paths, times};
use crate::context::{Ctx, storage};
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use jiff::Timestamp;
use minijinja::value::Serde;
use model::outbox::{Bucket, Kind, Overdue, State as Standing, overdue};
use model::{ClientMessageId, OdsCode, UserId};
use serde::{Deserialize, Serialize};
use store::gateway::{Filter, Stored};
use wire::problem::ProblemType;

/// Messages on a page.
const PAGE: u32 = 50;

/// The filters, as typed.
#[derive(Clone, Default, Deserialize, Serialize)]
#[serde(default)]
pub(super) struct Wanted {
    id: String,
    stands: String,
    user: String,
    to: String,
    age: String,
    day: String,
    before: String,
}

/// `GET /console/messages`.
pub(super) async fn list(
    State(ctx): State<Ctx>,
    user: SignedIn,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Failure> {
    let mut faults = Vec::new();
    let sought = wanted.id.trim();
    if !sought.is_empty() {
        match find(&ctx, sought).await? {
            Some(id) => return Ok(Redirect::to(&address(id)).into_response()),
            None => faults.push(("id", "No message has this id")),
        }
    }
    let now = ctx.now();
    let filter = read(&wanted, now, &mut faults);
    let page = ctx.store.outbox.list(&filter, PAGE).await?;
    let rows: Vec<_> = page.messages.iter().map(|one| Row::new(one, now)).collect();
    let last = page.messages.last().filter(|_| page.more);
    let older = last.map(|last| wanted.address(&last.number.to_string()));
    let newest = (!wanted.before.is_empty()).then(|| wanted.address(""));
    let narrowed = !wanted.address("").ends_with(paths::MESSAGES);
    let places: Vec<_> = Bucket::ALL
        .into_iter()
        .map(|bucket| minijinja::context! { value => bucket.as_str(), text => words(bucket) })
        .collect();
    let ages: Vec<_> = times::AGES
        .into_iter()
        .map(|(value, text, _)| minijinja::context! { value, text })
        .collect();
    let page = minijinja::context! {
        wanted => Serde(&wanted),
        faults => faults.iter().map(|(field, text)| minijinja::context! { field => *field, text => *text }).collect::<Vec<_>>(),
        rows => Serde(rows),
        older,
        newest,
        narrowed,
        places,
        ages,
    };
    user.page("console/messages.html", "messages", page)
}

async fn find(ctx: &Ctx, text: &str) -> Result<Option<ClientMessageId>, Failure> {
    let Ok(id) = text.parse::<ClientMessageId>() else {
        return Ok(None);
    };
    let found = ctx.store.outbox.find(id).await.map_err(storage)?;
    Ok(found.map(|message| message.id))
}

fn read(wanted: &Wanted, now: Timestamp, faults: &mut Vec<(&'static str, &'static str)>) -> Filter {
    let mut filter = Filter {
        bucket: Bucket::parse(&wanted.stands),
        before: wanted.before.parse().ok(),
        ..Filter::default()
    };
    let (to, user) = (wanted.to.trim(), wanted.user.trim());
    if !to.is_empty() {
        filter.to = OdsCode::parse(&to.to_ascii_uppercase()).ok();
        if filter.to.is_none() {
            faults.push(("to", "This is no ODS code, so all practices are shown"));
        }
    }
    if !user.is_empty() {
        filter.user = UserId::parse(user).ok();
        if filter.user.is_none() {
            faults.push(("user", "This is no user's id, so all users are shown"));
        }
    }
    if let Some(day) = times::parse_day(&wanted.day) {
        filter.from = Some(times::begins(day));
        filter.until = Some(times::begins(day + 1));
    }
    let age = times::AGES
        .iter()
        .find(|(value, _, _)| *value == wanted.age);
    if let Some(until) = age.and_then(|(_, _, age)| now.checked_sub(*age).ok()) {
        filter.until = Some(filter.until.map_or(until, |day| day.min(until)));
    }
    filter
}

impl Wanted {
    /// The page of these filters that goes on before this number.
    fn address(&self, before: &str) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        for (name, value) in [
            ("stands", self.stands.as_str()),
            ("user", self.user.trim()),
            ("to", self.to.trim()),
            ("age", &self.age),
            ("day", &self.day),
            ("before", before),
        ] {
            if !value.is_empty() {
                query.append_pair(name, value);
            }
        }
        let query = query.finish();
        if query.is_empty() {
            paths::MESSAGES.to_owned()
        } else {
            format!("{}?{query}", paths::MESSAGES)
        }
    }
}

/// The page of one message.
pub(super) fn address(id: ClientMessageId) -> String {
    paths::MESSAGE.replace("{id}", &id.to_string())
}

/// What the console calls a bucket.
pub(super) fn words(bucket: Bucket) -> &'static str {
    match bucket {
        Bucket::Queued => "Queued",
        Bucket::Refused => "Refused",
        Bucket::Pending => "With the practice",
        Bucket::Completed => "In the record",
        Bucket::Rejected => "Rejected by the practice",
        Bucket::Expired => "Expired",
    }
}

/// One message in a list. Of the patient only the last four digits.
#[derive(Serialize)]
pub(super) struct Row {
    pub(super) id: String,
    /// The beginning of the id: enough to tell messages apart on a page.
    short: String,
    address: String,
    entered: String,
    to: String,
    user: String,
    kind: &'static str,
    topic: String,
    patient: String,
    pub(super) stands: &'static str,
    pub(super) colour: &'static str,
    detail: String,
    /// Why it needs a person's eye, if it does.
    late: Option<String>,
    pub(super) problem: String,
    /// The same in words.
    trouble: Option<&'static str>,
    pub(super) has_content: bool,
}

impl Row {
    pub(super) fn new(message: &Stored, now: Timestamp) -> Self {
        let standing = message.standing.as_ref();
        let sub = standing.and_then(|said| said.sub_status);
        let detail = match message.state {
            Standing::Queued if message.blocked => {
                "waits for an earlier message about this patient".to_owned()
            }
            Standing::Queued if message.tries > 0 => format!("tried {} times", message.tries),
            Standing::Sending => "on its way this moment".to_owned(),
            Standing::Queued | Standing::Refused => String::new(),
            Standing::Accepted => sub.map(|sub| sub.as_str().to_owned()).unwrap_or_default(),
        };
        Self {
            id: message.id.to_string(),
            short: message.id.to_string().chars().take(8).collect(),
            address: address(message.id),
            entered: times::moment(message.entered_at),
            to: message.to.as_str().to_owned(),
            user: message
                .user
                .as_ref()
                .map(ToString::to_string)
                .unwrap_or_default(),
            kind: kind(message.kind),
            topic: message.topic.clone(),
            patient: masked(message.subject.as_str()),
            stands: words(message.bucket),
            colour: colour(message.bucket),
            detail,
            late: late(message, now),
            problem: message.problem.clone().unwrap_or_default(),
            trouble: message.problem.as_deref().map(trouble),
            has_content: message.has_content,
        }
    }
}

/// A problem's type in a few words.
pub(super) fn trouble(problem: &str) -> &'static str {
    match ProblemType::from_name(problem) {
        Some(ProblemType::AccessTokenRefused) => "the practitioner's authorisation is missing",
        Some(ProblemType::ValidationError) => "the platform found faults, or the time ran out",
        Some(ProblemType::UnsafeContent) => "a file holds something harmful",
        Some(ProblemType::MessageIdConflict) => "the platform has other content under this id",
        Some(ProblemType::TooLarge) => "too large",
        Some(ProblemType::Forbidden) => "the platform does not allow it",
        Some(ProblemType::Stopped) => "a person took it out of the queue",
        _ => "the platform will not take it",
    }
}

/// Why a message needs a person's eye, if it does by now.
fn late(message: &Stored, now: Timestamp) -> Option<String> {
    let found = overdue(message.bucket, message.kind, message.entered_at);
    let (why, _) = found.filter(|(_, from)| *from <= now)?;
    let age = times::ago(message.entered_at, now);
    Some(match why {
        Overdue::Queued => format!("in the queue for {age}"),
        Overdue::Refused => "waits for a person".to_owned(),
        Overdue::Instant => format!("not in the record after {age}"),
        Overdue::Review => format!("at the practice for {age}"),
        Overdue::Expired => "never got into the record".to_owned(),
    })
}

/// What the console calls a kind.
pub(super) fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Instant => "Instant",
        Kind::Standard => "For review",
    }
}

fn colour(bucket: Bucket) -> &'static str {
    match bucket {
        Bucket::Queued => "blue",
        Bucket::Refused => "red",
        Bucket::Pending => "yellow",
        Bucket::Completed => "green",
        Bucket::Rejected => "grey",
        Bucket::Expired => "orange",
    }
}

/// `••• ••• 2140`.
fn masked(nhs_number: &str) -> String {
    let last: String = nhs_number.chars().skip(6).collect();
    format!("••• ••• {last}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_shows_the_end_of_a_number_only() {
        assert_eq!(masked("9547852140"), "••• ••• 2140");
    }
}
