//! Builds a request's tree while it is read: known members only, contents taken out on the way.

use crate::content::Contents;
use crate::json::Listener;
use crate::shape::{Node, Shape};

/// A tree under construction.
pub(crate) struct Skeleton {
    root: Option<&'static Shape>,
    open: Vec<Open>,
    text: Target,
    done: Option<Node>,
    /// What `content` members held.
    pub(crate) contents: Contents,
}

enum Open {
    Object {
        shape: &'static [(&'static str, Shape)],
        members: Vec<(usize, Node)>,
        repeated: Vec<usize>,
        /// The member whose value comes next; `None` for one we don't know.
        next: Option<usize>,
    },
    List {
        of: &'static Shape,
        max: usize,
        items: Vec<Node>,
        more: bool,
    },
    /// Something nobody asked for; `known` when a place for it is, which then holds [`Node::Other`].
    Skipped { known: bool },
}

/// Where the pieces of the present text go.
enum Target {
    Kept {
        text: Vec<u8>,
        max: usize,
    },
    TooLong,
    Content,
    /// Text where none is expected.
    Other,
    Nowhere,
}

impl Skeleton {
    pub(crate) fn new(root: &'static Shape) -> Self {
        Self {
            root: Some(root),
            open: Vec::new(),
            text: Target::Nowhere,
            done: None,
            contents: Contents::default(),
        }
    }

    /// The tree, once the text was read to its end.
    pub(crate) fn finish(self) -> (Node, Contents) {
        (self.done.unwrap_or(Node::Null), self.contents)
    }

    /// What the next value should be; `None` when nobody asked for it.
    fn expected(&self) -> Option<&'static Shape> {
        match self.open.last() {
            None => self.root,
            Some(Open::Object { shape, next, .. }) => next
                .and_then(|place| shape.get(place))
                .map(|(_, shape)| shape),
            Some(Open::List { of, max, items, .. }) => (items.len() < *max).then_some(*of),
            Some(Open::Skipped { .. }) => None,
        }
    }

    fn put(&mut self, node: Node) {
        match self.open.last_mut() {
            None => self.done = Some(node),
            Some(Open::Object { members, next, .. }) => {
                if let Some(place) = next.take() {
                    members.push((place, node));
                }
            }
            Some(Open::List {
                max, items, more, ..
            }) => {
                if items.len() < *max {
                    items.push(node);
                } else {
                    *more = true;
                }
            }
            Some(Open::Skipped { .. }) => {}
        }
    }

    /// A value without parts, of a type that no shape expects here.
    fn put_other(&mut self) {
        self.put(Node::Other);
    }

    fn close(&mut self) {
        match self.open.pop() {
            Some(Open::Object {
                members, repeated, ..
            }) => self.put(Node::Object { members, repeated }),
            Some(Open::List { items, more, .. }) => self.put(Node::List { items, more }),
            Some(Open::Skipped { known: true }) => self.put(Node::Other),
            Some(Open::Skipped { known: false }) | None => {
                // Counts as an item of a list that is over its limit.
                if matches!(self.open.last(), Some(Open::List { .. })) {
                    self.put(Node::Other);
                }
            }
        }
    }
}

impl Listener for Skeleton {
    fn begin_object(&mut self) {
        let expected = self.expected();
        self.open.push(match expected {
            Some(Shape::Object(shape)) => Open::Object {
                shape,
                members: Vec::new(),
                repeated: Vec::new(),
                next: None,
            },
            other => Open::Skipped {
                known: other.is_some(),
            },
        });
    }

    fn end_object(&mut self) {
        self.close();
    }

    fn begin_array(&mut self) {
        let expected = self.expected();
        self.open.push(match expected {
            Some(Shape::List { of, max }) => Open::List {
                of,
                max: *max,
                items: Vec::new(),
                more: false,
            },
            other => Open::Skipped {
                known: other.is_some(),
            },
        });
    }

    fn end_array(&mut self) {
        self.close();
    }

    fn key(&mut self, key: Option<&str>) {
        let Some(Open::Object {
            shape,
            members,
            repeated,
            next,
        }) = self.open.last_mut()
        else {
            return;
        };
        *next = shape.iter().position(|(name, _)| Some(*name) == key);
        // A member that came before is noted once and passed over unread: however often one is
        // repeated, a request takes no more memory and no more files than it may.
        if let Some(place) = next.filter(|place| members.iter().any(|(known, _)| known == place)) {
            if !repeated.contains(&place) {
                repeated.push(place);
            }
            *next = None;
        }
    }

    fn begin_text(&mut self) {
        self.text = match self.expected() {
            Some(Shape::Text(max)) => Target::Kept {
                text: Vec::new(),
                max: *max,
            },
            Some(Shape::Content) => {
                self.contents.begin();
                Target::Content
            }
            Some(_) => Target::Other,
            None => Target::Nowhere,
        };
    }

    fn text(&mut self, piece: &[u8]) {
        match &mut self.text {
            Target::Kept { text, max } if text.len() + piece.len() > *max => {
                self.text = Target::TooLong;
            }
            Target::Kept { text, .. } => text.extend_from_slice(piece),
            Target::Content => self.contents.text(piece),
            Target::TooLong | Target::Other | Target::Nowhere => {}
        }
    }

    fn end_text(&mut self) {
        let node = match std::mem::replace(&mut self.text, Target::Nowhere) {
            // The reader has checked that the whole is UTF-8.
            Target::Kept { text, .. } => String::from_utf8(text).map_or(Node::Other, Node::Text),
            Target::TooLong => Node::TextTooLong,
            Target::Content => Node::Content(self.contents.end()),
            Target::Other | Target::Nowhere => Node::Other,
        };
        self.put(node);
    }

    fn number(&mut self, text: Option<&str>) {
        match (self.expected(), text) {
            (Some(Shape::Number), Some(text)) => self.put(Node::Number(text.to_owned())),
            (Some(Shape::Number), None) => self.put(Node::NumberTooLong),
            _ => self.put_other(),
        }
    }

    fn truth(&mut self, value: bool) {
        match self.expected() {
            Some(Shape::Flag) => self.put(Node::Flag(value)),
            _ => self.put_other(),
        }
    }

    fn null(&mut self) {
        self.put(Node::Null);
    }
}
