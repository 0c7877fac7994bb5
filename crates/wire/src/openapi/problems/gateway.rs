//! What a kind of problem means at the gateway, where that differs from the platform.

use super::Explanation;
use super::Retry::{Later, Never};
use crate::problem::{InvalidParameter, Problem, ProblemType};

/// Explains a kind of problem, as the gateway tells it.
pub fn explain(kind: ProblemType) -> Explanation {
    let (happened, steps, retry): (_, &'static [&'static str], _) = match kind {
        ProblemType::ValidationError => (
            "The request was understood, but parts of it break rules: the platform's own, or the gateway's. `invalidParameters` lists every fault at once, in the order of the request: where (`name`), why (`reason`), and what stood there (`value`) if it is short and says nothing about a patient.",
            &[
                "Put right everything on the list, then send again.",
                "Whether the platform knows the practice is found out when the message is sent. Until then only its code is checked.",
            ],
            Never,
        ),
        ProblemType::Unauthorized => (
            "The key of your product is missing, or it is not one this gateway knows.",
            &[
                "Send the header `Authorization: Bearer …` with every call under `/v1`.",
                "Check that the key belongs to this gateway.",
                "If your key was rotated, the old one may have ended; use the new one.",
            ],
            Never,
        ),
        ProblemType::Forbidden => (
            "Your key is good, but somebody else does not allow this. Of a patient: Patients Know Best (PKB) has frozen their access to the record, for apps as well. Of a message: the platform does not let your supplier's system send it.",
            &[
                "Of a patient: they have to ask PKB, or the care team. The link stands.",
                "Of a message: ask whoever runs the platform to allow it, then release the message.",
            ],
            Never,
        ),
        ProblemType::AccessTokenRefused => (
            "The practitioner in whose name the message was to go has not authorised your product, or has withdrawn the authorisation.",
            &[
                "Ask the practitioner for a new access code and enter it.",
                "Then release the message.",
            ],
            Never,
        ),
        ProblemType::NotFound => (
            "There is nothing here: the path, the message, the user, the patient or the webhook is unknown.",
            &["Check the path and the id."],
            Never,
        ),
        ProblemType::MessageIdConflict => (
            "You have used this `messageId` before, for other content. The first message stands; this one was not taken.",
            &[
                "If this is a new message, give it an id of its own, or none: then the gateway makes one.",
                "If it is a repetition, send exactly what you sent first.",
            ],
            Never,
        ),
        ProblemType::WrongState => (
            "What you asked for is not possible in the state that this is in now. Only a refused message whose content is still here can be released, and only a queued one can be stopped.",
            &[
                "Look at where the message stands.",
                "If its content is gone, enter it again as a new message.",
            ],
            Never,
        ),
        ProblemType::Stopped => (
            "A person took the message out of the queue before the platform had accepted it. Later messages about the same patient go on.",
            &[
                "If it was tried before, the platform may have it all the same: look at its attempts.",
                "Release it when it shall go after all. With its id nothing is sent twice.",
            ],
            Never,
        ),
        ProblemType::LinkNeeded => (
            "This needs the patient's record at Patients Know Best (PKB), and it is not linked: the patient never connected it, ended the link, or has to authorise again because PKB's session is over.",
            &[
                "See why: `link.state` and `link.reason` of `GET /v1/patients/{appUserId}`.",
                "Ask the patient to connect their record: `POST /v1/patients/{appUserId}/link` gives the address for their browser.",
                "When `patient.linked` is told, send the same request again.",
            ],
            Never,
        ),
        ProblemType::LinkRefused => (
            "The link was not made, and the tokens that PKB gave for it are destroyed. The `result` may be unknown, used or too old, or belong to a link that somebody else began; or the person who approved at PKB is not a patient, is not the one this account was linked to before, or has linked the record to another account.",
            &[
                "`reason` says which: a word of the event `patient.link-failed`, or `no-such-result`. `detail` says it for people.",
                "Confirm only what came back to the browser in which this very patient is signed in.",
                "Begin again with `POST /v1/patients/{appUserId}/link`. To link another person's record on purpose, end the present link first.",
            ],
            Never,
        ),
        ProblemType::UnsupportedMediaType => (
            "The request's `Content-Type` is not one that this call takes.",
            &[
                "Send `Content-Type: application/json`; a `charset=utf-8` may follow.",
                "Messages may come as `multipart/form-data` too.",
            ],
            Never,
        ),
        ProblemType::TooManyRequests => (
            "Too many calls in a short time; with access codes, 5 wrong ones within a minute.",
            &["Wait for as many seconds as `Retry-After` says, then go on."],
            Later,
        ),
        ProblemType::Unavailable => (
            "The gateway cannot take the request at the moment, or needs the platform or PKB for it and cannot reach it.",
            &[
                "Wait for as many seconds as `Retry-After` says, then send the same request again; with the same `messageId` nothing is sent twice.",
            ],
            Later,
        ),
        other => return super::explain(other),
    };
    Explanation {
        happened,
        steps,
        retry,
    }
}

/// An example of a kind of problem, as the gateway at `base` tells it.
pub fn example(kind: ProblemType, base: &str) -> Problem {
    let mut problem = super::example(kind, base);
    if kind == ProblemType::LinkRefused {
        problem.reason = Some("another-person".to_owned());
    }
    if kind == ProblemType::ValidationError {
        problem.invalid_parameters = [
            ("userId", "Is required for an instant message"),
            ("files[0].fileName", "Is required"),
        ]
        .map(|(name, reason)| InvalidParameter {
            name: name.to_owned(),
            reason: reason.to_owned(),
            value: None,
        })
        .into();
    }
    problem
}
