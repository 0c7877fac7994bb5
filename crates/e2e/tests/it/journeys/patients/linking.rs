//! From a patient's id to readings of their record, and the end of it.

use super::world;
use crate::world::World;
use crate::world::listener::Listener;
use crate::world::patients::{Brought, of};
use crate::world::people::Person;
use crate::world::product::Product;
use reqwest::Method;
use sdk::GatewayClient;
use sdk::gateway::Heard;
use serde_json::{Value, json};
use std::time::Instant;

#[tokio::test]
async fn a_patient_connects_and_is_read_and_every_step_is_told() {
    // Whatever is logged in this test, secrets and patients are not.
    let world = World::start_logging("trace").await;
    let listener = Listener::start().await;
    let product = &world.product;
    product.be_told(&listener).await;
    let gill = world.pkb.person("sukhdeep");
    let amy = product.new_patient().await;
    let again = product.call(Method::PUT, &of(&amy)).send().await.unwrap();
    assert_eq!(again.status(), 200);
    assert_eq!(product.link_state(&amy).await, "none");

    let grant = product.begin(&amy).await;
    assert!(grant.starts_with(&world.pkb.base), "{grant}");
    assert_eq!(product.link_state(&amy).await, "pending");
    let began = Instant::now();
    let location = world.pkb.approve(&grant, gill).await;
    let Brought::Result(result) = product.come_back(&location).await else {
        panic!("it was not approved");
    };
    // Nothing is linked before the product has confirmed who came back.
    assert_eq!(product.link_state(&amy).await, "pending");
    let confirmed = product.confirm(&amy, &result).await;
    println!("from approve to linked: {:?}", began.elapsed());
    assert_eq!(confirmed.status, 200, "{confirmed:?}");
    let patient = product.patient(&amy).await;
    assert_eq!(confirmed.json(), patient);
    is_linked_to(&patient, gill);

    reads(product, &amy, gill).await;
    let details = format!("{}/link/refresh-details", of(&amy));
    let details = product.post(&details, &json!({})).await;
    assert_eq!(details.status, 200, "{details:?}");
    is_linked_to(&details.json(), gill);

    product.unlink(&amy).await;
    product.unlink(&amy).await;
    let patient = product.patient(&amy).await;
    assert_eq!(patient["link"]["state"], "unlinked", "{patient}");
    let left = patient.to_string();
    for gone in [&gill.public_id, gill.nhs_number.as_ref().unwrap()] {
        assert!(!left.contains(gone), "{patient}");
    }

    let told = ["patient.pending", "patient.linked", "patient.unlinked"];
    listener.until_patient(&amy, "patient.unlinked").await;
    assert_eq!(listener.told_of_patient(&amy), told);
    assert_eq!(streamed(&world, &amy).await, told);
    for post in listener.posts() {
        let text = String::from_utf8(post.body.to_vec()).unwrap();
        let number = gill.nhs_number.as_ref().unwrap();
        for hidden in [&gill.public_id, number, "Gill", &gill.email] {
            assert!(!text.contains(hidden), "{text}");
        }
    }
    // Neither are they in the gateway's files.
    let files = super::super::files(&world.data().join("gateway"));
    for file in files {
        let bytes = std::fs::read(&file).unwrap();
        for hidden in [gill.nhs_number.as_ref().unwrap(), "Fallowdean", &gill.email] {
            let found = bytes
                .windows(hidden.len())
                .any(|at| at == hidden.as_bytes());
            assert!(!found, "{hidden} is in {}", file.display());
        }
    }
}

fn is_linked_to(patient: &Value, person: &Person) {
    assert_eq!(patient["link"]["state"], "linked", "{patient}");
    assert_eq!(patient["link"]["publicId"], person.public_id.as_str());
    let known = &patient["demographics"];
    let number = person.nhs_number.as_deref().unwrap();
    assert_eq!(known["nhsNumber"], number, "{patient}");
    assert_eq!(known["nationalIds"][0]["value"], number);
    let name = [&known["title"], &known["firstName"], &known["lastName"]];
    let name = name.map(|part| part.as_str().unwrap().to_owned()).join(" ");
    assert_eq!(name, person.name);
    assert!(known["readAt"].is_string() && known["address"]["postcode"].is_string());
}

/// What a patient may read there comes through as PKB answers it.
async fn reads(product: &Product, id: &str, person: &Person) {
    let own = format!("Patient/{}", person.public_id);
    let purview = product.read(id, "fhir/Consent/$purview").await;
    assert_eq!(purview.status, 200, "{purview:?}");
    assert_eq!(purview.json()["resourceType"], "Parameters");
    assert!(purview.text.contains(&own), "{purview:?}");
    let patient = product.read(id, &format!("fhir/{own}")).await;
    assert_eq!(patient.status, 200, "{patient:?}");
    assert!(patient.content_type.starts_with("application/fhir+json"));
    assert_eq!(patient.json()["id"], person.public_id.as_str());
    let user = product.read(id, "json/users/self").await;
    assert_eq!(user.status, 200, "{user:?}");
    let surname = user.json()["lastName"].as_str().unwrap().to_owned();
    assert!(person.name.ends_with(&surname), "{user:?}");
    let number = person.nhs_number.as_ref().unwrap();
    let search = format!("fhir/Patient?identifier=https://fhir.nhs.uk/Id/nhs-number%7C{number}");
    let found = product.read(id, &search).await;
    assert_eq!(found.status, 200, "{found:?}");
    // What PKB refuses comes through as well.
    let nobody = format!("fhir/Patient/{}", crate::world::message::new_id());
    let nobody = product.read(id, &nobody).await;
    assert!((400..500).contains(&nobody.status), "{nobody:?}");
    assert_eq!(nobody.json()["resourceType"], "OperationOutcome");
}

/// The types that the stream of events told about a patient, from its beginning.
async fn streamed(world: &World, id: &str) -> Vec<String> {
    let product = &world.product;
    let client = GatewayClient::new(product.http.clone(), &product.base, &product.key).unwrap();
    let mut events = client.events(Some("0")).await.unwrap();
    let mut told = Vec::new();
    while told.last().map(String::as_str) != Some("patient.unlinked") {
        if let Some(Heard::Event { event, .. }) = events.next().await.unwrap()
            && event.data.app_user_id.as_deref() == Some(id)
        {
            told.push(event.kind.clone());
        }
    }
    told
}

#[tokio::test]
async fn who_says_no_at_pkb_shares_nothing_and_may_say_yes_later() {
    let (world, listener) = world().await;
    let product = &world.product;
    let gill = world.pkb.person("sukhdeep");
    let amy = product.new_patient().await;
    let location = world.pkb.deny(&product.begin(&amy).await, gill).await;
    let brought = product.come_back(&location).await;
    assert_eq!(brought, Brought::Error("access_denied".to_owned()));
    assert_eq!(product.link_state(&amy).await, "none");
    assert_eq!(world.pkb.count("code-exchanged").await, 0);
    product.link(&amy, &world.pkb, gill).await;
    listener.until_patient(&amy, "patient.linked").await;
    let told = listener.told_of_patient(&amy);
    let mut expected = vec!["patient.pending", "patient.link-failed / denied"];
    expected.extend(["patient.pending", "patient.linked"]);
    assert_eq!(told, expected);
}

#[tokio::test]
async fn a_link_and_an_unconfirmed_result_outlive_a_restart() {
    let world = World::start().await;
    let (gill, brennan) = (world.pkb.person("sukhdeep"), world.pkb.person("aoife"));
    let (gill, brennan) = (gill.clone(), brennan.clone());
    let product = &world.product;
    let (amy, ben) = (product.new_patient().await, product.new_patient().await);
    product.link(&amy, &world.pkb, &gill).await;
    let result = product.approved(&ben, &world.pkb, &brennan).await;

    let world = world.start_again().await;
    let product = &world.product;
    is_linked_to(&product.patient(&amy).await, &gill);
    reads(product, &amy, &gill).await;
    let confirmed = product.confirm(&ben, &result).await;
    assert_eq!(confirmed.status, 200, "{confirmed:?}");
    is_linked_to(&confirmed.json(), &brennan);
    reads(product, &ben, &brennan).await;
    // Their tokens can still be renewed.
    world.advance("11m").await;
    reads(product, &amy, &gill).await;
    assert_eq!(world.pkb.count("reused").await, 0);
}

#[tokio::test]
async fn patients_are_listed_by_where_they_stand_and_deleted_with_all_there_is() {
    let (world, listener) = world().await;
    let product = &world.product;
    let gill = world.pkb.person("sukhdeep");
    let (amy, ben) = (product.new_patient().await, product.new_patient().await);
    product.link(&amy, &world.pkb, gill).await;
    let listed = async |query: &str| {
        let told = product.get(&format!("/v1/patients{query}")).await.json();
        assert!(!told.to_string().contains("demographics"), "{told}");
        let found = told["patients"].as_array().unwrap().clone();
        let id = |patient: &Value| patient["appUserId"].as_str().unwrap().to_owned();
        found.iter().map(id).collect::<Vec<_>>()
    };
    assert_eq!(listed("?state=linked").await, [amy.as_str()]);
    assert_eq!(listed("?state=none").await, [ben.as_str()]);
    assert_eq!(listed("").await.len(), 2);

    let gone = product.call(Method::DELETE, &of(&amy)).send().await;
    assert_eq!(gone.unwrap().status(), 204);
    assert_eq!(product.get(&of(&amy)).await.status, 404);
    listener.until_patient(&amy, "patient.unlinked").await;
    // The record is free for somebody else.
    product.link(&ben, &world.pkb, gill).await;
    let by_hand = world.baton.json(&["gateway", "patient", "list"]).await;
    assert!(by_hand.to_string().contains(&ben), "{by_hand}");
    assert!(!by_hand.to_string().contains(&amy), "{by_hand}");
}
