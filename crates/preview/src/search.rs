//! The guard against the wrong patient: one search over everything a message brings.

use crate::{PageText, Reading};
use model::NhsNumber;
use model::nhs_number::in_text;

/// A part of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Part {
    /// The words to the practice.
    Body,
    /// The attachment with this index.
    Attachment(u32),
    /// The file name of the attachment with this index.
    FileName(u32),
    /// The words of the coded item with this index.
    Coded(u32),
}

/// Where a number stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Place {
    /// In which part.
    pub part: Part,
    /// On which page, from 1, if the part has pages.
    pub page: Option<u32>,
}

/// A number that is not the patient's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The number.
    pub number: NhsNumber,
    /// Every place where it stands, in order.
    pub places: Vec<Place>,
}

/// What a search of a whole message has come to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Searched {
    /// Valid NHS numbers other than the patient's, in the order of the message.
    pub others: Vec<Found>,
    /// Whether the patient's own number is anywhere in it.
    pub own_seen: bool,
    /// Whether something could not be searched: somebody has to look.
    pub unsearchable: bool,
    /// What that was.
    pub unread: Vec<Part>,
    /// Those of [`Self::unread`] that ought to have words: a scan has none, a damaged file may.
    pub failed: Vec<Part>,
    /// Whether there are pictures among the words that were searched: a label may be one.
    pub pictures: bool,
}

impl Searched {
    /// Whether somebody has to confirm, having read it, that the message is about its patient.
    pub fn needs_care(&self) -> bool {
        !self.others.is_empty() || !self.failed.is_empty()
    }
}

/// A search under way.
pub struct Search<'a> {
    own: Option<&'a NhsNumber>,
    searched: Searched,
}

impl<'a> Search<'a> {
    /// Begins a search for numbers other than the patient's. Without one, every number is another.
    pub fn new(own: Option<&'a NhsNumber>) -> Self {
        Self {
            own,
            searched: Searched::default(),
        }
    }

    /// Searches words.
    pub fn text(&mut self, part: Part, text: &str) {
        self.words(Place { part, page: None }, text);
    }

    /// Searches pages, as [`crate::Worker::text`] gives them.
    pub fn pages(&mut self, part: Part, pages: &[PageText]) {
        for (number, page) in (1..).zip(pages) {
            let place = Place {
                part,
                page: (pages.len() > 1).then_some(number),
            };
            self.words(place, &page.text);
            self.searched.pictures |= page.reading == Reading::Illustrated;
            if page.reading == Reading::Pictures {
                self.without_words(part);
            } else if !page.reading.searchable() {
                self.unread(part);
            }
        }
    }

    /// Notes that a part that ought to have words cannot be searched.
    pub fn unread(&mut self, part: Part) {
        if !self.searched.failed.contains(&part) {
            self.searched.failed.push(part);
        }
        self.without_words(part);
    }

    /// Notes that a part has no words to search.
    fn without_words(&mut self, part: Part) {
        self.searched.unsearchable = true;
        if !self.searched.unread.contains(&part) {
            self.searched.unread.push(part);
        }
    }

    /// What it has come to.
    pub fn finish(self) -> Searched {
        self.searched
    }

    fn words(&mut self, place: Place, text: &str) {
        let found = in_text(text, self.own);
        self.searched.own_seen |= found.own_seen;
        for number in found.others {
            let known = self.searched.others.iter_mut().find(|f| f.number == number);
            match known {
                Some(found) if found.places.contains(&place) => {}
                Some(found) => found.places.push(place),
                None => self.searched.others.push(Found {
                    number,
                    places: vec![place],
                }),
            }
        }
    }
}

#[cfg(test)]
mod tests;
