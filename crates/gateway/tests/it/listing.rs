//! Where messages stand, as the product is told; and whether the documentation tells the truth about the routes.

use crate::entering::{ID, message, product, reasons, with};
use crate::fake::Fault;
use crate::world::World;
use axum::http::{Method, StatusCode};
use jiff::SignedDuration;
use model::ClientMessageId;
use model::outbox::State;
use serde_json::json;
use wire::endpoints::Access;
use wire::openapi::GATEWAY;
use wire::problem::ProblemType;

#[tokio::test]
async fn one_message_tells_its_whole_way() {
    let world = World::new().await;
    world.fake.next([Fault::Says(503, None)]);
    let node = world.start();
    let product = product(&world, &node).await;
    product.post("/v1/messages", Some(message())).await;
    let id: ClientMessageId = ID.parse().unwrap();
    world
        .until("the message is accepted", async || {
            world.pass(SignedDuration::from_secs(1));
            world.stored(id).await.state == State::Accepted
        })
        .await;
    world
        .fake
        .change_silently(id, "COMPLETED", Some("Imported after review"));
    let looked = product.post(&format!("/v1/messages/{ID}/look"), None).await;
    assert_eq!(looked.status, StatusCode::OK, "{}", looked.text);
    assert_eq!(looked.json()["changed"], json!(true));
    let told = product.get(&format!("/v1/messages/{ID}")).await.json();
    let outcomes: Vec<_> = told["attempts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|attempt| attempt["outcome"].as_str().unwrap_or_default())
        .collect();
    assert_eq!(outcomes, ["answered", "accepted"], "{told}");
    assert_eq!(told["attempts"][0]["httpStatus"], json!(503));
    assert!(told["attempts"][0]["words"].is_string());
    assert_eq!(told["status"], "COMPLETED");
    assert_eq!(told["platformStatus"]["subStatus"], "Imported after review");
    let kinds: Vec<_> = told["timeline"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| entry["type"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(kinds[..2], ["message.queued", "message.accepted"]);
    assert_eq!(kinds.last().unwrap(), "message.status");
    assert!(
        told["timeline"][0]["by"]
            .as_str()
            .unwrap()
            .starts_with("product:")
    );
    node.stop().await;
}

#[tokio::test]
async fn a_list_is_narrowed_and_paged_and_says_nothing_about_patients() {
    let world = World::new().await;
    let (gateway, _) = world.gateway(world.config());
    let product = crate::client::Product {
        router: gateway.router(|router| router),
        bearer: world.bearer().await,
    };
    let mut ids = Vec::new();
    for number in 0..5 {
        ids.push(world.draft().about(number).enter(&world).await.to_string());
    }
    ids.reverse();
    let mut seen = Vec::new();
    let mut address = "/v1/messages?state=queued&to=GPPRAC001&limit=2".to_owned();
    loop {
        let page = product.get(&address).await;
        assert!(!page.text.contains("nhsNumber"));
        let page = page.json();
        for message in page["messages"].as_array().unwrap() {
            seen.push(message["messageId"].as_str().unwrap().to_owned());
        }
        let Some(next) = page["next"].as_str() else {
            break;
        };
        address = format!("/v1/messages?state=queued&to=GPPRAC001&limit=2&after={next}");
    }
    assert_eq!(seen, ids);
    for empty in [
        "state=refused",
        "to=GPPRAC002",
        "userId=x",
        "status=EXPIRED",
    ] {
        let page = product.get(&format!("/v1/messages?{empty}")).await.json();
        assert_eq!(page, json!({ "messages": [] }), "{empty}");
    }
    let bad = "/v1/messages?state=a&status=b&userId=%20&to=%3C&after=x&limit=0";
    let names: Vec<_> = reasons(&product.get(bad).await)
        .into_iter()
        .map(|(name, _)| name)
        .collect();
    assert_eq!(names, ["state", "status", "userId", "to", "after", "limit"]);
}

#[tokio::test]
async fn a_refused_message_is_mended_and_released() {
    let world = World::new().await;
    world
        .fake
        .next([Fault::Problem(ProblemType::ValidationError)]);
    let node = world.start();
    let product = product(&world, &node).await;
    product.post("/v1/messages", Some(message())).await;
    let id: ClientMessageId = ID.parse().unwrap();
    world.until_state(id, State::Refused).await;
    let told = product.get(&format!("/v1/messages/{ID}")).await.json();
    assert_eq!(told["problem"], "validation-error");
    let words = told["attempts"][0]["words"].as_str().unwrap();
    assert!(
        words.contains("will not take the message as it is"),
        "{words}"
    );
    assert!(told["overdueSince"].is_string());
    let address = format!("/v1/messages/{ID}/release");
    let wrong =
        json!({ "topic": "NoSuchTopic", "to": "!", "userId": " ", "expiryDateTime": "yesterday" });
    let faults = product.post(&address, Some(wrong)).await;
    let names: Vec<_> = reasons(&faults).into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["topic", "to", "userId", "expiryDateTime"]);
    let mend = json!({ "to": "GPPRAC002" });
    let released = product.post(&address, Some(mend)).await;
    assert_eq!(released.status, StatusCode::ACCEPTED, "{}", released.text);
    assert_eq!(
        released.json(),
        json!({ "messageId": ID, "state": "queued" })
    );
    world.until_state(id, State::Accepted).await;
    assert_eq!(
        world.fake.accepted()[0].message.recipient.id.value,
        "GPPRAC002"
    );
    let again = product.post(&address, None).await;
    assert_eq!(again.status, StatusCode::CONFLICT);
    assert!(again.text.contains("wrong-state"));
    // What is sent has changed; what its sender said has not.
    let same = product.post("/v1/messages", Some(message())).await;
    assert_eq!(same.status, StatusCode::ACCEPTED);
    let unknown = with(message(), "messageId", json!("x"));
    assert_eq!(
        reasons(&product.post("/v1/messages", Some(unknown)).await)[0].0,
        "messageId"
    );
    let nowhere = product.get("/v1/messages/x").await;
    assert_eq!(nowhere.status, StatusCode::NOT_FOUND);
    assert!(nowhere.text.contains("is a UUID"));
    node.stop().await;
}

#[tokio::test]
async fn every_documented_route_answers_and_no_other_method_does() {
    let world = World::new().await;
    let (gateway, _) = world.gateway(world.config());
    let product = crate::client::Product {
        router: gateway.router(|router| router),
        bearer: "Bearer bgk_nobody_x".to_owned(),
    };
    let address = |path: &str| {
        path.replace("{messageId}", ID)
            .replace("{userId}", "somebody")
            .replace("{webhookId}", ID)
            .replace("{appUserId}", "somebody")
            .replace("{path}", "fhir/Patient")
            .replace("{name}", "validation-error")
    };
    let all: Vec<_> = GATEWAY.endpoints().collect();
    for endpoint in &all {
        let method: Method = endpoint.method.as_str().parse().unwrap();
        let answer = product.call(method, &address(endpoint.path), None).await;
        let wanted = if endpoint.access == Access::Open {
            StatusCode::OK
        } else {
            StatusCode::UNAUTHORIZED
        };
        assert_eq!(answer.status, wanted, "{}", endpoint.id);
        for method in [
            Method::GET,
            Method::POST,
            Method::PUT,
            Method::PATCH,
            Method::DELETE,
        ] {
            let same = |other: &&&wire::endpoints::Endpoint| {
                other.path == endpoint.path && other.method.as_str() == method.as_str()
            };
            if all.iter().find(same).is_some() {
                continue;
            }
            let answer = product
                .call(method.clone(), &address(endpoint.path), None)
                .await;
            let status = answer.status;
            assert_eq!(
                status,
                StatusCode::METHOD_NOT_ALLOWED,
                "{method} {}",
                endpoint.path
            );
        }
    }
}

#[tokio::test]
async fn the_document_and_the_pages_are_served() {
    let world = World::new().await;
    let (gateway, _) = world.gateway(world.config());
    let product = crate::client::Product {
        router: gateway.router(|router| router),
        bearer: "none".to_owned(),
    };
    let document = product.get("/openapi.json").await.json();
    assert_eq!(document["servers"][0]["url"], crate::world::BASE);
    assert!(document["paths"]["/v1/messages"]["post"].is_object());
    let start = product.get("/").await;
    assert_eq!(start.header(axum::http::header::LOCATION), "/docs");
    let docs = product.get("/docs").await;
    for endpoint in GATEWAY.endpoints() {
        assert!(
            docs.text.contains(&format!("id=\"{}\"", endpoint.id)),
            "{}",
            endpoint.id
        );
    }
    for kind in GATEWAY.problems() {
        let page = product.get(&format!("/problems/{}", kind.name())).await;
        assert_eq!(page.status, StatusCode::OK);
    }
}
