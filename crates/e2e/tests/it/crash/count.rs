//! The count: what was accepted against what is in the record, in the inbox, in the database and on disk.

pub(crate) mod database;
mod record;

use super::parcel::Expected;
use super::three::{Part, Three};
use crate::world::partner::standing;
use std::collections::BTreeSet;
use wire::paths::partner as paths;

pub(crate) use database::{agrees_with_blobs, sound};
pub(crate) use record::{Shows, filed, whole};

/// Counts everything. All three must run; platform and Test PAS are ended for the look into their files.
pub(crate) async fn everything(three: &mut Three, accepted: &[Expected]) {
    statuses(three, accepted).await;
    let instant: Vec<_> = accepted.iter().filter(|message| message.instant).collect();
    record::whole(&three.records, &instant).await;
    let waiting = accepted.iter().filter(|message| !message.instant);
    let waiting: BTreeSet<_> = waiting.map(|message| message.id.clone()).collect();
    let inbox = three.inbox().await;
    let shown: Vec<_> = inbox
        .iter()
        .map(|message| message["messageId"].as_str().unwrap().to_owned())
        .collect();
    let unique: BTreeSet<_> = shown.iter().cloned().collect();
    assert_eq!(unique.len(), shown.len(), "a message twice in the inbox");
    assert!(unique == waiting, "the inbox is not what waits");
    files(three, accepted.len()).await;
}

/// Every accepted message has the status of its kind.
async fn statuses(three: &Three, accepted: &[Expected]) {
    for message in accepted {
        let answer = three.integrator.get(&paths::status_of(&message.id)).await;
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
}

/// A history whose times never go back.
pub(crate) fn ordered(history: &serde_json::Value, id: &str) {
    let lines = history.as_array().unwrap().iter();
    let times: Vec<_> = lines
        .map(|line| line["dateTime"].as_str().unwrap())
        .map(|text| text.parse::<jiff::Timestamp>().unwrap())
        .collect();
    assert!(times.is_sorted(), "{id} goes back in time: {history}");
}

/// Ends platform and Test PAS, and looks into their folders.
pub(crate) async fn files(three: &mut Three, messages: usize) {
    let audit = ["platform", "audit", "verify"];
    let audit = three.operator.json(&audit).await;
    assert!(audit["brokenAt"].is_null(), "{audit}");
    three.end(Part::Toolbar);
    three.end(Part::TestPas);
    three.end(Part::Platform);
    database::sound(&three.pas_folder().join("pas.sqlite"));
    let place = three.platform_folder();
    database::sound(&place.join("platform.sqlite"));
    database::agrees_with_blobs(place, messages);
}
