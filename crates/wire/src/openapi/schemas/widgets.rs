//! Schemas of what is said about widgets.

use super::super::limits;
use serde_json::{Value, json};

/// Characters of an address that no reader drops or turns round, without a fragment.
const ADDRESS: &str = "^[Hh][Tt][Tt][Pp][Ss]://[!\"$-\\[\\]-~]+$";
const UUID: &str = "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$";

pub(super) fn all() -> Vec<(&'static str, Value)> {
    vec![
        ("RegisterWidget", register()),
        ("RegisteredWidget", registered()),
        ("WidgetKey", key()),
        (
            "KeyId",
            json!({ "type": "string", "format": "uuid", "pattern": UUID, "description": "A toolbar's id.", "examples": ["7a0c9e14-25b8-4d63-9f1e-6b3d80c2a5f7"] }),
        ),
    ]
}

fn register() -> Value {
    json!({
        "type": "object",
        "description": "A widget. Members that are not named here are ignored.",
        "required": ["name", "icon", "launchUrl", "encryptionSecret", "requiresUserData", "requiresPatientData"],
        "properties": {
            "name": {
                "type": "string",
                "minLength": 1,
                "maxLength": limits::MAX_WIDGET_NAME,
                "pattern": "^[^\\s\\u0000-\\u001f\\u007f-\\u009f]([^\\u0000-\\u001f\\u007f-\\u009f]*[^\\s\\u0000-\\u001f\\u007f-\\u009f])?$",
                "description": "What users see. With your key it says which widget this is.",
                "examples": ["Clinic letters"]
            },
            "icon": {
                "type": "string",
                "enum": limits::ICONS,
                "description": "An icon of the toolbar's pack."
            },
            "launchUrl": {
                "type": "string",
                "format": "uri",
                "maxLength": limits::MAX_LAUNCH_URL,
                "pattern": ADDRESS,
                "description": "What is opened: https, no user's name or password, no fragment, and no `user` or `patient` in its query.",
                "examples": ["https://supplier.example/open"]
            },
            "encryptionSecret": {
                "type": "string",
                "minLength": 32,
                "maxLength": 32,
                "pattern": "^[\\u0000-\\u007f]{32}$",
                "description": "The key under which a launch's tokens are encrypted: 32 characters that are 32 bytes in UTF-8. Take them at random.",
                "examples": ["Kq3vX7pZ0sT5wB9nR2yL6dF8hJ1mC4gA"]
            },
            "encryptionMethod": {
                "type": ["string", "null"],
                "enum": ["A256GCM", "A128CBC_HS256", "A128CBC-HS256", null],
                "description": "How they are encrypted. `A256GCM` when left out."
            },
            "requiresUserData": {
                "type": "boolean",
                "description": "Whether a launch says who opens the widget. Must be true when `requiresPatientData` is."
            },
            "requiresPatientData": {
                "type": "boolean",
                "description": "Whether a launch says for which patient. The toolbar asks for one when none is in view."
            }
        }
    })
}

fn registered() -> Value {
    json!({
        "type": "object",
        "description": "Where a widget stands.",
        "required": ["widgetId", "name", "state", "revision"],
        "properties": {
            "widgetId": { "type": "string", "format": "uuid", "pattern": UUID, "description": "The server's name for it." },
            "name": { "type": "string", "description": "As you registered it." },
            "state": {
                "type": "string",
                "enum": ["awaiting-approval", "approved", "refused"],
                "description": "`awaiting-approval`: nobody has looked at this content yet, and no practice sees it. `approved`: practices see it. `refused`: see `reason`."
            },
            "reason": { "type": "string", "maxLength": 300, "description": "Why it was refused." },
            "revision": { "type": "integer", "minimum": 1, "description": "Counts the changes, from 1." }
        }
    })
}

fn key() -> Value {
    let fixed = |value: &str| json!({ "type": "string", "const": value, "description": "Fixed." });
    json!({
        "type": "object",
        "description": "A toolbar's public key, as a JSON Web Key (RFC 8037).",
        "required": ["kty", "crv", "kid", "x", "alg", "use"],
        "properties": {
            "kty": fixed("OKP"),
            "crv": fixed("Ed25519"),
            "kid": { "type": "string", "format": "uuid", "pattern": UUID, "description": "The toolbar's id." },
            "x": { "type": "string", "pattern": "^[A-Za-z0-9_-]{43}$", "description": "The key: 32 bytes in base64url without padding." },
            "alg": fixed("EdDSA"),
            "use": fixed("sig")
        }
    })
}
