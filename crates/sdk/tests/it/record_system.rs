//! The record system's calls as they go out.

use crate::server::{Answer, Server, http};
use sdk::FhirClient;
use serde_json::json;

#[tokio::test]
async fn nobody_or_somebody_is_signed_in() {
    let user = json!({"spineUserId": "555000000101", "name": "Dr Amara Okafor",
        "odsCode": "GPPRAC001", "organisationName": "Riverside Test Practice"});
    let server = Server::with([Answer::json(204, ""), Answer::json(200, user)]).await;
    let client = FhirClient::new(http(), &server.url).unwrap();
    assert!(client.current_user().await.unwrap().is_none());
    let user = client.current_user().await.unwrap().unwrap();
    assert_eq!(user.ods_code, "GPPRAC001");
}

#[tokio::test]
async fn a_search_asks_by_identifier_and_leaves_out_what_only_came_along() {
    let found = json!({"resourceType": "Bundle", "type": "searchset", "entry": [
        {"resource": {"resourceType": "Patient", "id": "1"}, "search": {"mode": "match"}},
        {"resource": {"resourceType": "OperationOutcome"}, "search": {"mode": "outcome"}},
        {"resource": {"resourceType": "Patient", "id": "2"}},
    ]});
    let server = Server::with([Answer::json(200, found)]).await;
    let client = FhirClient::new(http(), &server.url).unwrap();
    let patients = client.find_patients("9547852140").await.unwrap();
    let ids: Vec<_> = patients
        .iter()
        .filter_map(|patient| patient.id.as_deref())
        .collect();
    assert_eq!(ids, ["1", "2"]);
    assert_eq!(
        server.asked().uri,
        "/fhir/Patient?identifier=https://fhir.nhs.uk/Id/nhs-number|9547852140"
    );
}

#[tokio::test]
async fn a_transaction_answers_for_each_entry() {
    let done = json!({"resourceType": "Bundle", "type": "transaction-response", "entry": [
        {"response": {"status": "201 Created", "location": "Binary/1"}},
        {"response": {"status": "200 OK"}},
    ]});
    let other = json!({"resourceType": "Bundle", "type": "searchset"});
    let server = Server::with([Answer::json(200, done), Answer::json(200, other)]).await;
    let client = FhirClient::new(http(), &server.url).unwrap();
    let body = || axum::body::Bytes::from_static(b"{}").into();
    let entries = client.transaction(body()).await.unwrap();
    assert_eq!(entries[1].status, "200 OK");
    assert_eq!(
        server.asked().headers["content-type"],
        "application/fhir+json"
    );
    assert_eq!(server.asked().headers["content-length"], "2");
    assert!(client.transaction(body()).await.is_err());
}

#[tokio::test]
async fn an_outcomes_words_are_kept() {
    let outcome = json!({"resourceType": "OperationOutcome", "issue": [
        {"severity": "error", "code": "conflict", "diagnostics": "locked"}
    ]});
    let refused = Answer {
        kind: "application/fhir+json",
        ..Answer::json(409, outcome)
    };
    let server = Server::with([refused]).await;
    let client = FhirClient::new(http(), &server.url).unwrap();
    let error = client
        .find_documents("urn:x", "y")
        .await
        .map(|_| ())
        .unwrap_err();
    assert_eq!(error.refusal().unwrap().words, "locked");
}
