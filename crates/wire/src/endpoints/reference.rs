//! Operations that describe the API itself.

use super::{Access, Answer, Chapter, Endpoint, Method, Parameter, Payload, Place, Request};
use crate::paths::partner;

const HTML: &str = "text/html";

pub(super) const ALL: [Endpoint; 3] = [
    Endpoint {
        method: Method::Get,
        path: partner::OPENAPI,
        id: "getOpenApi",
        chapter: Chapter::Reference,
        summary: "This API as an OpenAPI document",
        description: "OpenAPI 3.1, made from the same table as the server's own checks.",
        access: Access::Open,
        parameters: &[],
        request: Request::None,
        answers: &[Answer {
            status: 200,
            description: "The document.",
            payload: Payload::Json("AnyObject"),
            headers: &[],
        }],
        problems: &[],
    },
    Endpoint {
        method: Method::Get,
        path: partner::DOCS,
        id: "readDocs",
        chapter: Chapter::Reference,
        summary: "This API as a page to read",
        description: "The same document as `/openapi.json`, for people.",
        access: Access::Open,
        parameters: &[],
        request: Request::None,
        answers: &[Answer {
            status: 200,
            description: "The page.",
            payload: Payload::Text(HTML),
            headers: &[],
        }],
        problems: &[],
    },
    Endpoint {
        method: Method::Get,
        path: partner::PROBLEM,
        id: "explainProblem",
        chapter: Chapter::Reference,
        summary: "What a problem means",
        description: "The page behind a problem's `type`: what happened, what to do, an example.",
        access: Access::Open,
        parameters: &[Parameter {
            name: "name",
            place: Place::Path,
            required: true,
            description: "The last part of the problem's `type`.",
            schema: "ProblemName",
        }],
        request: Request::None,
        answers: &[
            Answer {
                status: 200,
                description: "The page.",
                payload: Payload::Text(HTML),
                headers: &[],
            },
            Answer {
                status: 404,
                description: "No problem has that name.",
                payload: Payload::Text(HTML),
                headers: &[],
            },
        ],
        problems: &[],
    },
];
