//! What an operator does with a gateway's data: looks, copies, brings back.

use super::alone::Alone;
use crate::world::World;
use crate::world::command::Baton;
use serde_json::json;

#[tokio::test]
async fn a_backup_that_was_brought_back_goes_on_where_it_was() {
    let world = World::start().await;
    let mut alone = Alone::beside(&world, &[]).await;
    alone.product.authorise(&world.access_code().await).await;
    let done = alone
        .product
        .entered(&alone.product.small("marker-of-backup"))
        .await;
    alone.product.in_the_record(&done).await;
    alone.proxy.be(crate::world::proxy::Mood::Answers(503));
    let waits = alone
        .product
        .entered(&alone.product.small("marker-of-queue"))
        .await;

    let tables = alone.operator.json(&["gateway", "db", "status"]).await;
    assert_eq!(tables["engine"], "sqlite");
    assert_eq!(tables["pending"], json!([]), "{tables}");
    let to = alone.folder.path().join("backup");
    let taken = ["gateway", "backup", "--to", to.to_str().unwrap()];
    let taken = alone.operator.json(&taken).await;
    assert_eq!(taken["backup"]["messages"], 2, "{taken}");
    // The key is not in it: with it, everything sealed would lie open.
    let files: Vec<_> = std::fs::read_dir(&to).unwrap().flatten().collect();
    assert_eq!(files.len(), 2, "{files:?}");
    let again = ["gateway", "backup", "--to", to.to_str().unwrap()];
    assert_eq!(alone.operator.run(&again).await.code, 4);

    // The machine is lost, all but the key.
    alone.kill();
    let key = std::fs::read(alone.data().join("gateway.key")).unwrap();
    std::fs::remove_dir_all(alone.data()).unwrap();
    let back = ["gateway", "restore", "--from", to.to_str().unwrap()];
    alone.operator.json(&back).await;
    let twice = alone.operator.run(&back).await;
    assert_eq!(twice.code, 4, "{}", twice.err);
    std::fs::write(alone.data().join("gateway.key"), key).unwrap();
    close(&alone.data().join("gateway.key"));
    alone.proxy.be(crate::world::proxy::Mood::Good);
    alone.start();
    assert_eq!(alone.product.authorisation().await, "authorised");
    alone.product.in_the_record(&waits).await;
    for id in [&done, &waits] {
        assert_eq!(world.records.documents_of(id).await.len(), 1);
    }
    // A platform's restore does not take it.
    let elsewhere = Baton::on(&alone.folder.path().join("platform"));
    let wrong = elsewhere
        .run(&["restore", "--from", to.to_str().unwrap()])
        .await;
    assert_eq!(wrong.code, 4, "{}", wrong.err);
}

fn close(file: &std::path::Path) {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o600)).unwrap();
}

#[tokio::test]
async fn operators_are_added_and_removed_and_their_passwords_shown_once() {
    let world = World::start().await;
    let operator = Baton::on(&world.data().join("gateway"));
    let added = operator
        .json(&["gateway", "operator", "add", "night-shift"])
        .await;
    assert_eq!(added["new"], true);
    let password = added["password"].as_str().unwrap();
    assert!(password.len() >= 12, "{password}");
    let listed = operator.json(&["gateway", "operator", "list"]).await;
    let names: Vec<_> = listed
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["name"])
        .collect();
    assert_eq!(names, ["night-shift", "operator"]);
    assert!(!listed.to_string().contains(password));
    operator
        .json(&["gateway", "operator", "remove", "night-shift"])
        .await;
    let gone = operator
        .run(&["gateway", "operator", "remove", "night-shift"])
        .await;
    assert_eq!(gone.code, 4, "{}", gone.err);
    // The state of `up` is for its owner only.
    let state = std::fs::metadata(world.data().join("state.json")).unwrap();
    use std::os::unix::fs::PermissionsExt as _;
    assert_eq!(state.permissions().mode() & 0o077, 0);
}

#[tokio::test]
async fn doctor_finds_a_gateway_good_and_says_what_is_not() {
    let world = World::start().await;
    let mut alone = Alone::beside(&world, &[]).await;
    let proxy = alone.proxy.url.clone();
    let key_file = alone.folder.path().join("platform.key");
    let words = [
        "gateway",
        "doctor",
        "--platform-url",
        &proxy,
        "--platform-key-file",
        key_file.to_str().unwrap(),
    ];
    let good = alone.operator.json(&words).await;
    for check in good.as_array().unwrap() {
        assert!(
            check["verdict"] == "good" || check["check"] == "disk",
            "{check}"
        );
    }
    alone.kill();
    use std::os::unix::fs::PermissionsExt as _;
    let key = alone.data().join("gateway.key");
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o644)).unwrap();
    std::fs::write(&key_file, "bak_nobody_knows").unwrap();
    let bad = alone.operator.run(&words).await;
    assert_eq!(bad.code, 1, "{}", bad.out);
    assert!(bad.out.contains("chmod 600"), "{}", bad.out);
    assert!(bad.out.contains("key"), "{}", bad.out);
}
