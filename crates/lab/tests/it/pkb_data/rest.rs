//! `users/self`: every documented member, by its documented type.

use super::sandbox::{MARGARET, Sandbox, public_id};
use serde_json::{Value, json};

/// The documented sample's members and the JSON types each of them may have: that of the sample, and `null`
/// where a text is unknown.
const MEMBERS: [(&str, &[&str]); 31] = [
    ("id", &["text"]),
    ("userType", &["null"]),
    ("heightCm", &["text", "null"]),
    ("heightFeet", &["text", "null"]),
    ("heightInches", &["text", "null"]),
    ("heightInchesTotal", &["text", "null"]),
    ("weightKg", &["text", "null"]),
    ("weightLbs", &["text", "null"]),
    ("title", &["text"]),
    ("firstName", &["text"]),
    ("lastName", &["text"]),
    ("dob", &["text", "null"]),
    ("dateDeceased", &["text", "null"]),
    ("genderMF", &["text", "null"]),
    ("gender", &["text"]),
    ("email", &["text"]),
    ("phone", &["text"]),
    ("address1", &["text"]),
    ("address2", &["text"]),
    ("city", &["text"]),
    ("state", &["text"]),
    ("postalCode", &["text"]),
    ("country", &["text"]),
    ("jobTitle", &["text", "null"]),
    ("organizationName", &["text", "null"]),
    ("teamName", &["text", "null"]),
    ("nationalIds", &["list"]),
    ("orgLevelIds", &["null"]),
    ("teamLevelIds", &["null"]),
    ("contacts", &["list"]),
    ("patient", &["truth"]),
];

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "truth",
        Value::Number(_) => "number",
        Value::String(_) => "text",
        Value::Array(_) => "list",
        Value::Object(_) => "object",
    }
}

fn names(value: &Value) -> Vec<&str> {
    value
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect()
}

#[tokio::test]
async fn everybodys_own_details_have_every_documented_member() {
    let sandbox = Sandbox::open().await;
    for user in lab::pkb::demo_users() {
        if user.note == "Access frozen" {
            continue;
        }
        let tokens = sandbox.tokens(&user.email, user.user_type).await;
        let told = sandbox.get("/json/users/self", Some(&tokens.access)).await;
        assert_eq!(
            (told.status, told.header("content-type")),
            (200, "application/json")
        );
        assert_eq!(told.header("cache-control"), "no-store");
        let details = told.json();
        let expected: Vec<_> = MEMBERS.iter().map(|(name, _)| *name).collect();
        assert_eq!(names(&details), expected);
        for (name, kinds) in &MEMBERS {
            assert!(kinds.contains(&kind(&details[name])), "{name}");
        }
        assert_eq!(details["patient"], user.user_type == "PATIENT");
        for id in details["nationalIds"].as_array().unwrap() {
            assert_eq!(names(id), ["value", "name", "countryCodes"]);
        }
        for contact in details["contacts"].as_array().unwrap() {
            assert_eq!(
                names(contact),
                [
                    "id",
                    "contactType",
                    "contactValue",
                    "phoneUseType",
                    "primary",
                    "confirmed"
                ]
            );
        }
        // The public id is no part of it.
        assert!(!told.body.contains(&user.public_id));
    }
}

#[tokio::test]
async fn the_sample_patients_details_are_these() {
    let sandbox = Sandbox::open().await;
    let access = sandbox.patient(MARGARET).await.access;
    for path in ["/json/users/self", "/rest/users/self"] {
        let details = sandbox.get(path, Some(&access)).await.json();
        assert_eq!(details["lastName"], "Whitfield");
        assert_eq!(
            (&details["dob"], &details["gender"], &details["genderMF"]),
            (&json!("1948-02-20"), &json!("F"), &json!("f"))
        );
        assert_eq!(
            details["nationalIds"],
            json!([{"value": "9547852140", "name": "NHS number", "countryCodes": ["GB-ENG", "GB-WLS"]}])
        );
    }
}

#[tokio::test]
async fn refusals_tell_the_documented_codes() {
    let sandbox = Sandbox::open().await;
    let code = async |token: Option<&model::Secret>| {
        let told = sandbox.get("/json/users/self", token).await;
        assert_eq!(told.header("content-type"), "application/json");
        assert!(!told.json()["message"].as_str().unwrap().is_empty());
        (
            told.status,
            told.json()["code"].as_str().unwrap().to_owned(),
        )
    };
    assert_eq!(code(None).await, (401, "BAD_AUTHENTICATION".to_owned()));
    let frozen = sandbox.patient("callum.macinnes@example.com").await.access;
    assert_eq!(
        code(Some(&frozen)).await,
        (403, "ACCESS_FROZEN_OUTWARD".to_owned())
    );
    let system = sandbox.system_token().await;
    assert_eq!(
        code(Some(&system)).await,
        (403, "USER_TYPE_NOT_PERM".to_owned())
    );
    let access = sandbox.patient(MARGARET).await.access;
    sandbox.clock.advance(jiff::SignedDuration::from_secs(601));
    assert_eq!(
        code(Some(&access)).await,
        (401, "ACC_TOKEN_EXPIRED".to_owned())
    );
    let end = json!({"publicId": public_id(MARGARET), "how": "expired"});
    sandbox.control("/sessions/end", &end).await;
    assert_eq!(
        code(Some(&access)).await,
        (401, "API_SESSION_EXPIRED".to_owned())
    );
    let unknown = sandbox.get("/json/users/myCarers", Some(&access)).await;
    assert_eq!(
        (unknown.status, &unknown.json()["code"]),
        (404, &json!("NOT_FOUND"))
    );
    let post = sandbox
        .send("POST", "/json/users/self", Some(&access), "")
        .await;
    assert_eq!(
        (post.status, &post.json()["code"]),
        (405, &json!("METHOD_NOT_ALLOWED"))
    );
}
