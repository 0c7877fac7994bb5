//! Rows of the feed.

use super::Cells;
use crate::platform::{FeedEntry, FeedItem};
use crate::{Result, StoreError};

/// A row of any kind: place, at, kind, message, only for, status, sub-status, client name.
///
/// # Errors
/// [`StoreError::Inconsistent`].
pub fn entry(cells: &mut impl Cells) -> Result<FeedEntry> {
    let seq = cells.take("feed.seq")?;
    let at = cells.take("feed.at")?;
    let kind: String = cells.take("feed.kind")?;
    let item = match kind.as_str() {
        "message" => FeedItem::Message {
            reference: cells.take("feed.message")?,
            only: cells.take("feed.only_for")?,
        },
        "status" => {
            let message_id = cells.take("feed.message")?;
            let _nobody: Option<String> = cells.take("feed.only_for")?;
            FeedItem::Status {
                message_id,
                status: cells.take("feed.status")?,
                sub_status: cells.take("feed.sub_status")?,
            }
        }
        "code-used" => {
            let _no_message: Option<Vec<u8>> = cells.take("feed.message")?;
            let only = cells.take("feed.only_for")?;
            let _no_status: Option<String> = cells.take("feed.status")?;
            let _no_sub_status: Option<String> = cells.take("feed.sub_status")?;
            FeedItem::CodeUsed {
                only,
                client_name: cells.take("feed.client_name")?,
            }
        }
        _ => return Err(StoreError::Inconsistent { place: "feed.kind" }),
    };
    Ok(FeedEntry { seq, at, item })
}
