//! Operations that send a message.

use super::{
    Access, Answer, Chapter, Endpoint, Method, Payload, Request, access_token, access_token_alias,
};
use crate::paths::partner;
use crate::problem::ProblemType;

const ACCEPTED: [Answer; 1] = [Answer {
    status: 200,
    description: "The message and all its attachments are on stable storage.",
    payload: Payload::Json("Sent"),
    headers: &[],
}];

pub(super) const ALL: [Endpoint; 2] = [
    Endpoint {
        method: Method::Post,
        path: partner::INSTANT,
        id: "sendInstantMessage",
        chapter: Chapter::Messages,
        summary: "Send an instant message",
        description: "For documents that a practitioner has seen and approved in your product. If that person is signed in to the toolbar, the documents go into the patient's record with no further click. If nobody takes the message for 10 minutes, or the import fails, or permission is withdrawn before it, it becomes a standard message that anyone at the practice may review; its id stays.

The recipient must be the practice of the token's practitioner.

Retries are safe: the same `messageId` with the same content answers 200 again and sends nothing twice. The same `messageId` with other content answers 409.",
        access: Access::KeyAndToken,
        parameters: &[
            access_token(
                true,
                "The practitioner's token. It may stand in `Conneqt-Instant-Access-Token` instead; in both only if they agree.",
            ),
            access_token_alias(false, "Taken instead of `AccessToken`."),
        ],
        request: Request::Json("InstantMessage"),
        answers: &ACCEPTED,
        problems: &[
            ProblemType::MalformedJson,
            ProblemType::ValidationError,
            ProblemType::UnsafeContent,
            ProblemType::AccessTokenRefused,
            ProblemType::MessageIdConflict,
            ProblemType::TooLarge,
            ProblemType::UnsupportedMediaType,
        ],
    },
    Endpoint {
        method: Method::Post,
        path: partner::MESSAGES,
        id: "sendStandardMessage",
        chapter: Chapter::Messages,
        summary: "Send a standard message",
        description: "For documents that someone at the practice shall review before they go into the record. No access token is needed.

Retries are safe: the same `messageId` with the same content answers 200 again and sends nothing twice. The same `messageId` with other content answers 409.",
        access: Access::Key,
        parameters: &[],
        request: Request::Json("StandardMessage"),
        answers: &ACCEPTED,
        problems: &[
            ProblemType::MalformedJson,
            ProblemType::ValidationError,
            ProblemType::UnsafeContent,
            ProblemType::MessageIdConflict,
            ProblemType::TooLarge,
            ProblemType::UnsupportedMediaType,
        ],
    },
];
