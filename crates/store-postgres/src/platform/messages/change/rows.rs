//! Changed messages as rows: one statement a table, whatever their number.

use super::super::rows::{bounds, each, exactly};
use super::super::statements::{ADD_LINES, CHANGE};
use super::super::text::kept;
use super::Changed;
use crate::tx::Tx;
use model::message::SubStatus;
use store::Result;
use store::row::int;
use store::row::stage::Columns;
use uuid::Uuid;

/// Writes the present stages.
pub(super) async fn save(tx: &Tx, changed: &[&Changed]) -> Result<()> {
    let stages: Vec<Columns<'_>> = each(changed, |row| {
        let stored = &row.stored;
        let approval = stored.envelope.approval.as_ref();
        let (expires_at, at) = (stored.envelope.expires_at, stored.changed_at);
        Columns::of(&stored.stage, approval, expires_at, at)
    });
    let stages: Vec<&Columns<'_>> = stages.iter().collect();
    let references = each(changed, |row| row.stored.envelope.reference.0);
    let (lowest, highest) = bounds(&references);
    let written = tx
        .write(
            CHANGE,
            &[
                &references,
                &each(changed, |row| row.version),
                &each(changed, |row| row.stored.changed_at.as_millisecond()),
                &each(&stages, |row| row.stage),
                &each(&stages, |row| row.waits_for),
                &each(&stages, |row| row.convert_at),
                &each(&stages, |row| row.reason.map(kept)),
                &each(&stages, |row| row.fence),
                &each(&stages, |row| row.lease_holder.map(|holder| holder.0)),
                &each(&stages, |row| row.lease_until),
                &each(&stages, |row| row.mode),
                &each(&stages, |row| row.only_for),
                &each(&stages, |row| row.due_at),
                &each(&stages, |row| row.ended_at),
                &lowest,
                &highest,
            ],
        )
        .await?;
    exactly(written, changed.len(), "message.version")
}

/// A line of the history.
struct HistoryLine {
    message: Uuid,
    /// Its place among the new ones of its message.
    nth: i64,
    status: &'static str,
    sub_status: Option<&'static str>,
    at: i64,
}

/// Adds a line to the history for every status that changed.
pub(super) async fn add_lines(tx: &Tx, changed: &[&Changed]) -> Result<()> {
    let mut lines = Vec::new();
    for row in changed {
        let moved = row
            .lines
            .iter()
            .filter_map(|line| Some((line.status?.to, line.at)));
        for (nth, ((status, sub_status), at)) in moved.enumerate() {
            lines.push(HistoryLine {
                message: row.stored.envelope.reference.0,
                nth: int(nth) + 1,
                status: status.as_str(),
                sub_status: sub_status.map(SubStatus::as_str),
                at: at.as_millisecond(),
            });
        }
    }
    if lines.is_empty() {
        return Ok(());
    }
    let lines: Vec<_> = lines.iter().collect();
    let messages = each(&lines, |line| line.message);
    let (lowest, highest) = bounds(&messages);
    let written = tx
        .write(
            ADD_LINES,
            &[
                &messages,
                &each(&lines, |line| line.nth),
                &each(&lines, |line| line.status),
                &each(&lines, |line| line.sub_status),
                &each(&lines, |line| line.at),
                &lowest,
                &highest,
            ],
        )
        .await?;
    exactly(written, lines.len(), "history")
}
