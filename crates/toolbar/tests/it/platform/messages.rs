//! Its inbox, and what a toolbar does with messages.

use super::{Message, NOW, Shared, Stage, caller, held_by, problem};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use tokio::time::Instant;
use wire::problem::ProblemType;

fn shown(stage: &Stage) -> (&'static str, Option<&'static str>, bool) {
    match stage {
        Stage::Instant => ("PENDING", Some("Awaiting instant import"), true),
        Stage::Review(None) => ("PENDING", Some("Awaiting review"), false),
        Stage::Review(Some(_)) => ("PENDING", Some("Failed instant message import"), false),
        Stage::Claimed { instant, .. } => ("PENDING", Some("Import in progress"), *instant),
        Stage::Completed => ("COMPLETED", None, false),
        Stage::Rejected(_) => ("REJECTED", None, false),
    }
}

pub(super) fn summary(reference: &str, message: &Message) -> Value {
    let (status, sub_status, auto_import) = shown(&message.stage);
    let held = matches!(message.stage, Stage::Claimed { .. });
    let reason = match &message.stage {
        Stage::Review(reason) => reason.clone(),
        _ => None,
    };
    json!({
        "heldBy": message.holder.clone().filter(|_| held), "reason": reason,
        "messageRef": reference, "messageId": format!("id-of-{reference}"),
        "type": "ToolbarInstantMessage", "status": status, "subStatus": sub_status,
        "autoImport": auto_import, "sender": "Ward letters", "topic": "Discharge",
        "nhsNumber": message.nhs_number, "receivedAt": NOW,
        "expiresAt": "2026-12-21T12:00:00Z", "attachments": message.files.len(),
        "codedDataItems": message.coded.as_array().map_or(0, Vec::len),
    })
}

fn full(reference: &str, message: &Message) -> Value {
    let files: Vec<_> = message
        .files
        .iter()
        .enumerate()
        .skip(usize::from(message.hides_a_file))
        .map(|(index, (mime_type, name, bytes))| {
            let hash = model::Hash::of(if message.false_hash { b"other" } else { bytes });
            json!({
                "index": index, "fileName": name, "mimeType": mime_type,
                "size": bytes.len(), "sha256": hash.to_hex(),
            })
        })
        .collect();
    json!({
        "summary": summary(reference, message), "clientSystemId": "client-1",
        "attachments": files, "codedDataItems": message.coded,
    })
}

pub(super) async fn inbox(State(platform): State<Shared>, headers: HeaderMap) -> Response {
    let user = match caller(&platform, &headers) {
        Ok(user) => user,
        Err(refusal) => return *refusal,
    };
    let mut inner = platform.inner();
    *inner.inbox_reads.entry(user.clone()).or_default() += 1;
    let waiting: Vec<_> = inner
        .messages
        .iter_mut()
        .filter_map(|(reference, message)| {
            settle(message);
            let instant = matches!(
                message.stage,
                Stage::Instant | Stage::Claimed { instant: true, .. }
            );
            let pending = shown(&message.stage).0 == "PENDING";
            let theirs = message.owner == user || !instant;
            (pending && theirs).then(|| summary(reference, message))
        })
        .collect();
    Json(json!({ "messages": waiting })).into_response()
}

/// Ends a claim whose time is over.
fn settle(message: &mut Message) {
    if let Stage::Claimed { until, instant, .. } = message.stage
        && until <= Instant::now()
    {
        message.stage = if instant {
            Stage::Instant
        } else {
            Stage::Review(None)
        };
    }
}

pub(super) async fn detail(
    State(platform): State<Shared>,
    Path(reference): Path<String>,
    headers: HeaderMap,
) -> Response {
    if let Err(refusal) = caller(&platform, &headers) {
        return *refusal;
    }
    match platform.inner().messages.get(&reference) {
        Some(message) => Json(full(&reference, message)).into_response(),
        None => problem(ProblemType::NotFound),
    }
}

pub(super) async fn attachment(
    State(platform): State<Shared>,
    Path((reference, index)): Path<(String, usize)>,
    headers: HeaderMap,
) -> Response {
    if let Err(refusal) = caller(&platform, &headers) {
        return *refusal;
    }
    platform.inner().attachments_asked += 1;
    platform.attachment_gate.acquire().await.unwrap().forget();
    platform.attachment_gate.add_permits(1);
    let bytes = platform.inner().messages[&reference].files[index].2.clone();
    bytes.into_response()
}

pub(super) async fn act(
    State(platform): State<Shared>,
    Path((reference, act)): Path<(String, String)>,
    headers: HeaderMap,
    Json(body): Json<Value>,
) -> Response {
    let user = match caller(&platform, &headers) {
        Ok(user) => user,
        Err(refusal) => return *refusal,
    };
    let answer = act_on(&platform, &reference, &act, &user, &body);
    let tells = platform.inner().tells_of_acts;
    if tells && act != "renew" {
        platform.announce(&reference);
    }
    answer
}

fn act_on(
    platform: &super::Platform,
    reference: &str,
    act: &str,
    user: &str,
    body: &Value,
) -> Response {
    let mut inner = platform.inner();
    let inner = &mut *inner;
    let Some(message) = inner.messages.get_mut(reference) else {
        return problem(ProblemType::NotFound);
    };
    settle(message);
    if act == "claim" {
        let automatic = body["mode"] == "automatic";
        let instant = match message.stage {
            Stage::Instant => true,
            Stage::Review(_) if !automatic => false,
            Stage::Completed | Stage::Rejected(_) => return problem(ProblemType::LeaseLost),
            _ => {
                inner.claims_refused += 1;
                return held_by(message.holder.clone());
            }
        };
        inner.claims += 1;
        message.fence += 1;
        message.holder = Some(format!("the holder {user}"));
        message.stage = Stage::Claimed {
            fence: message.fence,
            until: Instant::now() + inner.lease,
            instant,
        };
        let until = NOW.parse::<jiff::Timestamp>().unwrap() + inner.lease;
        return Json(json!({
            "fence": message.fence, "leaseUntil": until.to_string(),
            "message": full(reference, message),
        }))
        .into_response();
    }
    let held = matches!(message.stage, Stage::Claimed { fence, .. } if body["fence"] == fence);
    if !held {
        if act == "renew" {
            inner.renewals_refused += 1;
        }
        return problem(ProblemType::LeaseLost);
    }
    let (was, answered) = match act {
        "complete" => inner.completes.pop_front().unwrap_or((true, 200)),
        "reject" => inner.rejects.pop_front().unwrap_or((true, 200)),
        _ => (true, 200),
    };
    let reason = || body["reason"].as_str().unwrap().to_owned();
    if was {
        match act {
            "renew" => {
                if let Stage::Claimed { until, .. } = &mut message.stage {
                    *until = Instant::now() + inner.lease;
                }
                return Json(json!({ "leaseUntil": NOW })).into_response();
            }
            "complete" => message.stage = Stage::Completed,
            "fail" => message.stage = Stage::Review(Some(reason())),
            "reject" => message.stage = Stage::Rejected(reason()),
            "release" => {
                inner.releases += 1;
                message.stage = match message.stage {
                    Stage::Claimed { instant: true, .. } => Stage::Instant,
                    _ => Stage::Review(None),
                };
            }
            other => panic!("no such act: {other}"),
        }
    }
    let (status, sub_status, _) = shown(&message.stage);
    let answered = StatusCode::from_u16(answered).unwrap();
    let outcome = json!({ "status": status, "subStatus": sub_status });
    (answered, Json(outcome)).into_response()
}
