//! A message's coded items.

use crate::faults::{Faults, Place};
use crate::members::{Members, list};
use crate::shape::{MAX_ADDITIONAL_TEXT, MAX_UNIT, Node};
use model::SnomedCode;
use model::coded_data::{CodedItem, MAX_ITEMS, Number};

/// Reads the list of coded items.
pub(crate) fn coded_data(message: &Members<'_>, faults: &mut Faults) -> Vec<CodedItem> {
    let found = message.find("codedDataItems");
    let Some(node) = found.node else {
        return Vec::new();
    };
    let Some((items, more)) = list(&found.place, node, faults) else {
        return Vec::new();
    };
    if more {
        faults.add(
            &found.place,
            &format!("must hold at most {MAX_ITEMS} items"),
        );
    }
    items
        .iter()
        .enumerate()
        .filter_map(|(index, node)| coded_item(found.place.item(index), node, faults))
        .collect()
}

fn coded_item(place: Place, node: &Node, faults: &mut Faults) -> Option<CodedItem> {
    let item = Members::of(
        node,
        &["code", "value", "unit", "units", "additionalText"],
        place,
        faults,
    )?;
    let code = item
        .required_text("code", faults)
        .and_then(|(place, text)| {
            SnomedCode::parse(text)
                .map_err(|why| faults.add(&place, &why.to_string()))
                .ok()
        });
    let value = item.find("value");
    let value = match value.node {
        None => None,
        Some(Node::Number(text)) => {
            let number = Number::parse(text);
            if number.is_none() {
                faults.add(&value.place, "must be a finite number");
            }
            number
        }
        Some(Node::NumberTooLong) => {
            faults.add(&value.place, "must be a number of at most 64 characters");
            None
        }
        Some(_) => {
            faults.add(&value.place, "must be a number");
            None
        }
    };
    let unit = limited(&item, "unit", MAX_UNIT, faults);
    let units = limited(&item, "units", MAX_UNIT, faults);
    if let (Some((_, unit)), Some((place, units))) = (&unit, &units)
        && unit != units
    {
        faults.add(place, "must be the same as unit, or left out");
    }
    let additional_text = limited(&item, "additionalText", MAX_ADDITIONAL_TEXT, faults);
    let text = |found: Option<(Place, &str)>| found.map(|(_, text)| text.to_owned());
    Some(CodedItem {
        code: code?,
        value,
        unit: text(unit.or(units)),
        additional_text: text(additional_text),
    })
}

/// Optional text with a limit that its fault names.
fn limited<'a>(
    item: &Members<'a>,
    name: &str,
    max: usize,
    faults: &mut Faults,
) -> Option<(Place, &'a str)> {
    let found = item.find(name);
    if matches!(found.node, Some(Node::TextTooLong)) {
        faults.add(
            &found.place,
            &format!("must be at most {max} bytes of UTF-8"),
        );
        return None;
    }
    item.optional_text(name, faults)
}
