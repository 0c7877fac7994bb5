//! Resources as text: kept whole, with only the members changed that the server decides.

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use jiff::Timestamp;
use serde::{
    Deserialize, Deserializer, Serialize,
    de::{MapAccess, Visitor},
};
use serde_json::value::RawValue;
use std::{collections::HashMap, fmt};

/// A JSON object's members in their order, each as written.
struct Members<'t>(Vec<(String, &'t RawValue)>);

impl<'de: 't, 't> Deserialize<'de> for Members<'t> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(Reader)
    }
}

/// The resource as it is filed: with our id and meta, and with each text of `moved` replaced. All else,
/// numbers to the last digit, stays as sent. `None` if it is no JSON object.
pub(in super::super) fn filed(
    resource: &str,
    resource_type: &str,
    id: &str,
    version: i64,
    at: Timestamp,
    moved: &HashMap<&str, String>,
) -> Option<String> {
    let Members(members) = serde_json::from_str(resource).ok()?;
    let mut out = format!(
        "{{\"resourceType\":{},\"id\":{},\"meta\":{{\"versionId\":\"{version}\",\"lastUpdated\":\"{}\"}}",
        quoted(resource_type)?,
        quoted(id)?,
        instant(at)
    );
    for (name, value) in members {
        if matches!(name.as_str(), "resourceType" | "id" | "meta") {
            continue;
        }
        let mut text = value.get().to_owned();
        for (from, to) in moved {
            text = text.replace(&quoted(from)?, &quoted(to)?);
        }
        out.push(',');
        out.push_str(&quoted(&name)?);
        out.push(':');
        out.push_str(&text);
    }
    out.push('}');
    Some(out)
}

/// FHIR's `instant`, to the millisecond.
pub(in super::super) fn instant(at: Timestamp) -> String {
    format!("{at:.3}")
}

fn quoted(text: &str) -> Option<String> {
    serde_json::to_string(text).ok()
}

/// An answer in FHIR's media type.
pub(super) fn answer(status: StatusCode, body: &impl Serialize) -> Response {
    match serde_json::to_string(body) {
        Ok(text) => text_answer(status, text),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// An answer of JSON that is text already.
pub(super) fn text_answer(status: StatusCode, text: String) -> Response {
    let media_type = HeaderValue::from_static("application/fhir+json; charset=utf-8");
    (status, [(header::CONTENT_TYPE, media_type)], text).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_id_meta_and_moved_addresses_change() {
        let sent = r#"{"resourceType":"Observation","id":"mine","valueQuantity":{"value":1.10},"x":"urn:uuid:a","y":"see urn:uuid:a"}"#;
        let moved = HashMap::from([("urn:uuid:a", "Binary/7".to_owned())]);
        let at = Timestamp::from_second(0).unwrap();
        assert_eq!(
            filed(sent, "Observation", "7", 1, at, &moved).unwrap(),
            "{\"resourceType\":\"Observation\",\"id\":\"7\",\"meta\":{\"versionId\":\"1\",\"lastUpdated\":\"1970-01-01T00:00:00.000Z\"},\
             \"valueQuantity\":{\"value\":1.10},\"x\":\"Binary/7\",\"y\":\"see urn:uuid:a\"}"
        );
        assert_eq!(filed("[]", "Observation", "7", 1, at, &moved), None);
    }
}
