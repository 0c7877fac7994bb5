//! One row of the endpoint table as an OpenAPI operation.

use super::{Api, schemas};
use crate::endpoints::{Answer, Endpoint, Parameter, Payload, Place, Request};
use crate::problem::{self, ProblemType};
use serde_json::{Map, Value, json};

/// A body of any type.
const ANY: &str = "*/*";

/// The operation object.
pub(super) fn operation(api: &Api, endpoint: &Endpoint, server: &str) -> Value {
    let mut object = json!({
        "operationId": endpoint.id,
        "tags": [endpoint.chapter.title()],
        "summary": endpoint.summary,
        "description": endpoint.description,
        "security": security(api, endpoint),
    });
    if !endpoint.parameters.is_empty() {
        let parameters: Vec<_> = endpoint.parameters.iter().map(parameter).collect();
        insert(&mut object, "parameters", parameters.into());
    }
    if let Some(body) = request_body(api, endpoint.request) {
        insert(&mut object, "requestBody", body);
    }
    insert(&mut object, "responses", responses(api, endpoint, server));
    object
}

fn security(api: &Api, endpoint: &Endpoint) -> Value {
    if endpoint.access.needs_key() {
        json!([{ (api.scheme()): [] }])
    } else {
        json!([])
    }
}

fn request_body(api: &Api, request: Request) -> Option<Value> {
    let mut body = json!({
        "required": !matches!(request, Request::OptionalJson(_)),
        "content": { "application/json": media(api, request.json()?) }
    });
    if let Request::JsonOrParts(_, parts) = request
        && let Some(content) = body.get_mut("content")
    {
        let parts = json!({
            "schema": schemas::reference(parts),
            "encoding": { "message": { "contentType": "application/json" } }
        });
        insert(content, "multipart/form-data", parts);
    }
    Some(body)
}

fn parameter(parameter: &Parameter) -> Value {
    let place = match parameter.place {
        Place::Header => "header",
        Place::Path => "path",
        Place::Query => "query",
    };
    json!({
        "name": parameter.name,
        "in": place,
        "required": parameter.required,
        "description": parameter.description,
        "schema": schemas::reference(parameter.schema)
    })
}

fn media(api: &Api, schema: &str) -> Value {
    let mut media = json!({ "schema": schemas::reference(schema) });
    let examples: Map<_, _> = api
        .examples(schema)
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

fn responses(api: &Api, endpoint: &Endpoint, server: &str) -> Value {
    let mut responses = Map::new();
    for answer in endpoint.answers {
        responses.insert(answer.status.to_string(), response(api, answer));
    }
    let kinds = endpoint.all_problems();
    for group in kinds.chunk_by(|a, b| a.status() == b.status()) {
        if let Some(first) = group.first() {
            responses.insert(first.status().to_string(), refusal(api, group, server));
        }
    }
    if endpoint.answers.iter().any(passes) {
        pass(&mut responses);
    }
    responses.into()
}

/// Whether it is another server's answer, of whatever status and type.
fn passes(answer: &Answer) -> bool {
    matches!(answer.payload, Payload::Text(ANY))
}

/// Says that every status may be the other server's, with its own type, and that there may be others.
fn pass(responses: &mut Map<String, Value>) {
    let any = json!({ "schema": { "type": "string" } });
    let refusals = responses.values_mut();
    for content in refusals.filter_map(|told| told.get_mut("content")) {
        insert(content, ANY, any.clone());
    }
    responses.insert(
        "default".to_owned(),
        json!({ "description": "Any other status, as it was answered there: 403 and 429 among them.", "content": { ANY: any } }),
    );
}

fn response(api: &Api, answer: &Answer) -> Value {
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
                json!({ "application/json": media(api, schema) }),
            );
        }
        Payload::Text(kind) => {
            let mut content = json!({ "schema": { "type": "string" } });
            if kind == "text/event-stream" {
                insert(&mut content, "example", api.stream().into());
            }
            insert(&mut response, "content", json!({ kind: content }));
        }
    }
    response
}

/// One response for all problems of one status.
fn refusal(api: &Api, kinds: &[ProblemType], server: &str) -> Value {
    let words: Vec<_> = kinds
        .iter()
        .map(|kind| format!("`{}`: {}", kind.name(), api.explain(*kind).happened))
        .collect();
    let examples: Map<_, _> = kinds
        .iter()
        .map(|kind| {
            let value = serde_json::to_value(api.example(*kind, server)).unwrap_or_default();
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
