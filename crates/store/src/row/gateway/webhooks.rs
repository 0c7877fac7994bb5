//! Rows of endpoints, and of what is owed to them.

use super::events;
use crate::gateway::{Answer, Delivery, HappeningKind, Sealed, Webhook};
use crate::row::Cells;
use crate::{Result, StoreError};
use jiff::Timestamp;
use model::DataKeyId;

/// What an endpoint wants to hear of, as it is stored: a bit for each kind; 0 for all.
pub fn wants(kinds: &[HappeningKind]) -> i64 {
    kinds.iter().fold(0, |bits, kind| bits | kind.bit())
}

/// Reads [`wants`].
fn wanted(bits: i64) -> Vec<HappeningKind> {
    let kinds = HappeningKind::ALL.into_iter();
    kinds.filter(|kind| bits & kind.bit() != 0).collect()
}

/// What an answer is stored as: a status, or a word.
pub fn answer(answer: &Answer) -> (Option<i64>, Option<&str>) {
    match answer {
        Answer::Status(status) => (Some((*status).into()), None),
        Answer::Nothing(word) => (None, Some(word)),
    }
}

/// The last answer: at, status, word.
fn last(cells: &mut impl Cells) -> Result<Option<(Timestamp, Answer)>> {
    let at: Option<Timestamp> = cells.take("delivery.last_at")?;
    let status: Option<u32> = cells.take("delivery.last_status")?;
    let word: Option<String> = cells.take("delivery.last_word")?;
    let status = status.map(u16::try_from).transpose();
    match (at, status, word) {
        (None, Ok(None), None) => Ok(None),
        (Some(at), Ok(Some(status)), None) => Ok(Some((at, Answer::Status(status)))),
        (Some(at), Ok(None), Some(word)) => Ok(Some((at, Answer::Nothing(word)))),
        _ => Err(StoreError::Inconsistent {
            place: "delivery.last_status",
        }),
    }
}

/// An endpoint: id, url, description, wants, secret's key, secret, former secret's key, former secret, former
/// until, made at, disabled at, disabled why, last at, last status, last word.
///
/// # Errors
/// [`StoreError::Inconsistent`], as of every function here.
pub fn webhook(cells: &mut impl Cells) -> Result<Webhook> {
    let id = cells.take("webhook.id")?;
    let url = cells.take("webhook.url")?;
    let description = cells.take("webhook.description")?;
    let wants = wanted(cells.take("webhook.wants")?);
    let secret = Sealed {
        key: cells.take("webhook.secret_key")?,
        bytes: cells.take("webhook.secret")?,
    };
    let former_key: Option<DataKeyId> = cells.take("webhook.former_key")?;
    let former: Option<Vec<u8>> = cells.take("webhook.former")?;
    let former_until: Option<Timestamp> = cells.take("webhook.former_until")?;
    let former_secret = match (former_key, former, former_until) {
        (Some(key), Some(bytes), Some(until)) => Some((Sealed { key, bytes }, until)),
        (None, None, None) => None,
        _ => {
            return Err(StoreError::Inconsistent {
                place: "webhook.former",
            });
        }
    };
    let made_at = cells.take("webhook.made_at")?;
    let disabled_at: Option<Timestamp> = cells.take("webhook.disabled_at")?;
    let disabled_why: Option<String> = cells.take("webhook.disabled_why")?;
    Ok(Webhook {
        id,
        url,
        description,
        wants,
        secret,
        former_secret,
        made_at,
        disabled: disabled_at.zip(disabled_why),
        last: last(cells)?,
    })
}

/// A delivery: webhook, state, tries, due at, last at, last status, last word; then the event as
/// [`events::entry`] reads it.
///
/// # Errors
/// As [`webhook`].
pub fn delivery(cells: &mut impl Cells) -> Result<Delivery> {
    Ok(Delivery {
        webhook: cells.take("delivery.webhook")?,
        state: cells.take("delivery.state")?,
        tries: cells.take("delivery.tries")?,
        due_at: cells.take("delivery.due_at")?,
        last: last(cells)?,
        entry: events::entry(cells)?,
    })
}
