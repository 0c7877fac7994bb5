//! The count after a run: what was accepted against the record, the inbox, the database and the bucket.

use super::nodes::{Cluster, NODES};
use super::practice::Practice;
use crate::crash::count::{ordered, whole};
use crate::crash::parcel::{Expected, sha256};
use crate::world::partner::{Integrator, standing};
use crate::world::records::Records;
use reqwest::header;
use std::collections::BTreeSet;
use wire::paths::partner as paths;

/// Counts everything.
pub(crate) async fn everything(
    cluster: &Cluster,
    practice: &Practice,
    integrator: &Integrator,
    accepted: &[Expected],
) {
    for (number, message) in accepted.iter().enumerate() {
        // Every node says the same.
        let node = integrator.at(&cluster.url(number % NODES));
        let answer = node.get(&paths::status_of(&message.id)).await;
        assert_eq!(answer.status, 200, "lost: {}", message.id);
        let status = answer.json();
        let stands = standing(&status);
        let right = if message.instant {
            stands.starts_with("COMPLETED / Imported")
        } else {
            stands == "PENDING / Awaiting review"
        };
        assert!(right, "{} stands at {stands}", message.id);
        ordered(&status["history"], &message.id);
    }
    let instant: Vec<_> = accepted.iter().filter(|message| message.instant).collect();
    whole(&practice.records, &instant).await;
    let waiting = accepted.iter().filter(|message| !message.instant);
    let waiting: BTreeSet<_> = waiting.map(|message| message.id.clone()).collect();
    let inbox = practice.inbox().await;
    let shown = inbox
        .iter()
        .map(|message| message["messageId"].as_str().unwrap().to_owned());
    let shown: Vec<_> = shown.collect();
    let unique: BTreeSet<_> = shown.iter().cloned().collect();
    assert_eq!(unique.len(), shown.len(), "a message twice in the inbox");
    assert!(unique == waiting, "the inbox is not what waits");
    database(cluster, accepted.len()).await;
    contents(cluster, accepted);
}

/// The database in itself, its audit chains, and the bucket beside it.
pub(crate) async fn database(cluster: &Cluster, messages: usize) {
    assert_eq!(
        cluster.count("SELECT count(*) FROM platform.message"),
        messages
    );
    let keys = "SELECT count(*) FROM platform.message_key";
    assert_eq!(cluster.count(keys), messages);
    let counted = "SELECT coalesce(sum(messages), 0) FROM platform.message_count";
    assert_eq!(cluster.count(counted), messages, "message_count");
    for (what, statement) in ODD {
        assert_eq!(cluster.count(statement), 0, "{what}");
    }
    let audit = cluster
        .operator
        .json(&["platform", "audit", "verify"])
        .await;
    assert!(audit["brokenAt"].is_null(), "{audit}");
    assert!(audit["entries"].as_u64().unwrap() >= messages as u64);
    blobs(cluster).await;
}

/// Exactly these messages, each with the hashes of its attachments.
pub(crate) fn contents(cluster: &Cluster, accepted: &[Expected]) {
    let shown = cluster.sql(
        "SELECT m.message_id, a.place, a.size, encode(a.hash, 'hex') FROM platform.message m
         JOIN platform.attachment a ON a.message = m.reference ORDER BY m.message_id, a.place",
    );
    let expected = accepted.iter().flat_map(|message| {
        let files = message.attachments.iter().enumerate();
        files.map(|(place, file)| format!("{}|{place}|{}|{}", message.id, file.size, file.sha256))
    });
    let mut expected: Vec<_> = expected.collect();
    // The database goes by number, this by letter; at most ten attachments, so that both are the same.
    expected.sort_unstable();
    let shown: Vec<_> = shown.lines().collect();
    assert_eq!(shown.len(), expected.len(), "attachments");
    for (shown, expected) in shown.iter().zip(&expected) {
        assert_eq!(shown, expected);
    }
}

/// Tells what is known of the message whose id a fault begins with.
pub(crate) async fn tell(cluster: &Cluster, records: &Records, fault: &str) {
    let id = fault.split([':', ' ']).find(|word| word.len() == 36);
    let Some(id) = id else { return };
    let rows = cluster.sql(&format!(
        "SELECT now(); SELECT * FROM platform.message WHERE message_id = '{id}';
         SELECT * FROM platform.message_key WHERE message_id = '{id}';
         SELECT h.* FROM platform.history h JOIN platform.message m ON m.reference = h.message
         WHERE m.message_id = '{id}' ORDER BY h.place;
         SELECT a.* FROM platform.audit a JOIN platform.message m ON a.subject LIKE '%' || m.reference || '%'
         WHERE m.message_id = '{id}' ORDER BY a.at"
    ));
    println!("{fault}\nin the database:\n{rows}");
    let query = format!("DocumentReference?identifier=urn:x-baton:message-id%7C{id}&_count=50");
    let record = records.search_text(&query).await;
    println!("in the record:\n{record}");
}

/// What there must be none of.
const ODD: [(&str, &str); 6] = [
    (
        "messages with a part of their attachments",
        "SELECT count(*) FROM platform.message m WHERE NOT emptied AND attachments <>
         (SELECT count(*) FROM platform.attachment a WHERE a.message = m.reference)",
    ),
    (
        "attachments without their message",
        "SELECT count(*) FROM platform.attachment a WHERE NOT EXISTS
         (SELECT FROM platform.message m WHERE m.reference = a.message)",
    ),
    (
        "messages without a first line of history",
        "SELECT count(*) FROM platform.message m WHERE NOT EXISTS
         (SELECT FROM platform.history h WHERE h.message = m.reference)",
    ),
    (
        "bytes in rows that are not those of their hash",
        "SELECT count(*) FROM platform.attachment WHERE bytes IS NOT NULL AND sha256(bytes) <> hash",
    ),
    (
        "blobs that are used otherwise than counted",
        "SELECT count(*) FROM (SELECT hash, count(*) AS uses FROM platform.attachment
         WHERE bytes IS NULL GROUP BY hash) AS used FULL JOIN platform.blob USING (hash)
         WHERE used.uses IS DISTINCT FROM blob.uses",
    ),
    (
        "acceptances told to the sender more or less than once",
        "SELECT count(*) FROM platform.message m WHERE 1 <> (SELECT count(*) FROM platform.feed f
         WHERE f.client = m.client AND f.message = m.message_id AND f.status = 'PENDING'
         AND f.at = m.accepted_at AND f.sub_status IN ('Awaiting instant import', 'Awaiting review'))",
    ),
];

/// Every blob that a row names is in the bucket, with the bytes of its name.
pub(crate) async fn blobs(cluster: &Cluster) {
    let named = cluster.sql("SELECT encode(hash, 'hex') FROM platform.blob");
    for name in named.lines() {
        let bytes = object(cluster, name).await;
        let bytes = bytes.unwrap_or_else(|| panic!("named and not in the bucket: {name}"));
        assert_eq!(sha256(&bytes), name, "a blob's bytes");
    }
}

/// A blob's bytes, read from the bucket itself.
pub(crate) async fn object(cluster: &Cluster, hash: &str) -> Option<Vec<u8>> {
    let bucket = cluster.s3.url().replace("s3://", "");
    let port = cluster.s3.port();
    let url = format!(
        "http://127.0.0.1:{port}/{bucket}/platform/{}/{hash}",
        &hash[..2]
    );
    // It wants to know who asks, and believes it.
    let who = "AWS4-HMAC-SHA256 Credential=testing/20260101/us-east-1/s3/aws4_request";
    let request = cluster.http.get(url).header(header::AUTHORIZATION, who);
    let answer = request.send().await.unwrap();
    match answer.status().as_u16() {
        200 => Some(answer.bytes().await.unwrap().to_vec()),
        404 => None,
        status => panic!("the bucket answered {status}"),
    }
}
