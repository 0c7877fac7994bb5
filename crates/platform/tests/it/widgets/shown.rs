//! Who sees a widget, and the key with which its launches are checked.

use super::{PAGE, approved, put_hidden, seen, widget, with};
use crate::actors::Toolbar;
use crate::sample::{ID, LLEWELLYN, OKAFOR};
use crate::world::{HILLSIDE, RIVERSIDE, World};
use model::{Actor, Clock as _};
use serde_json::json;
use wire::paths::partner;
use wire::practice::WidgetInfo;

#[tokio::test]
async fn a_practice_sees_what_was_approved_for_it() {
    let world = World::new().await;
    let partner = world.integrator("Pharmacy First").await;
    let okafor = Toolbar::signed_in(&world, RIVERSIDE, 1, OKAFOR).await;
    let chen = Toolbar::signed_in(&world, HILLSIDE, 2, "555000000201").await;
    let first = approved(&world, &partner, &widget(), &[RIVERSIDE]).await;
    let everywhere = with(&json!({ "name": "Bookings", "requiresPatientData": false }));
    let second = approved(&world, &partner, &everywhere, &[]).await;
    let letters = WidgetInfo {
        widget_id: first.widget_id,
        revision: 1,
        name: "Clinic letters".to_owned(),
        icon: "letter".to_owned(),
        client_name: "Pharmacy First".to_owned(),
        launch_url: PAGE.to_owned(),
        requires_user_data: true,
        requires_patient_data: true,
        hidden: false,
    };
    let bookings = WidgetInfo {
        widget_id: second.widget_id,
        name: "Bookings".to_owned(),
        requires_patient_data: false,
        ..letters.clone()
    };
    assert_eq!(seen(&world, &okafor).await, [bookings.clone(), letters]);
    assert_eq!(seen(&world, &chen).await, [bookings]);
}

#[tokio::test]
async fn what_one_practitioner_hides_a_colleague_still_sees() {
    let world = World::new().await;
    let partner = world.integrator("Pharmacy First").await;
    let okafor = Toolbar::signed_in(&world, RIVERSIDE, 1, OKAFOR).await;
    let llewellyn = Toolbar::signed_in(&world, RIVERSIDE, 2, LLEWELLYN).await;
    let id = approved(&world, &partner, &widget(), &[RIVERSIDE])
        .await
        .widget_id;
    for hidden in [true, true, false, true] {
        let answer = put_hidden(&world, &okafor, &id, hidden).await;
        assert_eq!(answer.status.as_u16(), 204);
        assert_eq!(seen(&world, &okafor).await[0].hidden, hidden);
        assert!(!seen(&world, &llewellyn).await[0].hidden);
    }
    // It follows them to another PC.
    let elsewhere = Toolbar::signed_in(&world, RIVERSIDE, 3, OKAFOR).await;
    assert!(seen(&world, &elsewhere).await[0].hidden);
    assert_eq!(put_hidden(&world, &okafor, ID, true).await.refused().0, 404);
}

#[tokio::test]
async fn an_operators_word_must_make_sense() {
    let world = World::new().await;
    let partner = world.integrator("Pharmacy First").await;
    let id = approved(&world, &partner, &widget(), &[]).await.widget_id;
    let id = id.parse().unwrap();
    let admin = world.admin();
    let nowhere = model::OdsCode::parse("NOSUCHGP").unwrap();
    assert!(admin.approve_widget(id, 1, &[nowhere]).await.is_err());
    for reason in ["", " ", "a\nb", &"x".repeat(301)] {
        assert!(admin.refuse_widget(id, 1, reason).await.is_err());
    }
    assert!(
        admin
            .refuse_widget(ID.parse().unwrap(), 1, "No.")
            .await
            .is_err()
    );
    let okafor = Toolbar::signed_in(&world, RIVERSIDE, 1, OKAFOR).await;
    assert_eq!(seen(&world, &okafor).await.len(), 1);
}

#[tokio::test]
async fn a_supplier_gets_the_key_of_a_toolbar_that_is_not_blocked() {
    let world = World::new().await;
    let partner = world.integrator("Pharmacy First").await;
    let toolbar = Toolbar::registered(&world, RIVERSIDE, 1).await;
    let path = partner::WIDGET_KEY.replace("{kid}", &toolbar.device);
    let answer = partner.get(&world, &path).await;
    assert_eq!(answer.header("cache-control"), "private, max-age=60");
    assert_eq!(
        answer.value(),
        json!({
            "kty": "OKP", "crv": "Ed25519", "kid": toolbar.device,
            "x": crate::actors::public_half(&toolbar.keys), "alg": "EdDSA", "use": "sig",
        })
    );
    for odd in [ID, "x", "%00"] {
        let path = partner::WIDGET_KEY.replace("{kid}", odd);
        assert_eq!(partner.get(&world, &path).await.refused().0, 404);
    }
    let device = toolbar.device.parse().unwrap();
    let devices = &world.store.devices;
    let blocked = devices.block_device(&Actor::System, device, world.clock.now());
    assert!(blocked.await.unwrap());
    assert_eq!(partner.get(&world, &path).await.refused().0, 404);
}
