//! A message's attachments: type, file name, and whether the content is what the type says.

use crate::intake::content::{Broken, Contents};
use crate::intake::faults::{Faults, Place};
use crate::intake::members::{Members, list};
use crate::intake::shape::Node;
use model::attachment::{self, ContentFault, Kind};
use model::{FileName, file_name};

/// One attachment as far as the request tells; its bytes are the n-th content.
pub(crate) struct DraftAttachment {
    pub(crate) kind: Kind,
    pub(crate) file_name: FileName,
    pub(crate) size: u64,
    pub(crate) content: usize,
}

/// Reads the list of attachments.
pub(super) fn attachments(
    message: &Members<'_>,
    contents: &Contents,
    faults: &mut Faults,
) -> Vec<DraftAttachment> {
    let Some((place, node)) = message.required("attachments", faults) else {
        return Vec::new();
    };
    let Some((items, more)) = list(&place, node, faults) else {
        return Vec::new();
    };
    if items.len() < attachment::MIN || more {
        faults.add(
            &place,
            &format!(
                "must hold {} to {} attachments",
                attachment::MIN,
                attachment::MAX
            ),
        );
    }
    let mut names: Vec<(Place, FileName)> = Vec::new();
    let drafts = items
        .iter()
        .enumerate()
        .filter_map(|(index, node)| {
            attachment_of(place.item(index), node, contents, &mut names, faults)
        })
        .collect();
    for repeated in file_name::repeated(names.iter().map(|(_, name)| name)) {
        if let Some((place, _)) = names.get(repeated) {
            faults.add(
                place,
                "must differ from the other file names of the message (case aside)",
            );
        }
    }
    drafts
}

fn attachment_of(
    place: Place,
    node: &Node,
    contents: &Contents,
    names: &mut Vec<(Place, FileName)>,
    faults: &mut Faults,
) -> Option<DraftAttachment> {
    let item = Members::of(node, &["mimeType", "fileName", "content"], place, faults)?;
    let kind = item
        .required_text("mimeType", faults)
        .and_then(|(place, text)| {
            let kind = Kind::from_mime_type(text);
            if kind.is_none() {
                let known: Vec<_> = Kind::ALL
                    .iter()
                    .map(|kind| format!("'{}'", kind.mime_type()))
                    .collect();
                faults.add_value(
                    &place,
                    &format!("must be one of {}", known.join(", ")),
                    text,
                );
            }
            kind
        });
    let file_name = item
        .required_text("fileName", faults)
        .and_then(|(place, text)| {
            let name = FileName::parse(text)
                .map_err(|why| faults.add(&place, &why.to_string()))
                .ok()?;
            names.push((place, name.clone()));
            Some(name)
        });
    let (place, node) = item.required("content", faults)?;
    let Node::Content(number) = node else {
        faults.add(&place, "must be a string");
        return None;
    };
    let passed = contents.passed(*number)?;
    let checked = match (passed.broken, kind) {
        (Some(Broken::Base64), _) => Err(model::base64_text::NotBase64.to_string()),
        (Some(Broken::TooLarge), _) => Err(ContentFault::TooLarge.to_string()),
        (None, Some(kind)) => passed.check.finish(kind).map_err(|fault| {
            if fault == ContentFault::Harmful {
                faults.harmful();
            }
            fault.to_string()
        }),
        (None, None) if passed.check.length() == 0 => Err(ContentFault::Empty.to_string()),
        (None, None) => Ok(()),
    };
    if let Err(reason) = checked {
        faults.add(&place, &reason);
        return None;
    }
    Some(DraftAttachment {
        kind: kind?,
        file_name: file_name?,
        size: passed.check.length(),
        content: *number,
    })
}
