//! What each kind of problem means, in words: for the API description and for the page behind its `type`.

pub mod gateway;

use crate::problem::{InvalidParameter, Problem, ProblemType};
use uuid::Uuid;

/// What a reader is told about one kind of problem.
#[derive(Clone, Copy, Debug)]
pub struct Explanation {
    /// What happened.
    pub happened: &'static str,
    /// What to do, one step each.
    pub steps: &'static [&'static str],
    /// Whether the same request may succeed later.
    pub retry: Retry,
}

/// Whether sending the same request again can help.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retry {
    /// Not before something has been put right.
    Never,
    /// After a while.
    Later,
}

/// Explains a kind of problem.
pub fn explain(kind: ProblemType) -> Explanation {
    use Retry::{Later, Never};
    let (happened, steps, retry): (_, &'static [&'static str], _) = match kind {
        ProblemType::MalformedJson => (
            "The request's body is not JSON. `line` and `column` say where reading stopped, both counted from 1, the column in bytes.",
            &[
                "Look at that place in the body as it was sent, not as your program meant it.",
                "Build the body with a JSON library rather than by joining text, and send it as UTF-8.",
            ],
            Never,
        ),
        ProblemType::ValidationError => (
            "The request was understood, but parts of it break rules. `invalidParameters` lists every fault at once, in the order of the request: where (`name`), why (`reason`), and what stood there (`value`) if it is short and says nothing about a patient.",
            &[
                "Put right everything on the list, then send again with the same `messageId`.",
                "`Unknown Recipient` means that no practice with that code uses this server.",
            ],
            Never,
        ),
        ProblemType::UnsafeContent => (
            "An attachment holds something that could harm whoever opens it. Nothing was kept.",
            &[
                "Do not send this file again as it is.",
                "Find out how it came to hold that content, make it afresh, and send that under a new `messageId`.",
            ],
            Never,
        ),
        ProblemType::Unauthorized => (
            "The `ApiKey` header is missing, or the key is not one this server knows.",
            &[
                "Send the header `ApiKey` with every call under `/api/v1`.",
                "Check that the key belongs to this server: each environment has its own.",
                "If your key was rotated, its overlap may have ended; use the new one.",
            ],
            Never,
        ),
        ProblemType::Forbidden => (
            "The key is known, but your system is disabled or may not make this call.",
            &["Ask whoever runs the server to allow it."],
            Never,
        ),
        ProblemType::AccessTokenRefused => (
            "The access token gives no permission for this message. It may be unknown, withdrawn, not a UUID, or somebody else's; the answer never says which.",
            &[
                "Check the token with `GET /api/v1/messages/instant/access/token/verify`.",
                "If it is no longer good, forget it and ask the practitioner for a new access code.",
                "Until then you can send the documents as a standard message.",
            ],
            Never,
        ),
        ProblemType::NotFound => (
            "There is nothing here for you: the path is unknown, or the message is unknown, already deleted, or another system's.",
            &[
                "Check the path and the id.",
                "Statuses may be deleted after a message's expiry date; keep your own record.",
            ],
            Never,
        ),
        ProblemType::MethodNotAllowed => (
            "The path exists, but not with this HTTP method. The `Allow` header lists those it takes.",
            &["Use one of the methods in `Allow`."],
            Never,
        ),
        ProblemType::MessageIdConflict => (
            "You have used this `messageId` before, for other content. The first message stands; this one was not taken.",
            &[
                "If this is a new message, give it an id of its own.",
                "If it is a retry, send exactly what you sent first.",
            ],
            Never,
        ),
        ProblemType::MessageHeld => (
            "Somebody else at the practice is working on this message right now.",
            &["Try again when they have finished or given it back."],
            Later,
        ),
        ProblemType::LeaseLost => (
            "The toolbar's hold on this message has run out, and another toolbar may have it.",
            &[
                "Claim the message again before going on; the record system keeps a second import from making a second copy.",
            ],
            Later,
        ),
        ProblemType::WrongState => (
            "What you asked for is not possible in the state that this is in now.",
            &["Look at where it stands, then decide."],
            Never,
        ),
        ProblemType::Stopped => (
            "A person took the message out of the queue before it was accepted.",
            &["Ask who stopped it. A message that was only to wait can be released."],
            Never,
        ),
        ProblemType::LinkNeeded => (
            "The patient's record at Patients Know Best is not linked to this account, or the patient has to authorise again.",
            &["Have the patient connect their record, then send the same request again."],
            Never,
        ),
        ProblemType::LinkRefused => (
            "The record at Patients Know Best must not be linked to this account. Nothing was linked.",
            &["Look at why, then have the patient connect their record again."],
            Never,
        ),
        ProblemType::TokenGone => (
            "The access token is no longer good.",
            &[
                "Forget the token.",
                "Ask the practitioner for a new access code and exchange it.",
            ],
            Never,
        ),
        ProblemType::TooLarge => (
            "The request's body is over 84 MiB. Nothing was kept.",
            &[
                "Send at most 10 attachments of at most 5 MiB each; that always fits.",
                "Split what is larger into several messages.",
            ],
            Never,
        ),
        ProblemType::UnsupportedMediaType => (
            "The request's `Content-Type` is not JSON.",
            &["Send `Content-Type: application/json`; a `charset=utf-8` may follow."],
            Never,
        ),
        ProblemType::TooManyRequests => (
            "Too many calls in a short time; for the code exchange, 5 wrong codes within a minute.",
            &["Wait for as many seconds as `Retry-After` says, then go on."],
            Later,
        ),
        ProblemType::InternalError => (
            "The server made a mistake. It is not your request's fault.",
            &[
                "Try again after a pause; with the same `messageId` nothing is sent twice.",
                "If it stays, tell whoever runs the server the `instance`; their log holds it too.",
            ],
            Later,
        ),
        ProblemType::Unavailable => (
            "The server cannot take the request at the moment.",
            &[
                "Wait for as many seconds as `Retry-After` says, then send the same request again; with the same `messageId` nothing is sent twice.",
            ],
            Later,
        ),
    };
    Explanation {
        happened,
        steps,
        retry,
    }
}

/// An example of a kind of problem, as the server at `base` tells it.
pub fn example(kind: ProblemType, base: &str) -> Problem {
    let instance = Uuid::from_u128(0x019a_a3d6_5c10_7e21_9b4f_2d6a_8c03_f715);
    let mut problem = Problem::new(kind, base, instance);
    match kind {
        ProblemType::MalformedJson => {
            problem.detail = Some("A comma or a closing brace is missing.".to_owned());
            (problem.line, problem.column) = (Some(7), Some(3));
        }
        ProblemType::ValidationError => {
            problem.invalid_parameters = vec![
                fault("recipient", "Unknown Recipient", None),
                fault(
                    "body.mimeType",
                    "Must be 'text/plain' or 'text/html'",
                    Some("application/pdf"),
                ),
                fault("attachments[0].fileName", "Is required", None),
            ];
        }
        _ => {}
    }
    problem
}

fn fault(name: &str, reason: &str, value: Option<&str>) -> InvalidParameter {
    InvalidParameter {
        name: name.to_owned(),
        reason: reason.to_owned(),
        value: value.map(str::to_owned),
    }
}
