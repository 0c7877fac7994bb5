//! What the members of small request bodies hold, so that a fault is told by the member's name.

use crate::gateway::Release;
use crate::gateway::patients::{BeginLink, ConfirmLink};
use crate::gateway::users::PutUser;
use crate::gateway::webhooks::NewWebhook;
use crate::partner::ExchangeCode;

/// What a member holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holds {
    /// Text.
    Text,
    /// A list of texts.
    Texts,
}

/// A member of a body.
#[derive(Clone, Copy, Debug)]
pub struct Member {
    /// Its name.
    pub name: &'static str,
    /// What it holds.
    pub holds: Holds,
    /// Whether it must be there, and not `null`.
    pub required: bool,
}

/// A body that is an object; members that it does not name are passed over.
pub trait Members {
    /// Them all.
    const MEMBERS: &'static [Member];
}

const fn required(name: &'static str) -> Member {
    Member {
        name,
        holds: Holds::Text,
        required: true,
    }
}

const fn text(name: &'static str) -> Member {
    Member {
        name,
        holds: Holds::Text,
        required: false,
    }
}

impl Members for ExchangeCode {
    const MEMBERS: &'static [Member] = &[required("accessCode")];
}

impl Members for PutUser {
    const MEMBERS: &'static [Member] = &[text("name"), text("spineUserId"), text("odsCode")];
}

impl Members for Release {
    const MEMBERS: &'static [Member] = &[
        text("topic"),
        text("to"),
        text("userId"),
        text("expiryDateTime"),
    ];
}

impl Members for NewWebhook {
    const MEMBERS: &'static [Member] = &[
        required("url"),
        Member {
            name: "events",
            holds: Holds::Texts,
            required: false,
        },
        text("description"),
    ];
}

impl Members for BeginLink {
    const MEMBERS: &'static [Member] = &[required("returnUrl")];
}

impl Members for ConfirmLink {
    const MEMBERS: &'static [Member] = &[required("result")];
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Serialize;
    use serde::de::DeserializeOwned;
    use serde_json::{Map, Value, json};

    fn agrees<T: Members + Serialize + DeserializeOwned>() {
        let full = T::MEMBERS.iter().map(|member| {
            let value = match member.holds {
                Holds::Text => json!("x"),
                Holds::Texts => json!(["x"]),
            };
            (member.name.to_owned(), value)
        });
        let full: Map<_, _> = full.collect();
        let read: T = serde_json::from_value(Value::Object(full.clone())).unwrap();
        // Written again it has them all: none is misspelt here.
        assert_eq!(
            serde_json::to_value(read).unwrap(),
            Value::Object(full.clone())
        );
        for member in T::MEMBERS {
            let mut without = full.clone();
            without.remove(member.name);
            let read = serde_json::from_value::<T>(Value::Object(without));
            assert_eq!(read.is_err(), member.required, "{}", member.name);
        }
    }

    #[test]
    fn the_tables_agree_with_the_shapes() {
        agrees::<ExchangeCode>();
        agrees::<PutUser>();
        agrees::<Release>();
        agrees::<NewWebhook>();
        agrees::<BeginLink>();
        agrees::<ConfirmLink>();
    }
}
