//! FHIR: reading and searching.

use crate::world::{NHS, World, attachment, coded};
use axum::{
    body::Body,
    http::{Request, StatusCode},
};
use base64::{Engine, prelude::BASE64_STANDARD};

#[tokio::test]
async fn the_capability_statement_says_what_can_be_done() {
    let answer = World::empty().fhir("/metadata").await;
    assert_eq!(
        answer.header("content-type"),
        "application/fhir+json; charset=utf-8"
    );
    let statement = answer.json();
    assert_eq!(statement["fhirVersion"], "4.0.1");
    let types: Vec<_> = statement["rest"][0]["resource"]
        .as_array()
        .unwrap()
        .iter()
        .map(|r| r["type"].as_str().unwrap())
        .collect();
    assert_eq!(
        types,
        ["Patient", "DocumentReference", "Observation", "Binary"]
    );
}

#[tokio::test]
async fn patients_are_searched_by_identifier_name_and_birthdate() {
    let world = World::with_patients().await;
    let cases = [
        (format!("identifier={NHS}|9547852140"), 1),
        ("identifier=9547852140".to_owned(), 1),
        ("identifier=urn:other|9547852140".to_owned(), 0),
        (format!("identifier={NHS}|"), 50),
        ("identifier=9547852140,9991112223".to_owned(), 1),
        ("name=khan".to_owned(), 2),
        ("name=KHA".to_owned(), 2),
        ("name=han".to_owned(), 0),
        ("name=jos%C3%A9".to_owned(), 1),
        ("name=khan&birthdate=1992-05-14".to_owned(), 1),
        ("birthdate=1948-02-20".to_owned(), 1),
        ("birthdate=1948".to_owned(), 1),
        (
            "birthdate=ge1948-02-20&birthdate=le1948-02-20".to_owned(),
            1,
        ),
        ("birthdate=lt1930".to_owned(), 1),
        ("_id=none".to_owned(), 0),
        (String::new(), 50),
    ];
    for (query, total) in cases {
        assert_eq!(
            world.total(&format!("/Patient?{query}")).await,
            total,
            "{query}"
        );
    }
}

#[tokio::test]
async fn a_search_result_is_a_bundle_with_links_to_its_pages() {
    let world = World::with_patients().await;
    let page = world.fhir("/Patient?name=a&_count=3").await.json();
    assert_eq!(page["type"], "searchset");
    let total = page["total"].as_u64().unwrap();
    assert!(total > 3);
    assert_eq!(page["entry"][0]["search"]["mode"], "match");
    assert!(
        page["entry"][0]["fullUrl"]
            .as_str()
            .unwrap()
            .starts_with("http://pas.test/fhir/Patient/")
    );
    let mut seen = 0;
    let mut next = Some(page);
    while let Some(page) = next {
        seen += page["entry"].as_array().map_or(0, Vec::len);
        let link = page["link"]
            .as_array()
            .unwrap()
            .iter()
            .find(|l| l["relation"] == "next")
            .cloned();
        next = match link {
            Some(link) => {
                let url = link["url"]
                    .as_str()
                    .unwrap()
                    .strip_prefix("http://pas.test/fhir")
                    .unwrap()
                    .to_owned();
                Some(world.fhir(&url).await.json())
            }
            None => None,
        };
    }
    assert_eq!(seen as u64, total);
}

#[tokio::test]
async fn what_cannot_be_answered_is_told_with_the_right_status() {
    let world = World::with_patients().await;
    let cases = [
        ("/Patient/none", 404),
        ("/DocumentReference/none", 404),
        ("/Observation/none", 404),
        ("/Binary/none", 404),
        ("/Medication", 404),
        ("/Patient?birthdate=soon", 400),
        ("/Patient?_count=many", 400),
        ("/Patient?favourite=blue", 400),
        ("/Observation?patient=Group/1", 400),
    ];
    for (path, status) in cases {
        let answer = world.fhir(path).await;
        assert_eq!(answer.status.as_u16(), status, "{path}");
        assert!(!answer.issues().is_empty(), "{path}");
    }
    for request in [
        Request::put("/fhir/Patient/1"),
        Request::delete("/fhir/Observation/1"),
        Request::post("/fhir/Patient"),
        Request::get("/fhir"),
    ] {
        let answer = world.call(request.body(Body::empty()).unwrap()).await;
        assert_eq!(answer.status, StatusCode::NOT_IMPLEMENTED);
        assert_eq!(answer.issues()[0].0, "not-supported");
    }
}

#[tokio::test]
async fn documents_and_observations_are_found_by_patient_and_by_both_identifiers() {
    let world = World::with_patients().await;
    let id = world.patient("9547852140").await;
    let mut entries = attachment(&id, "m-1", 0, "document", "application/pdf", b"%PDF-1");
    entries.extend([coded(&id, "m-1", 0), coded(&id, "m-1", 1)]);
    assert_eq!(world.transaction(entries).await.status, StatusCode::OK);
    for (path, total) in [
        (format!("/DocumentReference?patient={id}"), 1),
        (format!("/DocumentReference?subject=Patient/{id}"), 1),
        ("/DocumentReference?patient=none".to_owned(), 0),
        (
            "/DocumentReference?identifier=urn:x-baton:message-part|cs-1/m-1/attachment/0"
                .to_owned(),
            1,
        ),
        (
            "/DocumentReference?identifier=urn:x-baton:message-id|m-1".to_owned(),
            1,
        ),
        ("/DocumentReference?identifier=m-2".to_owned(), 0),
        (
            format!("/Observation?patient={id}&identifier=urn:x-baton:message-id|m-1"),
            2,
        ),
        ("/Observation?identifier=cs-1/m-1/coded/1".to_owned(), 1),
    ] {
        assert_eq!(world.total(&path).await, total, "{path}");
    }
}

#[tokio::test]
async fn a_binary_is_read_in_its_own_type_or_as_fhir() {
    let world = World::with_patients().await;
    let id = world.patient("9547852140").await;
    world
        .transaction(attachment(
            &id,
            "m-1",
            0,
            "document",
            "application/pdf",
            b"%PDF-1",
        ))
        .await;
    let document = world.fhir("/DocumentReference").await.json()["entry"][0]["resource"].clone();
    assert_eq!(
        document["context"]["related"][0]["display"], "kept",
        "members we don't use stay"
    );
    let url = document["content"][0]["attachment"]["url"]
        .as_str()
        .unwrap()
        .to_owned();
    let raw = world.fhir(&format!("/{url}")).await;
    assert_eq!(
        (raw.header("content-type"), raw.bytes.as_slice()),
        ("application/pdf", &b"%PDF-1"[..])
    );
    let request = Request::get(format!("/fhir/{url}")).header("accept", "application/fhir+json");
    let resource = world
        .call(request.body(Body::empty()).unwrap())
        .await
        .json();
    assert_eq!(resource["resourceType"], "Binary");
    assert_eq!(
        BASE64_STANDARD
            .decode(resource["data"].as_str().unwrap())
            .unwrap(),
        b"%PDF-1"
    );
}

#[tokio::test]
async fn a_search_with_too_many_alternatives_is_refused() {
    let world = World::with_patients().await;
    for name in ["_id", "identifier", "name", "family"] {
        let query = |count: usize| format!("/Patient?{name}={}", vec!["a"; count].join(","));
        assert_eq!(world.fhir(&query(100)).await.status, StatusCode::OK);
        let many = world.fhir(&query(101)).await;
        assert_eq!(many.status, StatusCode::BAD_REQUEST, "{name}");
    }
    let many = format!("/Observation?{}", "patient=1&".repeat(101));
    assert_eq!(world.fhir(&many).await.status, StatusCode::BAD_REQUEST);
    let words = format!("/Patient?name={}", "a+".repeat(2_000));
    assert_eq!(world.total(&words).await, 0);
}
