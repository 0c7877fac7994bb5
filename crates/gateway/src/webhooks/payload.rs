//! What the product is told of an event: names of things, and nothing of a patient.

use model::message::{Status, SubStatus};
use model::outbox::State;
use model::pkb_link::State as LinkState;
use model::{AppUserId, ClientMessageId, UserId};
use store::gateway::{Entry, Happened, Happening, PatientHappening};
use wire::gateway::webhooks::{Event, EventData};

#[cfg(test)]
mod tests;

/// The event's name: the same at every try and for every endpoint.
pub(crate) fn event_id(entry: &Entry) -> String {
    format!("evt_{}", entry.place)
}

/// What is told.
pub(crate) fn event(happened: &Happened) -> Event {
    Event {
        kind: happened.what.kind().as_str().to_owned(),
        timestamp: happened.at.to_string(),
        data: data(&happened.what),
    }
}

fn data(what: &Happening) -> EventData {
    match what {
        Happening::Queued(message) | Happening::Released(message) => {
            of_message(*message, State::Queued)
        }
        Happening::Accepted(message) => of_message(*message, State::Accepted),
        Happening::Refused { message, problem } => EventData {
            problem: Some(problem.clone()),
            ..of_message(*message, State::Refused)
        },
        Happening::Status {
            message,
            status,
            sub_status,
        } => of_status(*message, *status, *sub_status),
        Happening::Authorised(user)
        | Happening::Withdrawn(user)
        | Happening::Forgotten(user)
        | Happening::Identified(user) => of_user(user),
        Happening::Test(_) => EventData::default(),
        Happening::Patient { patient, what } => of_patient(patient, *what),
    }
}

fn of_message(message: ClientMessageId, state: State) -> EventData {
    EventData {
        message_id: Some(message.to_string()),
        state: Some(state.as_str().to_owned()),
        ..EventData::default()
    }
}

fn of_status(message: ClientMessageId, status: Status, sub_status: Option<SubStatus>) -> EventData {
    EventData {
        status: Some(status.as_str().to_owned()),
        sub_status: sub_status.map(|sub| sub.as_str().to_owned()),
        ..of_message(message, State::Accepted)
    }
}

fn of_user(user: &UserId) -> EventData {
    EventData {
        user_id: Some(user.as_str().to_owned()),
        ..EventData::default()
    }
}

/// Where the link stands because of it. A failed attempt and a warning say nothing of that: the patient's page does.
fn of_patient(patient: &AppUserId, what: PatientHappening) -> EventData {
    let state = match what {
        PatientHappening::Pending => Some(LinkState::Pending),
        PatientHappening::Linked | PatientHappening::AtRisk(_) => Some(LinkState::Linked),
        PatientHappening::NeedsReauthorisation(_) => Some(LinkState::NeedsReauthorisation),
        PatientHappening::Unlinked => Some(LinkState::Unlinked),
        PatientHappening::LinkFailed(_) => None,
    };
    EventData {
        app_user_id: Some(patient.as_str().to_owned()),
        state: state.map(|state| state.as_str().to_owned()),
        reason: what.reason().map(str::to_owned),
        ..EventData::default()
    }
}
