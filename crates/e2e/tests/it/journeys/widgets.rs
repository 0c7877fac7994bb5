//! Widgets: registered, approved, opened at a PC; and the gateway's own, which brings a practitioner in.

mod foreign;

use super::gateway::alone::Alone;
use super::{another_pc, at};
use crate::world::command::Baton;
use crate::world::listener::Listener;
use crate::world::page::Visitor;
use crate::world::pc::{Desk, NAME, Pc};
use crate::world::{World, message, wait};
use reqwest::Method;
use serde_json::{Value, json};

/// The practitioner at the PC.
const WHO: &str = "555000000101";

/// A public key: that of RFC 8037, appendix A.
const PUBLIC_KEY: &str = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";

/// The id that the gateway gives the practitioner at a practice.
fn own_user(practice: &str) -> String {
    format!("spine-{WHO}-{}", practice.to_ascii_lowercase())
}

/// The widget of this name as somebody sees it at a PC.
async fn seen(desk: &Desk, name: &str) -> Option<Value> {
    let answer = desk.call(Method::GET, "/widgets", None).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let widgets = answer.json()["widgets"].as_array().unwrap().clone();
    widgets.into_iter().find(|widget| widget["name"] == name)
}

/// Lets every practice see a widget.
async fn approve(world: &World, registered: &Value) {
    let operator = Baton::on(&world.data().join("platform"));
    let id = registered["widgetId"].as_str().unwrap();
    let revision = registered["revision"].to_string();
    let words = ["platform", "widget", "approve", id, &revision, "--all"];
    operator.json(&words).await;
}

/// What a PC says of who opens a widget.
async fn user_claims(world: &World, widget: &Value) -> Value {
    claims_at(world, widget, crate::world::PRACTICE).await
}

/// The same at a PC of this practice.
async fn claims_at(world: &World, widget: &Value, practice: &str) -> Value {
    let now = world.now().await;
    json!({
        "iss": world.integrator.base, "sub": WHO, "aud": widget["launchUrl"], "iat": now, "exp": now + 60,
        "jti": message::new_id(), "name": NAME,
        "organisation": { "odsCode": practice, "name": "Its name" },
    })
}

/// Opens a widget; the address that a browser would be given.
async fn launch(desk: &Desk, widget: &Value, body: Value) -> String {
    let path = format!("/widgets/{}/launches", widget["widgetId"].as_str().unwrap());
    let answer = desk.call(Method::POST, &path, Some(body)).await;
    assert_eq!(answer.status, 201, "{answer:?}");
    answer.json()["launchUrl"].as_str().unwrap().to_owned()
}

/// As the practitioner does it: the path and query at the gateway that the widget leads to.
async fn open(world: &World, (pc, desk): (&Pc, &Desk), name: &str, base: &str) -> String {
    let widget = seen(desk, name).await.expect("the widget is not seen");
    let user = pc.sign(&user_claims(world, &widget).await);
    let body = json!({ "revision": widget["revision"], "user": user });
    let url = launch(desk, &widget, body).await;
    let (_, token) = url.split_once("user=").unwrap();
    world.watch.secret(&user);
    world.watch.secret(token);
    url.strip_prefix(base).unwrap().to_owned()
}

#[tokio::test]
async fn a_practitioner_comes_to_a_suppliers_gateway_from_the_toolbar() {
    let world = World::start().await;
    let platform = [(
        "BATON_GATEWAY_TOOLBARS_PLATFORM_URL",
        world.integrator.base.as_str(),
    )];
    let mut alone = Alone::beside(&world, &platform).await;
    let listener = Listener::start().await;
    alone.product.be_told(&listener).await;
    let (base, proxy) = (alone.product.base.clone(), alone.proxy.url.clone());
    let key_file = alone.folder.path().join("platform.key");
    let register = [
        "gateway",
        "widget",
        "register",
        "--name",
        "Kestrel Lane",
        "--icon",
        "pill",
        "--base-url",
        &base,
        "--platform-url",
        &proxy,
        "--platform-key-file",
        key_file.to_str().unwrap(),
    ];
    let registered = alone.operator.json(&register).await;
    assert_eq!(registered["state"], "awaiting-approval", "{registered}");
    let pc = another_pc(&world).await;
    let desk = at(&pc, &world).await;
    assert_eq!(seen(&desk, "Kestrel Lane").await, None);
    approve(&world, &registered).await;
    let again = alone.operator.json(&register).await;
    assert_eq!(
        (&again["state"], &again["revision"]),
        (&json!("approved"), &registered["revision"])
    );

    let path = open(&world, (&pc, &desk), "Kestrel Lane", &base).await;
    let mut browser = Visitor::of(&base);
    let came = browser.open(&path).await;
    assert_eq!(came.status, 303, "{}", came.text);
    let user = own_user(crate::world::PRACTICE);
    listener.until_user(&user, "user.linked").await;
    let form = came.location.unwrap();
    let form = browser.open(form.strip_prefix(&base).unwrap()).await;
    assert!(form.text.contains(NAME), "{}", form.text);
    let code = world.access_code().await;
    let done = browser.send(&form, &[("accessCode", &code)]).await;
    assert_eq!(done.status, 303, "{}", done.text);
    listener.until_user(&user, "user.authorised").await;
    let told = alone.product.get(&format!("/v1/users/{user}")).await.json();
    assert_eq!(told["authorisation"]["state"], "authorised", "{told}");
    assert_eq!(told["practitioner"]["spineUserId"], WHO, "{told}");
    assert_eq!(told["practitioner"]["odsCode"], crate::world::PRACTICE);

    // Once, before a crash and after it.
    assert_eq!(browser.open(&path).await.status, 410);
    alone.kill();
    alone.start();
    let mut browser = Visitor::of(&base);
    let used = browser.open(&path).await;
    assert_eq!(used.status, 410, "{}", used.text);
    assert!(used.text.contains("This was used before"), "{}", used.text);

    // Another secret: nobody opens it until it was approved again, and then it works.
    let anew = [&register[..], &["--new-secret"]].concat();
    let changed = alone.operator.json(&anew).await;
    assert_eq!(changed["state"], "awaiting-approval", "{changed}");
    assert_eq!(seen(&desk, "Kestrel Lane").await, None);
    approve(&world, &changed).await;
    let path = open(&world, (&pc, &desk), "Kestrel Lane", &base).await;
    assert_eq!(browser.open(&path).await.status, 303);
}

/// The id of the widget of this name, once the toolbar shows it.
async fn shown(world: &World, name: &str) -> String {
    wait::found("the toolbar shows the widget", async || {
        let shown = world.baton.json(&["toolbar", "widgets"]).await;
        let widgets = shown["widgets"].as_array().unwrap();
        let ours = widgets.iter().find(|one| one["name"] == name)?;
        Some(ours["widgetId"].as_str().unwrap().to_owned())
    })
    .await
}

/// As the shipped toolbar does it: the path and query at the gateway of `up`.
async fn by_the_toolbar(world: &World) -> String {
    let id = shown(world, "Baton gateway").await;
    let launched = world.baton.json(&["toolbar", "launch", &id]).await;
    let url = launched["launchUrl"].as_str().unwrap();
    let (_, token) = url.split_once("user=").unwrap();
    world.watch.secret(token);
    url.strip_prefix(&world.product.base).unwrap().to_owned()
}

#[tokio::test]
async fn a_pc_of_another_practice_opens_nobodys_account() {
    let world = World::start().await;
    let mut browser = Visitor::of(&world.product.base);
    let came = browser.open(&by_the_toolbar(&world).await).await;
    assert_eq!(came.status, 303, "{}", came.text);
    let user = async |id: &str| world.product.get(&format!("/v1/users/{id}")).await.json();
    let here = own_user(crate::world::PRACTICE);
    let before = user(&here).await;
    let practice = &before["practitioner"]["odsCode"];
    assert_eq!(practice, crate::world::PRACTICE, "{before}");

    // Registered as it should be; who sits there is what its record system says.
    let elsewhere = "GPPRAC002";
    let platform = world.data().join("platform");
    let pc = Pc::register(world.http(), &world.integrator.base, &platform, elsewhere).await;
    let desk = at(&pc, &world).await;
    let widget = seen(&desk, "Baton gateway").await.unwrap();
    let signed = pc.sign(&claims_at(&world, &widget, elsewhere).await);
    let body = json!({ "revision": widget["revision"], "user": signed });
    let url = launch(&desk, &widget, body).await;
    let (_, token) = url.split_once("user=").unwrap();
    world.watch.secret(&signed);
    world.watch.secret(token);
    let path = url.strip_prefix(&world.product.base).unwrap();
    let came = Visitor::of(&world.product.base).open(path).await;
    let (own, to) = (own_user(elsewhere), came.location.unwrap());
    let page = format!("{}/authorise/{own}?t=", world.product.base);
    assert!(to.starts_with(&page), "it leads to another account");
    assert_eq!(user(&here).await, before);
    let theirs = user(&own).await;
    assert_eq!(theirs["practitioner"]["odsCode"], elsewhere, "{theirs}");
}

#[tokio::test]
async fn up_has_a_widget_and_a_setup_file_for_the_window() {
    let world = World::start().await;
    let base = world.product.base.clone();
    let mut browser = Visitor::of(&base);
    let path = by_the_toolbar(&world).await;
    let came = browser.open(&path).await;
    assert_eq!(came.status, 303, "{}", came.text);
    assert_eq!(browser.open(&path).await.status, 410);
    let form = came.location.unwrap();
    let form = browser.open(form.strip_prefix(&base).unwrap()).await;
    let code = world.access_code().await;
    let done = browser.send(&form, &[("accessCode", &code)]).await;
    assert_eq!(done.status, 303, "{}", done.text);
    let user = world
        .product
        .get(&format!("/v1/users/{}", own_user(crate::world::PRACTICE)))
        .await;
    let user = user.json();
    assert_eq!(user["name"], "Dr Amara Okafor", "{user}");
    assert_eq!(user["authorisation"]["state"], "authorised", "{user}");

    let setup = || {
        let file = world.data().join("window/toolbar-setup.json");
        let bytes = std::fs::read(file).unwrap();
        serde_json::from_slice::<Value>(&bytes).unwrap()
    };
    let said = setup();
    assert_eq!(said["platformUrl"], world.integrator.base);
    let register = json!({
        "keyPart1": said["registration"]["keyPart1"], "keyPart2": said["registration"]["keyPart2"],
        "organisationCode": said["registration"]["organisationCode"], "deviceName": said["deviceName"],
        "publicKey": PUBLIC_KEY,
    });
    let register = world
        .http()
        .post(world.url("/toolbar/v1/registrations"))
        .json(&register);
    assert_eq!(register.send().await.unwrap().status(), 201);

    // A folder of an earlier version has neither.
    let data = world.data();
    let mut world = world;
    world.program.end();
    std::fs::remove_dir_all(data.join("window")).unwrap();
    let world = world.start_again().await;
    let base = world.product.base.clone();
    let desk = at(&another_pc(&world).await, &world).await;
    let widget = seen(&desk, "Baton gateway").await.unwrap();
    assert_eq!(widget["launchUrl"], format!("{base}/launch"));
    assert!(world.data().join("window/toolbar-setup.json").is_file());
}
