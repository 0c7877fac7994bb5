//! Operations that enter messages and tell where they stand.

use super::super::{Access, Chapter, Endpoint, Method, Payload, Request};
use super::{AFTER, LIMIT, MESSAGE_ID, answer, query};
use crate::paths::gateway;
use crate::problem::ProblemType;

pub(super) const ALL: [Endpoint; 6] = [
    Endpoint {
        method: Method::Post,
        path: gateway::MESSAGES,
        id: "enterMessage",
        chapter: Chapter::Entering,
        summary: "Enter a message",
        description: "202 means that the message and all its files are on disk here, and that it was checked by the platform's own rules. From then on it is the gateway's business: it sends the message, tries again when the platform is away, and follows it to its end.

As JSON with the files in Base64, or as `multipart/form-data`: a part `message` with the same JSON without `files`, then each file as a part `file` with its own name and `Content-Type`.

Messages about one patient are sent one after the other, in the order of their entry.

Repeating is safe: the same `messageId` with the same content answers 202 again with the message's present state, and sends nothing twice. The same `messageId` with other content answers 409.

With `dryRun=true` nothing is kept: the answer is 200 and says whether the message would be taken, with every fault, and shows a picture of what the practice will see.",
        access: Access::Product,
        parameters: &[query(
            gateway::DRY_RUN,
            "`true`: only say what would happen.",
            "Flag",
        )],
        request: Request::JsonOrParts("MessageEntry", "MessageParts"),
        answers: &[
            answer(
                202,
                "The message is on disk; it will be sent.",
                Payload::Json("Entered"),
            ),
            answer(
                200,
                "Only with `dryRun=true`: what would happen.",
                Payload::Json("DryRun"),
            ),
        ],
        problems: &[
            ProblemType::MalformedJson,
            ProblemType::ValidationError,
            ProblemType::UnsafeContent,
            ProblemType::MessageIdConflict,
            ProblemType::TooLarge,
            ProblemType::UnsupportedMediaType,
        ],
    },
    Endpoint {
        method: Method::Get,
        path: gateway::MESSAGES,
        id: "listMessages",
        chapter: Chapter::Entering,
        summary: "List messages",
        description: "Newest first, narrowed by any of the filters. Nothing about patients is in the list. A page that is not the last says `next`; give that back as `after`, with the same filters.",
        access: Access::Product,
        parameters: &[
            query("state", "Only messages in this state.", "State"),
            query("status", "Only messages of which the platform last said this.", "Status"),
            query("userId", "Only messages in this user's name.", "UserId"),
            query("to", "Only messages to this practice.", "OdsCode"),
            AFTER,
            LIMIT,
        ],
        request: Request::None,
        answers: &[answer(
            200,
            "A page of messages.",
            Payload::Json("MessageList"),
        )],
        problems: &[ProblemType::ValidationError],
    },
    Endpoint {
        method: Method::Get,
        path: gateway::MESSAGE,
        id: "getMessage",
        chapter: Chapter::Entering,
        summary: "See where a message stands",
        description: "Its state here, every attempt with its problem, the platform's last status answer, and what happened in order. `accepted` means that the platform has it; `platformStatus.status` says what became of it there.",
        access: Access::Product,
        parameters: &[MESSAGE_ID],
        request: Request::None,
        answers: &[answer(200, "The message.", Payload::Json("Message"))],
        problems: &[ProblemType::NotFound],
    },
    Endpoint {
        method: Method::Post,
        path: gateway::RELEASE,
        id: "releaseMessage",
        chapter: Chapter::Entering,
        summary: "Let a refused message go again",
        description: "Topic, practice, user and expiry may be mended on the way; id and content stay. The message goes to the end of its patient's line. Only a refused message whose content is still here can be released: any other is 409.",
        access: Access::Product,
        parameters: &[MESSAGE_ID],
        request: Request::OptionalJson("Release"),
        answers: &[answer(
            202,
            "It is queued again.",
            Payload::Json("Entered"),
        )],
        problems: &[
            ProblemType::MalformedJson,
            ProblemType::ValidationError,
            ProblemType::NotFound,
            ProblemType::WrongState,
            ProblemType::TooLarge,
            ProblemType::UnsupportedMediaType,
        ],
    },
    Endpoint {
        method: Method::Post,
        path: gateway::STOP,
        id: "stopMessage",
        chapter: Chapter::Entering,
        summary: "Take a queued message out of the queue",
        description: "For a message that never gets a decisive answer and holds up later ones about the same patient. It is `refused` with the problem `stopped`, the next one gets its turn, and it can be released again. One that was tried before may be at the platform all the same. Only a queued message can be stopped: any other is 409. One that is `sending` is on its way this moment; ask again when that try has ended.",
        access: Access::Product,
        parameters: &[MESSAGE_ID],
        request: Request::None,
        answers: &[answer(
            200,
            "It is stopped.",
            Payload::Json("Entered"),
        )],
        problems: &[ProblemType::NotFound, ProblemType::WrongState],
    },
    Endpoint {
        method: Method::Post,
        path: gateway::LOOK,
        id: "lookAtMessage",
        chapter: Chapter::Entering,
        summary: "Ask the platform now",
        description: "The gateway follows every accepted message by itself; this asks at once where one stands. Use it when a person is waiting, not in a loop.",
        access: Access::Product,
        parameters: &[MESSAGE_ID],
        request: Request::None,
        answers: &[answer(
            200,
            "What is known now.",
            Payload::Json("Looked"),
        )],
        problems: &[ProblemType::NotFound],
    },
];
