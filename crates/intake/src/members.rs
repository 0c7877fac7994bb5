//! Reads a tree member by member and notes what is missing or of the wrong type.

use crate::faults::{Faults, Place};
use crate::shape::Node;

/// Room between two members that came, for those that are missing between them.
const GAP: i64 = 1_000;

/// An object being read.
pub struct Members<'a> {
    place: Place,
    names: &'static [&'static str],
    came: &'a [(usize, Node)],
}

/// What stands at one member.
pub struct Found<'a> {
    /// Its place.
    pub place: Place,
    /// Its value; `None` when it is missing or null.
    pub node: Option<&'a Node>,
}

impl<'a> Members<'a> {
    /// Reads `node` as an object whose shape has `names`; `None`, with a fault, when it is none.
    pub fn of(
        node: &'a Node,
        names: &'static [&'static str],
        place: Place,
        faults: &mut Faults,
    ) -> Option<Self> {
        let Node::Object { members, repeated } = node else {
            faults.add(&place, "must be a JSON object");
            return None;
        };
        let new = Self {
            place,
            names,
            came: members,
        };
        for place in repeated {
            let name = names.get(*place).copied().unwrap_or_default();
            faults.add(&new.find(name).place, "must be given once only");
        }
        Some(new)
    }

    /// The object's own place.
    pub fn place(&self) -> &Place {
        &self.place
    }

    /// Looks a member up.
    pub fn find(&self, name: &str) -> Found<'a> {
        let wanted = self
            .names
            .iter()
            .position(|known| *known == name)
            .unwrap_or(usize::MAX);
        let index_of = |place: usize| self.came.iter().position(|(known, _)| *known == place);
        let order = |index: usize| i64::try_from(index + 1).unwrap_or(0) * GAP;
        let node = index_of(wanted)
            .and_then(|index| self.came.get(index))
            .map(|(_, node)| node);
        let order = index_of(wanted).map_or_else(
            || {
                let before = (0..wanted).rev().find_map(index_of).map_or(0, order);
                before + i64::try_from(wanted).unwrap_or(0) + 1
            },
            order,
        );
        Found {
            place: self.place.member(name, order),
            node: node.filter(|node| !matches!(node, Node::Null)),
        }
    }

    /// A member that must be there.
    pub fn required(&self, name: &str, faults: &mut Faults) -> Option<(Place, &'a Node)> {
        let found = self.find(name);
        if found.node.is_none() {
            faults.add(&found.place, "is required");
        }
        Some((found.place, found.node?))
    }

    /// Text that must be there.
    pub fn required_text(&self, name: &str, faults: &mut Faults) -> Option<(Place, &'a str)> {
        let (place, node) = self.required(name, faults)?;
        text(&place, node, faults).map(|text| (place, text))
    }

    /// `true` or `false`, which must be there.
    pub fn required_flag(&self, name: &str, faults: &mut Faults) -> Option<(Place, bool)> {
        let (place, node) = self.required(name, faults)?;
        if let Node::Flag(value) = node {
            return Some((place, *value));
        }
        faults.add(&place, "must be true or false");
        None
    }

    /// Text that may be there.
    pub fn optional_text(&self, name: &str, faults: &mut Faults) -> Option<(Place, &'a str)> {
        let found = self.find(name);
        text(&found.place, found.node?, faults).map(|text| (found.place, text))
    }
}

fn text<'a>(place: &Place, node: &'a Node, faults: &mut Faults) -> Option<&'a str> {
    match node {
        Node::Text(text) => Some(text),
        Node::TextTooLong => {
            faults.add(place, "is too long");
            None
        }
        _ => {
            faults.add(place, "must be a string");
            None
        }
    }
}

/// Reads a list; `None`, with a fault, when it is none.
pub(crate) fn list<'a>(
    place: &Place,
    node: &'a Node,
    faults: &mut Faults,
) -> Option<(&'a [Node], bool)> {
    if let Node::List { items, more } = node {
        Some((items, *more))
    } else {
        faults.add(place, "must be a JSON array");
        None
    }
}
