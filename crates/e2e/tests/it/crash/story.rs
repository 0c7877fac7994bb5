//! What happens in every run of the walk: a permission, messages small and large, a wrong one, a retry;
//! then the count. Whoever has no answer asks again, as a sensible client does.

use super::count;
use super::files_in;
use super::parcel::{Expected, Parcel};
use super::senders::post;
use super::setting::Setting;
use crate::world::partner::standing;
use crate::world::samples::pdf_of;
use serde_json::Value;
use std::time::Duration;
use tokio::time::Instant;
use wire::paths::partner as paths;

/// A run is a second on an idle machine; this is for a busy one.
const LIMIT: Duration = Duration::from_secs(60);
const PAUSE: Duration = Duration::from_millis(20);

/// The messages that were accepted.
pub(crate) struct Sent {
    pub(crate) accepted: Vec<Expected>,
    /// The hashes of all that is in them: what may be among the blobs.
    hashes: Vec<String>,
}

/// Plays it all.
pub(crate) async fn play(setting: &mut Setting) -> Sent {
    let token = permission(setting).await;
    let (one, other) = (pdf_of(300_000, 1), pdf_of(200_000, 2));
    let small = Parcel::with(vec![b"A small note of the crash walk.\n".to_vec()], true);
    let large = Parcel::with(vec![one, other.clone(), other], true);
    let standard = Parcel::with(vec![pdf_of(50_000, 3)], false);
    let mut wrong = Parcel::with(vec![pdf_of(120_000, 4)], true);
    wrong.text = with_id(&wrong.text, large.id()).into();

    send(setting, &token, &small, 200).await;
    send(setting, &token, &large, 200).await;
    send(setting, &token, &wrong, 409).await;
    send(setting, &token, &standard, 200).await;
    send(setting, &token, &large, 200).await;

    Sent::of([small, large, standard])
}

impl Sent {
    /// What is promised once these were accepted.
    pub(crate) fn of(parcels: impl IntoIterator<Item = Parcel>) -> Self {
        let accepted = parcels.into_iter().map(|parcel| parcel.expected);
        let accepted: Vec<_> = accepted.collect();
        let contents = accepted.iter().flat_map(|message| &message.attachments);
        let hashes = contents.map(|content| content.sha256.clone()).collect();
        Self { accepted, hashes }
    }
}

/// The same message under another id.
pub(crate) fn with_id(text: &[u8], id: &str) -> Vec<u8> {
    let mut message: Value = serde_json::from_slice(text).unwrap();
    message["messageId"] = id.into();
    message.to_string().into_bytes()
}

/// An access code for a token. A code whose exchange had no answer may be used up: then there is a new one.
pub(crate) async fn permission(setting: &mut Setting) -> String {
    let end = Instant::now() + LIMIT;
    loop {
        let said = setting
            .practitioner
            .run(&["toolbar", "code", "--json"])
            .await;
        let code = said.json_if_any().unwrap_or_default()["accessCode"].take();
        if let Some(code) = code.as_str() {
            setting.watch.secret(code);
            let body = serde_json::json!({ "accessCode": code });
            let request = setting
                .integrator
                .call(reqwest::Method::POST, paths::ACCESS_TOKEN);
            let answer = request.json(&body).send().await;
            if let Some(token) = token_in(answer).await {
                setting.watch.secret(&token);
                return token;
            }
        }
        assert!(Instant::now() < end, "no permission within {LIMIT:?}");
        setting.revive().await;
        tokio::time::sleep(PAUSE).await;
    }
}

async fn token_in(answer: reqwest::Result<reqwest::Response>) -> Option<String> {
    let answer = answer.ok().filter(|answer| answer.status() == 200)?;
    let body: Value = answer.json().await.ok()?;
    Some(body["token"].as_str()?.to_owned())
}

/// Sends a message until there is an answer.
pub(crate) async fn send(setting: &mut Setting, token: &str, parcel: &Parcel, wanted: u16) {
    let end = Instant::now() + LIMIT;
    loop {
        match post(&setting.integrator, token, parcel).await {
            None | Some(503) => {}
            Some(status) => {
                assert_eq!(status, wanted, "{}", parcel.id());
                return;
            }
        }
        assert!(Instant::now() < end, "no answer within {LIMIT:?}");
        setting.revive().await;
        tokio::time::sleep(PAUSE).await;
    }
}

/// Waits until every message is where it belongs and nothing is left lying about.
pub(crate) async fn home(setting: &mut Setting, sent: &Sent) {
    for message in &sent.accepted {
        come_home(setting, message).await;
    }
    tidy(setting, sent).await;
}

/// The same, and counts what is in the record, byte by byte. Nobody may die meanwhile.
pub(crate) async fn count(setting: &mut Setting, sent: &Sent) {
    home(setting, sent).await;
    let instant: Vec<_> = sent.accepted.iter().filter(|m| m.instant).collect();
    count::whole(&setting.records, &instant).await;
}

/// Waits until a message has ended as it should: an instant one in the record, a standard one in the inbox.
pub(crate) async fn come_home(setting: &mut Setting, message: &Expected) {
    let end = Instant::now() + LIMIT;
    loop {
        let status = status(setting, &message.id).await;
        let stands = status.as_ref().map(standing).unwrap_or_default();
        let home = if message.instant {
            stands.starts_with("COMPLETED / Imported")
        } else {
            stands == "PENDING / Awaiting review"
        };
        if home {
            count::ordered(&status.unwrap()["history"], &message.id);
            return;
        }
        if stands == "PENDING / Failed instant message import" {
            review(setting, &message.id).await;
        }
        assert!(Instant::now() < end, "{} stands at {stands:?}", message.id);
        setting.revive().await;
        tokio::time::sleep(PAUSE).await;
    }
}

async fn status(setting: &Setting, id: &str) -> Option<Value> {
    let path = paths::status_of(id);
    let answer = setting.integrator.call(reqwest::Method::GET, &path);
    let answer = answer.send().await.ok()?;
    assert_ne!(answer.status(), 404, "lost: {id}");
    answer.json().await.ok().filter(|v: &Value| v.is_object())
}

/// What nobody imports by itself, a person does.
async fn review(setting: &Setting, id: &str) {
    let inbox = setting.practitioner.run(&["toolbar", "inbox", "--json"]);
    let inbox = inbox.await.json_if_any().unwrap_or_default();
    let none = Vec::new();
    let messages = inbox["messages"].as_array().unwrap_or(&none);
    let found = messages.iter().find(|message| message["messageId"] == id);
    if let Some(reference) = found.and_then(|message| message["messageRef"].as_str()) {
        let import = ["toolbar", "import", reference];
        setting.practitioner.run(&import).await;
    }
}

/// Waits until nothing is left lying about: unfinished blobs, blobs that nothing names, notes of imports.
pub(crate) async fn tidy(setting: &mut Setting, sent: &Sent) {
    let end = Instant::now() + LIMIT;
    loop {
        let blobs = files_in(&setting.platform_folder().join("blobs"));
        let notes = files_in(&setting.toolbar_folder().join("importing"));
        let name = |path: &std::path::Path| path.file_name().unwrap().to_str().unwrap().to_owned();
        let left = blobs
            .iter()
            .filter(|blob| !sent.hashes.contains(&name(blob)));
        let left: Vec<_> = left.chain(&notes).collect();
        if left.is_empty() {
            return;
        }
        assert!(Instant::now() < end, "left lying about: {left:?}");
        setting.revive().await;
        tokio::time::sleep(PAUSE).await;
    }
}

/// Looks into the files of an environment that has ended.
pub(crate) fn files(setting: &Setting, sent: &Sent) {
    count::sound(&setting.pas_folder().join("pas.sqlite"));
    count::sound(&setting.platform_folder().join("platform.sqlite"));
    count::agrees_with_blobs(&setting.platform_folder(), sent.accepted.len());
}
