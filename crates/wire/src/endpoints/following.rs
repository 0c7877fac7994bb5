//! Operations that tell what became of a message.

use super::{Access, Answer, Chapter, Endpoint, Method, Parameter, Payload, Place, Request};
use crate::paths::partner;
use crate::problem::ProblemType;

pub(super) const ALL: [Endpoint; 2] = [
    Endpoint {
        method: Method::Get,
        path: partner::STATUS,
        id: "queryMessageStatus",
        chapter: Chapter::Following,
        summary: "Ask where a message stands",
        description: "`COMPLETED`, `REJECTED` and `EXPIRED` are final: stop asking. A `PENDING` message waits for people, so four times a day is often enough, and once just before it expires; `GET /api/v1/events` tells you sooner and costs less.

An id that is unknown, already deleted or another client system's: 404. Keep your own record; statuses may be deleted after the expiry date.",
        access: Access::Key,
        parameters: &[Parameter {
            name: "messageId",
            place: Place::Path,
            required: true,
            description: "The id you gave the message.",
            schema: "MessageId",
        }],
        request: Request::None,
        answers: &[Answer {
            status: 200,
            description: "Where it stands, and every status it had.",
            payload: Payload::Json("MessageStatus"),
            headers: &[],
        }],
        problems: &[ProblemType::NotFound],
    },
    Endpoint {
        method: Method::Get,
        path: partner::EVENTS,
        id: "streamEvents",
        chapter: Chapter::Following,
        summary: "Follow your messages as they change",
        description: "Server-sent events: one event of type `status` for each change of one of your messages, with the JSON of `StatusEvent` as its data. The stream stays open; a comment line every 15 seconds keeps it alive.

To miss nothing, connect again after a break with `Last-Event-ID` set to the last `id` you have worked through; what happened since then comes first. Without it, or with something that is no event's id, only new events come.

Events are kept for seven days. When the id is older than that, or from another platform, the first event is one of type `gap`: earlier ones may be missing, so ask once for the status of each message that you have not seen end, then go on.",
        access: Access::Key,
        parameters: &[Parameter {
            name: "Last-Event-ID",
            place: Place::Header,
            required: false,
            description: "The `id` of the last event you have worked through.",
            schema: "EventId",
        }],
        request: Request::None,
        answers: &[Answer {
            status: 200,
            description: "The stream.",
            payload: Payload::Text("text/event-stream"),
            headers: &[],
        }],
        problems: &[],
    },
];
