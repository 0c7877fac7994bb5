//! What a supplier may register, and what becomes of it.

use super::{PAGE, approved, audit, post, register, seen, widget, with};
use crate::actors::Toolbar;
use crate::sample::OKAFOR;
use crate::world::{RIVERSIDE, World};
use serde_json::{Value, json};
use wire::paths::partner;

#[tokio::test]
async fn a_widget_waits_until_an_operator_has_approved_it() {
    let world = World::new().await;
    let partner = world.integrator("Pharmacy First").await;
    let okafor = Toolbar::signed_in(&world, RIVERSIDE, 1, OKAFOR).await;
    let answer = post(&world, &partner, &widget()).await;
    let told = answer.value();
    let id = told["widgetId"].as_str().unwrap();
    assert_eq!(
        told,
        json!({ "widgetId": id, "name": "Clinic letters", "state": "awaiting-approval", "revision": 1 })
    );
    assert!(seen(&world, &okafor).await.is_empty());
    let again = register(&world, &partner, &widget()).await;
    assert_eq!((again.widget_id.as_str(), again.revision), (id, 1));
    approved(&world, &partner, &widget(), &[]).await;
    assert_eq!(seen(&world, &okafor).await.len(), 1);
    let told = register(&world, &partner, &widget()).await;
    assert_eq!((told.state.as_str(), told.revision), ("approved", 1));
    let admin = world.admin();
    let refused = admin
        .refuse_widget(id.parse().unwrap(), 1, "Too nosy.")
        .await;
    refused.unwrap();
    let told = register(&world, &partner, &widget()).await;
    assert_eq!(told.state, "refused");
    assert_eq!(told.reason.as_deref(), Some("Too nosy."));
    assert!(seen(&world, &okafor).await.is_empty());
    let lines = audit(&world).await;
    let acts: Vec<_> = lines.iter().filter(|line| line.contains(id)).collect();
    assert_eq!(acts.len(), 3, "{acts:?}");
    assert!(acts[0].starts_with("operator:test refuse widget"));
    assert!(acts[1].starts_with("operator:test approve widget"));
    assert!(acts[2].starts_with(&format!("client:{} register widget", partner.id)));
}

#[tokio::test]
async fn every_kind_of_change_must_be_approved_again() {
    let world = World::new().await;
    let partner = world.integrator("Pharmacy First").await;
    let okafor = Toolbar::signed_in(&world, RIVERSIDE, 1, OKAFOR).await;
    let changes = [
        json!({ "icon": "chart" }),
        json!({ "launchUrl": "https://supplier.example/other" }),
        json!({ "encryptionSecret": "Kq3vX7pZ0sT5wB9nR2yL6dF8hJ1mC4gB" }),
        json!({ "encryptionMethod": "A128CBC_HS256" }),
        json!({ "requiresPatientData": false }),
        json!({ "requiresUserData": false, "requiresPatientData": false }),
    ];
    for (place, change) in changes.into_iter().enumerate() {
        let named = |changes: &Value| {
            let mut changed = with(changes);
            changed["name"] = format!("Widget {place}").into();
            changed
        };
        let first = approved(&world, &partner, &named(&json!({})), &[RIVERSIDE]).await;
        assert_eq!(seen(&world, &okafor).await.len(), 1, "{change}");
        let changed = register(&world, &partner, &named(&change)).await;
        assert_eq!(changed.widget_id, first.widget_id);
        assert_eq!(changed.state, "awaiting-approval", "{change}");
        assert_eq!(changed.revision, 2);
        assert!(seen(&world, &okafor).await.is_empty(), "{change}");
        // Who looked at the content before has not seen this one.
        let id = first.widget_id.parse().unwrap();
        let late = world.admin().approve_widget(id, 1, &[]).await;
        assert!(late.is_err());
        // Back to what was approved once is another change.
        let back = register(&world, &partner, &named(&json!({}))).await;
        assert_eq!(
            (back.state.as_str(), back.revision),
            ("awaiting-approval", 3)
        );
        assert!(seen(&world, &okafor).await.is_empty(), "{change}");
    }
}

#[tokio::test]
async fn other_words_for_the_same_are_no_change() {
    let world = World::new().await;
    let partner = world.integrator("Pharmacy First").await;
    let mut gcm = widget();
    for same in [json!("A256GCM"), Value::Null] {
        gcm["encryptionMethod"] = same;
        assert_eq!(register(&world, &partner, &gcm).await.revision, 1);
    }
    gcm.as_object_mut().unwrap().remove("encryptionMethod");
    gcm["more"] = json!({ "that": ["is", "passed", "over"] });
    assert_eq!(register(&world, &partner, &gcm).await.revision, 1);
    for same in ["A128CBC_HS256", "A128CBC-HS256"] {
        let cbc = with(&json!({ "encryptionMethod": same }));
        assert_eq!(register(&world, &partner, &cbc).await.revision, 2);
    }
}

#[tokio::test]
async fn a_name_is_one_client_systems_own() {
    let world = World::new().await;
    let partner = world.integrator("Pharmacy First").await;
    let other = world.integrator("Other System").await;
    let first = register(&world, &partner, &widget()).await;
    let second = register(&world, &other, &widget()).await;
    assert_ne!(first.widget_id, second.widget_id);
    let renamed = with(&json!({ "name": "clinic letters" }));
    let third = register(&world, &partner, &renamed).await;
    assert_ne!(first.widget_id, third.widget_id);
}

#[tokio::test]
async fn every_fault_is_told_by_its_member() {
    let world = World::new().await;
    let partner = world.integrator("Pharmacy First").await;
    let table: &[(&str, &[Value])] = &[
        (
            "name",
            &[
                json!(""),
                json!(" x"),
                json!("a\nb"),
                json!("x".repeat(81)),
                json!(7),
                json!("x".repeat(600)),
            ],
        ),
        (
            "icon",
            &[json!("skull"), json!(""), json!(null), json!(["letter"])],
        ),
        (
            "launchUrl",
            &[
                json!("http://supplier.example"),
                json!("http://127.0.0.1/launch"),
                json!("supplier.example"),
                json!("https://me:word@supplier.example"),
                json!("https://supplier.example/#x"),
                json!("https://supplier.example/?user=1"),
                json!("https://supplier.example/?x=1&patient=2"),
                json!(format!("https://supplier.example/{}", "x".repeat(2000))),
                json!(false),
            ],
        ),
        (
            "encryptionSecret",
            &[
                json!("short"),
                json!("k".repeat(33)),
                json!("é".repeat(32)),
                json!("é".repeat(16)),
                json!(1),
            ],
        ),
        (
            "encryptionMethod",
            &[json!("A128GCM"), json!(""), json!(true)],
        ),
        (
            "requiresUserData",
            &[json!("true"), json!(1), json!(false), json!(null)],
        ),
        ("requiresPatientData", &[json!("true"), json!(0), json!({})]),
    ];
    for (name, values) in table {
        for value in *values {
            let spoiled = with(&json!({ (*name): value }));
            let answer = post(&world, &partner, &spoiled).await;
            assert_eq!(answer.faults(), [*name], "{spoiled}");
            assert!(!answer.text().contains("\"value\""));
        }
        let mut without = widget();
        without.as_object_mut().unwrap().remove(*name);
        let answer = post(&world, &partner, &without).await;
        if *name == "encryptionMethod" {
            assert!(answer.status.is_success());
        } else {
            assert_eq!(answer.faults(), [*name]);
        }
    }
    for whole in ["7", "[]", "null", "\"x\""] {
        let answer = world.call(partner.posting(partner::WIDGETS, whole)).await;
        assert_eq!(answer.faults(), ["$"], "{whole}");
    }
    let answer = world.call(partner.posting(partner::WIDGETS, "{")).await;
    assert_eq!(answer.refused(), (400, "malformed-json".to_owned()));
}

#[tokio::test]
async fn all_faults_are_told_at_once_in_the_documents_order() {
    let world = World::new().await;
    let partner = world.integrator("Pharmacy First").await;
    let text = r#"{"requiresPatientData":true,"encryptionMethod":"x","launchUrl":"ftp://x",
        "requiresUserData":false,"icon":"x","encryptionSecret":"x","name":"","name":"y"}"#;
    let answer = world.call(partner.posting(partner::WIDGETS, text)).await;
    assert_eq!(
        answer.faults(),
        [
            "encryptionMethod",
            "launchUrl",
            "requiresUserData",
            "icon",
            "encryptionSecret",
            "name",
            "name"
        ]
    );
    let answer = world.call(partner.posting(partner::WIDGETS, "{}")).await;
    assert_eq!(
        answer.faults(),
        [
            "name",
            "icon",
            "launchUrl",
            "encryptionSecret",
            "requiresUserData",
            "requiresPatientData"
        ]
    );
}

#[tokio::test]
async fn only_a_sandbox_takes_pages_of_its_own_machine() {
    let near = with(&json!({ "launchUrl": "http://127.0.0.1:8090/launch" }));
    let world = World::configured(|config| config.loopback_widgets = true).await;
    let partner = world.integrator("Pharmacy First").await;
    assert!(post(&world, &partner, &near).await.status.is_success());
    let far = with(&json!({ "launchUrl": PAGE.replace("https", "http") }));
    assert_eq!(post(&world, &partner, &far).await.faults(), ["launchUrl"]);
}

#[tokio::test]
async fn a_body_must_be_json_and_small_enough() {
    let world = World::new().await;
    let partner = world.integrator("Pharmacy First").await;
    let mut request = partner.posting(partner::WIDGETS, widget().to_string());
    request
        .headers_mut()
        .insert("Content-Type", "text/plain".parse().unwrap());
    let answer = world.call(request).await;
    assert_eq!(answer.refused(), (415, "unsupported-media-type".to_owned()));
}
