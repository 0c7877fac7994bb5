//! Its live stream.

use super::{Event, Shared, caller};
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;
use std::collections::VecDeque;
use std::time::Duration;
use tokio::sync::{broadcast, mpsc};

pub(super) async fn stream(State(platform): State<Shared>, headers: HeaderMap) -> Response {
    if let Err(refusal) = caller(&platform, &headers) {
        return *refusal;
    }
    let after = headers
        .get("last-event-id")
        .map(|value| value.to_str().unwrap().to_owned());
    let live = platform.live.subscribe();
    let missed: Vec<_> = {
        let mut inner = platform.inner();
        inner.resumed_after.push(after.clone());
        inner.streams_open += 1;
        let seen = after.map_or(inner.events.len() as u64, |id| id.parse().unwrap());
        let hello = (seen, "hello", json!({ "lastEventId": seen }));
        let missed = inner.events.iter().filter(|(id, ..)| *id > seen).cloned();
        std::iter::once(hello).chain(missed).collect()
    };
    let (out, lines) = mpsc::channel::<String>(16);
    tokio::spawn(pour(platform, missed, live, out));
    let lines = futures_util::stream::unfold(lines, |mut lines| async move {
        let line = lines.recv().await?;
        Some((Ok::<_, std::convert::Infallible>(line), lines))
    });
    let kind = [(header::CONTENT_TYPE, "text/event-stream")];
    (kind, Body::from_stream(lines)).into_response()
}

/// Writes events until the stream is cut or its reader goes.
async fn pour(
    platform: Shared,
    missed: Vec<Event>,
    mut live: broadcast::Receiver<Option<Event>>,
    out: mpsc::Sender<String>,
) {
    let mut ready = VecDeque::from(missed);
    while let Some(line) = match ready.pop_front() {
        Some((id, name, data)) => Some(format!("id: {id}\nevent: {name}\ndata: {data}\n\n")),
        None => tokio::select! {
            event = live.recv() => event.unwrap().map(|event| {
                ready.push_back(event);
                String::new()
            }),
            () = out.closed() => None,
            () = tokio::time::sleep(Duration::from_millis(100)) => Some(":\n\n".to_owned()),
        },
    } {
        let silent = platform.inner().silent;
        if !silent && !line.is_empty() && out.send(line).await.is_err() {
            break;
        }
    }
    platform.inner().streams_open -= 1;
}
