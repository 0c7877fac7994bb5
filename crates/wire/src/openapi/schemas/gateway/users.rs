//! Schemas of practitioners and their authorisation.

use super::{reference, reference_saying};
use serde_json::{Value, json};

pub(super) fn all() -> Vec<(&'static str, Value)> {
    vec![
        (
            "UserId",
            json!({ "type": "string", "minLength": 1, "maxLength": 200, "description": "Your own id of a practitioner: no control characters, no white space at either end. Escape it in an address.", "examples": ["dr-okafor"] }),
        ),
        (
            "AuthorisationState",
            json!({ "type": "string", "enum": ["none", "authorised", "withdrawn"], "description": "`none`: no access code was taken, or the token was forgotten. `authorised`: instant messages may be sent. `withdrawn`: the practitioner withdrew it at the practice." }),
        ),
        (
            "PutUser",
            json!({
                "type": "object",
                "description": "What is known of a user.",
                "properties": {
                    "name": name(),
                    "spineUserId": spine_user_id("Which practitioner this is, if you know: a launch from the toolbar of the practice `odsCode` then leads to this user. Left out, nothing changes."),
                    "odsCode": ods_code("At which practice. The same Spine User ID at another practice is another user.")
                },
                "dependentRequired": { "spineUserId": ["odsCode"], "odsCode": ["spineUserId"] }
            }),
        ),
        (
            "User",
            json!({
                "type": "object",
                "description": "A practitioner who uses your product.",
                "required": ["userId", "createdAt", "authorisation"],
                "properties": {
                    "userId": reference("UserId"),
                    "name": name(),
                    "createdAt": reference_saying("DateTime", "When the user was added."),
                    "authorisation": reference("Authorisation"),
                    "practitioner": reference("Practitioner")
                }
            }),
        ),
        (
            "Practitioner",
            json!({
                "type": "object",
                "description": "Which practitioner a user is, and at which practice, where that is known: by your word, or by a launch from the toolbar.",
                "required": ["spineUserId", "odsCode", "linkedAt"],
                "properties": {
                    "spineUserId": spine_user_id("Who it is."),
                    "name": { "type": "string", "description": "The name at the last launch." },
                    "odsCode": ods_code("At which practice. Elsewhere the same person is another user."),
                    "linkedAt": reference_saying("DateTime", "When that became known."),
                    "lastLaunchAt": reference_saying("DateTime", "When the toolbar was last used to come to the gateway.")
                }
            }),
        ),
        (
            "Authorisation",
            json!({
                "type": "object",
                "description": "Whether the user's instant messages may be sent.",
                "required": ["state"],
                "properties": {
                    "state": reference("AuthorisationState"),
                    "authorisedAt": reference_saying("DateTime", "When the present one was made."),
                    "verifiedAt": reference_saying("DateTime", "When it was last seen to be good or withdrawn.")
                }
            }),
        ),
        (
            "UserList",
            json!({
                "type": "object",
                "description": "A page of users, by id.",
                "required": ["users"],
                "properties": {
                    "users": { "type": "array", "description": "The users.", "items": reference("User") },
                    "next": reference("Cursor")
                }
            }),
        ),
        (
            "ExchangeCode",
            json!({
                "type": "object",
                "description": "An access code, as the practitioner entered it.",
                "required": ["accessCode"],
                "properties": {
                    "accessCode": { "type": "string", "maxLength": 64, "description": "8 letters and digits; spaces, hyphens and lower case are forgiven.", "examples": ["K7WQ4RTX"] }
                }
            }),
        ),
        (
            "AuthorisationLink",
            json!({
                "type": "object",
                "description": "A link to the page where one user enters access codes. Who has it may use it.",
                "required": ["url", "expiresAt"],
                "properties": {
                    "url": { "type": "string", "format": "uri", "description": "Where to send the practitioner's browser." },
                    "expiresAt": reference_saying("DateTime", "When it stops working.")
                }
            }),
        ),
    ]
}

fn spine_user_id(about: &str) -> Value {
    json!({ "type": "string", "pattern": "^[A-Za-z0-9-]{1,32}$", "description": about, "examples": ["555000000101"] })
}

fn ods_code(about: &str) -> Value {
    json!({ "type": "string", "pattern": "^[A-Z0-9]{3,12}$", "description": about, "examples": ["GPPRAC001"] })
}

fn name() -> Value {
    json!({ "type": "string", "maxLength": 200, "description": "A name for people: on the user's own page and in the console." })
}
