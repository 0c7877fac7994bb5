//! Rows of what a message carries.

use super::Cells;
use crate::Result;
use crate::platform::{AttachmentBytes, StoredAttachment};
use bytes::Bytes;
use model::attachment::Attachment;
use model::coded_data::CodedItem;
use model::message::Body;

/// An attachment without its bytes: kind, file name, size, hash.
///
/// # Errors
/// [`crate::StoreError::Inconsistent`], as of every function here.
pub fn attachment(cells: &mut impl Cells) -> Result<Attachment> {
    Ok(Attachment {
        kind: cells.take("attachment.kind")?,
        file_name: cells.take("attachment.file_name")?,
        size: cells.take("attachment.size")?,
        hash: cells.take("attachment.hash")?,
    })
}

/// An attachment as [`attachment`] reads it, then its bytes, which are in a blob when the row has none.
///
/// # Errors
/// As [`attachment`].
pub fn stored_attachment(cells: &mut impl Cells) -> Result<StoredAttachment> {
    let attachment = attachment(cells)?;
    let bytes: Option<Vec<u8>> = cells.take("attachment.bytes")?;
    Ok(StoredAttachment {
        attachment,
        bytes: bytes.map_or(AttachmentBytes::Blob, |bytes| {
            AttachmentBytes::Inline(Bytes::from(bytes))
        }),
    })
}

/// Words for the practice: kind, content.
///
/// # Errors
/// As [`attachment`].
pub fn body(cells: &mut impl Cells) -> Result<Body> {
    Ok(Body {
        kind: cells.take("message_body.kind")?,
        content: cells.take("message_body.content")?,
    })
}

/// A coded item: code, value, unit, additional text.
///
/// # Errors
/// As [`attachment`].
pub fn coded_item(cells: &mut impl Cells) -> Result<CodedItem> {
    Ok(CodedItem {
        code: cells.take("coded_item.code")?,
        value: cells.take("coded_item.value")?,
        unit: cells.take("coded_item.unit")?,
        additional_text: cells.take("coded_item.additional_text")?,
    })
}
