//! Operations about widgets: a supplier's pages that practices open from the toolbar.

use super::{
    Access, Answer, AnswerHeader, Chapter, Endpoint, Method, Parameter, Payload, Place, Request,
};
use crate::paths::partner;
use crate::problem::ProblemType;

pub(super) const ALL: [Endpoint; 2] = [
    Endpoint {
        method: Method::Post,
        path: partner::WIDGETS,
        id: "registerWidget",
        chapter: Chapter::Widgets,
        summary: "Register or change a widget",
        description: "Your key and the `name` say which widget this is: the same name again changes it. Whoever runs the server approves each content by hand before a practice sees it, and again after every change, also of the secret. The same content again changes nothing, so send it to learn where the widget stands.

When a practitioner opens the widget, their browser goes to `launchUrl` with `user`, if you require user data, and `patient`, if you require patient data, in the query. Each is a JWT that the practice's toolbar signed (`EdDSA`), encrypted under your secret (`dir`, with your method). It is good for 60 seconds, once. Decrypt it, fetch the key that its `kid` names, check the signature, then `iss` (this server), `aud` (your `launchUrl`, as registered), `iat` and `exp`, and refuse a `jti` that came before.

The secret is kept encrypted and is never told back.",
        access: Access::Key,
        parameters: &[],
        request: Request::Json("RegisterWidget"),
        answers: &[Answer {
            status: 200,
            description: "Where the widget stands.",
            payload: Payload::Json("RegisteredWidget"),
            headers: &[],
        }],
        problems: &[
            ProblemType::MalformedJson,
            ProblemType::ValidationError,
            ProblemType::TooLarge,
            ProblemType::UnsupportedMediaType,
        ],
    },
    Endpoint {
        method: Method::Get,
        path: partner::WIDGET_KEY,
        id: "getWidgetKey",
        chapter: Chapter::Widgets,
        summary: "The key behind a launch",
        description: "The public key of the toolbar that signed a launch's tokens, as a JSON Web Key. A toolbar that is not known, or that was blocked, has none: then refuse the launch.",
        access: Access::Key,
        parameters: &[Parameter {
            name: "kid",
            place: Place::Path,
            required: true,
            description: "The `kid` in the header of the signed token.",
            schema: "KeyId",
        }],
        request: Request::None,
        answers: &[Answer {
            status: 200,
            description: "The key.",
            payload: Payload::Json("WidgetKey"),
            headers: &[AnswerHeader {
                name: "Cache-Control",
                description: "How long you may keep it: a minute, so that a toolbar that is blocked is soon refused.",
            }],
        }],
        problems: &[ProblemType::NotFound],
    },
];
