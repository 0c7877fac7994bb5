//! A message as the product is told of it.

use crate::context::{Ctx, storage};
use httpkit::problem::Refusal;
use jiff::Timestamp;
use model::outbox::{State, overdue};
use store::gateway::{Attempt, AttemptOutcome, Entry, Happening, Stored, StoredFile};
use wire::gateway as shapes;
use wire::problem::{Problem, ProblemType};

/// So many of the platform's faults stand in a sentence; the problem document has them all.
const FAULTS_TOLD: usize = 3;

/// What a list tells of a message.
pub(crate) fn summary(message: &Stored, now: Timestamp) -> shapes::MessageSummary {
    let standing = message.standing.as_ref();
    let waits = message.state == State::Queued && message.blocked;
    shapes::MessageSummary {
        message_id: message.id.to_string(),
        kind: message.kind.as_str().to_owned(),
        user_id: message.user.as_ref().map(ToString::to_string),
        topic: message.topic.clone(),
        to: message.to.as_str().to_owned(),
        state: message.state.as_str().to_owned(),
        state_date_time: message.changed_at.to_string(),
        waits_for_earlier: waits,
        entered_at: message.entered_at.to_string(),
        expiry_date_time: message.expires_at.to_string(),
        tries: message.tries,
        next_attempt_at: (message.state == State::Queued && !waits)
            .then(|| message.due_at.to_string()),
        problem: message.problem.clone(),
        accepted_at: message.accepted_at.map(|at| at.to_string()),
        status: standing.map(|said| said.status.as_str().to_owned()),
        sub_status: standing
            .and_then(|said| said.sub_status)
            .map(|sub| sub.as_str().to_owned()),
        status_date_time: standing.map(|said| said.since.to_string()),
        overdue_since: late_since(message, now).map(|at| at.to_string()),
    }
}

/// Since when a message needs a person's eye, if it does.
fn late_since(message: &Stored, now: Timestamp) -> Option<Timestamp> {
    overdue(message.bucket, message.kind, message.entered_at)
        .map(|(_, from)| from)
        .filter(|from| *from <= now)
}

/// One message with everything that happened to it.
///
/// # Errors
/// When storage fails.
pub(crate) async fn whole(ctx: &Ctx, message: &Stored) -> Result<shapes::Message, Refusal> {
    let outbox = &ctx.store.outbox;
    let content = outbox.content(message.id).await.map_err(storage)?;
    let attempts = outbox.attempts(message.id).await.map_err(storage)?;
    let events = ctx.store.events.of_message(message.id).await;
    let events = events.map_err(storage)?;
    let standing = message.standing.as_ref();
    let files = content.map(|(_, content)| content.files);
    Ok(shapes::Message {
        summary: summary(message, ctx.now()),
        nhs_number: message.subject.as_str().to_owned(),
        files: files.unwrap_or_default().iter().map(file).collect(),
        content_kept: message.has_content,
        attempts: attempts.iter().map(attempt).collect(),
        platform_status: standing.and_then(|said| serde_json::from_str(&said.answer).ok()),
        looked_at: standing.map(|said| said.looked_at.to_string()),
        next_look_at: message.look_at.map(|at| at.to_string()),
        timeline: events.iter().map(happened).collect(),
    })
}

fn file(file: &StoredFile) -> shapes::KeptFile {
    let facts = &file.attachment;
    shapes::KeptFile {
        file_name: facts.file_name.as_str().to_owned(),
        mime_type: facts.kind.mime_type().to_owned(),
        size: facts.size,
        sha256: facts.hash.to_hex(),
    }
}

fn attempt(attempt: &Attempt) -> shapes::Attempt {
    let mut told = shapes::Attempt {
        number: attempt.number,
        began_at: attempt.began_at.to_string(),
        ended_at: attempt.ended_at.map(|at| at.to_string()),
        outcome: None,
        http_status: None,
        problem: None,
        reason: None,
        words: attempt.outcome.as_ref().and_then(words),
    };
    let outcome = match &attempt.outcome {
        None => return told,
        Some(AttemptOutcome::Accepted) => "accepted",
        Some(AttemptOutcome::Answer { status, problem }) => {
            told.http_status = Some(*status);
            let problem = problem.as_deref();
            told.problem = problem.and_then(|text| serde_json::from_str(text).ok());
            "answered"
        }
        Some(AttemptOutcome::Nothing(why)) => {
            told.reason = Some(why.clone());
            "no-answer"
        }
        Some(AttemptOutcome::NotSent(why)) => {
            told.reason = Some(why.clone());
            "not-sent"
        }
    };
    told.outcome = Some(outcome.to_owned());
    told
}

/// What came of an attempt in a sentence, with what to do where a person has to.
pub(crate) fn words(outcome: &AttemptOutcome) -> Option<String> {
    let words = match outcome {
        AttemptOutcome::Accepted => return None,
        AttemptOutcome::Answer { status, problem } => match status {
            401 | 404 | 405 => {
                "The platform does not let this gateway in. Who runs it has to check its address and API key; it is tried again by itself."
            }
            429 => "The platform asked for patience. It is tried again by itself.",
            408 | 500.. => {
                "The platform could not take it at that moment. It is tried again by itself."
            }
            403 if kind_of(problem.as_deref()) == Some(ProblemType::AccessTokenRefused) => {
                "The platform refused the practitioner's authorisation. A new access code is needed; then the message can be released."
            }
            403 => {
                "The platform does not allow it. Who runs this gateway has to check its client system there; then the message can be released."
            }
            409 => {
                "The platform has this message's id with other content. Ask there what it has before entering this one anew, or there may be two."
            }
            _ => return Some(will_not(problem.as_deref())),
        },
        AttemptOutcome::Nothing(why) => match why.as_str() {
            "unsure" => {
                "An earlier attempt may have brought it to the platform, which did not say so. It is asked again by itself before anything else."
            }
            "unreachable" => "The platform could not be reached. It is tried again by itself.",
            "timed-out" => {
                "The platform did not answer in time. The message may have arrived; the next attempt finds out, and nothing is sent twice."
            }
            "unintelligible" => {
                "The platform's answer could not be understood. The message may have arrived; the next attempt finds out, and nothing is sent twice."
            }
            _ => "The attempt was cut short. The next one goes on; nothing is sent twice.",
        },
        AttemptOutcome::NotSent(why) => match why.as_str() {
            "no-authorisation" => {
                "The practitioner has not authorised your product, or has withdrawn it. Enter a new access code, then release the message."
            }
            "expired" => {
                "The message's time ran out before it could be sent. Give it another expiry and release it."
            }
            "content-unreadable" => {
                "The message's files could not be read here, so it was not sent. Enter it again."
            }
            _ => "The gateway could not send it. It is tried again by itself.",
        },
    };
    Some(words.to_owned())
}

/// The kind of a problem document.
fn kind_of(problem: Option<&str>) -> Option<ProblemType> {
    let problem: Problem = serde_json::from_str(problem?).ok()?;
    problem.problem_type()
}

/// The platform's faults, by the names that the product gave things.
fn will_not(problem: Option<&str>) -> String {
    let problem: Option<Problem> = problem.and_then(|text| serde_json::from_str(text).ok());
    let faults = problem.map(|problem| problem.invalid_parameters);
    let faults: Vec<_> = faults
        .unwrap_or_default()
        .iter()
        .take(FAULTS_TOLD)
        .map(|fault| format!("{}: {}", ours(&fault.name), fault.reason))
        .collect();
    if faults.is_empty() {
        return "The platform will not take the message as it is. Mend it and release it, or enter it anew.".to_owned();
    }
    let faults = faults.join("; ");
    format!(
        "The platform will not take the message as it is ({faults}). Mend it and release it, or enter it anew."
    )
}

/// What the product calls a member that the platform names.
fn ours(name: &str) -> String {
    let names = [
        ("recipient", "to"),
        ("subject", "nhsNumber"),
        ("AccessToken", "userId"),
    ];
    let found = names.iter().find(|(theirs, _)| name.starts_with(theirs));
    match found {
        Some((_, ours)) => (*ours).to_owned(),
        None => name.replacen("attachments[", "files[", 1),
    }
}

fn happened(entry: &Entry) -> shapes::TimelineEntry {
    let happened = &entry.happened;
    let mut told = shapes::TimelineEntry {
        at: happened.at.to_string(),
        kind: happened.what.kind().as_str().to_owned(),
        by: happened.by.clone(),
        status: None,
        sub_status: None,
        problem: None,
    };
    match &happened.what {
        Happening::Status {
            status, sub_status, ..
        } => {
            told.status = Some(status.as_str().to_owned());
            told.sub_status = sub_status.map(|sub| sub.as_str().to_owned());
        }
        Happening::Refused { problem, .. } => told.problem = Some(problem.clone()),
        _ => {}
    }
    told
}
