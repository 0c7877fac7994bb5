//! Names seen lately: so many and no more.

use std::collections::{HashSet, VecDeque};

/// Names seen lately; the oldest is forgotten first.
pub(crate) struct Recent {
    most: usize,
    order: VecDeque<String>,
    names: HashSet<String>,
}

impl Recent {
    /// Remembers the last `most`.
    pub(crate) fn new(most: usize) -> Self {
        Self {
            most,
            order: VecDeque::new(),
            names: HashSet::new(),
        }
    }

    /// Remembers a name; `true` if it wasn't.
    pub(crate) fn add(&mut self, name: &str) -> bool {
        if !self.names.insert(name.to_owned()) {
            return false;
        }
        self.order.push_back(name.to_owned());
        if self.order.len() > self.most
            && let Some(oldest) = self.order.pop_front()
        {
            self.names.remove(&oldest);
        }
        true
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.names.contains(name)
    }

    /// Forgets a name.
    pub(crate) fn remove(&mut self, name: &str) {
        if self.names.remove(name) {
            self.order.retain(|kept| kept != name);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_name_is_forgotten_first_and_one_that_was_removed_makes_room() {
        let mut recent = Recent::new(2);
        assert!(recent.add("a") && recent.add("b") && !recent.add("a"));
        recent.remove("a");
        assert!(recent.add("c"));
        assert!(recent.has("b") && recent.has("c") && !recent.has("a"));
        assert!(recent.add("d"));
        assert!(!recent.has("b"));
    }
}
