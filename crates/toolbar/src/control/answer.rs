//! Answers of the control API; faults look like the platform's problems.

use crate::OperationError;
use axum::Json;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use sdk::Error;
use serde::Serialize;
use wire::problem::{MEDIA_TYPE, Problem, ProblemType};

/// `result` as JSON, or as a problem.
pub(super) fn json<T: Serialize>(result: Result<T, OperationError>) -> Response {
    match result {
        Ok(value) => Json(value).into_response(),
        Err(error) => fault(error),
    }
}

/// A problem of a known kind.
pub(super) fn problem(kind: ProblemType, detail: &str) -> Response {
    send(&own(kind.name(), kind.title(), kind.status(), detail))
}

/// A problem that starts here; nothing of it is logged, so that it has no instance of its own.
fn own(name: &str, title: &str, status: u16, detail: &str) -> Problem {
    Problem {
        kind: format!("urn:x-baton:toolbar:problems/{name}"),
        title: title.to_owned(),
        status,
        detail: Some(detail.to_owned()),
        reason: None,
        held_by: None,
        instance: "urn:uuid:00000000-0000-0000-0000-000000000000".to_owned(),
        invalid_parameters: Vec::new(),
        line: None,
        column: None,
    }
}

fn send(problem: &Problem) -> Response {
    let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, [(CONTENT_TYPE, MEDIA_TYPE)], Json(problem)).into_response()
}

fn fault(error: OperationError) -> Response {
    let sentence = capitalised(&error.to_string());
    match error {
        OperationError::Busy | OperationError::HeldBy { .. } => {
            problem(ProblemType::MessageHeld, &sentence)
        }
        OperationError::NoSuchAttachment | OperationError::NoSuchWidget => {
            problem(ProblemType::NotFound, &sentence)
        }
        OperationError::PatientNeeded => problem(ProblemType::ValidationError, &sentence),
        OperationError::InRecord => send(&own(
            "in-the-record",
            "In the Record Already",
            409,
            &sentence,
        )),
        OperationError::Lost | OperationError::Ended => problem(ProblemType::LeaseLost, &sentence),
        OperationError::NotImported { reason } => {
            send(&own("not-imported", "Not Imported", 422, &reason))
        }
        OperationError::NotSignedIn
        | OperationError::Offline
        | OperationError::RecordSystemSilent
        | OperationError::RecordSystemAway { .. }
        | OperationError::Uncertain
        | OperationError::Unreported => problem(ProblemType::Unavailable, &sentence),
        // What the platform says is passed on.
        OperationError::Platform(Error::Refused(refusal)) => match refusal.problem {
            Some(problem) => send(&problem),
            None => send(&own(
                "refused",
                "Refused by the Platform",
                refusal.status,
                &refusal.words,
            )),
        },
        OperationError::Platform(Error::Unreachable(_) | Error::Unintelligible(_)) => {
            problem(ProblemType::Unavailable, "The platform does not answer.")
        }
    }
}

/// An error's text as a sentence for people.
fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| {
        format!("{}{}.", first.to_uppercase(), letters.as_str())
    })
}
