//! What people try, and what happens by mistake: nothing is linked that should not be.

use super::world;
use crate::world::patients::{Brought, RETURN_URL};
use crate::world::people::parameter;
use serde_json::json;

/// Somebody sends another the address of their own attempt; the other approves in good faith. Or sends them the
/// result of their own approval, so that the other's account is linked to the wrong record.
#[tokio::test]
async fn a_link_that_one_began_and_another_brings_back_is_refused_and_nothing_is_linked() {
    let (world, listener) = world().await;
    let product = &world.product;
    let gill = world.pkb.person("sukhdeep");
    let (mallory, victim) = (product.new_patient().await, product.new_patient().await);
    let result = product.approved(&mallory, &world.pkb, gill).await;
    // The product takes the patient from its own session: the victim's.
    let refused = product.confirm(&victim, &result).await;
    let told = (refused.status, refused.problem());
    assert_eq!(told, (409, "link-refused".to_owned()), "{refused:?}");
    // Nor does it work for the one who began, now or later.
    let refused = product.confirm(&mallory, &result).await;
    assert_eq!(refused.problem(), "link-refused", "{refused:?}");
    for id in [&mallory, &victim] {
        let patient = product.patient(id).await;
        assert_eq!(patient["link"]["state"], "none", "{patient}");
        assert!(patient["demographics"].is_null(), "{patient}");
        assert_eq!(product.read(id, "json/users/self").await.status, 409);
    }
    let failed = "patient.link-failed / not-theirs";
    listener.until_patient(&mallory, failed).await;
    assert_eq!(listener.told_of_patient(&victim), Vec::<String>::new());
    // The victim is none the worse for it.
    product.link(&victim, &world.pkb, gill).await;
}

#[tokio::test]
async fn a_callback_a_code_and_a_result_work_once() {
    let (world, _listener) = world().await;
    let product = &world.product;
    let gill = world.pkb.person("sukhdeep");
    let amy = product.new_patient().await;
    let location = world.pkb.approve(&product.begin(&amy).await, gill).await;
    let Brought::Result(result) = product.come_back(&location).await else {
        panic!("it was not approved");
    };
    let open = async |url: &str| {
        let answer = product.http.get(url).send().await.unwrap();
        let status = answer.status().as_u16();
        assert!(answer.headers().get("location").is_none(), "{status}");
        assert_eq!(answer.headers()["cache-control"], "no-store");
        (status, answer.text().await.unwrap())
    };
    // Again, with a made-up code, with somebody else's state, with parameters twice: a page, and no redirect.
    let state = parameter(&location, "state").unwrap();
    let base = format!("{}/pkb/callback", product.base);
    for url in [
        location.clone(),
        format!("{base}?code=made-up&state={state}"),
        format!("{base}?code=made-up&state=made-up"),
        format!("{base}?error=access_denied&state={state}"),
        format!("{location}&state={state}"),
        format!("{base}?code=made-up"),
        base.clone(),
    ] {
        let (status, page) = open(&url).await;
        assert_eq!(status, 400, "{page}");
        assert!(page.contains("This page cannot be used again"), "{page}");
        assert!(!page.contains("made-up"), "{page}");
    }
    assert_eq!(world.pkb.count("code-exchanged").await, 1);
    assert_eq!(product.link_state(&amy).await, "pending");
    assert_eq!(product.confirm(&amy, &result).await.status, 200);
    let twice = product.confirm(&amy, &result).await;
    assert_eq!(
        (twice.status, twice.problem().as_str()),
        (409, "link-refused")
    );
    assert_eq!(product.link_state(&amy).await, "linked");
    // A new state with a code that was used: PKB refuses it, and ends that session.
    let code = parameter(&location, "code").unwrap();
    let ben = product.new_patient().await;
    let state = parameter(&product.begin(&ben).await, "state").unwrap();
    product.keep_secret(&state);
    let replayed = format!("{base}?code={code}&state={state}");
    let brought = product.come_back(&replayed).await;
    assert_eq!(brought, Brought::Error("failed".to_owned()));
    assert_eq!(product.link_state(&ben).await, "none");
}

#[tokio::test]
async fn what_comes_back_too_late_links_nothing() {
    let (world, listener) = world().await;
    let product = &world.product;
    let gill = world.pkb.person("sukhdeep");
    let (amy, ben) = (product.new_patient().await, product.new_patient().await);
    let grant = product.begin(&amy).await;
    let result = product.approved(&ben, &world.pkb, gill).await;
    world.advance("11m").await;
    let location = world.pkb.approve(&grant, gill).await;
    let answer = product.http.get(&location).send().await.unwrap();
    let status = answer.status().as_u16();
    let to = answer.headers().get("location").cloned();
    // It is told to the product as long as the attempt is known.
    match to {
        Some(to) => {
            let expired = format!("{RETURN_URL}&error=expired");
            assert!(to.to_str().unwrap().starts_with(&expired));
        }
        None => assert_eq!(status, 400),
    }
    let late = product.confirm(&ben, &result).await;
    assert_eq!(
        (late.status, late.problem().as_str()),
        (409, "link-refused")
    );
    for id in [&amy, &ben] {
        assert_eq!(product.link_state(id).await, "none");
        let expired = "patient.link-failed / expired";
        listener.until_patient(id, expired).await;
        let told = listener.told_of_patient(id);
        assert_eq!(told, ["patient.pending", expired], "told once");
    }
    product.link(&amy, &world.pkb, gill).await;
}

#[tokio::test]
async fn an_account_and_a_record_are_a_pair_until_they_are_parted() {
    let (world, listener) = world().await;
    let product = &world.product;
    let (gill, brennan) = (world.pkb.person("sukhdeep"), world.pkb.person("aoife"));
    let (amy, ben) = (product.new_patient().await, product.new_patient().await);
    product.link(&amy, &world.pkb, gill).await;
    // The record has an account already; the account has a record already.
    for (id, person, why) in [
        (&ben, gill, "linked-elsewhere"),
        (&amy, brennan, "another-person"),
    ] {
        let result = product.approved(id, &world.pkb, person).await;
        let refused = product.confirm(id, &result).await;
        let told = (refused.status, refused.problem());
        assert_eq!(told, (409, "link-refused".to_owned()), "{refused:?}");
        let failed = format!("patient.link-failed / {why}");
        listener.until_patient(id, &failed).await;
    }
    assert_eq!(product.link_state(&ben).await, "none");
    let still = product.patient(&amy).await;
    assert_eq!(still["link"]["publicId"], gill.public_id.as_str());
    assert_eq!(product.read(&amy, "json/users/self").await.status, 200);
    // Nor after a lapse.
    world.pkb.end_sessions(gill, "expired").await;
    assert_eq!(product.read(&amy, "json/users/self").await.status, 409);
    let result = product.approved(&amy, &world.pkb, brennan).await;
    assert_eq!(product.confirm(&amy, &result).await.status, 409);
    assert_eq!(product.link_state(&amy).await, "needs-reauthorisation");
    // Parted, each is free.
    product.unlink(&amy).await;
    product.link(&ben, &world.pkb, gill).await;
    product.link(&amy, &world.pkb, brennan).await;
}

#[tokio::test]
async fn a_professional_cannot_let_the_app_in() {
    let (world, _listener) = world().await;
    let product = &world.product;
    let amy = product.new_patient().await;
    let asked = json!({
        "url": product.begin(&amy).await, "email": "helen.marsh@example.com", "decision": "approve",
    });
    let to = format!("{}/sandbox/v1/pkb/approvals", world.pkb.base);
    let answer = product.http.post(to).json(&asked).send().await.unwrap();
    assert_eq!(answer.status(), 400);
    assert_eq!(product.link_state(&amy).await, "pending");
}
