//! A message's attachments: type, file name, and whether the content is what the type says.

use crate::content::{Broken, Contents};
use crate::faults::{Faults, Place};
use crate::members::{Members, list};
use crate::shape::Node;
use model::attachment::{self, ContentFault, Kind};
use model::{FileName, file_name};

/// One attachment as far as the request tells; its bytes are the n-th content.
pub struct DraftAttachment {
    /// What it is.
    pub kind: Kind,
    /// Its name.
    pub file_name: FileName,
    /// How many bytes.
    pub size: u64,
    /// The number of its content.
    pub content: usize,
}

/// How a form calls a message's attachments.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Form {
    /// The list.
    pub(crate) list: &'static str,
    /// Its items' members, as their shape has them: `mimeType`, `fileName` and `content` in any order.
    pub(crate) members: &'static [&'static str],
}

/// The platform's form.
pub(super) const ATTACHMENTS: Form = Form {
    list: "attachments",
    members: &["mimeType", "fileName", "content"],
};

/// Reads the list of attachments that a message must have.
pub(crate) fn attachments(
    message: &Members<'_>,
    form: Form,
    contents: &Contents,
    faults: &mut Faults,
) -> Vec<DraftAttachment> {
    let Some((place, node)) = message.required(form.list, faults) else {
        return Vec::new();
    };
    attachment_list(&place, node, form, contents, faults)
}

/// Reads a list of attachments.
pub(crate) fn attachment_list(
    place: &Place,
    node: &Node,
    form: Form,
    contents: &Contents,
    faults: &mut Faults,
) -> Vec<DraftAttachment> {
    let Some((items, more)) = list(place, node, faults) else {
        return Vec::new();
    };
    if items.len() < attachment::MIN || more {
        faults.add(
            place,
            &format!(
                "must hold {} to {} {}",
                attachment::MIN,
                attachment::MAX,
                form.list
            ),
        );
    }
    let mut names: Vec<(Place, FileName)> = Vec::new();
    let drafts = items
        .iter()
        .enumerate()
        .filter_map(|(index, node)| {
            attachment_of(place.item(index), node, form, contents, &mut names, faults)
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
    form: Form,
    contents: &Contents,
    names: &mut Vec<(Place, FileName)>,
    faults: &mut Faults,
) -> Option<DraftAttachment> {
    let item = Members::of(node, form.members, place, faults)?;
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
