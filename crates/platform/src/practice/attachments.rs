//! An attachment's bytes: checked against their hash before the first is sent, whole or in part.

use crate::app::review;
use crate::auth::session::SignedIn;
use crate::context::{Ctx, storage};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use httpkit::conditional::if_none_match;
use httpkit::problem::Refusal;
use httpkit::segment::{Segment, id};
use model::{Hash, MessageRef};
use store::blob::BlobError;
use store::platform::{AttachmentBytes, StoredAttachment};
use wire::problem::ProblemType;

/// The bytes, or the range of them that was asked for.
pub(crate) async fn bytes(
    State(ctx): State<Ctx>,
    who: SignedIn,
    Segment((reference, index)): Segment<(String, u32)>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let reference: MessageRef = id(&reference)?;
    review::require_visible(&ctx, &who, reference).await?;
    let found = ctx
        .store
        .messages
        .attachment(reference, index)
        .await
        .map_err(storage)?;
    let StoredAttachment { attachment, bytes } =
        found.ok_or_else(|| Refusal::new(ProblemType::NotFound))?;
    let tag = format!("\"{}\"", attachment.hash.to_hex());
    let common = [
        (header::ETAG, tag.clone()),
        (header::ACCEPT_RANGES, "bytes".to_owned()),
        (header::CONTENT_TYPE, attachment.kind.mime_type().to_owned()),
        (header::CACHE_CONTROL, "private, no-store".to_owned()),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
    ];
    if if_none_match(&headers, &tag) {
        return Ok((StatusCode::NOT_MODIFIED, common).into_response());
    }
    let whole = match load(&ctx, bytes, attachment.hash, attachment.size).await {
        Ok(whole) => whole,
        Err(error) => return Err(refusal(&ctx, &error, reference, index)),
    };
    let length = whole.len();
    match range(&headers, &tag, length) {
        Range::Whole => Ok((common, whole).into_response()),
        Range::Part(start, end) => {
            let shown = [(
                header::CONTENT_RANGE,
                format!("bytes {start}-{}/{length}", end - 1),
            )];
            Ok((
                StatusCode::PARTIAL_CONTENT,
                common,
                shown,
                whole.slice(start..end),
            )
                .into_response())
        }
        Range::Impossible => {
            let shown = [(header::CONTENT_RANGE, format!("bytes */{length}"))];
            Ok((StatusCode::RANGE_NOT_SATISFIABLE, shown, Bytes::new()).into_response())
        }
    }
}

/// At most 5 MiB, read whole so that changed bytes are never delivered.
async fn load(
    ctx: &Ctx,
    bytes: AttachmentBytes,
    hash: Hash,
    size: u64,
) -> Result<Bytes, BlobError> {
    let whole = match bytes {
        AttachmentBytes::Inline(bytes) => bytes,
        AttachmentBytes::Blob => ctx.store.blobs.read(hash, 0, size).await?,
    };
    if Hash::of(&whole) == hash {
        Ok(whole)
    } else {
        Err(BlobError::Damaged(hash))
    }
}

/// Bytes that are lost are not found, which no toolbar tries again: the import fails in the sight of the
/// practice and the sender. Storage that does not answer is another matter.
fn refusal(ctx: &Ctx, error: &BlobError, reference: MessageRef, index: u32) -> Refusal {
    if matches!(error, BlobError::Io { .. }) {
        return Refusal::unavailable(error);
    }
    ctx.metrics.damaged_blobs.inc();
    tracing::error!(
        message_ref = %reference,
        attachment = index,
        cause = httpkit::problem::chain(error),
        "an attachment lost its bytes and is not delivered"
    );
    Refusal::new(ProblemType::NotFound)
        .detail("The stored bytes of this attachment are damaged. Its sender can send them again.")
}

#[derive(Debug, PartialEq, Eq)]
enum Range {
    Whole,
    Part(usize, usize),
    Impossible,
}

/// One range (RFC 9110, 14.2); several, or what makes no sense, mean the whole.
fn range(headers: &HeaderMap, tag: &str, length: usize) -> Range {
    let same = headers
        .get(header::IF_RANGE)
        .is_none_or(|value| value == tag);
    let given = headers
        .get(header::RANGE)
        .and_then(|value| value.to_str().ok());
    let Some((first, last)) = given
        .filter(|_| same)
        .and_then(|text| text.strip_prefix("bytes=")?.trim().split_once('-'))
    else {
        return Range::Whole;
    };
    match (first.parse::<usize>(), last.parse::<usize>()) {
        (Ok(start), _) if start >= length => Range::Impossible,
        (Ok(start), Ok(last)) if last >= start => {
            Range::Part(start, length.min(last.saturating_add(1)))
        }
        (Ok(start), Err(_)) if last.is_empty() => Range::Part(start, length),
        (Err(_), Ok(0)) if first.is_empty() => Range::Impossible,
        (Err(_), Ok(last)) if first.is_empty() => Range::Part(length.saturating_sub(last), length),
        _ => Range::Whole,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_follow_the_rules() {
        let of = |text: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::RANGE, text.parse().unwrap());
            range(&headers, "\"x\"", 10)
        };
        assert_eq!(of("bytes=0-3"), Range::Part(0, 4));
        assert_eq!(of("bytes=4-"), Range::Part(4, 10));
        assert_eq!(of("bytes=-3"), Range::Part(7, 10));
        assert_eq!(of("bytes=-30"), Range::Part(0, 10));
        assert_eq!(of("bytes=8-99"), Range::Part(8, 10));
        assert_eq!(of("bytes=10-"), Range::Impossible);
        assert_eq!(of("bytes=-0"), Range::Impossible);
        for odd in [
            "bytes=3-1",
            "bytes=0-1,3-4",
            "lines=1-2",
            "bytes=x-y",
            "bytes=-",
        ] {
            assert_eq!(of(odd), Range::Whole, "{odd}");
        }
    }
}
