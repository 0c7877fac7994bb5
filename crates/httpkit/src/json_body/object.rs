//! Bodies whose every fault is told by the member's name, all in one answer.

use super::{parse, whole};
use crate::problem::Refusal;
use axum::extract::{FromRequest, Request};
use serde::Deserialize;
use serde::de::{DeserializeOwned, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::{Map, Value};
use std::fmt;
use wire::members::{Holds, Member, Members};
use wire::problem::InvalidParameter;

/// A JSON object. The router limits its length ([`axum::extract::DefaultBodyLimit`]).
pub struct Object<T>(pub T);

impl<T, S> FromRequest<S> for Object<T>
where
    T: DeserializeOwned + Members,
    S: Send + Sync,
{
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refusal> {
        object(&whole(request, state).await?).map(Object)
    }
}

/// Reads a JSON object. Members that are not named are passed over, and `null` is as good as nothing.
///
/// # Errors
/// 400: with the place when it is no JSON, else with every member that is at fault. No value is told back.
pub fn object<T: DeserializeOwned + Members>(bytes: &[u8]) -> Result<T, Refusal> {
    // Whatever is JSON: then only an object's members count.
    parse::<IgnoredAny>(bytes)?;
    let Ok(Came(came)) = serde_json::from_slice(bytes) else {
        return Err(Refusal::fault("$", "Must be a JSON object"));
    };
    let mut faults = Vec::new();
    let mut read = Map::new();
    for member in T::MEMBERS {
        if let Some(value) = value(member, &came, &mut faults) {
            read.insert(member.name.to_owned(), value.clone());
        }
    }
    if !faults.is_empty() {
        return Err(Refusal::validation(faults));
    }
    serde_json::from_value(Value::Object(read)).map_err(|error| Refusal::internal(&error))
}

/// What a member says, if it is there and as it should be.
fn value<'a>(
    member: &Member,
    came: &'a [(String, Value)],
    faults: &mut Vec<InvalidParameter>,
) -> Option<&'a Value> {
    let mut fault = |name: String, reason: &str| {
        faults.push(InvalidParameter {
            name,
            reason: reason.to_owned(),
            value: None,
        });
    };
    let mut all = came.iter().filter(|(name, _)| name == member.name);
    let first = all.next();
    if all.next().is_some() {
        fault(member.name.to_owned(), "Must be given once only");
        return None;
    }
    let Some((_, value)) = first.filter(|(_, value)| !value.is_null()) else {
        if member.required {
            fault(member.name.to_owned(), "Is required");
        }
        return None;
    };
    match (member.holds, value) {
        (Holds::Text, Value::String(_)) => Some(value),
        (Holds::Text, _) => {
            fault(member.name.to_owned(), "Must be a string");
            None
        }
        (Holds::Texts, Value::Array(items)) => {
            for (place, item) in items.iter().enumerate() {
                if !item.is_string() {
                    fault(format!("{}[{place}]", member.name), "Must be a string");
                }
            }
            Some(value)
        }
        (Holds::Texts, _) => {
            fault(member.name.to_owned(), "Must be a JSON array");
            None
        }
    }
}

/// The members as they came, more than once as well.
struct Came(Vec<(String, Value)>);

impl<'de> Deserialize<'de> for Came {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Came;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a JSON object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Came, A::Error> {
                let mut all = Vec::new();
                while let Some(member) = map.next_entry()? {
                    all.push(member);
                }
                Ok(Came(all))
            }
        }
        from.deserialize_map(Reader)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wire::gateway::webhooks::NewWebhook;
    use wire::partner::ExchangeCode;
    use wire::problem::ProblemType;

    fn faults<T: DeserializeOwned + Members>(body: &str) -> Vec<(String, String)> {
        let refused = object::<T>(body.as_bytes()).err().unwrap();
        assert_eq!(refused.kind(), ProblemType::ValidationError, "{body}");
        let told = refused.invalid_parameters().iter();
        told.map(|fault| (fault.name.clone(), fault.reason.clone()))
            .collect()
    }

    #[test]
    fn every_fault_is_told_by_its_member() {
        let told = faults::<NewWebhook>(r#"{"events":["a",1,null],"description":{"a":1}}"#);
        let told: Vec<_> = told.iter().map(|(n, r)| (n.as_str(), r.as_str())).collect();
        assert_eq!(
            told,
            [
                ("url", "Is required"),
                ("events[1]", "Must be a string"),
                ("events[2]", "Must be a string"),
                ("description", "Must be a string"),
            ]
        );
        let told = faults::<NewWebhook>(r#"{"url":5,"events":"message.accepted"}"#);
        assert_eq!(told[0].1, "Must be a string");
        assert_eq!(told[1].1, "Must be a JSON array");
        for (body, reason) in [
            ("{}", "Is required"),
            (r#"{"accessCode":null}"#, "Is required"),
            (r#"{"accessCode":7}"#, "Must be a string"),
            (
                r#"{"accessCode":"A","accessCode":"B"}"#,
                "Must be given once only",
            ),
        ] {
            let told = faults::<ExchangeCode>(body);
            assert_eq!(
                told,
                [("accessCode".to_owned(), reason.to_owned())],
                "{body}"
            );
        }
        for body in ["7", "[]", "null", "\"x\""] {
            let told = faults::<ExchangeCode>(body);
            assert_eq!(
                told[0],
                ("$".to_owned(), "Must be a JSON object".to_owned())
            );
        }
    }

    #[test]
    fn what_is_not_named_is_passed_over_and_what_is_no_json_is_malformed() {
        let read = object::<NewWebhook>(br#"{"url":"https://a.example","events":null,"x":[{}]}"#);
        let read = read.ok().unwrap();
        assert_eq!(
            (read.url.as_str(), read.events.len()),
            ("https://a.example", 0)
        );
        for body in ["", "{", "{\"url\":}", "url=x", "{} {}"] {
            let refused = object::<NewWebhook>(body.as_bytes()).err().unwrap();
            assert_eq!(refused.kind(), ProblemType::MalformedJson, "{body}");
        }
    }
}
