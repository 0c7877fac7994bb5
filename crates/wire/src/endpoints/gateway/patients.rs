//! Operations about patients and the link to their PKB record.

use super::super::{Access, Answer, AnswerHeader, Chapter, Endpoint, Method, Parameter};
use super::super::{Payload, Place, Request};
use super::{AFTER, APP_USER_ID, LIMIT, answer, path, query};
use crate::paths::gateway;
use crate::problem::ProblemType;

pub(super) const ALL: [Endpoint; 9] = [
    Endpoint {
        method: Method::Put,
        path: gateway::PATIENT,
        id: "putPatient",
        chapter: Chapter::Patients,
        summary: "Add a patient",
        description: "A patient of your app, under the id that you know them by. It stands in addresses, so use no name, no e-mail address and no NHS number. Calling again changes nothing.",
        access: Access::Product,
        parameters: &[APP_USER_ID],
        request: Request::None,
        answers: &[
            answer(
                200,
                "The patient was there before.",
                Payload::Json("Patient"),
            ),
            answer(201, "The patient is new.", Payload::Json("Patient")),
        ],
        problems: &[],
    },
    Endpoint {
        method: Method::Get,
        path: gateway::PATIENTS,
        id: "listPatients",
        chapter: Chapter::Patients,
        summary: "List the patients",
        description: "By id, without demographics. A page that is not the last says `next`; give that back as `after`. With `state=needs-reauthorisation` you find everybody who has to be asked again.",
        access: Access::Product,
        parameters: &[
            query(
                "state",
                "Only patients whose link stands so.",
                "LinkState",
            ),
            AFTER,
            LIMIT,
        ],
        request: Request::None,
        answers: &[answer(
            200,
            "A page of patients.",
            Payload::Json("PatientList"),
        )],
        problems: &[],
    },
    Endpoint {
        method: Method::Get,
        path: gateway::PATIENT,
        id: "getPatient",
        chapter: Chapter::Patients,
        summary: "See a patient",
        description: "`link.state` says whether the record can be read, `link.atRisk` whether that may soon end; `demographics` is what PKB said of the patient, NHS number included, and when. It is what the gateway knows; it doesn't ask PKB.",
        access: Access::Product,
        parameters: &[APP_USER_ID],
        request: Request::None,
        answers: &[answer(200, "The patient.", Payload::Json("Patient"))],
        problems: &[ProblemType::NotFound],
    },
    Endpoint {
        method: Method::Delete,
        path: gateway::PATIENT,
        id: "deletePatient",
        chapter: Chapter::Patients,
        summary: "Delete a patient",
        description: "Tokens and demographics are destroyed here. At PKB the patient may still see your app among those that they approved.",
        access: Access::Product,
        parameters: &[APP_USER_ID],
        request: Request::None,
        answers: &[answer(204, "The patient is gone.", Payload::Empty)],
        problems: &[ProblemType::NotFound],
    },
    Endpoint {
        method: Method::Post,
        path: gateway::PATIENT_LINK,
        id: "beginLink",
        chapter: Chapter::Patients,
        summary: "Begin a link",
        description: "Send the patient's browser to `grantUrl`: there they sign in at PKB and approve. They have 10 minutes. Then the browser comes to `returnUrl`, with `result=…` when they approved, or with `error=access_denied`, `error=expired` or `error=failed`, and `reason=` with a word of the event `patient.link-failed`. Who comes back long after the 10 minutes ends at a page of the gateway's.

With a `result` there is no link yet: confirm it from the session of the patient who began. If another patient is signed in to your app in that browser, don't.

A patient who is linked, or has to authorise again, may begin as well; it must be the same PKB record as before.",
        access: Access::Product,
        parameters: &[APP_USER_ID],
        request: Request::Json("BeginLink"),
        answers: &[answer(201, "It is begun.", Payload::Json("LinkBegun"))],
        problems: &[
            ProblemType::MalformedJson,
            ProblemType::ValidationError,
            ProblemType::NotFound,
            ProblemType::TooLarge,
        ],
    },
    Endpoint {
        method: Method::Post,
        path: gateway::LINK_CONFIRM,
        id: "confirmLink",
        chapter: Chapter::Patients,
        summary: "Confirm a link",
        description: "Makes the link, if this patient is the one who began it. A `result` is good once: when the answer is lost, look at the patient before you begin anew.

Anything else is `link-refused`, and nothing is linked: so nobody can have another person's record linked to an account by sending them an address.",
        access: Access::Product,
        parameters: &[APP_USER_ID],
        request: Request::Json("ConfirmLink"),
        answers: &[answer(
            200,
            "The patient, linked.",
            Payload::Json("Patient"),
        )],
        problems: &[
            ProblemType::MalformedJson,
            ProblemType::ValidationError,
            ProblemType::NotFound,
            ProblemType::LinkRefused,
            ProblemType::TooLarge,
        ],
    },
    Endpoint {
        method: Method::Post,
        path: gateway::LINK_DETAILS,
        id: "refreshDetails",
        chapter: Chapter::Patients,
        summary: "Read the demographics again",
        description: "Asks PKB now, and keeps what it says in the place of what was known.",
        access: Access::Product,
        parameters: &[APP_USER_ID],
        request: Request::None,
        answers: &[answer(
            200,
            "The patient, with demographics.",
            Payload::Json("Patient"),
        )],
        problems: &[
            ProblemType::Forbidden,
            ProblemType::NotFound,
            ProblemType::LinkNeeded,
        ],
    },
    Endpoint {
        method: Method::Delete,
        path: gateway::PATIENT_LINK,
        id: "endLink",
        chapter: Chapter::Patients,
        summary: "End a link",
        description: "Tokens and demographics are destroyed, and account and record are no pair any more. Attempts that are under way end too, with what they hold: where there was no link, that is told as `patient.link-failed`, `cancelled`. Without either it changes nothing.",
        access: Access::Product,
        parameters: &[APP_USER_ID],
        request: Request::None,
        answers: &[answer(204, "There is no link now.", Payload::Empty)],
        problems: &[ProblemType::NotFound],
    },
    Endpoint {
        method: Method::Get,
        path: gateway::PATIENT_PKB,
        id: "readPkb",
        chapter: Chapter::Patients,
        summary: "Read the record",
        description: "Passes a reading on to PKB, with a live token: the path below `fhir/`, `json/` or `rest/`, the query, and your `Accept`. Back come PKB's status, its `Content-Type` and its body, up to 32 MiB, as PKB sent them: a refusal too. A problem document is the gateway's own word.

For example `…/pkb/json/users/self`, or `…/pkb/fhir/Patient/{publicId}`. `$` need not be escaped, slashes must not be. Links in an answer, such as `next` of a Bundle, are PKB's own addresses: ask for what stands behind its `/fhir/` through the gateway again.",
        access: Access::Product,
        parameters: &[
            APP_USER_ID,
            path(
                "path",
                "The path at PKB, slashes and all: below `fhir/`, `json/` or `rest/`, without empty or dotted parts.",
                "PkbPath",
            ),
            Parameter {
                name: "Accept",
                place: Place::Header,
                required: false,
                description: "What you would like to have, such as `application/fhir+json`.",
                schema: "MediaType",
            },
        ],
        request: Request::None,
        answers: &[Answer {
            status: 200,
            description: "What PKB answered, whatever its status.",
            payload: Payload::Text("*/*"),
            headers: &[AnswerHeader {
                name: "Cache-Control",
                description: "`no-store`: it is about a patient.",
            }],
        }],
        problems: &[ProblemType::NotFound, ProblemType::LinkNeeded],
    },
];
