//! The Facade: who may see what, and how it is refused.

use super::sandbox::{MARGARET, NHS, ORGANISATION, Sandbox, public_id};
use model::Secret;
use serde_json::json;

const ROWAN: &str = "rowan.tattersall@example.com";

#[tokio::test]
async fn the_capability_statement_needs_no_token() {
    let told = Sandbox::open().await.get("/fhir/metadata", None).await;
    assert_eq!(told.status, 200);
    assert_eq!(
        told.header("content-type"),
        "application/fhir+json; charset=utf-8"
    );
    let statement = told.json();
    assert_eq!(statement["fhirVersion"], "3.0.2");
    assert_eq!(statement["acceptUnknown"], "no");
    assert_eq!(statement["format"], json!(["application/fhir+json"]));
    let rest = &statement["rest"][0];
    assert_eq!(rest["resource"][0]["searchParam"][0]["name"], "identifier");
    assert_eq!(
        rest["operation"],
        json!([{"name": "purview", "definition": {"reference": "OperationDefinition/Consent-t-purview"}}])
    );
}

#[tokio::test]
async fn the_purview_is_the_documented_answer_by_get_and_by_post() {
    let sandbox = Sandbox::open().await;
    let tokens = sandbox.patient(MARGARET).await;
    let path = "/fhir/Consent/$purview";
    let expected = json!({
        "resourceType": "Parameters",
        "parameter": [{"name": "purview", "valueReference": {"reference": format!("Patient/{}", public_id(MARGARET))}}]
    });
    let get = sandbox.get(path, Some(&tokens.access)).await;
    assert_eq!((get.status, get.json()), (200, expected.clone()));
    assert_eq!(get.header("cache-control"), "no-store");
    for body in ["", r#"{"resourceType":"Parameters"}"#] {
        let post = sandbox.send("POST", path, Some(&tokens.access), body).await;
        assert_eq!((post.status, post.json()), (200, expected.clone()));
    }
    for body in [
        "{}",
        "x",
        r#"{"resourceType":"Parameters","parameter":[{"name":"x"}]}"#,
    ] {
        let post = sandbox.send("POST", path, Some(&tokens.access), body).await;
        assert_eq!((post.status, post.code()), (400, json!(null)), "{body}");
    }
}

#[tokio::test]
async fn a_professionals_purview_is_no_patient() {
    let sandbox = Sandbox::open().await;
    let email = "helen.marsh@example.com";
    let tokens = sandbox.tokens(email, "CLINICIAN").await;
    let told = sandbox
        .get("/fhir/Consent/$purview", Some(&tokens.access))
        .await;
    let reference = &told.json()["parameter"][0]["valueReference"]["reference"];
    assert_eq!(*reference, format!("Practitioner/{}", public_id(email)));
    let path = format!("/fhir/Patient/{}", public_id(MARGARET));
    assert_eq!(sandbox.get(&path, Some(&tokens.access)).await.status, 404);
}

#[tokio::test]
async fn a_patient_reads_their_own_record_and_nobody_elses() {
    let sandbox = Sandbox::open().await;
    let access = sandbox.patient(MARGARET).await.access;
    let id = public_id(MARGARET);
    for path in [
        format!("/fhir/Patient/{id}"),
        format!("/fhir/Patient/{}?_format=json", id.to_uppercase()),
    ] {
        let told = sandbox.get(&path, Some(&access)).await;
        assert_eq!(told.status, 200, "{path}");
        let patient = told.json();
        assert_eq!(
            (patient["id"].as_str(), &patient["gender"]),
            (Some(id.as_str()), &json!("female"))
        );
        assert_eq!(
            patient["identifier"],
            json!([{"system": NHS, "value": "9547852140"}])
        );
    }
    for other in [public_id(ROWAN), "12".to_owned(), "0".repeat(36)] {
        let told = sandbox
            .get(&format!("/fhir/Patient/{other}"), Some(&access))
            .await;
        assert_eq!((told.status, told.code()), (404, json!(null)), "{other}");
    }
}

#[tokio::test]
async fn a_patient_is_searched_by_nhs_number_only() {
    let sandbox = Sandbox::open().await;
    let access = sandbox.patient(MARGARET).await.access;
    let search = async |query: &str| {
        sandbox
            .get(&format!("/fhir/Patient{query}"), Some(&access))
            .await
    };
    let found = search(&format!("?identifier={NHS}|9547852140")).await;
    assert_eq!(found.status, 200);
    let bundle = found.json();
    assert_eq!(
        (&bundle["type"], &bundle["total"]),
        (&json!("searchset"), &json!(1))
    );
    let entry = &bundle["entry"][0];
    assert_eq!(entry["search"]["mode"], "match");
    let url = format!("{}/fhir/Patient/{}", sandbox.url, public_id(MARGARET));
    assert_eq!(entry["fullUrl"], url);
    assert_eq!(bundle["link"][0]["relation"], "self");
    // Another patient's number, and nobody's, find nothing.
    for number in ["9999764983", "9434765919"] {
        let none = search(&format!("?identifier={NHS}|{number}")).await;
        assert_eq!((none.status, &none.json()["total"]), (200, &json!(0)));
        assert!(none.json().get("entry").is_none());
    }
    for (query, issue) in [
        (String::new(), "required"),
        ("?identifier=9547852140".to_owned(), "not-supported"),
        (
            "?identifier=urn:other|9547852140".to_owned(),
            "not-supported",
        ),
        (format!("?identifier={NHS}|"), "not-supported"),
        (
            format!("?identifier={NHS}|9547852140&name=x"),
            "not-supported",
        ),
        (
            format!("?identifier={NHS}|9547852140&_count=1"),
            "not-supported",
        ),
        (format!("?identifier={NHS}|1&identifier={NHS}|2"), "invalid"),
        ("?name=Whitfield".to_owned(), "not-supported"),
    ] {
        let refused = search(&query).await;
        assert_eq!(refused.status, 400, "{query}");
        assert_eq!(refused.code(), json!(null));
        assert_eq!(refused.json()["issue"][0]["code"], issue, "{query}");
        assert!(!refused.body.contains("Whitfield") && !refused.body.contains("9547852140"));
    }
    let xml = search(&format!("?identifier={NHS}|9547852140&_format=xml")).await;
    assert_eq!((xml.status, xml.code()), (406, json!(null)));
}

#[tokio::test]
async fn every_way_in_asks_for_a_token_with_the_documented_codes() {
    let sandbox = Sandbox::open().await;
    let id = public_id(MARGARET);
    let paths = [
        "/fhir/Consent/$purview".to_owned(),
        "/fhir/Consent/%24purview".to_owned(),
        format!("/fhir/Patient/{id}"),
        // Without a token the query isn't even looked at.
        "/fhir/Patient?x=y".to_owned(),
    ];
    let unknown = Secret::new("no-such-token".to_owned());
    for path in &paths {
        for token in [None, Some(&unknown)] {
            let told = sandbox.get(path, token).await;
            assert_eq!(
                (told.status, told.code()),
                (401, json!("BAD_AUTHENTICATION"))
            );
            assert_eq!(told.header("www-authenticate"), "Bearer");
        }
    }
    let old = sandbox.patient(MARGARET).await.access;
    sandbox.clock.advance(jiff::SignedDuration::from_secs(601));
    for path in &paths {
        let told = sandbox.get(path, Some(&old)).await;
        assert_eq!(
            (told.status, told.code()),
            (401, json!("ACC_TOKEN_EXPIRED"))
        );
    }
    for (how, code) in [
        ("expired", "API_SESSION_EXPIRED"),
        ("invalid", "API_SESSION_INVALID"),
    ] {
        let access = sandbox.patient(MARGARET).await.access;
        let end = json!({"publicId": id, "how": how});
        sandbox.control("/sessions/end", &end).await;
        for path in &paths {
            let told = sandbox.get(path, Some(&access)).await;
            assert_eq!((told.status, told.code()), (401, json!(code)));
        }
    }
    let frozen = sandbox.patient("callum.macinnes@example.com").await.access;
    for path in &paths {
        let told = sandbox.get(path, Some(&frozen)).await;
        assert_eq!(
            (told.status, told.code()),
            (403, json!("ACCESS_FROZEN_OUTWARD"))
        );
    }
}

#[tokio::test]
async fn what_isnt_there_is_told_in_fhirs_words() {
    let sandbox = Sandbox::open().await;
    for path in [
        "/fhir",
        "/fhir/Observation?patient=1",
        "/fhir/Patient/1/$everything",
    ] {
        let told = sandbox.get(path, None).await;
        assert_eq!((told.status, told.code()), (404, json!(null)), "{path}");
    }
    for (method, path) in [
        ("POST", "/fhir/Patient"),
        ("PUT", "/fhir/Patient/1"),
        ("DELETE", "/fhir/metadata"),
    ] {
        let told = sandbox.send(method, path, None, "").await;
        assert_eq!(
            (told.status, told.code()),
            (405, json!(null)),
            "{method} {path}"
        );
    }
}

#[tokio::test]
async fn a_system_says_for_which_organisation_it_asks() {
    let sandbox = Sandbox::open().await;
    let token = sandbox.system_token().await;
    let margaret = format!("/fhir/Patient/{}", public_id(MARGARET));
    let told = sandbox.get(&margaret, Some(&token)).await;
    assert_eq!((told.status, told.code()), (400, json!(null)));
    assert_eq!(told.json()["issue"][0]["code"], "required");
    let told = sandbox.get_for(&margaret, &token, "riverside").await;
    assert_eq!((told.status, told.code()), (400, json!(null)));
    let told = sandbox.get_for(&margaret, &token, &public_id(ROWAN)).await;
    assert_eq!((told.status, told.code()), (403, json!("NO_ASSOCIATION")));
    for email in [MARGARET, ROWAN, "leonard.ogilvie@example.com"] {
        let path = format!("/fhir/Patient/{}", public_id(email));
        let told = sandbox
            .get_for(&path, &token, &ORGANISATION.to_uppercase())
            .await;
        assert_eq!(told.status, 200);
    }
    let path = format!("/fhir/Patient?identifier={NHS}|9999764983");
    let found = sandbox.get_for(&path, &token, ORGANISATION).await;
    assert_eq!(found.json()["total"], 1);
    let told = sandbox
        .get_for("/fhir/Consent/$purview", &token, ORGANISATION)
        .await;
    let reference = &told.json()["parameter"][0]["valueReference"]["reference"];
    assert_eq!(*reference, format!("Organization/{ORGANISATION}"));
    // A professional is no patient, whoever asks.
    let path = format!("/fhir/Patient/{}", public_id("helen.marsh@example.com"));
    assert_eq!(
        sandbox.get_for(&path, &token, ORGANISATION).await.status,
        404
    );
}
