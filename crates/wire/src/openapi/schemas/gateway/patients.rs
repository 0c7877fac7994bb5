//! Schemas of patients and their links.

use super::{reference, reference_saying};
use crate::gateway::patients::{FAILURES, LAPSES, RISKS, STATES};
use serde_json::{Value, json};

pub(super) fn all() -> Vec<(&'static str, Value)> {
    vec![
        (
            "AppUserId",
            json!({ "type": "string", "minLength": 1, "maxLength": 200, "description": "Your own id of a patient: no control characters, no white space at either end. Escape it in an address. It should be no name; with an `@`, or if it is an NHS number, it is refused.", "examples": ["7c1f9a52"] }),
        ),
        (
            "LinkState",
            json!({ "type": "string", "enum": STATES, "description": "`none`: there never was a link. `pending`: the patient is on the way through PKB. `linked`: the record can be read. `needs-reauthorisation`: the patient has to authorise again. `unlinked`: there was a link, and it was ended." }),
        ),
        (
            "PkbPath",
            json!({ "type": "string", "maxLength": 4000, "description": "A path at PKB.", "examples": ["json/users/self"] }),
        ),
        (
            "MediaType",
            json!({ "type": "string", "description": "As `Accept` takes it.", "examples": ["application/fhir+json"] }),
        ),
        ("LinkReason", reason()),
        ("Patient", patient()),
        ("Link", link()),
        ("AtRisk", at_risk()),
        ("Demographics", demographics()),
        ("NationalId", national_id()),
        ("Address", address()),
        (
            "PatientList",
            json!({
                "type": "object",
                "description": "A page of patients, by id, without demographics.",
                "required": ["patients"],
                "properties": {
                    "patients": { "type": "array", "description": "The patients.", "items": reference("Patient") },
                    "next": reference("Cursor")
                }
            }),
        ),
        (
            "BeginLink",
            json!({
                "type": "object",
                "description": "Where the patient comes back to.",
                "required": ["returnUrl"],
                "properties": {
                    "returnUrl": { "type": "string", "format": "uri", "maxLength": 2000, "description": "A page of yours that only this signed-in patient sees: `https://`, a mobile app's own scheme with a dot in it, or `http://` on the machine itself. No fragment, no name and password, and none of `result`, `error` and `reason` in its query.", "examples": ["https://product.example/pkb/back"] }
                }
            }),
        ),
        (
            "LinkBegun",
            json!({
                "type": "object",
                "description": "A link that was begun. Who has the address may go on with it.",
                "required": ["grantUrl", "expiresAt"],
                "properties": {
                    "grantUrl": { "type": "string", "format": "uri", "description": "PKB's page on which the patient approves. Send the browser there." },
                    "expiresAt": reference_saying("DateTime", "The patient must be back by then.")
                }
            }),
        ),
        (
            "ConfirmLink",
            json!({
                "type": "object",
                "description": "Your word that the patient who began is the one who came back.",
                "required": ["result"],
                "properties": {
                    "result": { "type": "string", "maxLength": 200, "description": "What stood behind `result=` in the address. Good once, for 10 minutes.", "examples": ["q3Zt0V2n9cXk4o1bQ8rLr5mTzv7yWd6uFhJp2sAeGiM"] }
                }
            }),
        ),
    ]
}

fn reason() -> Value {
    let words: Vec<_> = LAPSES.into_iter().chain(RISKS).chain(FAILURES).collect();
    json!({
        "type": "string",
        "enum": words,
        "description": "Why a link lapsed: `session-over` (PKB ended the session), `answer-lost` (PKB's answer to a renewal was lost, so the tokens may be spent), `token-over` (the last token ended), `not-accepted` (PKB does not take the token). Why it is at risk: `last-token` (there is nothing to renew it with), `refresh-failing` (renewing fails and is being tried), `session-ending` (the session's known length comes to its end). Why an attempt made no link: `denied`, `expired`, `refused-by-pkb`, `not-reached`, `not-a-patient`, `another-person`, `linked-elsewhere`, `not-theirs`, `frozen`, `cancelled`."
    })
}

fn patient() -> Value {
    json!({
        "type": "object",
        "description": "A patient of your app.",
        "required": ["appUserId", "createdAt", "link"],
        "properties": {
            "appUserId": reference("AppUserId"),
            "createdAt": reference_saying("DateTime", "When the patient was added."),
            "link": reference("Link"),
            "demographics": reference("Demographics")
        }
    })
}

fn link() -> Value {
    json!({
        "type": "object",
        "description": "Where the link to the PKB record stands.",
        "required": ["state"],
        "properties": {
            "state": reference("LinkState"),
            "publicId": { "type": "string", "format": "uuid", "description": "Which PKB record it is. Account and record are a pair: neither has another." },
            "since": reference_saying("DateTime", "Since when it stands so."),
            "linkedAt": reference_saying("DateTime", "Since when account and record have been a pair."),
            "authorisedAt": reference_saying("DateTime", "When the patient last authorised."),
            "reason": reference_saying("LinkReason", "Why the patient has to authorise again."),
            "atRisk": reference("AtRisk")
        }
    })
}

fn at_risk() -> Value {
    json!({
        "type": "object",
        "description": "That the link may soon need a new authorisation. It can still be read.",
        "required": ["reason", "since"],
        "properties": {
            "reason": reference("LinkReason"),
            "since": reference_saying("DateTime", "Since when that is known."),
            "endsAt": reference_saying("DateTime", "When the link would end, as far as that is known.")
        }
    })
}

fn text(description: &str) -> Value {
    json!({ "type": "string", "description": description })
}

fn demographics() -> Value {
    json!({
        "type": "object",
        "description": "What PKB says of the patient. Missing while it has not been read, and when there is no link.",
        "required": ["nationalIds", "address", "readAt"],
        "properties": {
            "title": text("Such as `Ms.`"),
            "firstName": text("First name."),
            "lastName": text("Family name."),
            "dateOfBirth": { "type": "string", "format": "date", "description": "The date of birth, as PKB has it." },
            "gender": text("Sex assigned at birth, as PKB has it: `M`, `F`, `U` (unknown) or `I` (indeterminate)."),
            "nhsNumber": reference("NhsNumber"),
            "nationalIds": { "type": "array", "description": "Every number that a country's health service gave.", "items": reference("NationalId") },
            "address": reference("Address"),
            "email": text("E-mail address."),
            "phone": text("Telephone number."),
            "readAt": reference_saying("DateTime", "When PKB was asked.")
        }
    })
}

fn national_id() -> Value {
    json!({
        "type": "object",
        "description": "A number that a country's health service gave.",
        "required": ["name", "value", "countryCodes"],
        "properties": {
            "name": text("What it is called."),
            "value": text("The number."),
            "countryCodes": { "type": "array", "description": "Where it is used.", "items": text("Such as `GB-ENG`.") }
        }
    })
}

fn address() -> Value {
    json!({
        "type": "object",
        "description": "Where the patient lives.",
        "required": ["lines"],
        "properties": {
            "lines": { "type": "array", "description": "The first lines.", "items": text("A line.") },
            "city": text("Town."),
            "county": text("County."),
            "postcode": text("Postcode."),
            "country": text("Such as `GB-ENG`.")
        }
    })
}
