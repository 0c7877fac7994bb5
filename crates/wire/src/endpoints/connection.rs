//! Operations that check the connection and tell the topics.

use super::{Access, Answer, AnswerHeader, Chapter, Endpoint, Method, Payload, Request};
use crate::paths::partner;

const GOOD_KEY: [Answer; 1] = [Answer {
    status: 200,
    description: "You reach the server and your key works.",
    payload: Payload::Empty,
    headers: &[],
}];

const ETAG: AnswerHeader = AnswerHeader {
    name: "ETag",
    description: "Names this state of the list; send it back as `If-None-Match`.",
};

const CACHE_CONTROL: AnswerHeader = AnswerHeader {
    name: "Cache-Control",
    description: "How long the list may be kept without asking again.",
};

pub(super) const ALL: [Endpoint; 3] = [
    Endpoint {
        method: Method::Get,
        path: partner::TEST,
        id: "testConnection",
        chapter: Chapter::Connection,
        summary: "Test the connection",
        description: "Answers 200 with an empty body when your request arrived and your key is good. Use it for health checks in production too.",
        access: Access::Key,
        parameters: &[],
        request: Request::None,
        answers: &GOOD_KEY,
        problems: &[],
    },
    Endpoint {
        method: Method::Post,
        path: partner::TEST,
        id: "testConnectionByPost",
        chapter: Chapter::Connection,
        summary: "Test the connection with POST",
        description: "The same check as with GET, for networks that treat the two differently. A body, if you send one, is not read.",
        access: Access::Key,
        parameters: &[],
        request: Request::None,
        answers: &GOOD_KEY,
        problems: &[],
    },
    Endpoint {
        method: Method::Get,
        path: partner::TOPICS,
        id: "listTopics",
        chapter: Chapter::Connection,
        summary: "List the topics",
        description: "The topics you may give a message. The list seldom changes: keep it for as long as `Cache-Control` says, and ask again with `If-None-Match` to be told cheaply that nothing has changed.",
        access: Access::Key,
        parameters: &[super::Parameter {
            name: "If-None-Match",
            place: super::Place::Header,
            required: false,
            description: "The `ETag` of the list you have.",
            schema: "EntityTag",
        }],
        request: Request::None,
        answers: &[
            Answer {
                status: 200,
                description: "The topics.",
                payload: Payload::Json("Topics"),
                headers: &[ETAG, CACHE_CONTROL],
            },
            Answer {
                status: 304,
                description: "The list you have is still right.",
                payload: Payload::Empty,
                headers: &[ETAG, CACHE_CONTROL],
            },
        ],
        problems: &[],
    },
];
