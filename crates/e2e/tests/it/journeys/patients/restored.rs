//! A gateway whose database went back in time: the refresh tokens in it were used since.

use super::world;
use crate::world::command::Baton;
use crate::world::wait;
use std::fs;

/// How the database goes back.
#[derive(Clone, Copy)]
enum Way {
    Restore,
    /// The file is put in its place, and the gateway told so.
    ByHand,
}

#[tokio::test]
async fn no_refresh_token_of_a_backup_is_sent_again() {
    goes_back(Way::Restore).await;
}

#[tokio::test]
async fn no_refresh_token_of_a_database_that_was_put_back_by_hand_is_sent_again() {
    goes_back(Way::ByHand).await;
}

async fn goes_back(way: Way) {
    let (mut world, listener) = world().await;
    let product = &world.product;
    let people = [world.pkb.person("sukhdeep"), world.pkb.person("aoife")];
    let (busy, idle) = (product.new_patient().await, product.new_patient().await);
    product.link(&busy, &world.pkb, people[0]).await;
    product.link(&idle, &world.pkb, people[1]).await;
    let kept = tempfile::tempdir().unwrap();
    let backup = kept.path().join("backup");
    let backup = backup.to_str().unwrap();
    let gateway = world.data().join("gateway");
    let operator = Baton::on(&gateway);
    operator.json(&["gateway", "backup", "--to", backup]).await;

    // Life goes on, and then the machine is lost.
    world.advance("11m").await;
    assert_eq!(product.read(&busy, "json/users/self").await.status, 200);
    assert_eq!(world.pkb.count("refreshed").await, 1);
    world.program.kill();
    for name in ["gateway.sqlite", "gateway.sqlite-wal", "gateway.sqlite-shm"] {
        drop(fs::remove_file(gateway.join(name)));
    }
    match way {
        Way::Restore => {
            let restore = ["gateway", "restore", "--from", backup];
            operator.json(&restore).await;
        }
        Way::ByHand => {
            let copy = kept.path().join("backup/gateway.sqlite");
            fs::copy(copy, gateway.join("gateway.sqlite")).unwrap();
            let told = operator.json(&["gateway", "db", "went-back"]).await;
            assert_eq!(told["wentBack"], true);
        }
    }

    let world = world.start_again().await;
    let product = &world.product;
    let lapsed = "patient.needs-reauthorisation / answer-lost";
    for id in [&busy, &idle] {
        wait::until("the patient is to be asked", async || {
            product.link_state(id).await == "needs-reauthorisation"
        })
        .await;
        let answer = product.read(id, "json/users/self").await;
        let refused = (answer.status, answer.problem());
        assert_eq!(refused, (409, "link-needed".to_owned()));
        listener.until_patient(id, lapsed).await;
    }
    // Neither time nor readings bring a token of the backup to PKB.
    world.advance("48h").await;
    assert_eq!(product.read(&busy, "json/users/self").await.status, 409);
    let seen = (
        world.pkb.count("refreshed").await,
        world.pkb.count("reused").await,
    );
    assert_eq!(seen, (1, 0));
    // Whoever connects again goes on as ever.
    let person = world.pkb.person("sukhdeep");
    product.link(&busy, &world.pkb, person).await;
    world.advance("11m").await;
    assert_eq!(product.read(&busy, "json/users/self").await.status, 200);
    let seen = (
        world.pkb.count("refreshed").await,
        world.pkb.count("reused").await,
    );
    assert_eq!(seen, (2, 0));
}
