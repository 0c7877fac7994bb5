//! Messages and content whose texts were written as PostgreSQL takes them.

use crate::text::given;
pub(super) use crate::text::kept;
use model::message::{Review, Stage, Waiting};
use store::platform::{Stored, StoredContent};

/// A message as it was before its texts were written.
pub(super) fn message(mut stored: Stored) -> Stored {
    match &mut stored.stage {
        Stage::Waiting {
            what: Waiting::Review(Review::ImportFailed(reason)),
            ..
        }
        | Stage::Claimed {
            otherwise: Waiting::Review(Review::ImportFailed(reason)),
            ..
        }
        | Stage::Rejected { reason } => given(reason),
        Stage::Waiting { .. }
        | Stage::Claimed { .. }
        | Stage::Completed { .. }
        | Stage::Expired => {}
    }
    stored
}

/// Content as it was before its texts were written.
pub(super) fn content(mut content: StoredContent) -> StoredContent {
    if let Some(body) = &mut content.body {
        given(&mut body.content);
    }
    for item in &mut content.coded_data {
        let texts = [&mut item.unit, &mut item.additional_text];
        texts.into_iter().flatten().for_each(given);
    }
    content
}
