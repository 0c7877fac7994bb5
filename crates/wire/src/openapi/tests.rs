//! The document hangs together: every pointer leads somewhere, every promise of the table is in it.

use super::*;
use crate::partner::SendMessage;
use std::collections::HashSet;
use std::fmt::Write;

use serde_json::json;

fn made() -> Value {
    document("http://localhost:8080", "1.2.3")
}

/// Both documents.
fn both() -> [Value; 2] {
    [&PARTNER, &GATEWAY].map(|api| api.document("http://localhost:8080", "1.2.3"))
}

/// Every value in the document.
fn walk<'a>(value: &'a Value, visit: &mut dyn FnMut(&'a Value)) {
    visit(value);
    match value {
        Value::Object(members) => members.values().for_each(|v| walk(v, visit)),
        Value::Array(items) => items.iter().for_each(|v| walk(v, visit)),
        _ => {}
    }
}

fn operations(document: &Value) -> Vec<&Value> {
    let paths = document["paths"].as_object().unwrap();
    paths
        .values()
        .flat_map(|item| item.as_object().unwrap().values())
        .collect()
}

#[test]
fn every_reference_resolves_and_every_schema_is_used() {
    for document in both() {
        references_resolve(&document);
    }
}

fn references_resolve(document: &Value) {
    let mut used = HashSet::new();
    walk(document, &mut |value| {
        if let Some(target) = value.get("$ref").and_then(Value::as_str) {
            let pointer = target.strip_prefix('#').unwrap();
            assert!(document.pointer(pointer).is_some(), "{target}");
            used.insert(target.rsplit('/').next().unwrap().to_owned());
        }
    });
    // The stream's events are JSON inside text, which OpenAPI can't point at.
    used.insert("StatusEvent".to_owned());
    for name in document["components"]["schemas"]
        .as_object()
        .unwrap()
        .keys()
    {
        assert!(used.contains(name), "{name} is not used");
    }
}

#[test]
fn every_schema_says_what_it_is() {
    let both = both();
    let schemas = both
        .iter()
        .flat_map(|document| document["components"]["schemas"].as_object().unwrap());
    for (name, schema) in schemas {
        assert!(schema["description"].is_string(), "{name}");
        for (member, inner) in schema["properties"].as_object().into_iter().flatten() {
            assert!(
                inner["description"].is_string() || inner["$ref"].is_string(),
                "{name}.{member}"
            );
        }
    }
}

#[test]
fn a_keyed_operation_tells_every_common_refusal() {
    let document = made();
    for operation in operations(&document) {
        let id = operation["operationId"].as_str().unwrap();
        let responses = operation["responses"].as_object().unwrap();
        assert!(responses.contains_key("500"), "{id}");
        if operation["security"] == json!([]) {
            continue;
        }
        for status in ["401", "403", "429", "500", "503"] {
            let content = &responses[status]["content"];
            assert!(
                content["application/problem+json"].is_object(),
                "{id} {status}"
            );
        }
        assert!(
            responses["429"]["headers"]["Retry-After"].is_object(),
            "{id}"
        );
    }
}

#[test]
fn the_table_of_operations_and_answers_is_as_promised() {
    let document = made();
    let mut lines = String::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let statuses: Vec<_> = operation["responses"]
                .as_object()
                .unwrap()
                .keys()
                .cloned()
                .collect();
            writeln!(
                lines,
                "{} {path}: {}",
                method.to_uppercase(),
                statuses.join(" ")
            )
            .unwrap();
        }
    }
    insta::assert_snapshot!(lines, @r"
    GET /api/v1/test: 200 401 403 429 500 503
    POST /api/v1/test: 200 401 403 429 500 503
    GET /api/v1/topics: 200 304 401 403 429 500 503
    POST /api/v1/messages/instant/access/token: 200 400 401 403 413 415 429 500 503
    GET /api/v1/messages/instant/access/token/verify: 200 400 401 403 410 429 500 503
    POST /api/v1/messages/instant: 200 400 401 403 409 413 415 429 500 503
    POST /api/v1/messages: 200 400 401 403 409 413 415 429 500 503
    GET /api/v1/messages/{messageId}/status: 200 401 403 404 429 500 503
    GET /api/v1/events: 200 401 403 429 500 503
    POST /api/v1/widgets: 200 400 401 403 413 415 429 500 503
    GET /api/v1/widgets/keys/{kid}: 200 401 403 404 429 500 503
    GET /openapi.json: 200 500
    GET /docs: 200 500
    GET /problems/{name}: 200 404 500
    GET /health/live: 200 500
    GET /health/ready: 200 500 503
    GET /metrics: 200 500
    ");
}

#[test]
fn every_call_of_a_product_tells_its_common_refusals() {
    let [_, document] = both();
    for operation in operations(&document) {
        let id = operation["operationId"].as_str().unwrap();
        let keyed = operation["security"] != json!([]);
        for status in ["401", "500", "503"] {
            let told =
                operation["responses"][status]["content"]["application/problem+json"].is_object();
            assert!(told || !keyed, "{id} {status}");
        }
        for answer in operation["responses"].as_object().unwrap().values() {
            let media = &answer["content"]["application/json"];
            let example = media.get("examples").is_some() || id == "getOpenApi";
            assert!(
                media.is_null() || example,
                "{id} has an answer without an example"
            );
        }
    }
}

#[test]
fn examples_of_the_gateway_read_back() {
    use crate::gateway::{self, patients, users, webhooks};
    fn reads<T: serde::de::DeserializeOwned + serde::Serialize>(schema: &str) {
        let found = GATEWAY.examples(schema);
        assert!(!found.is_empty(), "{schema}");
        for example in found {
            let read: T = serde_json::from_value(example.value.clone()).unwrap();
            assert_eq!(
                serde_json::to_value(read).unwrap(),
                example.value,
                "{schema}"
            );
        }
    }
    reads::<gateway::MessageEntry>("MessageEntry");
    reads::<gateway::Entered>("Entered");
    reads::<gateway::DryRun>("DryRun");
    reads::<gateway::Message>("Message");
    reads::<gateway::MessageList>("MessageList");
    reads::<gateway::Release>("Release");
    reads::<gateway::Looked>("Looked");
    reads::<users::PutUser>("PutUser");
    reads::<users::User>("User");
    reads::<users::UserList>("UserList");
    reads::<users::Authorisation>("Authorisation");
    reads::<crate::partner::ExchangeCode>("ExchangeCode");
    reads::<users::AuthorisationLink>("AuthorisationLink");
    reads::<patients::Patient>("Patient");
    reads::<patients::PatientList>("PatientList");
    reads::<patients::BeginLink>("BeginLink");
    reads::<patients::LinkBegun>("LinkBegun");
    reads::<patients::ConfirmLink>("ConfirmLink");
    reads::<webhooks::NewWebhook>("NewWebhook");
    reads::<webhooks::Webhook>("Webhook");
    reads::<webhooks::WebhookList>("WebhookList");
    reads::<webhooks::WebhookAdded>("WebhookAdded");
    reads::<webhooks::SecretRotated>("SecretRotated");
    reads::<webhooks::DeliveryList>("DeliveryList");
    let data = GATEWAY
        .stream()
        .lines()
        .filter_map(|l| l.strip_prefix("data: "));
    for line in data.skip(1) {
        let _: gateway::Event = serde_json::from_str(line).unwrap();
    }
}

#[test]
fn example_messages_are_whole_messages() {
    let document = made();
    for path in ["/api/v1/messages", "/api/v1/messages/instant"] {
        let media = &document["paths"][path]["post"]["requestBody"]["content"]["application/json"];
        for example in media["examples"].as_object().unwrap().values() {
            let message: SendMessage = serde_json::from_value(example["value"].clone()).unwrap();
            assert!(message.attachments[0].content.starts_with("JVBERi0"));
        }
    }
}

#[test]
fn examples_of_answers_read_back() {
    for example in examples::of("MessageStatus") {
        let answer: crate::partner::StatusAnswer = serde_json::from_value(example.value).unwrap();
        let last = answer.history.last().unwrap();
        assert_eq!(
            (&answer.status, &answer.sub_status),
            (&last.status, &last.sub_status)
        );
    }
    for line in examples::EVENTS
        .lines()
        .filter_map(|l| l.strip_prefix("data: "))
    {
        let _: crate::partner::StatusEvent = serde_json::from_str(line).unwrap();
    }
}

#[test]
fn examples_of_widgets_read_back() {
    use crate::widgets::{RegisterWidget, RegisteredWidget, WidgetKey};
    fn reads<T: serde::de::DeserializeOwned + serde::Serialize>(schema: &str) {
        let found = examples::of(schema);
        assert!(!found.is_empty(), "{schema}");
        for example in found {
            let read: T = serde_json::from_value(example.value.clone()).unwrap();
            assert_eq!(serde_json::to_value(read).unwrap(), example.value);
        }
    }
    reads::<RegisterWidget>("RegisterWidget");
    reads::<RegisteredWidget>("RegisteredWidget");
    reads::<WidgetKey>("WidgetKey");
}

#[test]
fn samples_are_what_they_say() {
    assert!(sample::LETTER.bytes.starts_with(b"%PDF-"));
    assert!(sample::CHART.bytes.starts_with(&[0xff, 0xd8, 0xff]));
    for text in [sample::NOTE, sample::CONSULTATION] {
        assert!(std::str::from_utf8(text.bytes).is_ok());
    }
}

#[test]
fn an_answer_that_is_passed_on_may_have_any_status_and_type() {
    let document = GATEWAY.document("http://localhost:8090", "1.2.3");
    let read = operations(&document)
        .into_iter()
        .find(|operation| operation["operationId"] == "readPkb")
        .unwrap();
    for (status, answer) in read["responses"].as_object().unwrap() {
        assert!(answer["content"]["*/*"].is_object(), "{status}");
    }
    assert!(read["responses"]["default"].is_object());
    assert!(read["responses"]["404"]["content"]["application/problem+json"].is_object());
    let reasons = &document["components"]["schemas"]["Problem"]["properties"]["reason"]["enum"];
    assert!(
        reasons
            .as_array()
            .unwrap()
            .contains(&json!("no-such-result"))
    );
}
