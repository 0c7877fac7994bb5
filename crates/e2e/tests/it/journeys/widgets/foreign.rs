//! What a real platform makes of a launch is checked by suppliers with packages that are not ours.

use super::{approve, shown};
use crate::world::command::Baton;
use crate::world::{PATIENT, PRACTICE, World};
use reqwest::Method;
use serde_json::{Value, json};
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};

const ADDRESS: &str = "https://supplier.example/launch?tenant=7";
const SECRET: &str = "0123456789abcdefABCDEF-._~!$&'()";

/// What suppliers in JavaScript and Python say of a token.
fn suppliers(words: &Value) -> [String; 2] {
    let root = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."));
    let mut node = Command::new("node");
    node.arg("tools/check_widget.mjs");
    let mut python = Command::new(root.join("target/test-tools/python/bin/python"));
    python.arg("tools/check_widget.py");
    [node, python].map(|mut command| {
        command.current_dir(&root).stdin(Stdio::piped());
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut input = child.stdin.take().unwrap();
        input.write_all(words.to_string().as_bytes()).unwrap();
        drop(input);
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{command:?}");
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    })
}

/// The keys of the practice's toolbars, by id, as a supplier gets them.
async fn keys(world: &World) -> Value {
    let operator = Baton::on(&world.data().join("platform"));
    let devices = operator.json(&["platform", "device", "list"]).await;
    let mut keys = json!({});
    for device in devices.as_array().unwrap() {
        let id = device["id"].as_str().unwrap();
        let path = format!("/api/v1/widgets/keys/{id}");
        let key = world.integrator.call(Method::GET, &path).send().await;
        keys[id] = key.unwrap().json().await.unwrap();
    }
    keys
}

#[tokio::test]
#[ignore = "needs the packages of tools/: scripts/test widgets"]
async fn suppliers_read_who_opens_a_widget_and_for_which_patient() {
    let world = World::start().await;
    let methods = [("A256GCM", "A256GCM"), ("A128CBC_HS256", "A128CBC-HS256")];
    for (method, _) in methods {
        let register = json!({
            "name": format!("Notes {method}"), "icon": "pill", "launchUrl": ADDRESS,
            "encryptionSecret": SECRET, "encryptionMethod": method, "requiresUserData": true,
            "requiresPatientData": true,
        });
        let call = world.integrator.call(Method::POST, "/api/v1/widgets");
        let answer = call.json(&register).send().await.unwrap();
        assert_eq!(answer.status(), 200);
        approve(&world, &answer.json().await.unwrap()).await;
    }
    let keys = keys(&world).await;
    for (method, enc) in methods {
        let id = shown(&world, &format!("Notes {method}")).await;
        let launch = ["toolbar", "launch", &id, "--patient", PATIENT];
        let launched = world.baton.json(&launch).await;
        let url = launched["launchUrl"].as_str().unwrap();
        let tokens = url.strip_prefix(ADDRESS).unwrap();
        let (of_user, of_patient) = tokens.split_once("&patient=").unwrap();
        let of_user = of_user.strip_prefix("&user=").unwrap();
        let now = world.now().await;
        let [user, patient] = [of_user, of_patient].map(|token| {
            let words = json!({
                "act": "check", "token": token, "secret": SECRET, "method": enc,
                "issuer": world.integrator.base, "audience": ADDRESS, "keys": keys, "now": now,
            });
            let said = suppliers(&words).map(|said| serde_json::from_str::<Value>(&said).unwrap());
            assert_eq!(said[0], said[1]);
            said[0].clone()
        });
        assert_eq!(user["sub"], "555000000101");
        assert_eq!(user["name"], "Dr Amara Okafor");
        assert_eq!(user["organisation"]["odsCode"], PRACTICE);
        assert_eq!(patient["sub"], PATIENT);
        assert_eq!(patient["userJti"], user["jti"]);
        assert_ne!(patient["jti"], user["jti"]);
    }
}
