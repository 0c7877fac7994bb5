//! Lists of somebody else's JSON, of which only so many items are ever held.

use serde::{
    Deserialize, Deserializer,
    de::{IgnoredAny, SeqAccess, Visitor},
};
use std::{fmt, marker::PhantomData};

/// The first `MOST` items of a list; what follows is read past, and only told.
pub(super) struct Capped<T, const MOST: usize> {
    pub(super) items: Vec<T>,
    /// There were more.
    pub(super) more: bool,
}

impl<T, const MOST: usize> Default for Capped<T, MOST> {
    fn default() -> Self {
        Self {
            items: Vec::new(),
            more: false,
        }
    }
}

impl<'de, T: Deserialize<'de>, const MOST: usize> Deserialize<'de> for Capped<T, MOST> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(Items(PhantomData))
    }
}

struct Items<T, const MOST: usize>(PhantomData<T>);

impl<'de, T: Deserialize<'de>, const MOST: usize> Visitor<'de> for Items<T, MOST> {
    type Value = Capped<T, MOST>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let mut capped = Capped::default();
        while capped.items.len() < MOST {
            let Some(item) = list.next_element()? else {
                return Ok(capped);
            };
            capped.items.push(item);
        }
        while list.next_element::<IgnoredAny>()?.is_some() {
            capped.more = true;
        }
        Ok(capped)
    }
}

#[cfg(test)]
mod tests {
    use super::Capped;

    #[test]
    fn what_is_beyond_the_limit_is_told_and_not_held() {
        for (text, items, more) in [
            ("[]", 0, false),
            ("[1,2]", 2, false),
            ("[1,2,{\"no\":\"number\"}]", 2, true),
        ] {
            let capped: Capped<u8, 2> = serde_json::from_str(text).unwrap();
            assert_eq!((capped.items.len(), capped.more), (items, more), "{text}");
        }
        assert!(serde_json::from_str::<Capped<u8, 2>>("[1,2,3").is_err());
    }
}
