//! Widgets on the bar, hidden and opened.

use crate::world::{LLEWELLYN, OKAFOR, PATIENT, World, until};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::signature::{ED25519, UnparsedPublicKey};
use serde_json::Value;
use std::sync::Arc;
use tokio::sync::watch;
use toolbar::{AgentHandle, OperationError};
use wire::practice::WidgetInfo;

const PAGE: &str = "https://supplier.example/open";

fn widget(id: &str, user: bool, patient: bool) -> WidgetInfo {
    WidgetInfo {
        widget_id: id.to_owned(),
        revision: 3,
        name: format!("Widget {id}"),
        icon: "letter".to_owned(),
        client_name: "Ward letters".to_owned(),
        launch_url: PAGE.to_owned(),
        requires_user_data: user,
        requires_patient_data: patient,
        hidden: false,
    }
}

async fn shown(
    widgets: &mut watch::Receiver<Arc<Vec<WidgetInfo>>>,
    wanted: impl FnMut(&Arc<Vec<WidgetInfo>>) -> bool,
) {
    let most = std::time::Duration::from_secs(20);
    let waited = tokio::time::timeout(most, widgets.wait_for(wanted)).await;
    assert!(waited.is_ok(), "waited in vain");
}

async fn with_widgets(all: Vec<WidgetInfo>) -> (World, AgentHandle) {
    let world = World::new().await;
    world.platform.inner().bar.widgets.clone_from(&all);
    let toolbar = world.online().await;
    shown(&mut toolbar.widgets(), |now| **now == all).await;
    (world, toolbar)
}

/// The claims of a token, if this PC signed them.
fn claims(world: &World, token: &Value) -> Value {
    let token = token.as_str().unwrap();
    let (signed, signature) = token.rsplit_once('.').unwrap();
    let (header, claims) = signed.split_once('.').unwrap();
    let key = world.platform.inner().public_key.clone().unwrap();
    let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
    UnparsedPublicKey::new(&ED25519, key)
        .verify(signed.as_bytes(), &signature)
        .unwrap();
    let read = |part: &str| -> Value {
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
    };
    let header = read(header);
    assert_eq!(
        (header["alg"].as_str(), header["typ"].as_str()),
        (Some("EdDSA"), Some("JWT"))
    );
    assert!(header["kid"].is_string());
    read(claims)
}

#[tokio::test]
async fn a_widget_is_opened_with_signed_tokens_about_user_and_patient() {
    let (world, toolbar) = with_widgets(vec![widget("a", true, true)]).await;
    let address = toolbar.launch_widget("a", Some(PATIENT)).await.unwrap();
    assert_eq!(address, format!("{PAGE}?user=sealed"));
    let launch = world.platform.inner().bar.launches.remove(0);
    assert_eq!(launch["revision"], 3);
    let user = claims(&world, &launch["user"]);
    let patient = claims(&world, &launch["patient"]);
    for token in [&user, &patient] {
        assert_eq!(token["iss"], world.platform.url.as_str());
        assert_eq!(token["aud"], PAGE);
        let life = token["exp"].as_i64().unwrap() - token["iat"].as_i64().unwrap();
        assert_eq!(life, 60);
    }
    assert_eq!(user["sub"], OKAFOR);
    assert_eq!(user["organisation"]["odsCode"], "GPPRAC001");
    assert_eq!(patient["sub"], PATIENT);
    assert_eq!(patient["userJti"], user["jti"]);
    assert_ne!(patient["jti"], user["jti"]);
    // Each launch has tokens of its own.
    toolbar.launch_widget("a", Some(PATIENT)).await.unwrap();
    let again = world.platform.inner().bar.launches.remove(0);
    assert_ne!(claims(&world, &again["user"])["jti"], user["jti"]);
}

#[tokio::test]
async fn a_widget_learns_only_what_it_asks_for() {
    let all = vec![
        widget("a", false, false),
        widget("b", true, false),
        widget("c", true, true),
    ];
    let (world, toolbar) = with_widgets(all).await;
    toolbar.launch_widget("a", Some(PATIENT)).await.unwrap();
    toolbar.launch_widget("b", Some(PATIENT)).await.unwrap();
    for none in [None, Some(""), Some("9547852141"), Some("Amy")] {
        let refused = toolbar.launch_widget("c", none).await;
        assert!(matches!(refused, Err(OperationError::PatientNeeded)));
    }
    let launches = std::mem::take(&mut world.platform.inner().bar.launches);
    assert_eq!(launches.len(), 2);
    assert!(launches[0].get("user").is_none() && launches[0].get("patient").is_none());
    assert!(launches[1].get("user").is_some() && launches[1].get("patient").is_none());
}

#[tokio::test]
async fn a_widget_that_was_changed_is_read_anew() {
    let (world, toolbar) = with_widgets(vec![widget("a", true, false)]).await;
    let mut widgets = toolbar.widgets();
    let refused = toolbar.launch_widget("b", None).await;
    assert!(matches!(refused, Err(OperationError::NoSuchWidget)));
    let mut changed = widget("a", true, false);
    changed.revision = 4;
    world.platform.inner().bar.widgets = vec![changed];
    // Unless a sweep was quicker.
    let opened = toolbar.launch_widget("a", None).await;
    assert!(matches!(opened, Ok(_) | Err(OperationError::NoSuchWidget)));
    shown(&mut widgets, |now| now[0].revision == 4).await;
    toolbar.launch_widget("a", None).await.unwrap();
    world.platform.inner().bar.widgets.clear();
    shown(&mut widgets, |now| now.is_empty()).await;
}

#[tokio::test]
async fn a_widget_is_hidden_and_shown_again() {
    let (world, toolbar) = with_widgets(vec![widget("a", true, false)]).await;
    for hidden in [true, false] {
        toolbar.hide_widget("a", hidden).await.unwrap();
        assert_eq!(toolbar.widgets().borrow()[0].hidden, hidden);
        assert_eq!(world.platform.inner().bar.widgets[0].hidden, hidden);
    }
    let refused = toolbar.hide_widget("b", true).await;
    assert!(matches!(refused, Err(OperationError::NoSuchWidget)));
}

#[tokio::test]
async fn the_bar_is_empty_when_somebody_leaves_and_filled_for_the_next() {
    let (world, toolbar) = with_widgets(vec![widget("a", true, false)]).await;
    let mut widgets = toolbar.widgets();
    world.records.log_out();
    shown(&mut widgets, |now| now.is_empty()).await;
    let refused = toolbar.launch_widget("a", None).await;
    assert!(matches!(refused, Err(OperationError::NotSignedIn)));
    world.records.log_in(LLEWELLYN, "GPPRAC001");
    shown(&mut widgets, |now| now.len() == 1).await;
    toolbar.set_offline(true);
    let refused = toolbar.launch_widget("a", None).await;
    assert!(matches!(refused, Err(OperationError::Offline)));
}

#[tokio::test]
async fn a_platform_without_widgets_does_no_harm() {
    let (world, toolbar) = with_widgets(Vec::new()).await;
    until("the widgets were asked for", || {
        world.platform.inner().bar.reads > 1
    })
    .await;
    assert!(toolbar.widgets().borrow().is_empty());
}
