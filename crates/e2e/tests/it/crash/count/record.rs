//! What the practice's record holds, read as FHIR R4.

use crate::crash::parcel::{Content, Expected, sha256};
use crate::world::records::Records;
use serde_json::Value;
use std::collections::BTreeMap;

/// How a message shows in the record.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Shows {
    /// All of it once, with the right bytes.
    Once,
    /// Nothing of it.
    NotAtAll,
    /// What must not be; in words.
    Otherwise(String),
}

/// Reads a message's parts, bytes included. `None` when the record system did not answer.
pub(crate) async fn filed(records: &Records, message: &Expected) -> Option<Shows> {
    let query = format!(
        "identifier=urn:x-baton:message-id%7C{}&_count=50",
        message.id
    );
    let documents = records.find(&format!("DocumentReference?{query}")).await?;
    let observations = records.find(&format!("Observation?{query}")).await?;
    let found = (documents.len(), observations.len());
    let wanted = (message.attachments.len(), message.coded_items);
    if found == (0, 0) {
        return Some(Shows::NotAtAll);
    }
    if found != wanted {
        let words = format!("{}: {found:?} parts, not {wanted:?}", message.id);
        return Some(Shows::Otherwise(words));
    }
    for document in documents {
        let (place, shown) = content_of(&document);
        let bytes = records.bytes(&document).await?;
        let right = place.is_some_and(|place| {
            message.attachments.get(place).is_some_and(|content| {
                shown == (content.size, content.sha1.clone()) && sha256(&bytes) == content.sha256
            })
        });
        if !right {
            let words = format!("{}: an attachment has other bytes", message.id);
            return Some(Shows::Otherwise(words));
        }
    }
    Some(Shows::Once)
}

/// The whole record against the instant messages: nothing else is in it, and nothing twice.
pub(crate) async fn whole(records: &Records, accepted: &[&Expected]) {
    let mut wanted = BTreeMap::new();
    for message in accepted {
        for (place, content) in message.attachments.iter().enumerate() {
            let Content { size, sha1, .. } = content.clone();
            let key = format!("{}/attachment/{place}", message.id);
            wanted.insert(key, (size, sha1));
        }
    }
    let mut seen = BTreeMap::new();
    for document in records.walk("DocumentReference").await {
        let part = part_of(&document);
        let (_, shown) = content_of(&document);
        let before = seen.insert(part.clone(), shown);
        assert!(before.is_none(), "in the record twice: {part}");
    }
    for (part, shown) in &seen {
        let wanted = wanted.get(part);
        assert!(wanted.is_some(), "in the record and never sent: {part}");
        assert_eq!(wanted, Some(shown), "{part}");
    }
    for part in wanted.keys() {
        assert!(seen.contains_key(part), "not in the record: {part}");
    }
    let coded: usize = accepted.iter().map(|message| message.coded_items).sum();
    let observations = records.walk("Observation").await;
    assert_eq!(observations.len(), coded, "coded items in the record");
}

/// The message and place that a resource was filed under: `ID/attachment/0`.
fn part_of(resource: &Value) -> String {
    let identifiers = resource["identifier"].as_array().unwrap();
    let part = identifiers
        .iter()
        .find(|identifier| identifier["system"] == "urn:x-baton:message-part")
        .unwrap();
    let (_, part) = part["value"].as_str().unwrap().split_once('/').unwrap();
    part.to_owned()
}

/// A document's place in its message, and its size and SHA-1 as the record says them.
fn content_of(document: &Value) -> (Option<usize>, (usize, String)) {
    let place = part_of(document).rsplit('/').next().unwrap().parse().ok();
    let content = &document["content"][0]["attachment"];
    let size = content["size"].as_u64().unwrap();
    let sha1 = content["hash"].as_str().unwrap().to_owned();
    (place, (usize::try_from(size).unwrap(), sha1))
}
