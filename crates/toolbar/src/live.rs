//! Live delivery: one stream from hello to its end.

use crate::inbox;
use crate::shared::{Session, Shared};
use crate::state::{AgentEvent, State};
use sdk::Error;
use sdk::sse::{Event, EventStream, Received};
use tokio::time::{Instant, sleep, timeout, timeout_at};
use wire::practice::{CodeUsed, MessageEvent, SignedOut, event};

/// How a stream ended.
pub(crate) enum End {
    /// The session is over: sign in again.
    SessionOver,
    /// The connection broke, fell silent, or the platform did not answer.
    Cut(Error),
}

/// Follows the stream of `session` until it ends. `last_event_id` is where it stands, kept by the caller
/// over reconnections; whether or not the platform still has what came after it, the inbox is read after
/// every hello, so that nothing is missed.
pub(crate) async fn follow(
    shared: &Shared,
    session: &Session,
    last_event_id: &mut Option<String>,
) -> End {
    match stream(shared, session, last_event_id).await {
        Ok(()) => End::SessionOver,
        Err(error) if error.status() == Some(401) => End::SessionOver,
        Err(error) => End::Cut(error),
    }
}

/// `Ok` when the platform signed us out.
async fn stream(
    shared: &Shared,
    session: &Session,
    last_event_id: &mut Option<String>,
) -> Result<(), Error> {
    let mut stream = timeout(
        shared.pace.heartbeat,
        session.calls.stream(last_event_id.as_deref()),
    )
    .await
    .map_err(|_| silent())??;
    let mut heard_at = Instant::now();
    let mut swept_at = heard_at;
    loop {
        // Reading the inbox doesn't count as hearing from the stream.
        let silent_at = heard_at + shared.pace.heartbeat;
        let received = tokio::select! {
            received = next(&mut stream, silent_at) => received?,
            () = again(shared, swept_at) => {
                inbox::sweep(shared, session).await?;
                swept_at = Instant::now();
                continue;
            }
        };
        heard_at = Instant::now();
        let Received::Event(event) = received else {
            continue;
        };
        // Before it is acted on: an event that can't be dealt with must not come back for ever.
        if event.id.is_some() {
            last_event_id.clone_from(&event.id);
        }
        if event.name == event::HELLO {
            shared.show(State::Online {
                practitioner: session.practitioner.clone(),
                practice: session.practice.clone(),
            });
            inbox::sweep(shared, session).await?;
            swept_at = Instant::now();
        }
        if take(shared, session, &event) {
            return Ok(());
        }
    }
}

/// What comes next, unless nothing has come by `silent_at`.
async fn next(stream: &mut EventStream, silent_at: Instant) -> Result<Received, Error> {
    match timeout_at(silent_at, stream.next()).await {
        Ok(Ok(Some(received))) => Ok(received),
        Ok(Ok(None)) => Err(Error::Unreachable("the stream ended".to_owned())),
        Ok(Err(error)) => Err(error),
        Err(_) => Err(silent()),
    }
}

fn silent() -> Error {
    Error::Unreachable("no heartbeat".to_owned())
}

/// Returns when the inbox should be read again.
async fn again(shared: &Shared, swept_at: Instant) {
    let age = swept_at.elapsed();
    tokio::select! {
        () = shared.sweep.notified() => {}
        () = sleep(shared.pace.sweep.saturating_sub(age)) => {}
    }
}

/// Acts on one event; `true` when it ends the session.
fn take(shared: &Shared, session: &Session, event: &Event) -> bool {
    match event.name.as_str() {
        event::MESSAGE => {
            if let Some(MessageEvent { message }) = read(event) {
                inbox::told(shared, session, &message);
            }
        }
        event::CODE_USED => {
            if let Some(used) = read::<CodeUsed>(event) {
                shared.tell(AgentEvent::CodeUsed {
                    client_name: used.client_name,
                    used_at: used.used_at,
                });
            }
        }
        event::SIGNED_OUT => {
            let reason = read::<SignedOut>(event).map(|signed_out| signed_out.reason);
            tracing::info!(reason, "signed out by the platform");
            return true;
        }
        // Hello was seen; other names belong to platforms newer than this toolbar.
        _ => {}
    }
    false
}

/// `None`, with a line in the log but nothing of the content, if it has another shape than the contract's.
fn read<T: serde::de::DeserializeOwned>(event: &Event) -> Option<T> {
    let read = serde_json::from_str(&event.data);
    read.inspect_err(|_| tracing::warn!(event = event.name, "event of another shape left out"))
        .ok()
}
