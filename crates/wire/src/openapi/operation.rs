//! One row of the endpoint table as an OpenAPI operation.

use super::{examples, problems, schemas};
use crate::endpoints::{Answer, Endpoint, Parameter, Payload, Place};
use crate::problem::{self, ProblemType};
use serde_json::{Map, Value, json};

/// The operation object.
pub(super) fn operation(endpoint: &Endpoint, server: &str) -> Value {
    let mut object = json!({
        "operationId": endpoint.id,
        "tags": [endpoint.chapter.title()],
        "summary": endpoint.summary,
        "description": endpoint.description,
        "security": security(endpoint),
    });
    if !endpoint.parameters.is_empty() {
        let parameters: Vec<_> = endpoint.parameters.iter().map(parameter).collect();
        insert(&mut object, "parameters", parameters.into());
    }
    if let Some(schema) = endpoint.request {
        insert(
            &mut object,
            "requestBody",
            json!({ "required": true, "content": { "application/json": media(schema) } }),
        );
    }
    insert(&mut object, "responses", responses(endpoint, server));
    object
}

fn security(endpoint: &Endpoint) -> Value {
    if endpoint.access.needs_key() {
        json!([{ "ApiKey": [] }])
    } else {
        json!([])
    }
}

fn parameter(parameter: &Parameter) -> Value {
    let place = match parameter.place {
        Place::Header => "header",
        Place::Path => "path",
    };
    json!({
        "name": parameter.name,
        "in": place,
        "required": parameter.required,
        "description": parameter.description,
        "schema": schemas::reference(parameter.schema)
    })
}

fn media(schema: &str) -> Value {
    let mut media = json!({ "schema": schemas::reference(schema) });
    let examples: Map<_, _> = examples::of(schema)
        .into_iter()
        .map(|e| {
            (
                e.name.to_owned(),
                json!({ "summary": e.summary, "value": e.value }),
            )
        })
        .collect();
    if !examples.is_empty() {
        insert(&mut media, "examples", examples.into());
    }
    media
}

fn responses(endpoint: &Endpoint, server: &str) -> Value {
    let mut responses = Map::new();
    for answer in endpoint.answers {
        responses.insert(answer.status.to_string(), response(answer));
    }
    let kinds = endpoint.all_problems();
    for group in kinds.chunk_by(|a, b| a.status() == b.status()) {
        if let Some(first) = group.first() {
            responses.insert(first.status().to_string(), refusal(group, server));
        }
    }
    responses.into()
}

fn response(answer: &Answer) -> Value {
    let mut response = json!({ "description": answer.description });
    if !answer.headers.is_empty() {
        let headers: Map<_, _> = answer
            .headers
            .iter()
            .map(|h| {
                (
                    h.name.to_owned(),
                    json!({ "description": h.description, "required": true, "schema": { "type": "string" } }),
                )
            })
            .collect();
        insert(&mut response, "headers", headers.into());
    }
    match answer.payload {
        Payload::Empty => {}
        Payload::Json(schema) => {
            insert(
                &mut response,
                "content",
                json!({ "application/json": media(schema) }),
            );
        }
        Payload::Text(kind) => {
            let mut content = json!({ "schema": { "type": "string" } });
            if kind == "text/event-stream" {
                insert(&mut content, "example", examples::EVENTS.into());
            }
            insert(&mut response, "content", json!({ kind: content }));
        }
    }
    response
}

/// One response for all problems of one status.
fn refusal(kinds: &[ProblemType], server: &str) -> Value {
    let words: Vec<_> = kinds
        .iter()
        .map(|kind| format!("`{}`: {}", kind.name(), problems::explain(*kind).happened))
        .collect();
    let examples: Map<_, _> = kinds
        .iter()
        .map(|kind| {
            let value = serde_json::to_value(problems::example(*kind, server)).unwrap_or_default();
            (
                kind.name().to_owned(),
                json!({ "summary": kind.title(), "value": value }),
            )
        })
        .collect();
    let mut response = json!({ "description": words.join("\n\n") });
    if kinds.iter().any(|kind| matches!(kind.status(), 429 | 503)) {
        insert(
            &mut response,
            "headers",
            json!({ "Retry-After": {
                "description": "So many seconds to wait.",
                "required": true,
                "schema": { "type": "integer", "minimum": 0 }
            } }),
        );
    }
    insert(
        &mut response,
        "content",
        json!({ problem::MEDIA_TYPE: { "schema": schemas::reference("Problem"), "examples": examples } }),
    );
    response
}

fn insert(object: &mut Value, name: &str, value: Value) {
    if let Some(object) = object.as_object_mut() {
        object.insert(name.to_owned(), value);
    }
}
