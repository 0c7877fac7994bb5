//! Parameters of a query or a form, by the rules of OAuth (RFC 6749 §3.1): one that is sent without a
//! value counts as left out, and none may be sent twice.

use std::collections::BTreeMap;

/// The parameters that were sent with a value.
#[derive(Default)]
pub(super) struct Parameters(BTreeMap<String, String>);

/// A parameter was sent twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Repeated(pub(super) &'static str);

impl Parameters {
    /// Reads them; `known` are those that mean something here, all others are passed over.
    pub(super) fn read(encoded: &[u8], known: &[&'static str]) -> Result<Self, Repeated> {
        let mut read = BTreeMap::new();
        for (name, value) in url::form_urlencoded::parse(encoded) {
            let Some(name) = known.iter().find(|known| **known == name) else {
                continue;
            };
            if read
                .insert((*name).to_owned(), value.into_owned())
                .is_some()
            {
                return Err(Repeated(name));
            }
        }
        read.retain(|_, value| !value.is_empty());
        Ok(Self(read))
    }

    /// One of them.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// One of them, to keep.
    pub(super) fn owned(&self, name: &str) -> Option<String> {
        self.0.get(name).cloned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_empty_is_left_out_and_nothing_comes_twice() {
        let known = ["a", "b"];
        let read = Parameters::read(b"a=1%202&b=&c=3&c=4", &known).unwrap();
        assert_eq!(
            (read.get("a"), read.get("b"), read.get("c")),
            (Some("1 2"), None, None)
        );
        let twice = Parameters::read(b"a=1&a=", &known);
        assert_eq!(twice.err(), Some(Repeated("a")));
    }
}
