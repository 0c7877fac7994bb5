//! The Postman collection `IM1_Send_Message` and its environment, made from the endpoint table.
//!
//! It plays the whole story from top to bottom, under Postman's runner or newman, with tests in every
//! request. Names of requests and variables are what guides and scripts refer to.

mod bodies;
mod steps;

use crate::headers;
use serde_json::{Value, json};
use steps::{Step, Target};

/// The collection's name, as suppliers' guides know it.
pub const NAME: &str = "IM1_Send_Message";

/// What the collection says of itself.
const DESCRIPTION: &str = "The whole way of a document, from the first call to the patient's record. Run it from top to bottom, or send its requests one by one in that order.

Choose an environment first: it holds the server's address (`baseUrl`), your key (`my_api_key`), the practice (`odsCode`) and the patient (`nhsNumber`).

The access code: in real life the practitioner reads it from the toolbar. Set `accessCode` yourself and the run uses it. Leave it empty on the sandbox, and `step-2a-make-access-code` stands in for the practitioner. A token from an earlier run is used again as long as it is in the environment.";

/// The collection, for a server reached at `server_url` unless the environment says otherwise.
pub fn collection(server_url: &str) -> Value {
    let items: Vec<_> = steps::all().iter().map(item).collect();
    json!({
        "info": {
            "_postman_id": "7f6c1d0e-52a4-4b7b-9e0a-1d3c5f2b8a64",
            "name": NAME,
            "description": DESCRIPTION,
            "schema": "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"
        },
        "item": items,
        "variable": [
            { "key": "baseUrl", "value": server_url },
            { "key": "polls", "value": "0" }
        ]
    })
}

/// What an environment holds; the rest is filled in as the collection runs.
#[derive(Clone, Copy)]
pub struct Environment<'a> {
    /// Its name in Postman's list.
    pub name: &'a str,
    /// The server, without a slash at the end.
    pub base_url: &'a str,
    /// The client system's key.
    pub api_key: &'a str,
    /// The practice to send to.
    pub ods_code: &'a str,
    /// The patient to send about.
    pub nhs_number: &'a str,
}

/// The environment as a file that Postman imports.
pub fn environment(environment: Environment<'_>) -> Value {
    let value = |key: &str, value: &str, kind: &str| json!({ "key": key, "value": value, "type": kind, "enabled": true });
    json!({
        "id": "c1a5e9f2-0b7d-4d36-8a41-6e2f9b3c7d58",
        "name": environment.name,
        "values": [
            value("baseUrl", environment.base_url, "default"),
            value("my_api_key", environment.api_key, "secret"),
            value("odsCode", environment.ods_code, "default"),
            value("nhsNumber", environment.nhs_number, "default"),
            value("accessCode", "", "default"),
            value("token", "", "secret"),
            value("topic", "", "default"),
            value("messageId", "", "default"),
            value("standardMessageId", "", "default")
        ],
        "_postman_variable_scope": "environment"
    })
}

fn item(step: &Step) -> Value {
    let (method, path) = match step.target {
        Target::Endpoint(endpoint) => (endpoint.method.as_str(), endpoint.path),
        Target::Sandbox(path) => ("POST", path),
    };
    let path = path.replace("{messageId}", &format!("{{{{{}}}}}", step.message_id));
    let mut headers = Vec::new();
    if step.with_key {
        headers.push(header(headers::API_KEY, "{{my_api_key}}"));
    }
    if let Some((name, value)) = step.token {
        headers.push(header(name, value));
    }
    let mut request = json!({
        "method": method,
        "description": step.description(),
        "url": {
            "raw": format!("{{{{baseUrl}}}}{path}"),
            "host": ["{{baseUrl}}"],
            "path": path.trim_start_matches('/').split('/').collect::<Vec<_>>()
        }
    });
    if let Some(body) = &step.body {
        headers.push(header("Content-Type", "application/json"));
        let raw = serde_json::to_string_pretty(body).unwrap_or_default();
        if let Some(request) = request.as_object_mut() {
            let body =
                json!({ "mode": "raw", "raw": raw, "options": { "raw": { "language": "json" } } });
            request.insert("body".to_owned(), body);
        }
    }
    if let Some(request) = request.as_object_mut() {
        request.insert("header".to_owned(), headers.into());
    }
    let mut events = Vec::new();
    if let Some(script) = step.before {
        events.push(event("prerequest", script));
    }
    events.push(event("test", step.test));
    json!({ "name": step.name, "event": events, "request": request, "response": [] })
}

fn header(name: &str, value: &str) -> Value {
    json!({ "key": name, "value": value })
}

fn event(listen: &str, script: &str) -> Value {
    json!({
        "listen": listen,
        "script": { "type": "text/javascript", "exec": script.lines().collect::<Vec<_>>() }
    })
}

#[cfg(test)]
mod tests;
