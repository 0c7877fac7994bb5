//! The collection is whole: every request has tests, every variable a source.

use super::*;
use std::collections::HashSet;

fn items() -> Vec<Value> {
    collection("http://localhost:8080")["item"]
        .as_array()
        .unwrap()
        .clone()
}

#[test]
fn it_begins_with_the_connection_and_keeps_its_order() {
    let items = items();
    let names: Vec<_> = items.iter().map(|i| i["name"].as_str().unwrap()).collect();
    assert_eq!(
        names,
        [
            "test-connection",
            "step-1-query-topics",
            "step-2a-make-access-code",
            "step-2-exchange-access-code",
            "step-3-verify-token",
            "step-4-send-instant-message",
            "step-5-query-status",
            "step-6-send-standard-message",
            "step-7-query-status",
            "send-same-message-again",
            "send-other-content-with-same-id",
            "send-faulty-request",
            "send-with-unknown-token",
            "register-widget",
            "call-without-key",
        ]
    );
}

#[test]
fn every_request_has_tests() {
    for item in items() {
        let events = item["event"].as_array().unwrap();
        let test = events.iter().find(|e| e["listen"] == "test").unwrap();
        assert!(
            test["script"]["exec"].to_string().contains("pm.test("),
            "{}",
            item["name"]
        );
    }
}

#[test]
fn a_script_jumps_only_to_requests_that_are_there() {
    let items = items();
    let names: HashSet<_> = items.iter().map(|i| i["name"].as_str().unwrap()).collect();
    for item in &items {
        for line in item["event"].to_string().split("setNextRequest('").skip(1) {
            let target = line.split('\'').next().unwrap();
            assert!(names.contains(target), "{target}");
        }
    }
}

#[test]
fn every_variable_is_in_the_environment_or_made_on_the_way() {
    let environment = environment(Environment {
        name: "local",
        base_url: "http://localhost:8080",
        api_key: "k",
        ods_code: "GPPRAC001",
        nhs_number: "9547852140",
    });
    let mut known: HashSet<_> = environment["values"]
        .as_array()
        .unwrap()
        .iter()
        .map(|v| v["key"].as_str().unwrap())
        .collect();
    known.extend(["scratchMessageId", "$randomUUID"]);
    let all = collection("http://localhost:8080").to_string();
    for rest in all.split("{{").skip(1) {
        let name = rest.split("}}").next().unwrap();
        assert!(known.contains(name), "{name}");
    }
}

#[test]
fn it_calls_every_operation_that_takes_a_body() {
    let all = collection("").to_string();
    for endpoint in crate::endpoints::all().filter(|e| e.request.json().is_some()) {
        assert!(all.contains(endpoint.path), "{}", endpoint.id);
    }
}
