//! Rows of messages on their way, and of what belongs to them.

mod coded;
mod tally;
#[cfg(test)]
mod tests;

pub use coded::coded_data_text;
pub use tally::{BucketRow, EntryRow, bucket_row, entry_row, tallies};

use crate::gateway::{Attempt, AttemptOutcome, Claimed, Content, Standing, Stored, StoredFile};
use crate::row::{Cells, content, int};
use crate::{Result, StoreError};
use jiff::Timestamp;
use model::UploadId;
use model::message::{Body, BodyType, Status, SubStatus};

/// A message without its content: id, number, kind, user, topic, practice, subject, entered at, expires at, state,
/// blocked, changed at, due at, tries, problem, accepted at, status, sub-status, since, answer, looked at, look at,
/// bucket, has content.
///
/// # Errors
/// [`StoreError::Inconsistent`], as of every function here.
pub fn stored(cells: &mut impl Cells) -> Result<Stored> {
    Ok(Stored {
        id: cells.take("message.id")?,
        number: cells.take("message.number")?,
        kind: cells.take("message.kind")?,
        user: cells.take("message.app_user")?,
        topic: cells.take("message.topic")?,
        to: cells.take("message.practice")?,
        subject: cells.take("message.subject")?,
        entered_at: cells.take("message.entered_at")?,
        expires_at: cells.take("message.expires_at")?,
        state: cells.take("message.state")?,
        blocked: cells.take("message.blocked")?,
        changed_at: cells.take("message.changed_at")?,
        due_at: cells.take("message.due_at")?,
        tries: cells.take("message.tries")?,
        problem: cells.take("message.problem")?,
        accepted_at: cells.take("message.accepted_at")?,
        standing: standing(cells)?,
        look_at: cells.take("message.look_at")?,
        bucket: cells.take("message.bucket")?,
        has_content: cells.take("message.has_content")?,
    })
}

/// The platform's last word: status, sub-status, since, answer, looked at; all but the sub-status, or none.
fn standing(cells: &mut impl Cells) -> Result<Option<Standing>> {
    let status: Option<Status> = cells.take("message.status")?;
    let sub_status: Option<SubStatus> = cells.take("message.sub_status")?;
    let since: Option<Timestamp> = cells.take("message.since")?;
    let answer: Option<String> = cells.take("message.answer")?;
    let looked_at: Option<Timestamp> = cells.take("message.looked_at")?;
    match (status, since, answer, looked_at) {
        (Some(status), Some(since), Some(answer), Some(looked_at)) => Ok(Some(Standing {
            status,
            sub_status,
            since,
            answer,
            looked_at,
        })),
        (None, None, None, None) => Ok(None),
        _ => Err(StoreError::Inconsistent {
            place: "message.status",
        }),
    }
}

/// Where a message's files are, and what it carries beside them: upload, body type, body, coded data.
///
/// # Errors
/// As [`stored`].
pub fn content(cells: &mut impl Cells) -> Result<(UploadId, Content)> {
    let upload = cells.take("message.upload")?;
    let kind: Option<BodyType> = cells.take("message.body_type")?;
    let body = match (kind, cells.take("message.body")?) {
        (Some(kind), Some(content)) => Some(Body { kind, content }),
        (None, None) => None,
        _ => {
            return Err(StoreError::Inconsistent {
                place: "message.body",
            });
        }
    };
    let coded: Option<String> = cells.take("message.coded_data")?;
    let content = Content {
        body,
        files: Vec::new(),
        coded_data: coded::read(coded.as_deref())?,
    };
    Ok((upload, content))
}

/// A claimed message without its files: as [`stored`] reads it, then its fence, then as [`content()`] reads it.
///
/// # Errors
/// As [`stored`].
pub fn claimed(cells: &mut impl Cells) -> Result<Claimed> {
    let message = stored(cells)?;
    let fence = cells.take("message.fence")?;
    let (upload, content) = content(cells)?;
    Ok(Claimed {
        message,
        fence,
        upload,
        content,
    })
}

/// A file: part, kind, file name, size, hash.
///
/// # Errors
/// As [`stored`].
pub fn file(cells: &mut impl Cells) -> Result<StoredFile> {
    Ok(StoredFile {
        part: cells.take("message_file.part")?,
        attachment: content::attachment(cells)?,
    })
}

/// A try: number, began at, ended at, outcome, status, detail.
///
/// # Errors
/// As [`stored`].
pub fn attempt(cells: &mut impl Cells) -> Result<Attempt> {
    Ok(Attempt {
        number: cells.take("attempt.number")?,
        began_at: cells.take("attempt.began_at")?,
        ended_at: cells.take("attempt.ended_at")?,
        outcome: read_outcome(cells)?,
    })
}

fn read_outcome(cells: &mut impl Cells) -> Result<Option<AttemptOutcome>> {
    let kind: Option<String> = cells.take("attempt.outcome")?;
    let status: Option<u16> = cells.take("attempt.status")?;
    let detail: Option<String> = cells.take("attempt.detail")?;
    match (kind.as_deref(), status, detail) {
        (None, None, None) => Ok(None),
        (Some("accepted"), None, None) => Ok(Some(AttemptOutcome::Accepted)),
        (Some("answer"), Some(status), problem) => {
            Ok(Some(AttemptOutcome::Answer { status, problem }))
        }
        (Some("nothing"), None, Some(word)) => Ok(Some(AttemptOutcome::Nothing(word))),
        (Some("not-sent"), None, Some(word)) => Ok(Some(AttemptOutcome::NotSent(word))),
        _ => Err(StoreError::Inconsistent {
            place: "attempt.outcome",
        }),
    }
}

/// An outcome as it is written: outcome, status, detail.
pub fn outcome(outcome: &AttemptOutcome) -> (&'static str, Option<i64>, Option<&str>) {
    match outcome {
        AttemptOutcome::Accepted => ("accepted", None, None),
        AttemptOutcome::Answer { status, problem } => {
            ("answer", Some(int(*status)), problem.as_deref())
        }
        AttemptOutcome::Nothing(word) => ("nothing", None, Some(word)),
        AttemptOutcome::NotSent(word) => ("not-sent", None, Some(word)),
    }
}

/// Whether what a look found is the platform's newest word: an end never changes, and what is since an earlier moment
/// is taken only if a later look found it to differ (the platform's clock was set back).
pub fn takes(stored: &Stored, found: &Standing) -> bool {
    is_newer(stored.standing.as_ref(), found)
}

fn is_newer(known: Option<&Standing>, found: &Standing) -> bool {
    let Some(known) = known else {
        return true;
    };
    let differs = (known.status, known.sub_status) != (found.status, found.sub_status);
    known.status == Status::Pending
        && (found.since >= known.since || (differs && found.looked_at > known.looked_at))
}
