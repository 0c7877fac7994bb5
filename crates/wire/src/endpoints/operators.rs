//! Operations for those who run the server.

use super::{Access, Answer, Chapter, Endpoint, Method, Payload, Request};
use crate::paths::operator;
use crate::problem::ProblemType;

pub(super) const ALL: [Endpoint; 3] = [
    Endpoint {
        method: Method::Get,
        path: operator::LIVE,
        id: "checkLive",
        chapter: Chapter::Operators,
        summary: "Does the process run?",
        description: "Looks at nothing but itself. Restart the process when this stops answering.",
        access: Access::Open,
        parameters: &[],
        request: Request::None,
        answers: &[Answer {
            status: 200,
            description: "It runs.",
            payload: Payload::Empty,
            headers: &[],
        }],
        problems: &[],
    },
    Endpoint {
        method: Method::Get,
        path: operator::READY,
        id: "checkReady",
        chapter: Chapter::Operators,
        summary: "Can it take messages?",
        description: "Looks at database and storage. Send no traffic while this answers 503.",
        access: Access::Open,
        parameters: &[],
        request: Request::None,
        answers: &[Answer {
            status: 200,
            description: "It can take messages.",
            payload: Payload::Empty,
            headers: &[],
        }],
        problems: &[ProblemType::Unavailable],
    },
    Endpoint {
        method: Method::Get,
        path: operator::METRICS,
        id: "readMetrics",
        chapter: Chapter::Operators,
        summary: "Measurements",
        description: "OpenMetrics text, for Prometheus and its kin. No identifiers and nothing about patients in it.",
        access: Access::Open,
        parameters: &[],
        request: Request::None,
        answers: &[Answer {
            status: 200,
            description: "The measurements.",
            payload: Payload::Text("application/openmetrics-text"),
            headers: &[],
        }],
        problems: &[],
    },
];
