//! Many PCs are set up without anybody at their screens: `--register`, `--unregister`, `/unregister`, a setup file.

use crate::world::message::new_id;
use crate::world::parts::registration_key;
use crate::world::{World, executable};
use serde_json::{Value, json};
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

const ENDS_WITHIN: Duration = Duration::from_secs(60);

/// What it said, and its exit code.
struct Said {
    code: i32,
    out: String,
    err: String,
}

/// Runs `baton-toolbar` on a PC without a screen and without a keyring, whose user's home is `home`.
async fn run(home: &Path, words: &[&str]) -> Said {
    let mut command = tokio::process::Command::new(executable::window());
    command
        .args(words)
        .env("HOME", home)
        .env("XDG_RUNTIME_DIR", home)
        .env("XDG_DATA_HOME", home.join("share"))
        .env_remove("DBUS_SESSION_BUS_ADDRESS")
        .env_remove("DISPLAY")
        .env_remove("WAYLAND_DISPLAY")
        .stdin(Stdio::null())
        .kill_on_drop(true);
    let output = tokio::time::timeout(ENDS_WITHIN, command.output()).await;
    let output = output.expect("it does not end").unwrap();
    Said {
        code: output.status.code().unwrap_or(-1),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

fn keys_file(home: &Path, key: &Value) -> String {
    let part = |name: &str| key[name].as_str().unwrap().to_owned();
    let file = home.join("keys.txt");
    std::fs::write(
        &file,
        format!("{}\n{}\n", part("keyPart1"), part("keyPart2")),
    )
    .unwrap();
    file.to_str().unwrap().to_owned()
}

/// How many PCs of the practice are registered.
async fn devices(world: &World) -> usize {
    let platform = crate::world::command::Baton::on(&world.data().join("platform"));
    let list = platform.json(&["platform", "device", "list"]).await;
    let all = list["devices"].as_array().or(list.as_array()).unwrap();
    all.len()
}

#[tokio::test]
async fn a_pc_is_registered_and_unregistered_by_command_line() {
    let world = World::start().await;
    let home = tempfile::tempdir().unwrap();
    let home = home.path();
    let key = registration_key(&world.data().join("platform")).await;
    let keys = keys_file(home, &key);
    let (platform, records) = (world.integrator.base.as_str(), world.records.base.as_str());
    let before = devices(&world).await;
    let words = [
        "--register",
        "--keys-file",
        &keys,
        "--practice",
        "GPPRAC001",
        "--platform",
        platform,
        "--record-system",
        records,
        "--device-name",
        "Reception 2",
    ];
    let said = run(home, &words).await;
    assert_eq!(said.code, 0, "{}", said.err);
    assert_eq!(
        said.out,
        "Registered with Riverside Test Practice (GPPRAC001).\n"
    );
    assert_eq!(devices(&world).await, before + 1);
    let said = run(home, &words).await;
    assert_eq!((said.code, said.out.as_str()), (4, ""));
    assert!(said.err.contains("registered already"), "{}", said.err);

    // As installers on Windows write it; the settings are known by now.
    let said = run(home, &["/unregister"]).await;
    assert_eq!(said.code, 0, "{}", said.err);
    assert_eq!(said.out, "This PC is no longer registered.\n");
    let said = run(home, &["--unregister"]).await;
    assert_eq!(
        (said.code, said.out.as_str()),
        (0, "This PC is not registered.\n")
    );
}

#[tokio::test]
async fn a_setup_file_registers_a_pc_and_every_refusal_has_words_and_a_code() {
    let world = World::start().await;
    let home = tempfile::tempdir().unwrap();
    let home = home.path();
    let key = registration_key(&world.data().join("platform")).await;
    let file = home.join("toolbar-setup.json");
    let setup = |part_2: &str, platform: &str| {
        let setup = json!({
            "platformUrl": platform,
            "recordSystem": { "kind": "fhir-r4", "url": world.records.base },
            "registration": {
                "keyPart1": key["keyPart1"],
                "keyPart2": part_2,
                "organisationCode": "GPPRAC001",
            },
            "deviceName": "Reception 3",
        });
        std::fs::write(&file, setup.to_string()).unwrap();
    };
    let setup_file = file.to_str().unwrap();
    let words = ["--register", "--setup", setup_file];

    setup(&new_id(), &world.integrator.base);
    let said = run(home, &words).await;
    assert_eq!(said.code, 4, "{}{}", said.out, said.err);
    assert!(said.err.starts_with("baton-toolbar: "), "{}", said.err);

    let nowhere = home.join("nowhere");
    std::fs::create_dir(&nowhere).unwrap();
    setup(&new_id(), "http://127.0.0.1:9");
    let said = run(&nowhere, &words).await;
    assert_eq!(said.code, 3, "{}{}", said.out, said.err);

    let good = home.join("good");
    std::fs::create_dir(&good).unwrap();
    setup(key["keyPart2"].as_str().unwrap(), &world.integrator.base);
    let said = run(&good, &words).await;
    assert_eq!(said.code, 0, "{}", said.err);
    assert!(!said.err.contains(key["keyPart2"].as_str().unwrap()));

    let said = run(&good, &["--register", "--unregister"]).await;
    assert_eq!(said.code, 2, "{}", said.err);
}
