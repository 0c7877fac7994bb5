//! What is told of each kind of event.

use super::*;
use model::WebhookId;
use model::pkb_link::{Failure, Lapse, Risk};
use serde_json::{Value, json};
use uuid::Uuid;

fn told(what: Happening) -> Value {
    let happened = Happened {
        at: "2026-11-21T12:00:00.250Z".parse().unwrap(),
        by: "operator:Ada Lovelace".to_owned(),
        what,
    };
    serde_json::to_value(event(&happened)).unwrap()
}

#[test]
fn every_kind_says_what_it_is_about_and_no_more() {
    let message = ClientMessageId(Uuid::from_u128(7));
    let name = message.to_string();
    let user = UserId::parse("dr-okafor").unwrap();
    let refused = Happening::Refused {
        message,
        problem: "validation-error".to_owned(),
    };
    let status = Happening::Status {
        message,
        status: Status::Completed,
        sub_status: None,
    };
    for (what, data) in [
        (
            Happening::Queued(message),
            json!({"messageId": name, "state": "queued"}),
        ),
        (
            Happening::Accepted(message),
            json!({"messageId": name, "state": "accepted"}),
        ),
        (
            refused,
            json!({"messageId": name, "state": "refused", "problem": "validation-error"}),
        ),
        (
            status,
            json!({"messageId": name, "state": "accepted", "status": Status::Completed.as_str()}),
        ),
        (
            Happening::Released(message),
            json!({"messageId": name, "state": "queued"}),
        ),
        (
            Happening::Authorised(user.clone()),
            json!({"userId": "dr-okafor"}),
        ),
        (
            Happening::Withdrawn(user.clone()),
            json!({"userId": "dr-okafor"}),
        ),
        (Happening::Forgotten(user), json!({"userId": "dr-okafor"})),
        (Happening::Test(WebhookId(Uuid::nil())), json!({})),
        (
            of_amy(PatientHappening::Pending),
            json!({"appUserId": "amy-7", "state": "pending"}),
        ),
        (
            of_amy(PatientHappening::LinkFailed(Failure::Denied)),
            json!({"appUserId": "amy-7", "reason": "denied"}),
        ),
        (
            of_amy(PatientHappening::Linked),
            json!({"appUserId": "amy-7", "state": "linked"}),
        ),
        (
            of_amy(PatientHappening::AtRisk(Risk::LastToken)),
            json!({"appUserId": "amy-7", "state": "linked", "reason": "last-token"}),
        ),
        (
            of_amy(PatientHappening::NeedsReauthorisation(Lapse::AnswerLost)),
            json!({
                "appUserId": "amy-7", "state": "needs-reauthorisation", "reason": "answer-lost",
            }),
        ),
        (
            of_amy(PatientHappening::Unlinked),
            json!({"appUserId": "amy-7", "state": "unlinked"}),
        ),
    ] {
        let kind = what.kind().as_str();
        let whole = json!({"type": kind, "timestamp": "2026-11-21T12:00:00.25Z", "data": data});
        assert_eq!(told(what), whole);
    }
}

fn of_amy(what: PatientHappening) -> Happening {
    Happening::Patient {
        patient: AppUserId::parse("amy-7").unwrap(),
        what,
    }
}
