//! The partner API as an OpenAPI 3.1 document, made from the endpoint table.

pub(crate) mod examples;
pub mod limits;
mod operation;
pub mod problems;
pub mod sample;
mod schemas;

use crate::endpoints::{self, Chapter};
use crate::headers;
use serde_json::{Map, Value, json};

/// What the document says of the API before any operation.
const DESCRIPTION: &str = "Send documents about a patient from your system to the patient's GP practice.

An **instant message** goes straight into the record, on the standing permission of one practitioner. A **standard message** waits until someone at the practice has reviewed it.

Every call under `/api/v1` carries your key in the `ApiKey` header. Every refusal is a problem document (`application/problem+json`, RFC 9457) whose `type` leads to a page that explains it.";

/// The document for a server reached at `server_url` (no slash at its end), in this `version`.
pub fn document(server_url: &str, version: &str) -> Value {
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Baton messaging platform: partner API",
            "version": version,
            "summary": "Documents from a supplier's system to a GP practice's record.",
            "description": DESCRIPTION,
            "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" }
        },
        "servers": [{ "url": server_url, "description": "This server." }],
        "externalDocs": { "url": format!("{server_url}{}", crate::paths::partner::DOCS), "description": "The same, as a page to read." },
        "tags": tags(),
        "paths": paths(server_url),
        "components": {
            "securitySchemes": {
                "ApiKey": {
                    "type": "apiKey",
                    "in": "header",
                    "name": headers::API_KEY,
                    "description": "The key of your system. Whoever runs the server gives it to you, once; each environment has its own."
                }
            },
            "schemas": schemas::all()
        }
    })
}

fn tags() -> Vec<Value> {
    Chapter::ALL
        .iter()
        .map(|chapter| json!({ "name": chapter.title(), "description": chapter.description() }))
        .collect()
}

fn paths(server_url: &str) -> Map<String, Value> {
    let mut paths = Map::new();
    for endpoint in endpoints::all() {
        let item = paths
            .entry(endpoint.path)
            .or_insert_with(|| Map::new().into());
        if let Some(item) = item.as_object_mut() {
            let method = endpoint.method.as_str().to_ascii_lowercase();
            item.insert(method, operation::operation(endpoint, server_url));
        }
    }
    paths
}

#[cfg(test)]
mod tests;
