//! The account: another password, and the end of it.

use super::{EMAIL, PASSWORD, SESSION, account_of, app, signed_up};
use crate::browser::Browser;
use crate::world::World;
use axum::http::StatusCode;

const REFUSED: StatusCode = StatusCode::UNPROCESSABLE_ENTITY;
const CHANGE: &str = "/patient/change-password";
const DELETE: &str = "/patient/delete-account";

#[tokio::test]
async fn another_password_ends_every_session_but_this_one() {
    let world = World::new().await;
    let router = app(&world);
    let amy = signed_up(&router).await;
    let tablet = Browser::new(&router);
    tablet.patient_signs_in(EMAIL, PASSWORD).await;
    assert_eq!(tablet.get("/patient").await.status, StatusCode::OK);
    let before = amy.cookie(SESSION).unwrap();
    let new = "four quite different words";
    for (fields, words) in [
        (
            [("password", ""), ("new", new)],
            "Enter the password you have now",
        ),
        (
            [("password", "not the password"), ("new", new)],
            "not right",
        ),
        (
            [("password", PASSWORD), ("new", "short")],
            "12 characters or more",
        ),
    ] {
        let page = amy.fill(CHANGE, &fields).await;
        assert_eq!(page.status, REFUSED);
        assert!(page.text.contains(words), "{words}");
    }
    let page = amy
        .fill(CHANGE, &[("password", PASSWORD), ("new", new)])
        .await;
    assert_eq!(page.leads_to(), "/patient?done=password");
    assert_ne!(amy.cookie(SESSION).unwrap(), before);
    let page = amy.get("/patient?done=password").await;
    assert!(page.text.contains("Your password is changed"));
    tablet.get("/patient").await.leads_to();
    let thief = Browser::new(&router);
    thief.keep(SESSION, &before);
    thief.get("/patient").await.leads_to();
    assert_eq!(
        tablet.patient_signs_in(EMAIL, PASSWORD).await.status,
        REFUSED
    );
    assert_eq!(
        tablet.patient_signs_in(EMAIL, new).await.leads_to(),
        "/patient"
    );
}

#[tokio::test]
async fn who_has_the_browser_but_not_the_password_cannot_guess_it() {
    let world = World::new().await;
    let amy = signed_up(&app(&world)).await;
    let new = "four quite different words";
    for _ in 0..10 {
        let fields = [("password", "not the password"), ("new", new)];
        assert_eq!(amy.fill(CHANGE, &fields).await.status, REFUSED);
        let fields = [("password", "not the password")];
        assert_eq!(amy.fill(DELETE, &fields).await.status, REFUSED);
    }
    // The right one does not help any more.
    let page = amy.fill(DELETE, &[("password", PASSWORD)]).await;
    assert_eq!(page.status, REFUSED);
    assert!(account_of(&world, EMAIL).await.is_some());
}

#[tokio::test]
async fn a_deleted_account_is_gone_with_its_sessions() {
    let world = World::new().await;
    let router = app(&world);
    let amy = signed_up(&router).await;
    let id = account_of(&world, EMAIL).await.unwrap().patient;
    let tablet = Browser::new(&router);
    tablet.patient_signs_in(EMAIL, PASSWORD).await;
    let page = amy.fill(DELETE, &[("password", "")]).await;
    assert!(page.text.contains("Enter your password"));
    let page = amy.fill(DELETE, &[("password", PASSWORD)]).await;
    assert_eq!(page.leads_to(), "/patient/sign-in?done=deleted");
    assert!(page.sets(SESSION)[0].contains("Max-Age=0"));
    let page = amy.get("/patient/sign-in?done=deleted").await;
    assert!(page.text.contains("Your account is deleted"));
    tablet.get("/patient").await.leads_to();
    assert_eq!(
        tablet.patient_signs_in(EMAIL, PASSWORD).await.status,
        REFUSED
    );
    assert!(account_of(&world, EMAIL).await.is_none());
    assert!(world.store.patients.get(&id).await.unwrap().is_none());
    // The address is free again, for another patient.
    amy.patient_signs_up(EMAIL, PASSWORD).await;
    assert!(account_of(&world, EMAIL).await.unwrap().patient != id);
}

#[tokio::test]
async fn nothing_about_a_patient_stands_in_an_address() {
    let world = World::new().await;
    let amy = signed_up(&app(&world)).await;
    let id = account_of(&world, EMAIL).await.unwrap().patient;
    for path in [
        "/patient",
        "/patient/account",
        CHANGE,
        DELETE,
        "/patient/connect",
    ] {
        let page = amy.get(path).await;
        assert!(!page.text.contains(id.as_str()), "{path}");
        let addresses = page.text.split("href=\"").skip(1);
        for address in addresses.filter_map(|rest| rest.split('"').next()) {
            assert!(!address.contains("amy"), "{path}: {address}");
        }
    }
}
