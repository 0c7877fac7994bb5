//! What an operator sees of patients.

use crate::browser::chromium::Chromium;
use crate::browser::gateway::sign_in;
use crate::world::World;
use serde_json::json;

#[tokio::test]
async fn an_operator_sees_where_links_stand_and_nobodys_details() {
    let world = World::start().await;
    let (product, pkb) = (&world.product, &world.pkb);
    let browser = Chromium::open().await;
    let base = format!("{}/console/patients", product.base);
    sign_in(&browser, &world).await;
    browser.go(&base).await;
    browser.inspect("console-patients-empty").await;

    let (gill, brennan) = (pkb.person("sukhdeep"), pkb.person("aoife"));
    let linked = product.new_patient().await;
    product.link(&linked, pkb, pkb.person("chloe")).await;
    world.advance("11m").await;
    assert_eq!(product.read(&linked, "json/users/self").await.status, 200);
    pkb.change(json!({ "omitRefreshToken": 1 })).await;
    let risky = product.new_patient().await;
    product.link(&risky, pkb, gill).await;
    let lapsed = product.new_patient().await;
    product.link(&lapsed, pkb, brennan).await;
    pkb.end_sessions(brennan, "expired").await;
    assert_eq!(product.read(&lapsed, "json/users/self").await.status, 409);
    let pending = product.new_patient().await;
    product.begin(&pending).await;
    let parted = product.new_patient().await;
    product.link(&parted, pkb, pkb.person("kirsty")).await;
    product.unlink(&parted).await;
    product.new_patient().await;

    browser.go(&base).await;
    let text = browser.text().await;
    assert!(text.contains("to authorise again"), "{text}");
    browser.inspect("console-patients").await;
    for state in ["needs-reauthorisation", "at-risk", "unlinked"] {
        browser.go(&format!("{base}?state={state}")).await;
        browser.inspect(&format!("console-patients-{state}")).await;
    }
    browser.fill("#id", "nobody-we-know").await;
    browser.press("form[aria-label='One patient'] button").await;
    browser.inspect("console-patients-unknown").await;
    for (id, name) in [
        (&linked, "linked"),
        (&risky, "at-risk"),
        (&lapsed, "lapsed"),
        (&pending, "pending"),
        (&parted, "unlinked"),
    ] {
        browser.go(&base).await;
        browser.fill("#id", id).await;
        browser.press("form[aria-label='One patient'] button").await;
        let text = browser.text().await;
        assert!(text.contains(id.as_str()), "{text}");
        for hidden in [
            "Gill",
            "Brennan",
            "999",
            &gill.public_id,
            &brennan.public_id,
        ] {
            assert!(!text.contains(hidden), "{hidden}: {text}");
        }
        browser.inspect(&format!("console-patient-{name}")).await;
    }

    // Ended here.
    browser.go(&base).await;
    browser.fill("#id", &risky).await;
    browser.press("form[aria-label='One patient'] button").await;
    browser.click("details summary").await;
    browser.inspect("console-patient-end").await;
    browser.press("details form button").await;
    browser.inspect("console-patient-ended").await;
    assert_eq!(product.link_state(&risky).await, "unlinked");
}
