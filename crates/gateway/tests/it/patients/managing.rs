//! Patients added, seen, listed, deleted; and what is refused without PKB's help.

use crate::client::Product;
use crate::users::product;
use crate::world::World;
use axum::http::{Method, StatusCode, header};
use model::pkb_link::ATTEMPT;
use model::{AppUserId, Clock as _};
use serde_json::json;
use store::gateway::PatientFilter;

/// A product of a gateway at which PKB is set up, though nobody answers there.
async fn with_pkb(world: &World) -> Product {
    let mut config = world.config();
    let nobody = "http://127.0.0.1:9".to_owned();
    config.pkb = Some(gateway::PkbConfig::new(
        nobody,
        "demo-app".to_owned(),
        crate::world::BASE,
    ));
    let (gateway, _) = world.gateway(config);
    Product {
        router: gateway.router(|router| router),
        bearer: world.bearer().await,
    }
}

#[tokio::test]
async fn a_patient_is_put_seen_and_deleted() {
    let world = World::new().await;
    let product = product(&world).await;
    let made = product.put("/v1/patients/amy-7").await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
    let expected = json!({
        "appUserId": "amy-7", "createdAt": "2026-11-21T12:00:00Z", "link": { "state": "none" }
    });
    assert_eq!(made.json(), expected);
    let seen = product.get("/v1/patients/amy-7").await;
    assert_eq!(seen.json(), expected);
    assert_eq!(seen.header(header::CACHE_CONTROL), "no-store");
    let again = product.put("/v1/patients/amy-7").await;
    assert_eq!((again.status, again.json()), (StatusCode::OK, expected));
    let gone = product.delete("/v1/patients/amy-7").await;
    assert_eq!(gone.status, StatusCode::NO_CONTENT);
    let begin = json!({ "returnUrl": "https://product.example/back" });
    for answer in [
        product.get("/v1/patients/amy-7").await,
        product.delete("/v1/patients/amy-7").await,
        product.delete("/v1/patients/amy-7/link").await,
        product
            .post(
                "/v1/patients/amy-7/link/confirm",
                Some(json!({ "result": "x" })),
            )
            .await,
    ] {
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{}", answer.text);
        assert_eq!(answer.json()["detail"], "There is no such patient.");
    }
    let product = with_pkb(&world).await;
    for answer in [
        product.post("/v1/patients/amy-7/link", Some(begin)).await,
        product
            .post("/v1/patients/amy-7/link/refresh-details", None)
            .await,
        product.get("/v1/patients/amy-7/pkb/fhir/Patient").await,
    ] {
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{}", answer.text);
        assert_eq!(answer.json()["detail"], "There is no such patient.");
    }
}

#[tokio::test]
async fn ids_with_signs_in_them_are_ids_too_and_what_is_none_is_refused_by_name() {
    let world = World::new().await;
    let product = product(&world).await;
    let path = "/v1/patients/a%2Fb%20%C3%A9%3F..";
    assert_eq!(product.put(path).await.json()["appUserId"], "a/b é?..");
    assert_eq!(product.get(path).await.status, StatusCode::OK);
    let long = format!("/v1/patients/{}", "x".repeat(201));
    for path in [long.as_str(), "/v1/patients/%20x", "/v1/patients/a%0Ab"] {
        let answer = product.put(path).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{path}");
        assert_eq!(answer.json()["invalidParameters"][0]["name"], "appUserId");
        assert_eq!(product.get(path).await.status, StatusCode::NOT_FOUND);
    }
    // What names a person stands in no address.
    for path in [
        "/v1/patients/9547852140",
        "/v1/patients/954%20785%202140",
        "/v1/patients/amy@example.com",
    ] {
        let answer = product.put(path).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{path}");
        assert_eq!(answer.json()["invalidParameters"][0]["name"], "appUserId");
    }
    assert!(
        product
            .put("/v1/patients/9547852141")
            .await
            .status
            .is_success()
    );
    for query in ["limit=0", "limit=1001", "state=good", "after=%20", "x=1"] {
        let answer = product.get(&format!("/v1/patients?{query}")).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{query}");
    }
}

#[tokio::test]
async fn patients_are_listed_page_by_page_and_by_state() {
    let world = World::new().await;
    let product = with_pkb(&world).await;
    for n in 0..7 {
        product.put(&format!("/v1/patients/p-{n}")).await;
    }
    let begin = json!({ "returnUrl": "https://product.example/back" });
    let begun = product.post("/v1/patients/p-3/link", Some(begin)).await;
    assert_eq!(begun.status, StatusCode::CREATED, "{}", begun.text);
    assert_eq!(begun.header(header::CACHE_CONTROL), "no-store");
    assert_eq!(begun.json()["expiresAt"], "2026-11-21T12:10:00Z");
    let (mut seen, mut after) = (Vec::new(), String::new());
    loop {
        let page = product.get(&format!("/v1/patients?limit=3{after}")).await;
        let page = page.json();
        for patient in page["patients"].as_array().unwrap() {
            seen.push(patient["appUserId"].as_str().unwrap().to_owned());
        }
        let Some(next) = page["next"].as_str() else {
            break;
        };
        after = format!("&after={next}");
    }
    assert_eq!(seen, (0..7).map(|n| format!("p-{n}")).collect::<Vec<_>>());
    let count = async |state: &str| {
        let page = product.get(&format!("/v1/patients?state={state}")).await;
        page.json()["patients"].as_array().unwrap().len()
    };
    assert_eq!((count("pending").await, count("none").await), (1, 6));
    assert_eq!(count("needs-reauthorisation").await, 0);
    world.pass(ATTEMPT);
    assert_eq!((count("pending").await, count("none").await), (0, 7));
}

#[tokio::test]
async fn a_link_is_begun_only_where_the_patient_can_come_back_to() {
    let world = World::new().await;
    let product = with_pkb(&world).await;
    product.put("/v1/patients/amy").await;
    let begin = async |url: &str| {
        let body = json!({ "returnUrl": url });
        product.post("/v1/patients/amy/link", Some(body)).await
    };
    for bad in [
        "/back",
        "http://product.example/back",
        "javascript:alert(1)",
        "https://amy@product.example/",
        "https://product.example/#x",
        "https://product.example/?result=x",
    ] {
        let answer = begin(bad).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{bad}");
        let fault = &answer.json()["invalidParameters"][0];
        assert_eq!(fault["name"], "returnUrl");
        assert!(fault.get("value").is_none(), "{fault}");
    }
    let missing = product.post("/v1/patients/amy/link", Some(json!({}))).await;
    let faults = &missing.json()["invalidParameters"];
    assert_eq!(faults[0]["reason"], "Is required");

    let mut grants = Vec::new();
    for good in ["https://product.example/back?x=1", "com.example.app:/back"] {
        let answer = begin(good).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text);
        let grant = answer.json()["grantUrl"].as_str().unwrap().to_owned();
        grants.push(url::Url::parse(&grant).unwrap());
    }
    let pairs =
        |grant: &url::Url| -> Vec<(String, String)> { grant.query_pairs().into_owned().collect() };
    let states: Vec<_> = grants.iter().map(|grant| pairs(grant).pop()).collect();
    assert_ne!(states[0], states[1]);
    let grant = &grants[0];
    assert_eq!(grant.path(), "/apiAuthorize.action");
    let names: Vec<_> = pairs(grant).into_iter().map(|(name, _)| name).collect();
    assert_eq!(
        names,
        [
            "response_type",
            "client_id",
            "redirect_uri",
            "scope",
            "state"
        ]
    );
    let seen = product.get("/v1/patients/amy").await.json();
    assert_eq!(seen["link"], json!({ "state": "pending" }));
    // Neither the address nor what is in it is told again.
    let state = states[0].clone().unwrap().1;
    let events = world.store.events.since(0, 100).await.unwrap();
    assert!(!format!("{events:?}").contains(&state));
    assert!(!format!("{events:?}").contains("amy"));
}

#[tokio::test]
async fn a_result_that_nobody_gave_links_nothing_and_ending_no_link_is_no_fault() {
    let world = World::new().await;
    let product = with_pkb(&world).await;
    product.put("/v1/patients/amy").await;
    let long = "x".repeat(1000);
    for result in ["", "x", &long] {
        let body = json!({ "result": result });
        let answer = product
            .post("/v1/patients/amy/link/confirm", Some(body))
            .await;
        assert_eq!(answer.status, StatusCode::CONFLICT, "{}", answer.text);
        let kind = answer.json()["type"].as_str().unwrap().to_owned();
        assert!(kind.ends_with("/problems/link-refused"), "{kind}");
    }
    for _ in 0..2 {
        let ended = product.delete("/v1/patients/amy/link").await;
        assert_eq!(ended.status, StatusCode::NO_CONTENT);
    }
    for answer in [
        product.get("/v1/patients/amy/pkb/fhir/Patient").await,
        product
            .post("/v1/patients/amy/link/refresh-details", None)
            .await,
    ] {
        assert_eq!(answer.status, StatusCode::CONFLICT, "{}", answer.text);
        let kind = answer.json()["type"].as_str().unwrap().to_owned();
        assert!(kind.ends_with("/problems/link-needed"), "{kind}");
    }
}

#[tokio::test]
async fn without_pkb_patients_are_kept_and_nothing_is_linked() {
    let world = World::new().await;
    let product = product(&world).await;
    product.put("/v1/patients/amy").await;
    let begin = json!({ "returnUrl": "https://product.example/back" });
    for answer in [
        product.post("/v1/patients/amy/link", Some(begin)).await,
        product
            .post(
                "/v1/patients/amy/link/confirm",
                Some(json!({ "result": "x" })),
            )
            .await,
        product
            .post("/v1/patients/amy/link/refresh-details", None)
            .await,
        product.get("/v1/patients/amy/pkb/fhir/Patient").await,
    ] {
        assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
        assert!(answer.text.contains("not set up"), "{}", answer.text);
        // As the description promises.
        assert!(!answer.header(header::RETRY_AFTER).is_empty());
    }
    let ended = product.delete("/v1/patients/amy/link").await;
    assert_eq!(ended.status, StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn without_a_key_nothing_is_answered() {
    let world = World::new().await;
    let mut product = with_pkb(&world).await;
    product.put("/v1/patients/amy").await;
    product.bearer = "Bearer bgk_nobody_x".to_owned();
    let begin = json!({ "returnUrl": "https://product.example/back" });
    let result = json!({ "result": "x" });
    for (method, path, body) in [
        (Method::GET, "/v1/patients", None),
        (Method::GET, "/v1/patients/amy", None),
        (Method::PUT, "/v1/patients/bob", None),
        (Method::DELETE, "/v1/patients/amy", None),
        (Method::POST, "/v1/patients/amy/link", Some(begin)),
        (Method::POST, "/v1/patients/amy/link/confirm", Some(result)),
        (Method::POST, "/v1/patients/amy/link/refresh-details", None),
        (Method::DELETE, "/v1/patients/amy/link", None),
        (Method::GET, "/v1/patients/amy/pkb/fhir/Patient", None),
        (Method::GET, "/v1/patients/amy/pkb/apiToken.action", None),
        (Method::HEAD, "/v1/patients/amy/pkb/fhir/Patient", None),
    ] {
        let answer = product.call(method, path, body).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{path}");
        assert_eq!(answer.header(header::WWW_AUTHENTICATE), "Bearer");
    }
    let everybody = PatientFilter::default();
    let all = world.store.patients.list(&everybody, world.clock.now(), 9);
    let ids: Vec<_> = all.await.unwrap().into_iter().map(|one| one.id).collect();
    assert_eq!(ids, [AppUserId::parse("amy").unwrap()]);
}
