//! Suppliers with packages that are not ours: what we make they check as the guide says, and what they make we take.

use super::location;
use super::toolbar::{Toolbar, address, register_as, seal, wanted};
use crate::client::Browser;
use crate::world::World;
use gateway::widget::Registration;
use jose::jws::SigningKey;
use model::Clock as _;
use model::widget::Method;
use serde_json::{Value, json};
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};

const METHODS: [Method; 2] = [Method::A256Gcm, Method::A128CbcHs256];

fn root() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

/// What each supplier says to the same words.
fn asked(words: &Value) -> [String; 2] {
    let mut node = Command::new("node");
    node.arg("tools/check_widget.mjs");
    let mut python = Command::new(root().join("target/test-tools/python/bin/python"));
    python.arg("tools/check_widget.py");
    [node, python].map(|mut command| {
        command.current_dir(root()).stdin(Stdio::piped());
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut input = child.stdin.take().unwrap();
        input.write_all(words.to_string().as_bytes()).unwrap();
        drop(input);
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{command:?}");
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    })
}

async fn scene(method: Method) -> (World, Toolbar, Browser) {
    let world = World::new().await;
    let registration = Registration { method, ..wanted() };
    register_as(&world, &registration).await.unwrap();
    let (gateway, _) = world.gateway(world.config());
    let browser = Browser::new(&gateway.router(|router| router));
    let toolbar = Toolbar::new(&world);
    (world, toolbar, browser)
}

#[tokio::test]
#[ignore = "needs the packages of tools/: scripts/test widgets"]
async fn suppliers_take_what_we_make_and_nothing_else() {
    for method in METHODS {
        let (world, toolbar, _) = scene(method).await;
        let claims = Toolbar::claims(&world);
        let signed = toolbar
            .key
            .sign(&toolbar.kid, claims.to_string().as_bytes());
        let token = seal(&world, &signed.unwrap());
        let now = world.clock.now().as_second();
        let kid = toolbar.kid.as_str();
        let good = json!({
            "act": "check", "token": token, "secret": world.fake.widgets()[0].encryption_secret,
            "method": method.as_str(), "issuer": world.fake.url, "audience": wanted().launch_url,
            "keys": { kid: toolbar.jwk() }, "now": now,
        });
        for said in asked(&good) {
            assert_eq!(serde_json::from_str::<Value>(&said).unwrap(), claims);
        }
        let forger = SigningKey::from_seed(&[9; 32]).unwrap();
        let mut theirs = toolbar.jwk();
        theirs.x = forger.public().unwrap().x();
        let mut changed = token.clone().into_bytes();
        let place = changed.len() - 30;
        changed[place] = if changed[place] == b'A' { b'B' } else { b'A' };
        for (name, value) in [
            ("token", json!(String::from_utf8(changed).unwrap())),
            ("secret", json!("another secret of 32 characters!")),
            ("method", json!(other(method).as_str())),
            ("issuer", json!("https://other.example")),
            ("audience", json!("https://other.example/launch")),
            ("keys", json!({ kid: theirs })),
            ("now", json!(now + 91)),
            ("now", json!(now - 31)),
            ("used", json!([claims["jti"]])),
        ] {
            let mut words = good.clone();
            words[name] = value;
            assert_eq!(asked(&words), ["refused", "refused"], "{name}");
        }
    }
}

fn other(method: Method) -> Method {
    match method {
        Method::A256Gcm => Method::A128CbcHs256,
        Method::A128CbcHs256 => Method::A256Gcm,
    }
}

#[tokio::test]
#[ignore = "needs the packages of tools/: scripts/test widgets"]
async fn the_gateway_takes_what_other_packages_make_once() {
    for method in METHODS {
        let (world, mut toolbar, browser) = scene(method).await;
        // RFC 8037, appendix A: its seed, so that both sides know the key.
        let seed = "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A";
        toolbar.key = {
            use base64::Engine as _;
            let seed = base64::prelude::BASE64_URL_SAFE_NO_PAD
                .decode(seed)
                .unwrap();
            SigningKey::from_seed(&seed.try_into().unwrap()).unwrap()
        };
        world.fake.set_toolbar(&toolbar.kid, Some(toolbar.jwk()));
        let make = || {
            asked(&json!({
                "act": "make", "secret": world.fake.widgets()[0].encryption_secret, "method": method.as_str(),
                "claims": Toolbar::claims(&world), "kid": toolbar.kid, "d": seed, "x": toolbar.jwk().x,
            }))
        };
        let (one, two) = (make(), make());
        for token in [&one[0], &two[1]] {
            let path = location(&browser.get(&address(token)).await);
            assert!(path.starts_with("/authorise/spine-555000000101-gpprac001?t="));
            assert_eq!(browser.get(&address(token)).await.status, 410);
        }
    }
}
