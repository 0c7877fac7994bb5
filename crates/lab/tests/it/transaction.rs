//! FHIR: the import. All or nothing, and once however often it is sent.

use crate::world::{Answer, World, attachment, coded};
use axum::{
    body::Body,
    http::{Request, StatusCode},
};
use serde_json::{Value, json};

async fn world() -> (World, String) {
    let world = World::with_patients().await;
    let id = world.patient("9547852140").await;
    (world, id)
}

fn message(patient: &str) -> Vec<Value> {
    let mut entries = attachment(patient, "m-1", 0, "document", "application/pdf", b"%PDF-1");
    entries.extend(attachment(
        patient,
        "m-1",
        1,
        "consultation-notes",
        "text/plain; charset=utf-8",
        b"notes",
    ));
    entries.push(coded(patient, "m-1", 0));
    entries
}

fn statuses(answer: &Answer) -> Vec<String> {
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    let entries = answer.json()["entry"].as_array().unwrap().clone();
    entries
        .iter()
        .map(|e| e["response"]["status"].as_str().unwrap().to_owned())
        .collect()
}

fn locations(answer: &Answer) -> Vec<String> {
    let entries = answer.json()["entry"].as_array().unwrap().clone();
    entries
        .iter()
        .map(|e| e["response"]["location"].as_str().unwrap().to_owned())
        .collect()
}

async fn nothing_written(world: &World) {
    assert_eq!(world.total("/DocumentReference").await, 0);
    assert_eq!(world.total("/Observation").await, 0);
}

#[tokio::test]
async fn sent_twice_it_is_there_once() {
    let (world, id) = world().await;
    let first = world.transaction(message(&id)).await;
    assert_eq!(statuses(&first), ["201 Created"; 5]);
    assert_eq!(first.json()["type"], "transaction-response");
    let world = world.restarted();
    let second = world.transaction(message(&id)).await;
    assert_eq!(statuses(&second), ["200 OK"; 5]);
    assert_eq!(locations(&second), locations(&first));
    assert_eq!(world.total("/DocumentReference").await, 2);
    assert_eq!(world.total("/Observation").await, 1);
    for location in locations(&first) {
        assert_eq!(
            world.fhir(&format!("/{location}")).await.status,
            StatusCode::OK,
            "{location}"
        );
    }
}

#[tokio::test]
async fn sent_many_times_at_once_it_is_there_once() {
    let (world, id) = world().await;
    let calls = (0..20).map(|_| world.transaction(message(&id)));
    let answers = futures_util::future::join_all(calls).await;
    let created = answers
        .iter()
        .filter(|a| statuses(a)[0] == "201 Created")
        .count();
    assert_eq!(created, 1);
    assert_eq!(world.total("/DocumentReference").await, 2);
}

#[tokio::test]
async fn what_is_missing_of_a_message_is_added() {
    let (world, id) = world().await;
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
    let answer = world.transaction(message(&id)).await;
    assert_eq!(
        statuses(&answer),
        [
            "200 OK",
            "200 OK",
            "201 Created",
            "201 Created",
            "201 Created"
        ]
    );
}

#[tokio::test]
async fn one_bad_entry_and_nothing_is_written() {
    let (world, id) = world().await;
    type Spoil = fn(&mut Value);
    let cases: [(&str, usize, Spoil, u16, &str); 14] = [
        (
            "unknown patient",
            4,
            |e| e["resource"]["subject"]["reference"] = json!("Patient/none"),
            422,
            "Bundle.entry[4].resource.subject",
        ),
        (
            "no patient",
            4,
            |e| e["resource"]["subject"] = json!({"display": "x"}),
            422,
            "Bundle.entry[4].resource.subject",
        ),
        (
            "bad Base64",
            2,
            |e| e["resource"]["data"] = json!("%%%"),
            400,
            "Bundle.entry[2].resource.data",
        ),
        (
            "no content",
            3,
            |e| e["resource"]["content"] = json!([]),
            422,
            "Bundle.entry[3].resource.content[0].attachment.url",
        ),
        (
            "lost binary",
            3,
            |e| e["resource"]["content"][0]["attachment"]["url"] = json!("Binary/none"),
            422,
            "Bundle.entry[3].resource.content[0].attachment.url",
        ),
        (
            "wrong size",
            3,
            |e| e["resource"]["content"][0]["attachment"]["size"] = json!(6),
            422,
            "Bundle.entry[3].resource.content[0].attachment.size",
        ),
        (
            "wrong hash",
            3,
            |e| e["resource"]["content"][0]["attachment"]["hash"] = json!("AAAA"),
            422,
            "Bundle.entry[3].resource.content[0].attachment.hash",
        ),
        (
            "odd status",
            4,
            |e| e["resource"]["status"] = json!("done"),
            422,
            "Bundle.entry[4].resource.status",
        ),
        (
            "no code",
            4,
            |e| e["resource"]["code"] = json!({}),
            422,
            "Bundle.entry[4].resource.code",
        ),
        (
            "wrong shape",
            4,
            |e| e["resource"]["code"] = json!("27113001"),
            400,
            "Bundle.entry[4].resource",
        ),
        (
            "odd condition",
            4,
            |e| e["request"]["ifNoneExist"] = json!("code=1"),
            400,
            "Bundle.entry[4].request.ifNoneExist",
        ),
        (
            "no request",
            4,
            |e| e["request"] = Value::Null,
            400,
            "Bundle.entry[4].request",
        ),
        (
            "another type",
            4,
            |e| {
                e["resource"]["resourceType"] = json!("Condition");
                e["request"]["url"] = json!("Condition");
            },
            501,
            "Bundle.entry[4].resource",
        ),
        (
            "another method",
            4,
            |e| e["request"]["method"] = json!("DELETE"),
            501,
            "Bundle.entry[4].request.method",
        ),
    ];
    for (name, place, spoil, status, element) in cases {
        let mut entries = message(&id);
        spoil(&mut entries[place]);
        let answer = world.transaction(entries).await;
        assert_eq!(answer.status.as_u16(), status, "{name}: {}", answer.text());
        assert_eq!(answer.issues()[0].1, element, "{name}");
        nothing_written(&world).await;
    }
}

#[tokio::test]
async fn every_fault_is_told_at_once() {
    let (world, id) = world().await;
    let mut entries = message(&id);
    entries[1]["resource"]["subject"]["reference"] = json!("Patient/none");
    entries[4]["resource"]["subject"]["reference"] = json!("Patient/none");
    let issues = world.transaction(entries).await.issues();
    let places: Vec<_> = issues.iter().map(|(_, at)| at.as_str()).collect();
    assert_eq!(
        places,
        [
            "Bundle.entry[1].resource.subject",
            "Bundle.entry[4].resource.subject"
        ]
    );
}

#[tokio::test]
async fn a_condition_that_matches_several_is_refused() {
    let (world, id) = world().await;
    world.transaction(message(&id)).await;
    let mut entries = attachment(&id, "m-2", 0, "document", "application/pdf", b"%PDF-1");
    entries[1]["request"]["ifNoneExist"] = json!("identifier=urn:x-baton:message-id|m-1");
    let answer = world.transaction(entries).await;
    assert_eq!(answer.status, StatusCode::PRECONDITION_FAILED);
    assert_eq!(answer.issues()[0].0, "multiple-matches");
    assert_eq!(world.total("/DocumentReference").await, 2);
}

#[tokio::test]
async fn a_binary_that_nothing_points_at_is_refused() {
    let (world, id) = world().await;
    let entries = attachment(&id, "m-1", 0, "document", "application/pdf", b"%PDF-1");
    let answer = world.transaction(vec![entries[0].clone()]).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(answer.issues()[0].1, "Bundle.entry[0].resource");
}

#[tokio::test]
async fn a_patient_may_be_named_by_nhs_number() {
    let (world, _) = world().await;
    let mut entry = coded("", "m-1", 0);
    entry["resource"]["subject"]["reference"] =
        json!("Patient?identifier=https://fhir.nhs.uk/Id/nhs-number|9547852140");
    assert_eq!(
        statuses(&world.transaction(vec![entry]).await),
        ["201 Created"]
    );
}

#[tokio::test]
async fn a_number_stays_as_it_was_written() {
    let (world, id) = world().await;
    let bundle =
        json!({"resourceType": "Bundle", "type": "transaction", "entry": [coded(&id, "m-1", 0)]})
            .to_string();
    let answer = world.post_fhir(bundle.replace("71.5", "71.500")).await;
    assert_eq!(statuses(&answer), ["201 Created"]);
    assert!(
        world
            .fhir("/Observation")
            .await
            .text()
            .contains("\"value\":71.500,")
    );
    let text = world
        .browser()
        .await
        .get(&format!("/subjects/{id}"))
        .await
        .text();
    assert!(text.contains("71.500 kg"));
}

#[tokio::test]
async fn what_is_no_transaction_is_told() {
    let (world, _) = world().await;
    let cases = [
        ("{\"resourceType\":", 400),
        ("[]", 400),
        ("{\"resourceType\":\"Patient\"}", 400),
        ("{\"resourceType\":\"Bundle\"}", 400),
        ("{\"resourceType\":\"Bundle\",\"type\":\"batch\"}", 501),
        (
            "{\"resourceType\":\"Bundle\",\"type\":\"transaction\"}",
            200,
        ),
    ];
    for (body, status) in cases {
        assert_eq!(
            world.post_fhir(body.to_owned()).await.status.as_u16(),
            status,
            "{body}"
        );
    }
    let request = Request::post("/fhir").header("content-type", "text/plain");
    let answer = world.call(request.body(Body::from("{}")).unwrap()).await;
    assert_eq!(answer.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    assert!(
        !world
            .post_fhir("{\"resourceType\":\"Bundle\",\"type\":7,\"x\":\"secret name\"}".to_owned())
            .await
            .text()
            .contains("secret")
    );
}

#[tokio::test]
async fn a_transaction_over_the_limit_is_refused() {
    let (world, _) = world().await;
    let answer = world.post_fhir(" ".repeat(121 * 1024 * 1024)).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(answer.issues()[0].0, "too-long");
}

#[tokio::test]
async fn an_import_that_is_asked_to_fail_fails_and_the_next_one_works() {
    let (world, id) = world().await;
    world.faults.fail_next_imports(1, "the disk is full");
    let answer = world.transaction(message(&id)).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(answer.json()["issue"][0]["diagnostics"], "the disk is full");
    nothing_written(&world).await;
    assert_eq!(
        statuses(&world.transaction(message(&id)).await),
        ["201 Created"; 5]
    );
}

#[tokio::test]
async fn too_many_entries_or_alternatives_are_refused() {
    let (world, id) = world().await;
    let answer = world.transaction(vec![json!({}); 1_001]).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    let expected = ("invalid".to_owned(), "Bundle.entry".to_owned());
    assert_eq!(answer.issues(), [expected]);

    let mut entry = coded(&id, "m-1", 0);
    entry["request"]["ifNoneExist"] = json!(format!("identifier={}", vec!["1"; 1_001].join(",")));
    let answer = world.transaction(vec![entry]).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    assert!(answer.issues()[0].1.ends_with("request.ifNoneExist"));
    nothing_written(&world).await;
}
